// `if`: all branches are checked. Where a condition is made of dimensions and constants `build` takes the
// branch that holds, and each branch knows what its condition says of them.

#include <algorithm>

#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_loops.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

/// Made of literals, dimensions, constants and layer arguments alone.
bool known_at_compile_time(const typed::Expr& expression) {
  if (const auto* node = std::get_if<typed::PointExpr>(&expression.node)) {
    for (const typed::ExprPtr& each : node->operands) {
      if (!known_at_compile_time(*each)) return false;
    }
    return true;
  }
  if (const auto* node = std::get_if<typed::ConvertExpr>(&expression.node))
    return known_at_compile_time(*node->value);
  return std::holds_alternative<typed::NumberExpr>(expression.node) ||
         std::holds_alternative<typed::DimExpr>(expression.node) ||
         std::holds_alternative<typed::ArgumentExpr>(expression.node) ||
         std::holds_alternative<typed::ConstantExpr>(expression.node);
}

std::optional<Dim> compared_dim(const typed::Expr& side) {
  if (const auto* dim = std::get_if<typed::DimExpr>(&side.node)) return dim->value;
  const auto number = literal_integer(side);
  return number ? std::optional(Dim(*number)) : std::nullopt;
}

/// Of different whole numbers that are known to stand in an order one is larger by 1 or more.
void assume_different(Body& body, const Dim& a, const Dim& b) {
  if (prove_at_most(body, a, b) == Verdict::proven) assume_at_most(body, a + Dim(1), b);
  if (prove_at_most(body, b, a) == Verdict::proven) assume_at_most(body, b + Dim(1), a);
}

void learn_comparison(Body& body, Op op, const Dim& a, const Dim& b) {
  switch (op) {
    case Op::eq: return assume_equal(body, a, b);
    case Op::ne: return assume_different(body, a, b);
    case Op::le: return assume_at_most(body, a, b);
    default: return assume_at_most(body, a + Dim(1), b);
  }
}

/// What a condition on dimensions says where it holds, or where it does not: `n == 1`, `k <= n`.
void learn(Body& body, const typed::Expr& condition, bool holds) {
  const auto* node = std::get_if<typed::PointExpr>(&condition.node);
  if (node == nullptr) return;
  if (node->op == Op::not_) return learn(body, *node->operands[0], !holds);
  if (node->op == (holds ? Op::and_ : Op::or_)) {
    for (const typed::ExprPtr& each : node->operands) learn(body, *each, holds);
    return;
  }
  const bool compares = node->op == Op::eq || node->op == Op::ne || node->op == Op::le || node->op == Op::lt;
  if (!compares) return;
  const auto a = compared_dim(*node->operands[0]), b = compared_dim(*node->operands[1]);
  if (!a || !b) return;
  if (holds) return learn_comparison(body, node->op, *a, *b);
  switch (node->op) {
    case Op::eq: return learn_comparison(body, Op::ne, *a, *b);
    case Op::ne: return learn_comparison(body, Op::eq, *a, *b);
    case Op::le: return learn_comparison(body, Op::lt, *b, *a);
    default: return learn_comparison(body, Op::le, *b, *a);
  }
}

bool same_types(Body& body, std::vector<Value>& values, Span span) {
  std::vector<Value*> tensors;
  for (Value& each : values) {
    if (as_tensor(each.type())) tensors.push_back(&each);
  }
  const bool numbers =
      tensors.size() == values.size() && std::all_of(values.begin(), values.end(), [](const Value& each) {
        const auto scalar = as_tensor(each.type())->scalar;
        return is_real(scalar) || is_integer(scalar);
      });
  if (numbers && !unify(body, tensors, Numbers::any, span, "if")) return false;
  for (const Value& each : values) {
    if (agree(body, each.type(), values.front().type())) continue;
    body.report(diagnose(diag::BranchMismatch, each.span(), text(values.front().type()), text(each.type()))
                    .label(values.front().span(), text(values.front().type())));
    return false;
  }
  return true;
}

/// Writes sizes as they are wanted: where `n == 1` holds, `real[1]` is `real[n]`.
void take_sizes(typed::Type& type, const typed::Type& wanted) {
  if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) {
    leaf->shape = as_tensor(wanted)->shape;
    return;
  }
  auto* tuple = std::get_if<typed::TupleType>(&type.node);
  for (std::size_t k = 0; tuple && k < tuple->elements.size(); ++k)
    take_sizes(tuple->elements[k], std::get<typed::TupleType>(wanted.node).elements[k]);
}

/// Functions and texts cannot be chosen by a value.
bool is_choosable(const typed::Type& type) {
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node))
    return std::all_of(tuple->elements.begin(), tuple->elements.end(), is_choosable);
  return !std::holds_alternative<typed::FunctionType>(type.node) &&
         !std::holds_alternative<typed::TextType>(type.node);
}

bool has_value(const Value& value) { return !std::holds_alternative<typed::NothingType>(value.type().node); }

/// The branches on their way, and what each of them leaves of the names that some of them rebind.
class Branches {
 public:
  Branches(Body& body, const ast::If& syntax, Span span, const typed::Type* wanted)
      : body_(body), syntax_(syntax), span_(span), wanted_(wanted) {
    std::vector<const ast::Block*> blocks;
    for (const ast::IfBranch& each : syntax.branches) blocks.push_back(&each.body);
    if (syntax.otherwise) blocks.push_back(&*syntax.otherwise);
    names_ = rebound_names(body, blocks);
    for (const std::string& name : names_) {
      before_.push_back(*body.find_variable(name));
      body.notes[before_.back()].read = true;
    }
    from_.resize(names_.size());
  }

  Value run() {
    const Facts before = body_.facts;
    Facts otherwise = before;
    for (const ast::IfBranch& branch : syntax_.branches) {
      typed::ExprPtr condition = check_condition(body_, *branch.condition);
      fine_ = fine_ && condition;
      if (condition) learn(body_, *condition, true);
      check_branch(branch.body);
      body_.facts = otherwise;
      if (condition) learn(body_, *condition, false);
      otherwise = body_.facts;
      conditions_.push_back(std::move(condition));
    }
    if (syntax_.otherwise) check_branch(*syntax_.otherwise);
    body_.facts = before;
    if (!fine_) return {};
    for (std::size_t k = 0; !syntax_.otherwise && k < names_.size(); ++k) from_[k].push_back(before_[k]);
    return finished();
  }

 private:
  void check_branch(const ast::Block& block) {
    const ScopeGuard scope(body_);
    std::vector<bool> kept;
    for (std::size_t k = 0; k < names_.size(); ++k) {
      body_.scopes.back()[names_[k]] = before_[k];
      kept.push_back(body_.notes[before_[k]].keeps_type);
      body_.notes[before_[k]].keeps_type = true;
    }
    values_.push_back(check_block(body_, block, wanted_));
    fine_ = fine_ && values_.back();
    const bool fits = wanted_ && values_.back() && agree(body_, values_.back().type(), *wanted_);
    if (fits) take_sizes(values_.back().expr->type, *wanted_);
    for (std::size_t k = 0; k < names_.size(); ++k) {
      body_.notes[before_[k]].keeps_type = kept[k];
      from_[k].push_back(*body_.find_variable(names_[k]));
      body_.notes[from_[k].back()].read = true;
      fine_ = fine_ && !body_.notes[from_[k].back()].poisoned;
    }
  }

  Value finished() {
    const bool gives = syntax_.otherwise && std::all_of(values_.begin(), values_.end(), has_value);
    if (gives && !same_types(body_, values_, span_)) return {};
    if (gives && !is_choosable(values_.front().type()) && !all_known()) return {};
    typed::IfExpr node;
    if (!merge(node)) return {};
    typed::Type type = gives ? values_.front().type() : typed::Type{typed::NothingType{}};
    if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) leaf->bound = common_bound();
    const Open open = gives && names_.empty() ? values_.front().open : Open::no;
    for (std::size_t k = 0; k < conditions_.size(); ++k)
      node.branches.emplace_back(std::move(conditions_[k]), std::move(values_[k].expr));
    if (syntax_.otherwise) node.otherwise = std::move(values_.back().expr);
    return {make(std::move(type), span_, std::move(node)), open};
  }

  bool all_known() {
    const bool known = std::all_of(conditions_.begin(), conditions_.end(),
                                   [](const typed::ExprPtr& each) { return known_at_compile_time(*each); });
    if (!known)
      body_.report(diagnose(diag::ConditionAtRunTime, syntax_.branches.front().condition->span,
                            text(values_.front().type())));
    return known;
  }

  /// The bound of bounded integers, where all branches have it.
  std::optional<Dim> common_bound() const {
    const auto bound = as_tensor(values_.front().type())->bound;
    for (const Value& each : values_) {
      const auto& other = as_tensor(each.type())->bound;
      if (!bound || !other || !agree(body_, *bound, *other)) return std::nullopt;
    }
    return bound;
  }

  bool merge(typed::IfExpr& node) {
    bool fine = true;
    for (std::size_t k = 0; k < names_.size(); ++k) {
      typed::Type type = body_.function.variables[from_[k].front()].type;
      fine = agreed(names_[k], from_[k]) && fine;
      if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) leaf->bound.reset();
      const Span span = body_.function.variables[before_[k]].span;
      node.merged.push_back({from_[k], body_.assign(names_[k], std::move(type), span, nullptr)});
      ++body_.rebindings;
      VariableNote& note = body_.notes[node.merged.back().into];
      note.parameter = true;
      note.sources = from_[k];
    }
    return fine;
  }

  bool agreed(const std::string& name, const std::vector<typed::VariableId>& from) {
    const typed::Variable& first = body_.function.variables[from.front()];
    for (const typed::VariableId id : from) {
      const typed::Variable& other = body_.function.variables[id];
      if (agree(body_, first.type, other.type)) continue;
      body_.report(
          with_origins(diagnose(diag::MergedType, first.span, name, text(first.type), text(other.type))
                           .label(first.span, text(first.type))
                           .label(other.span, text(other.type)),
                       body_, {first.type, other.type}));
      return false;
    }
    return true;
  }

  Body& body_;
  const ast::If& syntax_;
  Span span_;
  const typed::Type* wanted_;
  std::vector<std::string> names_;
  std::vector<typed::VariableId> before_;
  std::vector<std::vector<typed::VariableId>> from_;  // by name, for each branch
  std::vector<typed::ExprPtr> conditions_;
  std::vector<Value> values_;
  bool fine_ = true;
};

}  // namespace

typed::ExprPtr check_condition(Body& body, const ast::Expr& expression) {
  Value condition = check_expr(body, expression);
  if (!condition) return nullptr;
  const auto* type = as_tensor(condition.type());
  if (type && type->scalar == typed::Scalar::boolean && type->shape.is_scalar())
    return std::move(condition.expr);
  body.report(diagnose(diag::NotACondition, expression.span, text(condition.type())));
  return nullptr;
}

Value check_if(Body& body, const ast::If& conditional, Span span, const typed::Type* wanted) {
  return Branches(body, conditional, span, wanted).run();
}

}  // namespace dp::checker
