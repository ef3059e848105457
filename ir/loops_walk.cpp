#include "ir/loops_walk.h"

#include <algorithm>

namespace dp::loops {

std::vector<VariableId> variables_bound(const Stmt& statement) {
  if (const auto* loop = std::get_if<For>(&statement.node)) return {loop->variable};
  if (const auto* reduce = std::get_if<Reduce>(&statement.node)) return {reduce->outer, reduce->inner};
  if (const auto* product = std::get_if<Matmul>(&statement.node)) {
    return {product->batch, product->row, product->column, product->inner};
  }
  return {};
}

std::vector<ValueId> values_given(const Stmt& statement) {
  if (const auto* let = std::get_if<Let>(&statement.node)) return {let->value};
  std::vector<ValueId> values;
  if (const auto* reduce = std::get_if<Reduce>(&statement.node)) {
    for (const ReduceTerm& term : reduce->terms) values.push_back(term.value);
  }
  return values;
}

std::optional<ValueId> value_inside(const Stmt& statement) {
  const auto* product = std::get_if<Matmul>(&statement.node);
  return product ? std::optional(product->accumulator) : std::nullopt;
}

std::span<const ExprId> parts(const Expr& expr) {
  if (const auto* load = std::get_if<LoadExpr>(&expr.node)) return {&load->index, 1};
  if (const auto* op = std::get_if<OpExpr>(&expr.node)) return op->operands;
  return {};
}

Dtype result_dtype(Op op, const std::vector<Dtype>& operands) {
  if (op == Op::select) return operands[1];
  if (op == Op::bits) return operands[0] == Dtype::f32 ? Dtype::i32 : Dtype::i64;
  if (op == Op::from_bits) return operands[0] == Dtype::i32 ? Dtype::f32 : Dtype::f64;
  if (op == Op::make_key || op == Op::fold_key) return Dtype::key;
  if (op == Op::random_bits) return Dtype::i32;
  const TypeClass types = info(op).types;
  const bool is_truth = types == TypeClass::compare || types == TypeClass::test || types == TypeClass::logic;
  return is_truth ? Dtype::boolean : operands[0];
}

std::string_view name(Combine combine) {
  constexpr std::string_view names[] = {"sum", "prod",         "max",    "min",   "any",
                                        "all", "multiply_add", "argmax", "argmin"};
  return names[static_cast<std::size_t>(combine)];
}

std::string_view name(ReduceOrder order) {
  constexpr std::string_view names[] = {"lanes", "blocks", "sequential"};
  return names[static_cast<std::size_t>(order)];
}

std::string_view name(LoopKind kind) {
  constexpr std::string_view names[] = {"serial", "parallel", "vector", "unroll"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view name(Place place) {
  constexpr std::string_view names[] = {"input", "output", "arena", "constant", "local"};
  return names[static_cast<std::size_t>(place)];
}

Diagnostic check_failure(const Site& site, std::span<const std::string> values) {
  std::string message = site.message;
  std::size_t from = 0;
  for (const std::string& value : values) {
    const std::size_t at = message.find("{}", from);
    if (at == std::string::npos) break;
    message.replace(at, 2, value);
    from = at + value.size();
  }
  Diagnostic failure;
  const CatalogueEntry* entry = find_in_catalogue(site.code);
  failure.code = entry ? entry->code : diag::AssertionFailed.code;
  failure.message = std::move(message);
  failure.at = site.span;
  return failure;
}

std::optional<std::int64_t> coefficient(const Module& module, ExprId index, VariableId variable) {
  const Expr& expr = module.expressions[index];
  if (const auto* own = std::get_if<VariableExpr>(&expr.node)) return own->variable == variable ? 1 : 0;
  const std::span<const ExprId> operands = parts(expr);
  std::vector<std::int64_t> slopes;
  for (const ExprId operand : operands) {
    const auto slope = coefficient(module, operand, variable);
    if (!slope) return std::nullopt;
    slopes.push_back(*slope);
  }
  const bool is_free = std::ranges::all_of(slopes, [](std::int64_t slope) { return slope == 0; });
  if (is_free) return 0;
  const auto* op = std::get_if<OpExpr>(&expr.node);
  if (op == nullptr) return std::nullopt;
  if (op->op == Op::neg) return -slopes[0];
  if (op->op == Op::add) return slopes[0] + slopes[1];
  if (op->op == Op::sub) return slopes[0] - slopes[1];
  if (op->op != Op::mul) return std::nullopt;
  const auto factor = [&](std::size_t k) -> std::optional<std::int64_t> {
    const auto* constant = std::get_if<ConstantExpr>(&module.expressions[operands[k]].node);
    if (constant == nullptr) return std::nullopt;
    return std::get<std::vector<std::int64_t>>(constant->value.elements).front();
  };
  if (const auto right = factor(1)) return slopes[0] * *right;
  if (const auto left = factor(0)) return slopes[1] * *left;
  return std::nullopt;
}

}  // namespace dp::loops
