#include "ir/loops_cost.h"

#include <set>

#include "ir/loops_walk.h"

namespace dp::loops {
namespace {

/// Multiplications and additions of a routine, to the leading order in its sizes.
/// Source: Golub & Van Loan, Matrix Computations, 4th edition, chapters 3 to 8.
double routine_flops(const Call& call) {
  const auto rows = static_cast<double>(call.sizes.rows), columns = static_cast<double>(call.sizes.columns);
  const auto batches = static_cast<double>(call.sizes.batches);
  switch (call.op) {
    case Op::cholesky: return batches * rows * rows * rows / 3;
    case Op::triangular_solve: return batches * rows * rows * columns;
    case Op::sort:
    case Op::argsort: return 0;
    default: return batches * 2 * rows * rows * std::max(rows, columns);
  }
}

class Counter {
 public:
  explicit Counter(const Module& module) : module_(module) {}

  Cost run(const Function& function) {
    body(function.body, 1);
    for (const auto* touched : {&read_, &written_}) {
      for (const BufferId id : *touched) cost_.bytes += bytes(module_.buffers[id]);
    }
    return cost_;
  }

 private:
  static double bytes(const Buffer& buffer) {
    const bool is_memory =
        buffer.place != Place::local && (buffer.place != Place::constant || buffer.count > 1);
    return is_memory ? static_cast<double>(buffer.count) * static_cast<double>(size_of(buffer.dtype)) : 0;
  }

  void body(const Body& statements, double times) {
    for (const Stmt& each : statements)
      std::visit([&](const auto& node) { statement(node, times); }, each.node);
  }
  void statement(const For& loop, double times) { body(loop.body, times * static_cast<double>(loop.extent)); }
  void statement(const Let& let, double times) { expression(let.expr, times); }
  void statement(const Store& store, double times) {
    written_.insert(store.buffer);
    expression(store.expr, times);
  }
  void statement(const Reduce& reduce, double times) {
    const double inside =
        times * static_cast<double>(reduce.outer_extent) * static_cast<double>(reduce.inner_extent);
    body(reduce.body, inside);
    for (const ReduceTerm& term : reduce.terms) {
      expression(term.x, inside);
      if (term.y) expression(*term.y, inside);
      const bool is_real_sum = is_real(module_.expressions[term.x].dtype);
      if (is_real_sum) cost_.flops += inside * (term.y ? 2 : 1);
    }
  }
  void statement(const Matmul& product, double times) {
    const double elements = times * static_cast<double>(product.batches) * static_cast<double>(product.rows) *
                            static_cast<double>(product.columns);
    cost_.flops += 2 * elements * static_cast<double>(product.inners);
    // What the factors compute is packed first: once for each of their elements.
    const auto inner = static_cast<double>(product.inners);
    expression(product.x,
               times * static_cast<double>(product.batches) * static_cast<double>(product.rows) * inner);
    expression(product.y,
               times * static_cast<double>(product.batches) * static_cast<double>(product.columns) * inner);
    body(product.epilogue, elements);
  }
  void statement(const If& branch, double times) {
    expression(branch.condition, times);
    body(branch.then, times);
  }
  void statement(const Check& check, double times) { expression(check.condition, times); }
  void statement(const Print&, double) {}
  void statement(const Call& call, double times) {
    cost_.flops += times * routine_flops(call);
    for (const BufferId operand : call.operands) read_.insert(operand);
    written_.insert(call.result);
  }

  void expression(ExprId id, double times) {
    const Expr& expr = module_.expressions[id];
    if (const auto* load = std::get_if<LoadExpr>(&expr.node)) {
      read_.insert(load->buffer);
      return;  // its index is arithmetic of integers
    }
    const bool computes = std::holds_alternative<OpExpr>(expr.node) && is_real(expr.dtype);
    if (computes) cost_.flops += times;
    for (const ExprId part : parts(expr)) expression(part, times);
  }

  const Module& module_;
  Cost cost_;
  std::set<BufferId> read_, written_;
};

}  // namespace

std::vector<Cost> costs(const Module& module) {
  std::vector<Cost> result;
  for (const Function& function : module.functions) result.push_back(Counter(module).run(function));
  return result;
}

Cost total(const std::vector<Cost>& costs) {
  Cost result;
  for (const Cost& each : costs) {
    result.flops += each.flops;
    result.bytes += each.bytes;
  }
  return result;
}

}  // namespace dp::loops
