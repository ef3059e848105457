#include "codegen/analysis.h"

#include <algorithm>

#include "ir/loops_walk.h"

namespace dp::codegen {
namespace {

using namespace loops;

/// Calls `f` for each statement of a body and of the bodies inside, outer ones first.
template <class F>
void each_statement(const Body& body, F f) {
  for (const Stmt& statement : body) {
    f(statement);
    if (const Body* inner = body_of(statement)) each_statement(*inner, f);
  }
}

/// Walks expressions, each once; `f(id, expr)` for every part.
class ExpressionWalk {
 public:
  explicit ExpressionWalk(const Module& module) : module_(module) {}

  template <class F>
  void walk(ExprId id, F f) {
    if (!seen_.insert(id).second) return;
    const Expr& expr = module_.expressions[id];
    f(id, expr);
    for (const ExprId part : parts(expr)) walk(part, f);
  }

 private:
  const Module& module_;
  std::unordered_set<ExprId> seen_;
};

template <class F>
void each_part(const Module& module, const Body& body, F f) {
  ExpressionWalk walk(module);
  each_statement(body, [&](const Stmt& statement) {
    each_expression(statement, [&](ExprId expr) { walk.walk(expr, f); });
  });
}

double cost(const Expr& expr) {
  if (std::holds_alternative<LoadExpr>(expr.node)) return 1;
  const auto* op = std::get_if<OpExpr>(&expr.node);
  return op == nullptr ? 0 : weight(op->op);
}

/// Elements that one vector instruction takes, roughly: 8 of f64 or 16 of f32, or fewer on other machines.
constexpr double lanes_a_vector = 8;

double cost(const Module& module, const Body& body, bool repeat);

/// How often a statement's body runs, in vectors where it has lanes.
double times_run(const Stmt& statement) {
  if (const auto* loop = std::get_if<For>(&statement.node)) {
    const double vectors = loop->kind == LoopKind::vector ? lanes_a_vector : 1;
    return std::max(1.0, static_cast<double>(loop->extent) / vectors);
  }
  if (const auto* reduce = std::get_if<Reduce>(&statement.node)) {
    const double vectors = reduce->order == ReduceOrder::lanes ? lanes_a_vector : 1;
    return static_cast<double>(reduce->outer_extent) *
           std::max(1.0, static_cast<double>(reduce->inner_extent) / vectors);
  }
  if (const auto* product = std::get_if<Matmul>(&statement.node)) {
    const double elements =
        static_cast<double>(product->batches * product->rows) * static_cast<double>(product->columns);
    return elements / lanes_a_vector;
  }
  return 1;
}

double cost(const Module& module, const Stmt& statement, ExpressionWalk& walk, bool repeat) {
  double total = 0;
  each_expression(statement,
                  [&](ExprId id) { walk.walk(id, [&](ExprId, const Expr& e) { total += cost(e); }); });
  if (const auto* reduce = std::get_if<Reduce>(&statement.node))
    total += static_cast<double>(reduce->terms.size());
  if (const auto* product = std::get_if<Matmul>(&statement.node)) {
    total += repeat ? static_cast<double>(product->inners) : 100;
  }
  const double times = repeat ? times_run(statement) : 1;
  if (std::holds_alternative<Store>(statement.node)) total += 1;
  if (std::holds_alternative<Check>(statement.node)) total += 1;
  const Body* inner = body_of(statement);
  return times * (total + (inner != nullptr ? cost(module, *inner, repeat) : 0));
}

double cost(const Module& module, const Body& body, bool repeat) {
  ExpressionWalk walk(module);
  double total = 0;
  for (const Stmt& statement : body) total += cost(module, statement, walk, repeat);
  return total;
}

/// Only reals decide about lanes: integers are mostly positions.
std::size_t element_width(Dtype dtype) { return dtype == Dtype::f64 ? 8 : 4; }

}  // namespace

BufferSet stored_in(const Body& body) {
  BufferSet buffers;
  each_statement(body, [&](const Stmt& statement) {
    if (const auto* store = std::get_if<Store>(&statement.node)) buffers.insert(store->buffer);
    if (const auto* call = std::get_if<Call>(&statement.node)) buffers.insert(call->result);
  });
  return buffers;
}

FreeNames free_names(const Module& module, const Stmt& statement) {
  std::unordered_set<VariableId> variables, bound_variables;
  std::unordered_set<ValueId> values, bound_values;
  ExpressionWalk walk(module);
  const auto visit = [&](const Stmt& inner) {
    each_expression(inner, [&](ExprId id) {
      walk.walk(id, [&](ExprId, const Expr& expr) {
        if (const auto* variable = std::get_if<VariableExpr>(&expr.node))
          variables.insert(variable->variable);
        if (const auto* value = std::get_if<ValueExpr>(&expr.node)) values.insert(value->value);
      });
    });
    for (const VariableId variable : variables_bound(inner)) bound_variables.insert(variable);
    for (const ValueId value : values_given(inner)) bound_values.insert(value);
    if (const auto value = value_inside(inner)) bound_values.insert(*value);
  };
  visit(statement);
  if (const Body* body = body_of(statement)) each_statement(*body, visit);
  FreeNames names;
  for (const VariableId variable : variables) {
    if (!bound_variables.contains(variable)) names.variables.push_back(variable);
  }
  for (const ValueId value : values) {
    if (!bound_values.contains(value)) names.values.push_back(value);
  }
  std::ranges::sort(names.variables);
  std::ranges::sort(names.values);
  return names;
}

const BufferSet& LoadedBuffers::operator()(ExprId expr) {
  if (const auto known = known_.find(expr); known != known_.end()) return known->second;
  BufferSet buffers;
  if (const auto* load = std::get_if<LoadExpr>(&module_.expressions[expr].node)) buffers.insert(load->buffer);
  for (const ExprId part : parts(module_.expressions[expr])) {
    const BufferSet& more = (*this)(part);
    buffers.insert(more.begin(), more.end());
  }
  return known_[expr] = std::move(buffers);
}

int count_checks(const Body& body) {
  int count = 0;
  each_statement(body, [&](const Stmt& s) { count += std::holds_alternative<Check>(s.node) ? 1 : 0; });
  return count;
}

bool contains_print(const Body& body) {
  bool found = false;
  each_statement(body, [&](const Stmt& s) { found |= std::holds_alternative<Print>(s.node); });
  return found;
}

double weight(Op op) {
  switch (op) {
    case Op::div:
    case Op::sqrt:
    case Op::norm_root: return 8;
    case Op::exp:
    case Op::exp2:
    case Op::log:
    case Op::log2:
    case Op::log10: return 16;
    case Op::floor_div:
    case Op::mod:
    case Op::rem: return 10;
    case Op::expm1:
    case Op::log1p:
    case Op::sin:
    case Op::cos:
    case Op::tan:
    case Op::asin:
    case Op::acos:
    case Op::atan:
    case Op::atan2:
    case Op::sinh:
    case Op::cosh:
    case Op::tanh:
    case Op::asinh:
    case Op::acosh:
    case Op::atanh:
    case Op::sigmoid:
    case Op::softplus:
    case Op::cbrt:
    case Op::erf:
    case Op::erfc: return 30;
    case Op::pow: return 60;
    case Op::random_bits: return 80;
    case Op::lgamma:
    case Op::digamma:
    case Op::trigamma: return 100;
    default: return 1;
  }
}

double work(const Module& module, const Stmt& statement) {
  ExpressionWalk walk(module);
  return cost(module, statement, walk, true);
}
double code_size(const Module& module, const Body& body) { return cost(module, body, false); }

double code_size(const Module& module, ExprId expr) {
  double total = 0;
  ExpressionWalk(module).walk(expr, [&](ExprId, const Expr& part) { total += cost(part); });
  return total;
}

std::size_t widest_real(const Module& module, const Body& body) {
  std::size_t widest = 4;
  each_part(module, body, [&](ExprId, const Expr& e) { widest = std::max(widest, element_width(e.dtype)); });
  return widest;
}

std::size_t widest_real(const Module& module, ExprId expr) {
  std::size_t widest = 4;
  ExpressionWalk(module).walk(
      expr, [&](ExprId, const Expr& e) { widest = std::max(widest, element_width(e.dtype)); });
  return widest;
}

}  // namespace dp::codegen
