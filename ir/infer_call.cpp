// The types of calls: random ones, and routines on whole tensors.

#include "ir/infer_rules.h"

namespace dp::shape_rules {
namespace {

Inference random(const Site& site) {
  const Type& first = site.operand(0);
  if (site.op == Op::make_key) {
    if (!is_integer(first.dtype)) return Inference::failure("takes an integer");
    return Type{Dtype::key, first.shape};
  }
  if (first.dtype != Dtype::key) return Inference::failure("takes a key");
  if (site.op == Op::random_bits) {
    Shape shape = first.shape;
    const Shape& drawn = site.dims("shape");
    shape.insert(shape.end(), drawn.begin(), drawn.end());
    return Type{Dtype::i32, std::move(shape)};
  }
  const Type& count = site.operand(1);
  if (!is_integer(count.dtype) || count.shape != first.shape) {
    return Inference::failure("takes an integer for each key");
  }
  return first;
}

Shape leading(const Shape& shape, std::size_t count) {
  return {shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(count)};
}

Type with_last(const Type& type, std::size_t count, const Shape& last) {
  Type result{type.dtype, leading(type.shape, count)};
  result.shape.insert(result.shape.end(), last.begin(), last.end());
  return result;
}

Inference order(const Site& site) {
  const Type& x = site.operand(0);
  if (x.rank() == 0) return Inference::failure("takes a tensor of at least one axis");
  if (site.op == Op::sort) return x;
  if (site.op == Op::argsort) return Type{Dtype::i64, x.shape};
  const Type& sought = site.operand(1);
  const bool agree =
      sought.dtype == x.dtype && sought.rank() > 0 && leading(sought.shape, 1) == leading(x.shape, 1);
  return agree ? Inference(Type{Dtype::i64, sought.shape})
               : Inference::failure("takes operands of one type that differ in the last axis only");
}

/// Empty, or why the operand is no matrix, or not of the columns and rows that the routine needs.
std::string matrix_error(const Type& type, bool square, bool tall) {
  if (!is_real(type.dtype) || type.rank() < 2) return "takes matrices of reals";
  const Dim &rows = type.shape[type.rank() - 2], &columns = type.shape.back();
  if (square && rows != columns) return "takes a square matrix";
  const auto height = rows.constant(), width = columns.constant();
  return tall && height && width && *height < *width ? "takes at least as many rows as columns" : "";
}

/// Of `lu_solve` and `lu_det`, whose second operand is what `lu` gives for the first.
Inference of_factors(const Site& site) {
  const Type& a = site.operand(0);
  const Dim n = a.shape.back();
  if (site.operand(1) != with_last(a, 2, {n, n + Dim(1)}))
    return Inference::failure("takes a matrix and its factors");
  return site.op == Op::lu_det ? with_last(a, 2, {Dim(2)}) : site.operand(2);
}

/// The right side of an equation: as many rows as the matrix has.
std::string right_side_error(const Type& a, const Type& b) {
  const bool fits = b.dtype == a.dtype && b.rank() == a.rank() && leading(a.shape, 1) == leading(b.shape, 1);
  return fits ? "" : "takes a right side with the leading axes and the rows of the matrix";
}

Inference matrices(const Site& site) {
  const Type& a = site.operand(0);
  const bool tall = site.op == Op::qr || site.op == Op::svd;
  if (std::string error = matrix_error(a, !tall, tall); !error.empty())
    return Inference::failure(std::move(error));
  const Dim rows = a.shape[a.rank() - 2], columns = a.shape.back();
  if (site.op == Op::triangular_solve || site.op == Op::lu_solve) {
    std::string error = right_side_error(a, site.operand(site.operands.size() - 1));
    if (!error.empty()) return Inference::failure(std::move(error));
  }
  switch (site.op) {
    case Op::cholesky: return a;
    case Op::triangular_solve: return site.operand(1);
    case Op::lu:
    case Op::eigh: return with_last(a, 1, {columns + Dim(1)});
    case Op::qr: return with_last(a, 2, {rows + columns, columns});
    case Op::svd: return with_last(a, 2, {rows + columns + Dim(1), columns});
    default: return of_factors(site);
  }
}

}  // namespace

Inference call(const Site& site) {
  if (!is_routine(site.op)) return random(site);
  const bool is_order = site.op == Op::sort || site.op == Op::argsort || site.op == Op::searchsorted;
  return is_order ? order(site) : matrices(site);
}

}  // namespace dp::shape_rules
