// The functions of linear algebra whose form depends on their arguments: a vector or a matrix on the right
// side, a tall or a wide matrix. Each form is a function of the library, which this chooses.

#include "frontend/check_calls.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_library.h"
#include "frontend/check_linear.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

/// The same elements with these explicit dimensions.
Value with_dims(Value value, Shape dims) {
  typed::TensorShape shape = as_tensor(value.type())->shape;
  shape.dims = std::move(dims);
  return reshaped(std::move(value), std::move(shape));
}

/// A x = b: of one scalar type, the matrix first.
struct Equation {
  Value a, b;

  /// A right side of one axis less than the matrix.
  bool has_vector() const { return dims_of(b).size() + 1 == dims_of(a).size(); }
};

std::optional<Equation> equation_of(Body& body, const CallSite& site, Argument& a, Argument& b) {
  Equation result{evaluate(body, a), evaluate(body, b)};
  if (!result.a || !result.b) return std::nullopt;
  if (!unify(body, {&result.a, &result.b}, Numbers::reals, site.span, site.name)) return std::nullopt;
  settle_by_itself(result.a);
  settle_by_itself(result.b);
  const bool fits = is_matrix(body, site, result.a, false) && is_right_side(body, site, result.a, result.b);
  return fits ? std::optional(std::move(result)) : std::nullopt;
}

/// `solve` of the equation with a matrix on the right: a vector becomes one column and comes back.
template <class Solve>
Value with_columns(Equation equation, const Solve& solve) {
  if (!equation.has_vector()) return solve(std::move(equation));
  Shape column = dims_of(equation.b);
  column.emplace_back(1);
  equation.b = with_dims(std::move(equation.b), std::move(column));
  Value result = solve(std::move(equation));
  if (!result) return {};
  Shape vector = dims_of(result);
  vector.pop_back();
  return with_dims(std::move(result), std::move(vector));
}

/// Whether a matrix has at least as many rows as columns; where that is open nothing, and an error that says
/// which clause to write.
std::optional<bool> is_tall(Body& body, const Value& matrix, Span span) {
  const Shape& dims = dims_of(matrix);
  const Dim &rows = dims[dims.size() - 2], &columns = dims.back();
  if (prove_at_most(body, columns, rows) == Verdict::proven) return true;
  if (prove_at_most(body, rows, columns) == Verdict::proven) return false;
  check_size(body, rows - columns, span);
  return std::nullopt;
}

/// `name_tall` or `name_wide` of the library; the first value is the matrix.
Value by_form(Body& body, const CallSite& site, const std::string& name, std::vector<Value> values) {
  const auto tall = is_tall(body, values.front(), site.span);
  if (!tall) return {};
  return call_library(body, name + (*tall ? "_tall" : "_wide"), site, std::move(values));
}

Value factors(Body& body, CallSite site, const std::string& name) {
  auto values = values_of(body, site, {"A"});
  if (!values || !unify(body, {&values->front()}, Numbers::reals, site.span, site.name)) return {};
  settle_by_itself(values->front());
  if (!is_matrix(body, site, values->front(), false)) return {};
  return by_form(body, site, name, std::move(*values));
}

std::vector<Value> both_sides(Equation equation) {
  std::vector<Value> values;
  values.push_back(std::move(equation.a));
  values.push_back(std::move(equation.b));
  return values;
}

}  // namespace

Value check_intrinsic_qr(Body& body, CallSite site) { return factors(body, std::move(site), "qr"); }
Value check_intrinsic_svd(Body& body, CallSite site) { return factors(body, std::move(site), "svd"); }

Value check_intrinsic_solve(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"A", "b"}, 2);
  auto equation = placed ? equation_of(body, site, *(*placed)[0], *(*placed)[1]) : std::nullopt;
  if (!equation) return {};
  return with_columns(std::move(*equation), [&](Equation columns) {
    return call_library(body, "solve_matrix", site, both_sides(std::move(columns)));
  });
}

Value check_intrinsic_lstsq(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"A", "b"}, 2);
  auto equation = placed ? equation_of(body, site, *(*placed)[0], *(*placed)[1]) : std::nullopt;
  if (!equation) return {};
  return with_columns(std::move(*equation), [&](Equation columns) {
    return by_form(body, site, "lstsq", both_sides(std::move(columns)));
  });
}

Value check_intrinsic_triangular_solve(Body& body, CallSite site) {
  const auto placed = intrinsic_arguments(body, site, {"L", "b", "lower", "transposed"}, 2);
  const auto lower = placed ? written_truth(body, site, (*placed)[2], true) : std::nullopt;
  const auto turned = lower ? written_truth(body, site, (*placed)[3], false) : std::nullopt;
  if (!turned) return {};
  auto equation = equation_of(body, site, *(*placed)[0], *(*placed)[1]);
  if (!equation || !is_matrix(body, site, equation->a, true)) return {};
  return with_columns(std::move(*equation), [&](Equation columns) -> Value {
    typed::Type type = columns.b.type();
    typed::StructuralExpr node{Op::triangular_solve,
                               list(std::move(columns.a.expr), std::move(columns.b.expr)),
                               {*lower ? 1 : 0, *turned ? 1 : 0},
                               {},
                               false};
    return {make(std::move(type), site.span, std::move(node)), Open::no};
  });
}

}  // namespace dp::checker
