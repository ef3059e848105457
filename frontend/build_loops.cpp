// Loops with bound variables: `for_` where the steps are independent, `scan` where they carry something or
// must run in order.

#include <algorithm>

#include "frontend/builder.h"
#include "ir/binders.h"
#include "ir/infer.h"
#include "support/assert.h"

namespace dp {
namespace {

/// A loop without a limit: more steps than any program runs.
constexpr std::int64_t unlimited_steps = std::int64_t{1} << 62;

/// The tree with these leaves, in order from `at` on.
Value with_leaves(const Value& form, const std::vector<Id>& leaves, std::size_t& at) {
  return map_leaves(form, [&](Id) { return leaves.at(at++); });
}

/// Whether `target` is reached from the roots.
bool reaches(const Graph& graph, std::vector<Id> pending, Id target) {
  std::vector<bool> seen(graph.size(), false);
  while (!pending.empty()) {
    const Id id = pending.back();
    pending.pop_back();
    if (id == target) return true;
    if (id < target || seen[id]) continue;  // operands come before their users
    seen[id] = true;
    for (const Id operand : graph[id].operands) pending.push_back(operand);
  }
  return false;
}

bool prints(const Graph& graph, Id effect) {
  if (graph[effect].op != Op::scan) return graph[effect].op == Op::print;
  const auto inner = scan_operands(graph[effect]).effects;
  return std::any_of(inner.begin(), inner.end(), [&](Id each) { return prints(graph, each); });
}

/// Whether steps with these effects must be run one after the other: they print, or hold a loop that is run
/// for its effects alone.
bool in_order(const Graph& graph, std::span<const Id> effects, const std::vector<Id>& values) {
  return std::any_of(effects.begin(), effects.end(), [&](Id each) {
    return prints(graph, each) || (graph[each].op == Op::scan && !reaches(graph, values, each));
  });
}

struct Step {
  std::vector<Id> carried, stacked;
};

/// One `for` with its binders, from the outermost in.
class ForBuilder {
 public:
  ForBuilder(Builder& builder, const typed::ForExpr& loop, Frame& frame)
      : builder_(builder), loop_(loop), frame_(frame) {}

  Value run() {
    for (const auto& binder : loop_.binders) {
      over_.push_back(binder.over ? builder_.evaluate(*binder.over, frame_) : Value{});
      first_.push_back(binder.first ? builder_.tensor(*binder.first, frame_) : no_id);
    }
    std::vector<Id> initial;
    for (const auto& each : loop_.carried) collect_leaves(frame_.variables.at(each.before), initial);
    const Step last = steps(0, initial);
    std::size_t at = 0;
    for (const auto& each : loop_.carried)
      builder_.bind(each.after, with_leaves(frame_.variables.at(each.before), last.carried, at), frame_, {});
    at = 0;
    return with_leaves(value_, last.stacked, at);
  }

 private:
  Graph& graph() { return builder_.graph; }

  Step steps(std::size_t k, const std::vector<Id>& initial) {
    if (k == loop_.binders.size()) return body(initial);
    const typed::LoopBinder& binder = loop_.binders[k];
    const std::int64_t loop = builder_.new_loop();
    const Dim extent = Builder::resolve(binder.extent, frame_);
    const std::size_t first_effect = graph().effects.size();
    const Id index = graph().add(Op::index, {}, {{"id", loop}, {"dim", Shape{extent}}});
    bind_binder(k, index);
    std::vector<Id> carries;
    for (std::size_t slot = 0; slot < initial.size(); ++slot)
      carries.push_back(
          graph().add(Op::carry, {initial[slot]}, {{"id", loop}, {"slot", static_cast<std::int64_t>(slot)}}));
    Step step = steps(k + 1, carries);
    if (initial.empty()) return {{}, builder_.close_for(loop, extent, first_effect, step.stacked)};
    return close_scan(loop, extent, first_effect, initial, step);
  }

  void bind_binder(std::size_t k, Id index) {
    const typed::LoopBinder& binder = loop_.binders[k];
    Value value = Value::tensor(index);
    if (binder.first) value = Value::tensor(builder_.point(Op::add, {first_[k], index}));
    if (binder.over)
      value = map_leaves(over_[k], [&](Id xs) {
        return graph().add(Op::at, {xs, index}, {{"axes", std::vector<std::int64_t>{0}}});
      });
    builder_.bind(binder.variable, std::move(value), frame_, (*frame_.declarations)[binder.variable].span);
  }

  Step body(const std::vector<Id>& carries) {
    std::size_t at = 0;
    for (const auto& each : loop_.carried)
      builder_.bind(each.begin, with_leaves(frame_.variables.at(each.before), carries, at), frame_, {});
    value_ = builder_.evaluate(*loop_.body, frame_);
    Step step;
    for (const auto& each : loop_.carried) collect_leaves(frame_.variables.at(each.end), step.carried);
    collect_leaves(value_, step.stacked);
    return step;
  }

  Step close_scan(std::int64_t loop, const Dim& extent, std::size_t first_effect,
                  const std::vector<Id>& initial, const Step& step) {
    const std::vector<Id> effects = builder_.take_effects(first_effect);
    std::vector<Id> operands = initial;
    operands.insert(operands.end(), step.carried.begin(), step.carried.end());
    operands.insert(operands.end(), step.stacked.begin(), step.stacked.end());
    operands.insert(operands.end(), effects.begin(), effects.end());
    const Id scan = graph().add(Op::scan, std::move(operands),
                                {{"id", loop},
                                 {"dim", Shape{extent}},
                                 {"carries", static_cast<std::int64_t>(initial.size())},
                                 {"stacked", static_cast<std::int64_t>(step.stacked.size())},
                                 {"conditional", std::int64_t{0}}});
    if (!effects.empty()) graph().effects.push_back(scan);
    Step results;
    for (std::size_t k = 0; k < initial.size(); ++k) results.carried.push_back(builder_.result(scan, k));
    for (std::size_t k = 0; k < step.stacked.size(); ++k)
      results.stacked.push_back(builder_.result(scan, initial.size() + k));
    return results;
  }

  Builder& builder_;
  const typed::ForExpr& loop_;
  Frame& frame_;
  std::vector<Value> over_;
  std::vector<Id> first_;
  Value value_;  // of the body: the form of what is stacked
};

/// One `while`: a scan that carries in its first slot whether to go on.
class WhileBuilder {
 public:
  WhileBuilder(Builder& builder, const typed::WhileExpr& loop, Frame& frame)
      : builder_(builder),
        loop_(loop),
        frame_(frame),
        limit_(loop.limit ? Builder::resolve(*loop.limit, frame) : Dim(unlimited_steps)) {}

  Value run() {
    std::vector<Id> initial;
    for (const auto& each : loop_.carried) collect_leaves(frame_.variables.at(each.before), initial);
    begin_with(initial);
    initial.insert(initial.begin(), builder_.when_taken(condition()));
    id_ = builder_.new_loop();
    const std::size_t first_effect = graph().effects.size();
    std::vector<Id> carries;
    for (std::size_t slot = 0; slot < initial.size(); ++slot)
      carries.push_back(
          graph().add(Op::carry, {initial[slot]}, {{"id", id_}, {"slot", static_cast<std::int64_t>(slot)}}));
    const std::vector<Id> next = builder_.where_alone(carries[0], [&] { return step(carries); });
    const Id scan = close(initial, next, builder_.take_effects(first_effect));
    std::vector<Id> results;
    for (std::size_t k = 1; k < initial.size(); ++k) results.push_back(builder_.result(scan, k));
    std::size_t at = 0;
    for (const auto& each : loop_.carried)
      builder_.bind(each.after, with_leaves(frame_.variables.at(each.before), results, at), frame_, {});
    return {};
  }

 private:
  Graph& graph() { return builder_.graph; }
  Id condition() { return builder_.tensor(*loop_.condition, frame_); }

  void begin_with(const std::vector<Id>& leaves) {
    std::size_t at = 0;
    for (const auto& each : loop_.carried)
      builder_.bind(each.begin, with_leaves(frame_.variables.at(each.before), leaves, at), frame_, {});
  }

  /// What a step leaves: whether to go on, and the values.
  std::vector<Id> step(const std::vector<Id>& carries) {
    begin_with({carries.begin() + 1, carries.end()});
    builder_.evaluate(*loop_.body, frame_);
    std::vector<Id> next;
    for (const auto& each : loop_.carried) collect_leaves(frame_.variables.at(each.end), next);
    begin_with(next);
    next.insert(next.begin(), loop_.limit ? condition_before_limit() : condition());
    return next;
  }

  /// Behind the last step that there can be the condition is not needed, so nothing in it is checked.
  Id condition_before_limit() {
    const Id number = graph().add(Op::index, {}, {{"id", id_}, {"dim", Shape{limit_}}});
    const Id last = graph().add(Op::dim_value, {}, {{"dim", Shape{limit_ - Dim(1)}}});
    return builder_.where(graph().add(Op::lt, {number, last}), [&] { return condition(); });
  }

  Id close(const std::vector<Id>& initial, const std::vector<Id>& next, const std::vector<Id>& effects) {
    std::vector<Id> operands = initial;
    operands.insert(operands.end(), next.begin(), next.end());
    operands.insert(operands.end(), effects.begin(), effects.end());
    const Id scan = graph().add(Op::scan, std::move(operands),
                                {{"id", id_},
                                 {"dim", Shape{limit_}},
                                 {"carries", static_cast<std::int64_t>(initial.size())},
                                 {"stacked", std::int64_t{0}},
                                 {"conditional", std::int64_t{1}}});
    if (!effects.empty()) graph().effects.push_back(scan);
    return scan;
  }

  Builder& builder_;
  const typed::WhileExpr& loop_;
  Frame& frame_;
  Dim limit_;
  std::int64_t id_ = 0;
};

}  // namespace

Id Builder::result(Id scan, std::size_t slot) {
  const auto number = static_cast<std::int64_t>(slot);
  const auto type = result_type(graph[scan], graph, number);
  DP_ASSERT(type.has_value(), "a loop has no result {}", slot);
  return graph.add(Op::result, {scan}, {{"slot", number}, {"dtype", type->dtype}, {"shape", type->shape}});
}

std::vector<Id> Builder::close_for(std::int64_t loop, const Dim& extent, std::size_t first_effect,
                                   const std::vector<Id>& values) {
  const auto effects = std::span(graph.effects).subspan(first_effect);
  std::vector<Id> results;
  if (!in_order(graph, effects, values)) {
    guard_effects(first_effect, loop, extent);
    for (const Id value : values)
      results.push_back(graph.add(Op::for_, {value}, {{"id", loop}, {"dim", Shape{extent}}}));
    return results;
  }
  const std::vector<Id> inner = take_effects(first_effect);
  std::vector<Id> operands = values;
  operands.insert(operands.end(), inner.begin(), inner.end());
  const Id scan = graph.add(Op::scan, std::move(operands),
                            {{"id", loop},
                             {"dim", Shape{extent}},
                             {"carries", std::int64_t{0}},
                             {"stacked", static_cast<std::int64_t>(values.size())},
                             {"conditional", std::int64_t{0}}});
  graph.effects.push_back(scan);
  for (std::size_t k = 0; k < values.size(); ++k) results.push_back(result(scan, k));
  return results;
}

std::vector<Id> Builder::stacked(const Shape& extents,
                                 const std::function<std::vector<Id>(const std::vector<Id>&)>& body) {
  std::vector<Id> indices;
  const std::function<std::vector<Id>(std::size_t)> along = [&](std::size_t axis) {
    if (axis == extents.size()) return body(indices);
    const std::int64_t loop = new_loop();
    const std::size_t first_effect = graph.effects.size();
    indices.push_back(graph.add(Op::index, {}, {{"id", loop}, {"dim", Shape{extents[axis]}}}));
    return close_for(loop, extents[axis], first_effect, along(axis + 1));
  };
  return along(0);
}

Value Builder::for_loop(const typed::ForExpr& loop, Frame& frame) {
  return ForBuilder(*this, loop, frame).run();
}

Value Builder::while_loop(const typed::WhileExpr& loop, Frame& frame) {
  return WhileBuilder(*this, loop, frame).run();
}

}  // namespace dp
