// The types of ops that move elements without changing them.

#include <algorithm>

#include "ir/infer_rules.h"

namespace dp::shape_rules {
namespace {

Inference broadcast(const Site& site) {
  const Type& x = site.operand(0);
  const Axes& axes = site.integers("axes");
  const Shape& shape = site.dims("shape");
  if (axes.size() != x.rank()) return Inference::failure("names a place for each axis of its operand");
  if (std::string error = axes_error(axes, shape.size(), true); !error.empty()) {
    return Inference::failure(std::move(error));
  }
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const Dim& target = shape[static_cast<std::size_t>(axes[k])];
    if (x.shape[k] != target) {
      return Inference::failure(
          fmt::format("puts an axis of {} where {} is", x.shape[k].text(), target.text()));
    }
  }
  return Type{x.dtype, shape};
}

Inference reshape(const Site& site) {
  const Type& x = site.operand(0);
  const Shape& shape = site.dims("shape");
  if (element_count(x.shape) != element_count(shape)) {
    return Inference::failure(fmt::format("cannot make {} of {}", text(shape), text(x.shape)));
  }
  return Type{x.dtype, shape};
}

Inference transpose(const Site& site) {
  const Type& x = site.operand(0);
  const Axes& permutation = site.integers("permutation");
  if (permutation.size() != x.rank()) return Inference::failure("names each axis of its operand once");
  if (std::string error = axes_error(permutation, x.rank(), false); !error.empty()) {
    return Inference::failure(std::move(error));
  }
  Shape shape;
  for (const std::int64_t axis : permutation) shape.push_back(x.shape[static_cast<std::size_t>(axis)]);
  return Type{x.dtype, std::move(shape)};
}

/// Whether `count` elements from `first` on, `stride` apart, are known not to fit into `extent`.
bool falls_outside(const Dim& first, const Dim& count, std::int64_t stride, const Dim& extent) {
  const auto begin = first.constant(), length = count.constant(), size = extent.constant();
  if ((begin && *begin < 0) || (length && *length < 0) || (length && size && *length > *size)) return true;
  if (!begin || !length || !size || *length == 0) return begin && size && *begin > *size;
  std::int64_t last;
  if (__builtin_mul_overflow(*length - 1, stride, &last) || __builtin_add_overflow(last, *begin, &last))
    return true;
  return last >= *size;
}

/// The part of a larger shape that `slice` reads and `pad` writes.
Inference part(const Site& site, const Shape& small, const Shape& large, std::string_view start_name) {
  const Shape& start = site.dims(start_name);
  const Axes& stride = site.integers("stride");
  if (small.size() != large.size() || start.size() != large.size() || stride.size() != large.size()) {
    return Inference::failure("has a start, an extent and a stride for each axis");
  }
  for (std::size_t k = 0; k < large.size(); ++k) {
    if (stride[k] < 1) return Inference::failure("has strides of at least 1");
    if (falls_outside(start[k], small[k], stride[k], large[k])) {
      return Inference::failure(fmt::format("goes beyond axis {} of extent {}", k, large[k].text()));
    }
  }
  return Type{site.operand(0).dtype, site.dims("shape")};
}

Inference concat(const Site& site) {
  if (site.operands.empty()) return Inference::failure("takes at least one operand");
  Type result = site.operand(0);
  const std::int64_t axis = site.integer("axis");
  if (std::string error = axes_error({axis}, result.rank(), true); !error.empty()) {
    return Inference::failure(std::move(error));
  }
  Dim& extent = result.shape[static_cast<std::size_t>(axis)];
  for (const Type* operand : site.operands.subspan(1)) {
    const bool fits = operand->dtype == result.dtype && operand->rank() == result.rank() &&
                      without_axes(operand->shape, {axis}) == without_axes(result.shape, {axis});
    if (!fits) return Inference::failure("takes operands that differ in its axis only");
    extent = extent + operand->shape[static_cast<std::size_t>(axis)];
  }
  return result;
}

Inference flip(const Site& site) {
  std::string error = axes_error(site.integers("axes"), site.operand(0).rank(), true);
  return error.empty() ? Inference(site.operand(0)) : Inference::failure(std::move(error));
}

/// The shape of x with its axis replaced by the axes of the index.
Shape gathered(const Shape& x, std::size_t axis, const Shape& index) {
  Shape shape = x;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), index.begin(), index.end());
  return shape;
}

Inference indexed(const Site& site) {
  const Type &x = site.operand(0), &index = site.operand(1);
  const std::int64_t axis = site.integer("axis");
  if (std::string error = axes_error({axis}, x.rank(), true); !error.empty()) {
    return Inference::failure(std::move(error));
  }
  if (!is_integer(index.dtype)) return Inference::failure("takes integers as its second operand");
  if (site.op == Op::take) {
    if (index.shape != without_axes(x.shape, {axis})) {
      return Inference::failure("takes one position for each of the other indices");
    }
    return Type{x.dtype, index.shape};
  }
  Type parts{x.dtype, gathered(x.shape, static_cast<std::size_t>(axis), index.shape)};
  if (site.op == Op::gather) return parts;
  const bool adds = site.op == Op::scatter_add;
  if (adds && !is_real(x.dtype) && !is_integer(x.dtype)) return Inference::failure("takes numbers");
  return site.operand(2) == parts ? Inference(x) : Inference::failure("takes parts of type " + text(parts));
}

}  // namespace

std::string axes_error(const Axes& axes, std::size_t rank, bool ascending) {
  std::vector<bool> seen(rank);
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const std::int64_t axis = axes[k];
    if (axis < 0 || static_cast<std::size_t>(axis) >= rank) {
      return fmt::format("has no axis {} among {}", axis, rank);
    }
    if (seen[static_cast<std::size_t>(axis)]) return fmt::format("names axis {} twice", axis);
    if (ascending && k > 0 && axes[k - 1] > axis) return "names its axes in ascending order";
    seen[static_cast<std::size_t>(axis)] = true;
  }
  return "";
}

Shape without_axes(const Shape& shape, const Axes& axes) {
  Shape kept;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(k)) == axes.end())
      kept.push_back(shape[k]);
  }
  return kept;
}

Inference move(const Site& site) {
  switch (site.op) {
    case Op::broadcast: return broadcast(site);
    case Op::reshape: return reshape(site);
    case Op::transpose: return transpose(site);
    case Op::slice: return part(site, site.dims("shape"), site.operand(0).shape, "start");
    case Op::pad: return part(site, site.operand(0).shape, site.dims("shape"), "low");
    case Op::concat: return concat(site);
    case Op::flip: return flip(site);
    default: return indexed(site);
  }
}

}  // namespace dp::shape_rules
