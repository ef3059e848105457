#include "passes/lower_loop.h"

#include <algorithm>

#include "passes/kernels.h"
#include "passes/lower_emitter.h"
#include "passes/plan_memory.h"
#include "support/assert.h"

namespace dp {

using namespace loops;

namespace {

void append(Body& body, Body more) { std::ranges::move(more, std::back_inserter(body)); }

std::int64_t count_of(const Type& type) { return element_count(type.shape).constant().value(); }

/// The code of one graph whose storage is known; what it makes is collected in `body`.
class LoopLowering {
 public:
  LoopLowering(const Graph& graph, const Kernel& kernel, Storage& outer, LoweringContext context)
      : graph_(graph),
        outer_(outer),
        module_(context.module),
        expressions_(context.expressions),
        id_(loop_of(graph, kernel)),
        loop_(graph[id_]),
        step_graph_(loop_.body()),
        results_(loop_results(graph, kernel)),
        layout_(loop_layout(graph, kernel)),
        carries_(static_cast<std::size_t>(loop_.integer("carries"))),
        extent_(loop_.dims("dim")[0].constant().value()),
        is_conditional_(loop_.integer("conditional") != 0) {
    inner_.is_body = true;
    inner_.places.resize(step_graph_.size());
    inner_.arena = offset_of_loop() + layout_.region;
  }

  Body run() {
    step_ = expressions_.new_variable(extent_ == 1 ? "" : "t", 0);
    inner_.step = {step_graph_.inputs[0], step_, extent_};
    inner_.given[step_graph_.inputs[0]] =
        extent_ == 1 ? expressions_.integer(0) : expressions_.variable(step_);
    for (std::size_t k = 0; k < carries_; ++k) open_carry(k);
    for (std::size_t k = carries_; k < loop_.operands.size(); ++k) open_read(k);
    for (std::size_t k = carries_; k < results_.size() && is_conditional_; ++k) clear_stack(k);
    for (std::size_t k = 0; k < results_.size(); ++k) note_result(k);
    if (is_conditional_) steps_run_ = number_buffer("steps", Dtype::i64, expressions_.integer(0));
    place_values();
    Body step = lower_body();
    append(step, close_step());
    For loop{LoopKind::serial, step_, extent_, std::move(step), {}, carried_};
    if (is_conditional_) loop.going = numbers_.at(0);
    before_.push_back({std::move(loop)});
    close_loop();
    return std::move(before_);
  }

 private:
  ExprId zero() { return expressions_.integer(0); }
  const Type& carried_type(std::size_t k) const { return step_graph_[step_graph_.inputs[k + 1]].type; }
  bool is_number(std::size_t k) const { return carried_type(k).rank() == 0; }

  std::int64_t offset_of_loop() const {
    for (const dp::Buffer& buffer : graph_.plan->buffers) {
      if (buffer.node == id_ && buffer.place == dp::Buffer::Place::arena) return outer_.arena + buffer.offset;
    }
    internal_error(__FILE__, __LINE__, "buffer", "a loop has no place");
  }

  BufferId new_buffer(std::string name, Dtype dtype, std::int64_t count, Place place, std::int64_t offset) {
    module_.buffers.push_back({std::move(name), dtype, count, place, offset, {}});
    return static_cast<BufferId>(module_.buffers.size() - 1);
  }
  std::string name_of(Id id, const char* otherwise) const {
    const std::string& given = step_graph_.note(id).name;
    return given.empty() ? otherwise : given;
  }
  /// A single number that is not the same in each step.
  BufferId number_buffer(std::string name, Dtype dtype, ExprId initial) {
    const BufferId buffer = new_buffer(std::move(name), dtype, 1, Place::local, 0);
    before_.push_back({Store{buffer, zero(), initial}});
    return buffer;
  }
  /// The same memory by another name: what is carried and what comes next are different values.
  Slot alias(const Slot& slot, std::string name) {
    loops::Buffer copy = module_.buffers[slot.buffer];
    copy.name = std::move(name);
    module_.buffers.push_back(std::move(copy));
    return {static_cast<BufferId>(module_.buffers.size() - 1), slot.bases};
  }

  ExprId position_in(const Slot& slot, ExprId at) {
    for (const Base& base : slot.bases) {
      const ExprId distance = index_op(Op::mul, base.number, expressions_.integer(base.elements));
      at = index_op(Op::add, distance, at);
    }
    return at;
  }
  ExprId index_op(Op op, ExprId x, ExprId y) {
    const ExprId result = expressions_.op(op, {x, y});
    expressions_.mark_index(result);
    return result;
  }
  /// `to[i] = element(i)` for all elements of that type.
  template <class Element>
  Stmt for_each(const Type& type, const Slot& to, Element element) {
    const std::int64_t count = count_of(type);
    const VariableId i = expressions_.new_variable(count == 1 ? "" : "i", 1);
    const ExprId at = count == 1 ? zero() : expressions_.variable(i);
    Body body{{Store{to.buffer, position_in(to, at), element(at)}}};
    return {For{LoopKind::vector, i, count, std::move(body), {}, {}}};
  }
  Stmt copy(const Type& type, const Slot& from, const Slot& to) {
    return for_each(type, to,
                    [&](ExprId at) { return expressions_.load(from.buffer, position_in(from, at)); });
  }

  // ---- what the loop reads of the graph around it
  struct Source {
    std::optional<Slot> slot;
    std::optional<ExprId> value;  // of a number, or of every element
  };
  Source source_of(Id id) {
    const Node& node = graph_[id];
    if (const auto given = outer_.given.find(id); given != outer_.given.end()) return {{}, given->second};
    if (outer_[id].read && node.type.rank() == 0) return {{}, named(load(*outer_[id].read))};
    if (outer_[id].read) return {outer_[id].read, {}};
    if (node.op == Op::constant) return {{}, expressions_.constant(node.type.dtype, node.literal())};
    DP_ASSERT(is_address(node, graph_), "a loop reads node {}, which is stored nowhere", id);
    Source source = source_of(node.operands[0]);
    if (node.op == Op::gather && source.slot) source.slot->bases.push_back(part_of(node));
    if (source.slot && node.type.rank() == 0) return {{}, named(load(*source.slot))};
    return source;
  }
  ExprId load(const Slot& slot) { return expressions_.load(slot.buffer, position_in(slot, zero())); }
  ExprId named(ExprId expr) {
    const ValueId value = expressions_.new_value("r", expressions_.dtype(expr), 0);
    before_.push_back({Let{value, expr}});
    return expressions_.value(value);
  }
  /// The part at one position of the first axis, which is moved inside.
  Base part_of(const Node& gather) {
    const Type& whole = graph_[gather.operands[0]].type;
    const std::int64_t last = whole.shape[0].constant().value() - 1;
    const Id position = gather.operands[1];
    const auto& step = outer_.step;
    if (step && step->node == position && step->extent - 1 <= last && step->extent > 1)
      return {expressions_.variable(step->variable),
              step->variable,
              {0, step->extent - 1},
              count_of(gather.type)};
    const ExprId at = expressions_.convert(Dtype::i64, *source_of(position).value);
    const ExprId not_below = expressions_.op(Op::max, {at, zero()});
    const ExprId inside = expressions_.op(Op::min, {not_below, expressions_.integer(last)});
    return {named(inside), {}, {0, last}, count_of(gather.type)};
  }

  // ---- before the loop
  void open_carry(std::size_t k) {
    const Id input = step_graph_.inputs[k + 1];
    const Source initial = source_of(loop_.operands[k]);
    if (is_number(k)) {
      numbers_[k] = number_buffer(name_of(input, "c"), carried_type(k).dtype, *initial.value);
      const ValueId now = expressions_.new_value(name_of(input, "c"), carried_type(k).dtype, 0);
      first_.push_back({Let{now, expressions_.load(numbers_[k], zero())}});
      inner_.given[input] = expressions_.value(now);
      return;
    }
    homes_[k] = home(k);
    const Slot now = alias(homes_[k], name_of(input, "c"));
    current_[k] = now;
    carried_.push_back(now.buffer);
    inner_.places[input].read = now;
    const Type& type = carried_type(k);
    if (initial.value) {
      before_.push_back(for_each(type, now, [&](ExprId) { return *initial.value; }));
    } else if (!is_same_memory(*initial.slot, now, module_)) {
      before_.push_back(copy(type, *initial.slot, now));
    }
  }
  /// Where a result lies that somebody reads, else a place of the loop's own.
  Slot home(std::size_t slot) {
    const Id result = results_[slot];
    if (result != no_id && !outer_[result].written.empty()) return outer_[result].written.front();
    const Type& type = step_graph_[step_graph_.outputs[slot].node].type;
    return {
        new_buffer("kept", type.dtype, count_of(type), Place::arena, offset_of_loop() + layout_.homes[slot]),
        {}};
  }
  void open_read(std::size_t k) {
    const Id input = step_graph_.inputs[k + 1];
    const Source source = source_of(loop_.operands[k]);
    if (source.value) inner_.given[input] = *source.value;
    inner_.places[input].read = source.slot;
  }
  /// What is read behind the loop changes in it, by other names.
  void note_result(std::size_t slot) {
    if (results_[slot] == no_id || is_number_slot(slot)) return;
    for (const Slot& written : outer_[results_[slot]].written) carried_.push_back(written.buffer);
  }
  bool is_number_slot(std::size_t slot) const { return slot < carries_ && is_number(slot); }
  void clear_stack(std::size_t slot) {
    if (results_[slot] == no_id) return;
    const Type& type = graph_[results_[slot]].type;
    if (count_of(type) == 0) return;
    before_.push_back(for_each(type, home(slot), [&](ExprId) { return expressions_.zero(type.dtype); }));
  }

  // ---- the body
  void place_values() {
    for (const dp::Buffer& buffer : step_graph_.plan->buffers) {
      if (buffer.place == dp::Buffer::Place::input) continue;
      const bool is_output = buffer.place == dp::Buffer::Place::output;
      const Slot slot = is_output
                            ? output_slot(static_cast<std::size_t>(buffer.offset), buffer.node)
                            : Slot{declare_buffer(step_graph_, buffer, inner_.arena, module_), {}, false};
      Storage::Place& place = inner_.places[buffer.node];
      const bool is_written = buffer.place != dp::Buffer::Place::constant;
      if (is_written) place.written.push_back(slot);
      if (!place.read) place.read = slot;
    }
  }
  Slot output_slot(std::size_t output, Id node) {
    Slot slot = alias(output < carries_ && !is_number(output) ? homes_[output] : home(output),
                      name_of(node, output < carries_ ? "next" : "part"));
    const bool is_stack = output >= carries_ && results_[output] != no_id;
    if (is_stack && extent_ > 1) {
      slot.bases.push_back(
          {expressions_.variable(step_), step_, {0, extent_ - 1}, count_of(step_graph_[node].type)});
    }
    slot.is_required = is_stack || !is_number_output(output);
    return slot;
  }
  bool is_number_output(std::size_t output) const {
    return step_graph_[step_graph_.outputs[output].node].type.rank() == 0;
  }

  Body lower_body() {
    Body body = std::move(first_);
    const std::vector<bool> stored = stored_nodes(step_graph_);
    for (const Kernel& kernel : kernels_to_lower(step_graph_, stored)) {
      const bool is_copy_of_nothing = kernel.kind == "copy" && inner_[kernel.outputs.front()].written.empty();
      if (is_copy_of_nothing) continue;
      append(body, kernel.kind == "loop" ? lower_loop(step_graph_, kernel, inner_, {module_, expressions_})
                                         : lower_kernel(kernel, stored));
    }
    return body;
  }
  Body lower_kernel(const Kernel& kernel, const std::vector<bool>& stored) {
    const std::size_t buffers = module_.buffers.size(), sites = module_.sites.size();
    KernelEmitter trial(step_graph_, kernel, inner_, stored, module_, expressions_, nullptr);
    trial.run();
    const Groupings groupings = trial.groupings();
    module_.buffers.resize(buffers);
    module_.sites.resize(sites);
    KernelEmitter emitter(step_graph_, kernel, inner_, stored, module_, expressions_, &groupings);
    Body body = emitter.run();
    for (const auto& [id, expr] : emitter.numbers()) inner_.given[id] = expr;
    return body;
  }

  ExprId next_number(Id id) {
    if (const auto given = inner_.given.find(id); given != inner_.given.end()) return given->second;
    const Node& node = step_graph_[id];
    if (inner_[id].read) return load(*inner_[id].read);
    DP_ASSERT(node.op == Op::constant, "node {} is carried and stored nowhere", id);
    return expressions_.constant(node.type.dtype, node.literal());
  }
  /// What comes next becomes what is carried: all numbers are known by now, and tensors that are not in place
  /// yet are put there.
  Body close_step() {
    Body body;
    for (std::size_t k = 0; k < carries_; ++k) {
      const Id next = step_graph_.outputs[k].node;
      const bool is_kept = next == step_graph_.inputs[k + 1];
      if (is_kept || (!is_number(k) && step_graph_.donated.contains(k))) continue;
      body.push_back(is_number(k) ? Stmt{Store{numbers_.at(k), zero(), next_number(next)}}
                                  : copy(carried_type(k), *inner_[next].read, current_.at(k)));
    }
    if (!is_conditional_) return body;
    const ExprId number = inner_.given.at(step_graph_.inputs[0]);
    const ExprId run = expressions_.op(Op::add, {number, expressions_.integer(1)});
    body.push_back({Store{*steps_run_, zero(), run}});
    return body;
  }

  // ---- behind the loop
  void close_loop() {
    for (std::size_t k = 0; k < results_.size(); ++k) {
      if (results_[k] == no_id) continue;
      if (is_number_slot(k)) {
        give_number(results_[k], expressions_.load(numbers_.at(k), zero()));
        continue;
      }
      const std::vector<Slot>& written = outer_[results_[k]].written;
      for (std::size_t other = 1; other < written.size(); ++other)
        before_.push_back(copy(graph_[results_[k]].type, written.front(), written[other]));
    }
    give_number(id_,
                is_conditional_ ? expressions_.load(*steps_run_, zero()) : expressions_.integer(extent_));
  }
  void give_number(Id id, ExprId value) {
    if (outer_.is_body) outer_.given[id] = value = named(value);
    for (const Slot& slot : outer_[id].written) {
      if (slot.is_required || !outer_.is_body)
        before_.push_back({Store{slot.buffer, position_in(slot, zero()), value}});
    }
  }

  const Graph& graph_;
  Storage& outer_;
  Module& module_;
  Expressions& expressions_;
  Id id_;
  const Node& loop_;
  const Graph& step_graph_;
  std::vector<Id> results_;
  LoopLayout layout_;
  std::size_t carries_;
  std::int64_t extent_;
  bool is_conditional_;

  Storage inner_;
  VariableId step_ = 0;
  std::map<std::size_t, BufferId> numbers_;  // by slot: the scratch of a number that is carried
  std::map<std::size_t, Slot> homes_;        // by slot: where a tensor is carried
  std::map<std::size_t, Slot> current_;      // the same, by the name of what is carried now
  std::vector<BufferId> carried_;
  std::optional<BufferId> steps_run_;
  Body before_;  // the loop and what is around it
  Body first_;   // of the step
};

}  // namespace

loops::Body lower_loop(const Graph& graph, const Kernel& kernel, Storage& storage, LoweringContext context) {
  return LoopLowering(graph, kernel, storage, context).run();
}

std::vector<Kernel> kernels_to_lower(const Graph& planned, const std::vector<bool>& stored) {
  std::vector<Kernel> kernels;
  for (const Id id : copied_outputs(planned, stored))
    kernels.push_back({"copy", {id}, planned.note(id).name});
  kernels.insert(kernels.end(), planned.kernels.begin(), planned.kernels.end());
  return kernels;
}

}  // namespace dp
