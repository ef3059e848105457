#include "passes/lower_share.h"

#include <algorithm>
#include <map>
#include <set>

#include "ir/loops_walk.h"

namespace dp {

using namespace loops;

namespace {

class Sharer {
 public:
  Sharer(Module& module, Expressions& expressions) : module_(module), expressions_(expressions) {}

  void run(Body& body) {
    count(body);
    share(body);
  }

 private:
  void count(const Body& body) {
    for (const Stmt& statement : body) {
      each_expression(statement, [&](ExprId expr) { count(expr); });
      if (const auto* store = std::get_if<Store>(&statement.node)) stored_.insert(store->buffer);
      if (const auto* call = std::get_if<Call>(&statement.node)) stored_.insert(call->result);
      if (const auto* loop = std::get_if<For>(&statement.node))
        stored_.insert(loop->carried.begin(), loop->carried.end());
      if (const Body* inner = body_of(statement)) count(*inner);
    }
  }
  void count(ExprId id) {
    if (uses_[id]++ > 0) return;
    for (const ExprId part : parts(module_.expressions[id])) count(part);
  }

  struct Level {
    Body done;
    std::vector<ExprId> named;  // by lets in it
    bool is_conditional = false;
  };

  void share(Body& body, bool is_conditional = false) {
    levels_.push_back({{}, {}, is_conditional});
    for (Stmt& statement : body) share(statement);
    body = close_level();
  }
  Body close_level() {
    for (const ExprId id : levels_.back().named) names_.erase(id);
    Body done = std::move(levels_.back().done);
    levels_.pop_back();
    return done;
  }

  void share(Stmt& statement) {
    if (auto* reduce = std::get_if<Reduce>(&statement.node)) {
      share_reduce(*reduce);
    } else if (auto* product = std::get_if<Matmul>(&statement.node)) {
      share_product(*product);
    } else if (auto* print = std::get_if<Print>(&statement.node)) {
      share_print(*print);
    } else {
      each_expression(statement, [&](ExprId& expr) { expr = shared(expr); });
      const bool is_conditional = std::holds_alternative<If>(statement.node);
      for (const VariableId variable : variables_bound(statement)) homes_[variable] = levels_.size();
      if (Body* body = body_of(statement)) share(*body, is_conditional);
    }
    levels_.back().done.push_back(std::move(statement));
    for (const ValueId value : values_given(levels_.back().done.back()))
      value_homes_[value] = levels_.size() - 1;
  }

  void share_reduce(Reduce& reduce) {
    homes_[reduce.outer] = homes_[reduce.inner] = levels_.size();
    levels_.push_back({});
    for (Stmt& statement : reduce.body) share(statement);
    for (ReduceTerm& term : reduce.terms) {
      term.x = shared(term.x);
      if (term.y) term.y = shared(*term.y);
    }
    reduce.body = close_level();
  }

  // The factors are expressions and nothing else: what they need of their own loops has no place for a name.
  void share_product(Matmul& product) {
    for (const VariableId variable : {product.batch, product.row, product.column, product.inner}) {
      homes_[variable] = levels_.size();
    }
    value_homes_[product.accumulator] = levels_.size();
    levels_.push_back({});
    in_factor_ = true;
    product.x = shared(product.x);
    product.y = shared(product.y);
    in_factor_ = false;
    for (Stmt& statement : product.epilogue) share(statement);
    product.epilogue = close_level();
  }

  /// A tensor that is printed stays a load: it tells where its elements begin.
  void share_print(Print& print) {
    const std::vector<Type>& types = module_.sites[print.site].types;
    for (std::size_t k = 0; k < print.values.size(); ++k) {
      ExprId& value = print.values[k];
      value = types[k].rank() == 0 ? shared(value) : rebuilt(value);
    }
  }

  /// The level whose loop the expression depends on: the innermost of its variables and values.
  std::size_t home(ExprId id) const {
    const Expr& expr = module_.expressions[id];
    if (const auto* variable = std::get_if<VariableExpr>(&expr.node)) return homes_.at(variable->variable);
    if (const auto* value = std::get_if<ValueExpr>(&expr.node)) return value_homes_.at(value->value);
    std::size_t innermost = 0;
    for (const ExprId part : parts(expr)) innermost = std::max(innermost, home(part));
    return innermost;
  }

  bool reads_own_stores(ExprId id) const {
    const Expr& expr = module_.expressions[id];
    const auto* load = std::get_if<LoadExpr>(&expr.node);
    if (load != nullptr && stored_.contains(load->buffer)) return true;
    return std::ranges::any_of(parts(expr), [&](ExprId part) { return reads_own_stores(part); });
  }

  /// The expression with what has a name replaced by it; gives names where that is due.
  ExprId shared(ExprId id) {
    const Expr& expr = module_.expressions[id];
    const bool is_work =
        std::holds_alternative<OpExpr>(expr.node) || std::holds_alternative<LoadExpr>(expr.node);
    if (!is_work) return id;
    if (expressions_.is_index(id)) return rebuilt(id);
    if (const auto known = names_.find(id); known != names_.end()) return expressions_.value(known->second);
    std::size_t place = reads_own_stores(id) ? levels_.size() - 1 : home(id);
    // Nothing is moved out of a condition: it may be what makes the computation legal.
    for (std::size_t level = place + 1; level < levels_.size(); ++level) {
      if (levels_[level].is_conditional) place = level;
    }
    const bool is_outside = place + 1 < levels_.size();
    const bool has_place = is_outside || !in_factor_;
    if (!has_place || (!is_outside && uses_.at(id) < 2)) return rebuilt(id);
    return named(id, place);
  }

  ExprId rebuilt(ExprId id) {
    const Expr expr = module_.expressions[id];
    if (const auto* load = std::get_if<LoadExpr>(&expr.node))
      return expressions_.load(load->buffer, shared(load->index));
    const auto& op = std::get<OpExpr>(expr.node);
    std::vector<ExprId> operands;
    for (const ExprId operand : op.operands) operands.push_back(shared(operand));
    if (op.op == Op::convert) return expressions_.convert(expr.dtype, operands[0]);
    return expressions_.op(op.op, std::move(operands), op.exponent);
  }

  ExprId named(ExprId id, std::size_t place) {
    const ExprId expr = rebuilt(id);
    const ValueId value = expressions_.new_value("v", expressions_.dtype(id), static_cast<int>(place));
    value_homes_[value] = place;
    levels_[place].done.push_back({Let{value, expr}});
    levels_[place].named.push_back(id);
    names_[id] = value;
    return expressions_.value(value);
  }

  Module& module_;
  Expressions& expressions_;
  std::map<ExprId, int> uses_;
  std::set<BufferId> stored_;
  std::vector<Level> levels_;
  std::map<VariableId, std::size_t> homes_;  // by variable and by value: the level that binds it
  std::map<ValueId, std::size_t> value_homes_;
  std::map<ExprId, ValueId> names_;
  bool in_factor_ = false;
};

}  // namespace

void share_expressions(Body& body, Module& module, Expressions& expressions) {
  Sharer(module, expressions).run(body);
}

}  // namespace dp
