#include "frontend/check_leaves.h"

#include <algorithm>

#include "frontend/check_notes.h"
#include "frontend/check_operators.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

using Path = std::vector<std::size_t>;

/// The parts of a struct, layer or tuple; none for others.
std::vector<typed::Type> parts_of(const typed::Type& type) {
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node)) return tuple->elements;
  std::vector<typed::Type> result;
  const auto* fields = fields_of(type);
  for (std::size_t k = 0; fields && k < fields->size(); ++k) result.push_back(field_type(type, k));
  return result;
}

typed::ExprPtr part_of(Body& body, typed::VariableId variable, const Path& path, Span span) {
  typed::ExprPtr result = use(body, variable, span);
  for (const std::size_t step : path) {
    typed::Type type = parts_of(result->type)[step];
    const bool is_tuple = std::holds_alternative<typed::TupleType>(result->type.node);
    result = is_tuple ? make(std::move(type), span, typed::ItemExpr{std::move(result), step})
                      : make(std::move(type), span, typed::FieldExpr{std::move(result), step});
  }
  return result;
}

/// Two values under names of their own, compared leaf by leaf.
class Comparison {
 public:
  Comparison(Body& body, ast::BinaryOp op, Span span) : body_(body), op_(op), span_(span) {}

  Value run(Value left, Value right) {
    const typed::Type type = left.type();
    left_ = bind(std::move(left));
    right_ = bind(std::move(right));
    if (!compare({}, type)) return {};
    const typed::Type one = tensor(typed::Scalar::boolean);
    typed::ExprPtr all = make(one, span_, typed::NumberExpr{true});
    if (!leaves_.empty()) all = std::move(leaves_.front());
    for (std::size_t k = 1; k < leaves_.size(); ++k)
      all = point(Op::and_, one, span_, list(std::move(all), std::move(leaves_[k])));
    if (op_ == ast::BinaryOp::not_equal) all = point(Op::not_, one, span_, list(std::move(all)));
    typed::BlockExpr block{std::move(statements_), std::move(all)};
    return {make(one, span_, std::move(block)), Open::no};
  }

 private:
  typed::VariableId bind(Value value) {
    const typed::VariableId id = body_.add_variable("", value.type(), span_);
    body_.notes[id].definition = value.expr.get();
    statements_.push_back({span_, typed::LetStatement{id, std::move(value.expr)}});
    return id;
  }

  bool compare(const Path& path, const typed::Type& type) {
    if (as_tensor(type)) return compare_leaf(path);
    const auto parts = parts_of(type);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      Path inner = path;
      inner.push_back(k);
      if (!compare(inner, parts[k])) return false;
    }
    return true;
  }

  bool compare_leaf(const Path& path) {
    Value left{part_of(body_, left_, path, span_), Open::no};
    Value right{part_of(body_, right_, path, span_), Open::no};
    const bool is_close = op_ == ast::BinaryOp::close;
    Value same = is_close ? close(body_, std::move(left), std::move(right), span_)
                          : arithmetic(body_, ast::BinaryOp::equal, std::move(left), std::move(right), span_);
    if (!same) return false;
    typed::ExprPtr one = std::move(same.expr);
    if (!as_tensor(one->type)->shape.is_scalar()) {
      typed::StructuralExpr all{Op::reduce_all, list(std::move(one)), {}, {}, true};
      one = make(tensor(typed::Scalar::boolean), span_, std::move(all));
    }
    leaves_.push_back(std::move(one));
    return true;
  }

  Body& body_;
  ast::BinaryOp op_;
  Span span_;
  typed::VariableId left_ = 0, right_ = 0;
  std::vector<typed::Statement> statements_;
  std::vector<typed::ExprPtr> leaves_;
};

}  // namespace

bool all_real(const typed::Type& type) {
  if (const auto* leaf = as_tensor(type)) return is_real(leaf->scalar);
  const auto parts = parts_of(type);
  return std::all_of(parts.begin(), parts.end(), all_real);
}

Value compare_leaves(Body& body, ast::BinaryOp op, Value left, Value right, Span span) {
  if (!agree(body, left.type(), right.type())) {
    body.report(with_origins(
        diagnose(diag::LeavesDoNotFit, span, std::string(sign_of(op)), text(left.type()), text(right.type())),
        body, {left.type(), right.type()}));
    return {};
  }
  return Comparison(body, op, span).run(std::move(left), std::move(right));
}

}  // namespace dp::checker
