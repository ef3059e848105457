// `a ~= b`: one bool, true where |a - b| ≤ absolute + relative · |b| everywhere, infinities equal to
// themselves and NaN to NaN. The tolerances are those of the precision: 1e-8 and 1e-5 in f32, 1e-12 and 1e-9
// in f64.

#include <cmath>

#include "frontend/check_broadcast.h"
#include "frontend/check_leaves.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_operators.h"

namespace dp::checker {

using typed::ExprPtr;
using typed::Scalar;

namespace {

struct Tolerance {
  double single, twice;
};
constexpr Tolerance absolute{1e-8, 1e-12}, relative{1e-5, 1e-9};

/// A tolerance in a scalar type. Of `real` the precision is known only to `build`: in f32 alone 1 + 1e-10
/// is 1.
ExprPtr tolerance(Tolerance value, Scalar scalar, Span span) {
  if (scalar == Scalar::f32) return number(value.single, scalar, span);
  if (scalar == Scalar::f64) return number(value.twice, scalar, span);
  ExprPtr is_single = point(Op::eq, tensor(Scalar::boolean), span,
                            list(number(1.0000000001, scalar, span), number(1.0, scalar, span)));
  return point(
      Op::select, tensor(scalar), span,
      list(std::move(is_single), number(value.single, scalar, span), number(value.twice, scalar, span)));
}

/// The operands under names of their own, since each is used more than once.
class Comparison {
 public:
  Comparison(Body& body, Value left, Value right, typed::TensorShape shape, Span span)
      : body_(body), shape_(std::move(shape)), span_(span) {
    scalar_ = as_tensor(left.type())->scalar;
    left_ = bind(std::move(left));
    right_ = bind(std::move(right));
  }

  ExprPtr run() {
    ExprPtr same = test(Op::eq, left(), right());
    if (is_real(scalar_)) same = test(Op::or_, test(Op::or_, std::move(same), within()), both_nan());
    if (!shape_.is_scalar()) {
      typed::StructuralExpr all{Op::reduce_all, list(std::move(same)), {}, {}, true};
      same = make(tensor(Scalar::boolean), span_, std::move(all));
    }
    typed::BlockExpr block{std::move(statements_), std::move(same)};
    return make(tensor(Scalar::boolean), span_, std::move(block));
  }

 private:
  typed::VariableId bind(Value value) {
    const typed::VariableId id = body_.add_variable("", value.type(), span_);
    body_.notes[id].definition = value.expr.get();
    statements_.push_back({span_, typed::LetStatement{id, std::move(value.expr)}});
    return id;
  }
  ExprPtr left() { return spread(body_, use(body_, left_, span_), shape_); }
  ExprPtr right() { return spread(body_, use(body_, right_, span_), shape_); }
  ExprPtr real(Op op, std::vector<ExprPtr> operands) {
    return point(op, tensor(scalar_, shape_), span_, std::move(operands));
  }
  ExprPtr test(Op op, ExprPtr a, ExprPtr b) {
    return point(op, tensor(Scalar::boolean, shape_), span_, list(std::move(a), std::move(b)));
  }
  ExprPtr within() {
    ExprPtr gap = real(Op::abs, list(real(Op::sub, list(left(), right()))));
    ExprPtr scaled = real(Op::mul, list(tolerance(relative, scalar_, span_), real(Op::abs, list(right()))));
    ExprPtr allowed = real(Op::add, list(tolerance(absolute, scalar_, span_), std::move(scaled)));
    // |b| = inf would allow any gap: then only equality counts.
    ExprPtr finite = test(Op::lt, real(Op::abs, list(right())), number(INFINITY, scalar_, span_));
    return test(Op::and_, test(Op::le, std::move(gap), std::move(allowed)), std::move(finite));
  }
  ExprPtr is_nan(ExprPtr value) {
    return point(Op::isnan, tensor(Scalar::boolean, shape_), span_, list(std::move(value)));
  }
  ExprPtr both_nan() { return test(Op::and_, is_nan(left()), is_nan(right())); }

  Body& body_;
  typed::TensorShape shape_;
  Span span_;
  Scalar scalar_ = Scalar::real;
  typed::VariableId left_ = 0, right_ = 0;
  std::vector<typed::Statement> statements_;
};

}  // namespace

Value close(Body& body, Value left, Value right, Span span) {
  if (!as_tensor(left.type()) && !as_tensor(right.type()))
    return compare_leaves(body, ast::BinaryOp::close, std::move(left), std::move(right), span);
  if (!unify(body, {&left, &right}, Numbers::compared, span, "~=")) return {};
  std::vector<Value> operands;
  operands.push_back(std::move(left));
  operands.push_back(std::move(right));
  const auto shape = common_shape(body, operands, span, "~=");
  if (!shape) return {};
  return {Comparison(body, std::move(operands[0]), std::move(operands[1]), *shape, span).run(), Open::no};
}

}  // namespace dp::checker
