#pragma once
// The shape rules by form, behind `infer`. Attributes have been checked to be those of the row before a rule
// is asked.

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>

#include "ir/infer.h"

namespace dp::shape_rules {

/// What a rule sees: the op, its operands' types, its attributes as a node would hold them.
struct Site {
  Op op;
  std::span<const Type* const> operands;
  const Attributes& attributes;

  const Type& operand(std::size_t k) const { return *operands[k]; }
  template <class T>
  const T& get(std::string_view name) const {
    for (const Attribute& attribute : attributes) {
      if (attribute.name == name) return std::get<T>(attribute.value);
    }
    return std::get<T>(attributes.front().value);
  }
  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  const std::vector<std::int64_t>& integers(std::string_view name) const {
    return get<std::vector<std::int64_t>>(name);
  }
  const Shape& dims(std::string_view name) const { return get<Shape>(name); }
};

using Axes = std::vector<std::int64_t>;

/// Empty, or why the axes are not distinct axes of a tensor of that rank (ascending, where they stand for a
/// set).
std::string axes_error(const Axes& axes, std::size_t rank, bool ascending);
Shape without_axes(const Shape& shape, const Axes& axes);

Inference pointwise(const Site& site);
Inference move(const Site& site);
Inference reduce(const Site& site);
Inference contract(const Site& site);
Inference call(const Site& site);
/// Of bound variables and loops.
Inference loop(const Site& site);

}  // namespace dp::shape_rules
