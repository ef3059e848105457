// `f i, j: e` is f(for i, j: e). With a filter, `sum i if c: e`, what the filter leaves out is the identity
// of the function and is not computed; `mean` divides by the count of what is left.

#include <algorithm>
#include <array>
#include <limits>

#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_loops.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"

namespace dp::checker {

using typed::Scalar;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What a filter puts in the place of what it leaves out.
struct Filtered {
  std::string_view function;
  double real;
  std::int64_t integer;
  Numbers numbers;
};
constexpr std::array<Filtered, 9> filtered_functions{{
    {"sum", 0, 0, Numbers::any},
    {"prod", 1, 1, Numbers::any},
    {"max", -infinity, std::numeric_limits<std::int64_t>::min(), Numbers::any},
    {"min", infinity, std::numeric_limits<std::int64_t>::max(), Numbers::any},
    {"any", 0, 0, Numbers::bools},
    {"all", 1, 1, Numbers::bools},
    {"logsumexp", -infinity, 0, Numbers::reals},
    {"mean", 0, 0, Numbers::reals},
    {"count", 0, 0, Numbers::bools},
}};

/// The row of a function of the language, not of one that the user has declared under its name.
const Filtered* filtered_function(Body& body, const std::string& name) {
  if (body.find_variable(name)) return nullptr;
  const Entry* entry = body.program.find(body.origin, name);
  if (entry && entry->origin == Origin::user) return nullptr;
  for (const Filtered& each : filtered_functions) {
    if (each.function == name) return &each;
  }
  return nullptr;
}

typed::ExprPtr identity(const Filtered& row, const typed::Type& type, Span span) {
  const Scalar scalar = as_tensor(type)->scalar;
  if (scalar == Scalar::boolean) return make(type, span, typed::NumberExpr{row.integer != 0});
  if (is_real(scalar)) return make(type, span, typed::NumberExpr{row.real});
  const bool narrow = scalar == Scalar::i32;
  using Limits = std::numeric_limits<std::int32_t>;
  const auto value =
      narrow ? std::clamp<std::int64_t>(row.integer, Limits::min(), Limits::max()) : row.integer;
  return make(type, span, typed::NumberExpr{value});
}

typed::ExprPtr all_axes(Op op, typed::ExprPtr value) {
  const Span span = value->span;
  typed::Type type = tensor(as_tensor(value->type)->scalar);
  return make(std::move(type), span, typed::StructuralExpr{op, list(std::move(value)), {}, {}, true});
}

class Reducer {
 public:
  Reducer(Body& body, const ast::For& loop, Span span)
      : body_(body),
        loop_(loop),
        span_(span),
        name_(source_text(body, loop.function->span)),
        row_(std::holds_alternative<ast::NameUse>(loop.function->node) ? filtered_function(body, name_)
                                                                       : nullptr) {}

  Value run() {
    if (loop_.filter && !row_) {
      body_.report(diagnose(diag::NoFilter, loop_.filter->span, name_)
                       .fix("`where(c, a, b)` in the body, with the value that what is left out counts as"));
      return {};
    }
    const bool averages = loop_.filter && name_ == "mean";
    Value values =
        loop_over(body_, loop_, span_, [&](Body&) { return averages ? body_and_flag() : inside(); });
    if (!values) return {};
    if (averages) return mean(std::move(values));
    if (row_ && name_ == "count") return counted(std::move(values));
    return call(std::move(values));
  }

 private:
  Value element() {
    Value value = check_block(body_, loop_.body);
    if (!value) return {};
    if (std::holds_alternative<typed::NothingType>(value.type().node)) {
      body_.report(diagnose(diag::NoValue, value.span()));
      return {};
    }
    const bool checked = loop_.filter || (row_ && name_ == "count");
    if (checked && !unify(body_, {&value}, row_->numbers, value.span(), name_)) return {};
    if (checked && (name_ == "max" || name_ == "min")) settle_by_itself(value);
    return value;
  }

  Value inside() {
    if (!loop_.filter) return element();
    typed::ExprPtr condition = check_condition(body_, *loop_.filter);
    Value value = element();
    return condition && value ? chosen(std::move(condition), std::move(value)) : Value{};
  }

  /// The value where the condition holds, else the identity.
  Value chosen(typed::ExprPtr condition, Value value) {
    typed::Type type = value.type();
    std::get<typed::TensorType>(type.node).bound.reset();
    const Span span = value.span();
    typed::IfExpr node;
    node.otherwise = identity(*row_, type, span);
    node.branches.emplace_back(std::move(condition), std::move(value.expr));
    return {make(std::move(type), span, std::move(node)), value.open};
  }

  Value body_and_flag() {
    typed::ExprPtr condition = check_condition(body_, *loop_.filter);
    Value value = element();
    if (!condition || !value) return {};
    settle_by_itself(value);
    const Span span = value.span();
    const typed::Type flag_type = condition->type;
    const typed::VariableId flag = body_.add_variable("", flag_type, span);
    typed::BlockExpr block;
    block.statements.push_back({span, typed::LetStatement{flag, std::move(condition)}});
    Value kept = chosen(use(body_, flag, span), std::move(value));
    part_ = as_tensor(kept.type())->shape;
    typed::Type type{typed::TupleType{{kept.type(), flag_type}}};
    block.value = make(type, span, typed::TupleExpr{list(std::move(kept.expr), use(body_, flag, span))});
    return {make(std::move(type), span, std::move(block)), Open::no};
  }

  typed::ExprPtr item(typed::VariableId pair, std::size_t k) {
    typed::Type type = std::get<typed::TupleType>(body_.function.variables[pair].type.node).elements[k];
    return make(std::move(type), span_, typed::ItemExpr{use(body_, pair, span_), k});
  }

  Value mean(Value values) {
    const typed::VariableId pair = body_.add_variable("", values.type(), span_);
    body_.notes[pair].definition = values.expr.get();
    typed::BlockExpr block;
    block.statements.push_back({span_, typed::LetStatement{pair, std::move(values.expr)}});
    typed::ExprPtr total = all_axes(Op::reduce_sum, item(pair, 0));
    const Scalar scalar = as_tensor(total->type)->scalar;
    typed::ExprPtr count = all_axes(Op::reduce_sum, convert(item(pair, 1), scalar));
    const Dim size = element_count(part_.dims) * (part_.pack ? Dim::name(typed::pack_count) : Dim(1));
    if (size != Dim(1)) {
      typed::ExprPtr elements = convert(make(tensor(Scalar::i64), span_, typed::DimExpr{size}), scalar);
      count = point(Op::mul, tensor(scalar), span_, list(std::move(count), std::move(elements)));
    }
    block.value = point(Op::div, tensor(scalar), span_, list(std::move(total), std::move(count)));
    return {make(tensor(scalar), span_, std::move(block)), Open::no};
  }

  Value counted(Value values) {
    return {all_axes(Op::reduce_sum, convert(std::move(values.expr), Scalar::i64)), Open::no};
  }

  Value call(Value values) {
    CallSite site{name_, span_, loop_.function->span, {}};
    Argument argument;
    argument.span = values.span();
    argument.ready = std::move(values);
    site.arguments.push_back(std::move(argument));
    return call_callee(body_, *loop_.function, std::move(site));
  }

  Body& body_;
  const ast::For& loop_;
  Span span_;
  std::string name_;
  const Filtered* row_;
  typed::TensorShape part_;  // of one value of a filtered mean
};

}  // namespace

Value check_reducer(Body& body, const ast::For& loop, Span span) { return Reducer(body, loop, span).run(); }

}  // namespace dp::checker
