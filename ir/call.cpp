#include "ir/call.h"

#include "support/assert.h"

namespace dp {
namespace {

using namespace linear;

Count flag(const Node& node, std::string_view name, Count value) {
  return node.find(name) != nullptr && node.integer(name) != 0 ? value : 0;
}

}  // namespace

Routine routine_of(Op op) {
  switch (op) {
    case Op::sort: return Routine::sort;
    case Op::argsort: return Routine::argsort;
    case Op::searchsorted: return Routine::searchsorted;
    case Op::cholesky: return Routine::cholesky;
    case Op::triangular_solve: return Routine::triangular_solve;
    case Op::lu: return Routine::lu;
    case Op::lu_solve: return Routine::lu_solve;
    case Op::lu_det: return Routine::lu_det;
    case Op::qr: return Routine::qr;
    case Op::eigh: return Routine::eigh;
    case Op::svd: return Routine::svd;
    default: break;
  }
  internal_error(__FILE__, __LINE__, "op", fmt::format("`{}` is no routine", name(op)));
}

Sizes call_sizes(const Node& node, std::span<const std::vector<std::int64_t>> operands) {
  const std::vector<std::int64_t>& first = operands.front();
  const std::size_t own = is_of_order(routine_of(node.op)) ? 1 : 2;
  Sizes sizes{1, first[first.size() - own], operands.back().back(), 0};
  for (std::size_t k = 0; k + own < first.size(); ++k) sizes.batches *= first[k];
  sizes.flags = flag(node, "descending", first_flag) + flag(node, "transposed", first_flag) +
                flag(node, "lower", lower_flag);
  return sizes;
}

void run_routine(Op op, const Sizes& sizes, Dtype dtype, std::span<const void* const> operands,
                 void* result) {
  const Routine routine = routine_of(op);
  std::vector<std::int64_t> work(static_cast<std::size_t>(extents(routine, sizes).work));
  const auto run = [&](auto* function) { function(routine, sizes, operands.data(), result, work.data()); };
  if (!is_of_order(routine)) { return run(dtype == Dtype::f32 ? run_matrices<float> : run_matrices<double>); }
  switch (dtype) {
    case Dtype::f32: return run(run_order<float, std::int64_t>);
    case Dtype::f64: return run(run_order<double, std::int64_t>);
    case Dtype::i32: return run(run_order<std::int32_t, std::int64_t>);
    case Dtype::boolean: return run(run_order<std::uint8_t, std::int64_t>);
    default: return run(run_order<std::int64_t, std::int64_t>);
  }
}

}  // namespace dp
