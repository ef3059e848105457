#include "passes/plan_memory.h"

#include <algorithm>
#include <map>

#include "passes/bodies.h"
#include "passes/kernels.h"
#include "passes/lifetimes.h"
#include "support/assert.h"

namespace dp {
namespace {

constexpr std::int64_t alignment = 64;

std::int64_t bytes_of(const Graph& graph, Id id) {
  const Type& type = graph[id].type;
  const auto count = element_count(type.shape).constant();
  DP_ASSERT(count, "the size of {} is not known", text(type));
  return *count * static_cast<std::int64_t>(size_of(type.dtype));
}

std::int64_t aligned(std::int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/// What is carried from step to step and has no other place than the arena lives to the end of the step.
void keep_carried(const Graph& body, std::size_t carries, Lifetimes& lives) {
  for (std::size_t k = 0; k < carries; ++k) lives.of[body.outputs[k].node].last = body.kernels.size();
}

/// Values that take each other's place: one run of bytes, alive from the first's birth to the last's end.
struct Block {
  std::vector<Id> nodes;
  std::int64_t bytes = 0;
  Lifetime life;
  std::int64_t offset = 0;

  std::int64_t end() const { return offset + bytes; }
  std::size_t length() const { return life.last - life.born; }
  bool meets(const Block& other) const {
    return life.born <= other.life.last && other.life.born <= life.last;
  }
};

class Planner {
 public:
  /// `carries`: how many of the first outputs are what a loop's step carries on, where the graph is one.
  explicit Planner(const Graph& graph, std::size_t carries)
      : graph_(graph), carries_(carries), stored_(stored_nodes(graph)), lives_(lifetimes(graph)) {
    keep_carried(graph, carries, lives_);
  }

  Plan run() {
    add_inputs_and_constants();
    for (const auto& [output, input] : graph_.donated) place_chain(output, graph_.inputs[input]);
    for (const Id id : copied_outputs(graph_, stored_)) add_to_outputs(id);
    for (const Kernel& kernel : graph_.kernels) {
      for (const Id id : kernel.outputs) add_output(kernel, id);
    }
    place_blocks();
    for (const Block& block : blocks_) {
      for (const Id id : block.nodes) {
        const std::int64_t bytes = graph_[id].op == Op::loop ? block.bytes : bytes_of(graph_, id);
        plan_.buffers.push_back({id, Buffer::Place::arena, block.offset, bytes});
      }
    }
    return std::move(plan_);
  }

  /// Output k may be written over its input if no kernel reads the input later, nor this one elsewhere.
  bool is_safe(std::size_t output, std::size_t input) const {
    const Id old = graph_.inputs[input];
    return is_safe_over(graph_.outputs[output].node, old) || chain_over(output, old).size() > 1;
  }

 private:
  bool is_safe_over(Id fresh, Id old) const {
    const std::size_t writer = writer_of(fresh);
    // A copy is made before all kernels: onto itself, or not onto what they read.
    if (writer == graph_.kernels.size()) return fresh == old;
    if (!(graph_[fresh].type == graph_[old].type)) return false;
    for (std::size_t k = writer; k < graph_.kernels.size(); ++k) {
      const bool is_read = std::ranges::find(lives_.reads[k], old) != lives_.reads[k].end();
      if (!is_read) continue;
      if (k != writer || !may_overwrite(graph_, graph_.kernels[k], fresh, old, stored_)) return false;
    }
    return true;
  }

  /// The values on the way to an output that may all lie over `old`, since each only puts parts into the one
  /// before; the output alone where they may not.
  std::vector<Id> chain_over(std::size_t output, Id old) const {
    const Id last = graph_.outputs[output].node;
    std::vector<Id> chain = parts_put_in_turn(graph_, last);
    for (std::size_t k = 1; k < chain.size(); ++k) {
      if (!is_last_use(chain[k], chain[k - 1])) chain.resize(k);
    }
    return is_safe_over(chain.back(), old) ? chain : std::vector{last};
  }
  bool is_last_use(Id before, Id fresh) const {
    const std::size_t writer = writer_of(fresh);
    const bool is_output = std::ranges::find(graph_.outputs, before, &Output::node) != graph_.outputs.end();
    return !is_output && writer < graph_.kernels.size() && lives_.of[before].last == writer &&
           writer_of(before) < graph_.kernels.size() &&
           may_overwrite(graph_, graph_.kernels[writer], fresh, before, stored_);
  }
  void place_chain(std::size_t output, Id old) {
    const std::vector<Id> chain = chain_over(output, old);
    for (const Id id : std::span(chain).subspan(1)) on_the_way_[id] = output;
  }

  std::size_t writer_of(Id id) const {
    const auto writes = [&](const Kernel& kernel) {
      return std::ranges::find(kernel.outputs, id) != kernel.outputs.end();
    };
    return static_cast<std::size_t>(std::ranges::find_if(graph_.kernels, writes) - graph_.kernels.begin());
  }

  void add_inputs_and_constants() {
    for (std::size_t k = 0; k < graph_.inputs.size(); ++k) add(graph_.inputs[k], Buffer::Place::input, k);
    std::size_t constants = 0;
    for (const Id id : live_nodes(graph_)) {
      if (is_array_constant(graph_[id])) add(id, Buffer::Place::constant, constants++);
    }
  }
  void add(Id id, Buffer::Place place, std::size_t number) {
    plan_.buffers.push_back({id, place, static_cast<std::int64_t>(number), bytes_of(graph_, id)});
  }

  void add_output(const Kernel& kernel, Id id) {
    if (info(graph_[id].op).form == Form::effect) return;
    const auto on_the_way = on_the_way_.find(id);
    if (on_the_way != on_the_way_.end()) return add(id, Buffer::Place::output, on_the_way->second);
    const bool is_placed = add_to_outputs(id);
    if (graph_[id].op == Op::loop) {
      blocks_.push_back({{id}, loop_layout(graph_, kernel).bytes, lives_.of[id]});
    } else if (!is_placed && !extend_block(kernel, id)) {
      blocks_.push_back({{id}, bytes_of(graph_, id), lives_.of[id]});
    }
  }
  bool add_to_outputs(Id id) {
    bool is_output = false;
    for (std::size_t k = 0; k < graph_.outputs.size(); ++k) {
      // What is carried but not in place is put there at the end of the step.
      const bool has_place = k >= carries_ || graph_.donated.contains(k);
      if (graph_.outputs[k].node != id || !has_place) continue;
      add(id, Buffer::Place::output, k);
      is_output = true;
    }
    return is_output;
  }

  /// Puts the value into the place of one that its kernel reads last.
  bool extend_block(const Kernel& kernel, Id id) {
    for (Block& block : blocks_) {
      const Id old = block.nodes.back();
      const bool ends_here = block.life.last == lives_.of[id].born && block.life.born < lives_.of[id].born;
      if (!ends_here || !may_overwrite(graph_, kernel, id, old, stored_)) continue;
      block.nodes.push_back(id);
      block.life.last = lives_.of[id].last;
      return true;
    }
    return false;
  }

  // The largest first, each into the smallest gap that takes it among those that live at its time.
  void place_blocks() {
    std::vector<Block*> order;
    for (Block& block : blocks_) order.push_back(&block);
    std::ranges::stable_sort(order, [](const Block* a, const Block* b) {
      return std::tuple(b->bytes, b->length()) < std::tuple(a->bytes, a->length());
    });
    std::vector<const Block*> placed;  // by offset
    for (Block* block : order) {
      block->offset = best_gap(*block, placed);
      plan_.arena_bytes = std::max(plan_.arena_bytes, block->end());
      const auto behind = std::ranges::upper_bound(placed, block->offset, {}, &Block::offset);
      placed.insert(behind, block);
    }
  }
  static std::int64_t best_gap(const Block& block, const std::vector<const Block*>& placed) {
    std::int64_t end = 0, best = -1, best_size = 0;
    for (const Block* other : placed) {
      if (!other->meets(block) || other->bytes == 0) continue;
      const std::int64_t size = other->offset - end;
      if (size >= block.bytes && (best < 0 || size < best_size)) {
        best = end;
        best_size = size;
      }
      end = std::max(end, aligned(other->end()));
    }
    return best >= 0 ? best : end;
  }

  const Graph& graph_;
  std::size_t carries_;
  std::vector<bool> stored_;
  Lifetimes lives_;
  std::map<Id, std::size_t> on_the_way_;  // to which output a value is, in whose place it lies
  Plan plan_;
  std::vector<Block> blocks_;
};

}  // namespace

LoopLayout loop_layout(const Graph& graph, const Kernel& kernel) {
  const Node& loop = graph[loop_of(graph, kernel)];
  const Graph& body = loop.body();
  LoopLayout layout{0, alignment, {}};
  layout.bytes = layout.region + aligned(body.plan->arena_bytes);
  const std::vector<Id> results = loop_results(graph, kernel);
  for (std::size_t slot = 0; slot < results.size(); ++slot) {
    layout.homes.push_back(layout.bytes);
    if (results[slot] == no_id) layout.bytes += aligned(bytes_of(body, body.outputs[slot].node));
  }
  return layout;
}

namespace {

Graph planned_graph(const Graph& graph, std::size_t carries) {
  Graph planned = with_bodies(graph, [](const Node& loop, const Graph& body) {
    Graph inner = planned_graph(body, static_cast<std::size_t>(loop.integer("carries")));
    inner.stage = "planned";
    return inner;
  });
  const Planner planner(planned, carries);
  std::erase_if(planned.donated, [&](const auto& pair) { return !planner.is_safe(pair.first, pair.second); });
  planned.plan = Planner(planned, carries).run();
  return planned;
}

std::vector<std::string> errors_of(const Graph& planned, std::size_t carries) {
  std::vector<std::string> errors;
  Lifetimes lives = lifetimes(planned);
  keep_carried(planned, carries, lives);
  for (const Id id : live_nodes(planned)) {
    if (planned[id].op != Op::loop) continue;
    for (std::string& error :
         errors_of(planned[id].body(), static_cast<std::size_t>(planned[id].integer("carries"))))
      errors.push_back("in a body: " + std::move(error));
  }
  const std::vector<bool> stored = stored_nodes(planned);
  std::vector<Buffer> arena;
  std::int64_t peak = 0;
  for (const Buffer& buffer : planned.plan->buffers) {
    if (buffer.place != Buffer::Place::arena) continue;
    arena.push_back(buffer);
    peak = std::max(peak, buffer.offset + buffer.bytes);
    if (buffer.offset % alignment != 0) errors.push_back(fmt::format("node {} is not aligned", buffer.node));
  }
  if (peak != planned.plan->arena_bytes) errors.push_back(fmt::format("the peak is {} bytes", peak));
  const auto replaces = [&](Id fresh, Id old) {
    const std::size_t at = lives.of[fresh].born;
    return lives.of[old].last == at && lives.of[old].born < at &&
           may_overwrite(planned, planned.kernels[at], fresh, old, stored);
  };
  for (const Buffer& a : arena) {
    for (const Buffer& b : arena) {
      const Lifetime &x = lives.of[a.node], &y = lives.of[b.node];
      const bool overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      const bool meet = x.born <= y.last && y.born <= x.last;
      if (a.node >= b.node || !overlap || !meet || a.bytes == 0 || b.bytes == 0) continue;
      if (replaces(b.node, a.node) || replaces(a.node, b.node)) continue;
      errors.push_back(fmt::format("nodes {} and {} share bytes", a.node, b.node));
    }
  }
  for (const Output& output : std::span(planned.outputs).subspan(carries)) {
    const auto holds = [&](const Buffer& buffer) {
      return buffer.node == output.node && buffer.place == Buffer::Place::output;
    };
    if (std::ranges::none_of(planned.plan->buffers, holds)) errors.push_back("an output has no place");
  }
  return errors;
}

}  // namespace

Graph plan_memory(const Graph& graph) { return planned_graph(graph, 0); }

std::vector<std::string> plan_errors(const Graph& planned) { return errors_of(planned, 0); }

}  // namespace dp
