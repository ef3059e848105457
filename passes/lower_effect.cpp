// Effects: checks, which stop at the first element that fails with the interpreter's very words, and prints.

#include <fmt/format.h>

#include "passes/lower_emitter.h"
#include "support/assert.h"

namespace dp {

using namespace loops;

namespace {

/// A diagnostic's message with `{}` left where a value of the running program goes.
template <class... Args>
std::string message_of(fmt::string_view message, const Args&... args) {
  return fmt::vformat(message, fmt::make_format_args(args...));
}

constexpr std::string_view value_here = "{}";

}  // namespace

void KernelEmitter::emit_check(Id id) {
  const Node& node = graph_[id];
  const Nest nest = open(extents_of(node.type), NestKind::map, "i");
  Failure failure = failure_of(node, nest.index);
  if (node.op != Op::assert_) {
    const ExprId taken = element(node.operands[1], nest.index);
    const bool is_always = taken == expressions_.truth(true);
    if (!is_always)
      failure.holds = expressions_.op(Op::or_, {expressions_.op(Op::not_, {taken}), failure.holds});
  }
  const auto site = static_cast<std::uint32_t>(module_.sites.size());
  module_.sites.push_back({std::string(failure.code), failure.message, graph_.note(id).span, {}});
  append({Check{failure.holds, site, std::move(failure.values)}});
  close(nest);
}

KernelEmitter::Failure KernelEmitter::failure_of(const Node& node, const Index& index) {
  const ExprId x = element(node.operands[0], index);
  switch (node.op) {
    case Op::assert_:
      return {diag::AssertionFailed.code,
              message_of(diag::AssertionFailed.message, node.string("message")),
              x,
              {}};
    case Op::check_index: return index_failure(node, x);
    case Op::check_range: return range_failure(node, x);
    default: break;
  }
  DP_ASSERT(node.op == Op::check_divisor, "`{}` is no check", name(node.op));
  const ExprId holds = expressions_.op(Op::ne, {x, expressions_.zero(expressions_.dtype(x))});
  return {diag::DivisionByZero.code, message_of(diag::DivisionByZero.message), holds, {}};
}

KernelEmitter::Failure KernelEmitter::index_failure(const Node& node, ExprId at) {
  const std::int64_t extent = constants(node.dims("dim")).value().at(0), axis = node.integer("axis");
  const ExprId wide = expressions_.convert(Dtype::i64, at);
  const ExprId not_below = expressions_.op(Op::le, {expressions_.integer(0), wide});
  const ExprId not_above = expressions_.op(Op::lt, {wide, expressions_.integer(extent)});
  return {diag::IndexOutOfRange.code,
          message_of(diag::IndexOutOfRange.message, value_here, axis, extent),
          expressions_.op(Op::and_, {not_below, not_above}),
          {wide}};
}

// The bounds are powers of two, exact in either format; -2^31 - 1 is not, so an f32 is compared with -2^31.
KernelEmitter::Failure KernelEmitter::range_failure(const Node& node, ExprId real) {
  const Dtype to = std::get<Dtype>(*node.find("dtype")), from = expressions_.dtype(real);
  const double limit = to == Dtype::i32 ? 0x1p31 : 0x1p63;
  const bool has_room = to == Dtype::i32 && from == Dtype::f64;
  const ExprId low = expressions_.real_constant(from, has_room ? -limit - 1 : -limit);
  const ExprId above = expressions_.op(has_room ? Op::lt : Op::le, {low, real});
  const ExprId below = expressions_.op(Op::lt, {real, expressions_.real_constant(from, limit)});
  return {diag::ConversionOutOfRange.code,
          message_of(diag::ConversionOutOfRange.message, value_here, name(to)),
          expressions_.op(Op::and_, {above, below}),
          {real}};
}

/// Where a tensor lies; one that is not stored, such as a constant, is written to scratch.
Slot KernelEmitter::printed_tensor(Id operand) {
  if (const auto& read = storage_[operand].read; read && !given_.contains(operand)) return *read;
  const Slot scratch = new_local(operand, 0);
  copy_whole(operand, std::nullopt, scratch);
  return scratch;
}

void KernelEmitter::emit_print(Id id) {
  const Node& node = graph_[id];
  Print print{static_cast<std::uint32_t>(module_.sites.size()), {}};
  Site site{"", node.string("message"), graph_.note(id).span, {}};
  for (const Id operand : std::span(node.operands).subspan(1)) {
    const Type& type = graph_[operand].type;
    site.types.push_back(type);
    if (type.rank() == 0) {
      print.values.push_back(element(operand, {}));
    } else {
      print.values.push_back(load(printed_tensor(operand), {}));
    }
  }
  module_.sites.push_back(std::move(site));
  const ExprId taken = element(node.operands[0], {});
  Stmt statement{std::move(print)};
  if (taken == expressions_.truth(true)) return append(std::move(statement));
  Body then;
  then.push_back(std::move(statement));
  append({If{taken, std::move(then)}});
}

}  // namespace dp
