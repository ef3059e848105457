#pragma once
// Indices as linear forms: constant + Σ coefficient · symbol, where a symbol is a loop variable or whatever
// else the index is made of. What addresses, strides and hoisting are decided from; exact, since indices
// never overflow.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "ir/loops.h"

namespace dp::codegen {

/// A loop variable, or an i64 expression that is not a sum or a multiple.
struct Symbol {
  bool is_variable = false;
  std::uint32_t id = 0;  // VariableId or ExprId
  auto operator<=>(const Symbol&) const = default;
};

struct Term {
  Symbol symbol;
  std::int64_t coefficient = 0;
  auto operator<=>(const Term&) const = default;
};

struct Linear {
  std::int64_t constant = 0;
  std::vector<Term> terms;  // sorted by symbol, no zero coefficients

  std::int64_t coefficient(loops::VariableId variable) const;
  bool operator==(const Linear&) const = default;
};

Linear linear(const loops::Module& module, loops::ExprId index);
Linear operator+(const Linear& x, const Linear& y);
Linear operator*(const Linear& x, std::int64_t factor);

/// The value of an i64 or i32 constant expression.
std::optional<std::int64_t> constant_integer(const loops::Module& module, loops::ExprId expr);

}  // namespace dp::codegen
