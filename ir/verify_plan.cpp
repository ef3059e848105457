#include "ir/verify_plan.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "support/array.h"

namespace dp {
namespace {

using Found = std::optional<Violation>;
using KernelOf = std::map<Id, std::size_t>;

KernelOf kernels_by_output(const Graph& graph) {
  KernelOf kernel_of;
  for (std::size_t k = 0; k < graph.kernels.size(); ++k) {
    for (const Id id : graph.kernels[k].outputs) kernel_of.emplace(id, k);
  }
  return kernel_of;
}

/// The stored values that a kernel's output reads: the way down ends at outputs of kernels and at inputs.
std::set<Id> values_read(const Graph& graph, Id output, const KernelOf& kernel_of) {
  std::set<Id> read, visited;
  std::vector<Id> waiting = graph[output].operands;
  while (!waiting.empty()) {
    const Id id = waiting.back();
    waiting.pop_back();
    if (!visited.insert(id).second) continue;
    if (kernel_of.contains(id) || graph[id].op == Op::input) {
      read.insert(id);
    } else {
      waiting.insert(waiting.end(), graph[id].operands.begin(), graph[id].operands.end());
    }
  }
  return read;
}

Found check_kernel_outputs(const Graph& graph) {
  const std::vector<Id> ids = live_nodes(graph);
  const std::set<Id> live(ids.begin(), ids.end());
  std::set<Id> stored;
  for (const Kernel& kernel : graph.kernels) {
    if (kernel.outputs.empty()) return Violation{no_id, "has a kernel that computes nothing"};
    if (kernel.kind == "copy") continue;  // gives an output a value that is there already
    for (const Id id : kernel.outputs) {
      if (!live.contains(id)) return Violation{no_id, "has a kernel for a value that nobody needs"};
      if (graph[id].op == Op::input) return Violation{id, "is an input that a kernel computes"};
      if (!stored.insert(id).second) return Violation{id, "is computed by two kernels"};
    }
  }
  return std::nullopt;
}

/// From the kernel that stores a value to the last one that reads it.
struct Lifetime {
  std::size_t begin = 0, end = 0;
};

/// Whether the value is where the caller wants it. What its kernel has in the arena besides, such as what a
/// loop needs for its steps, nobody needs after those that read it.
bool lies_in_place(const Graph& graph, Id id) {
  return std::ranges::any_of(graph.plan->buffers, [&](const Buffer& buffer) {
    return buffer.node == id && buffer.place == Buffer::Place::output;
  });
}

std::map<Id, Lifetime> lifetimes(const Graph& graph) {
  const KernelOf kernel_of = kernels_by_output(graph);
  std::map<Id, Lifetime> result;
  for (const auto& [id, kernel] : kernel_of) result[id] = {kernel, kernel};
  for (const auto& [id, kernel] : kernel_of) {
    for (const Id read : values_read(graph, id, kernel_of))
      result[read].end = std::max(result[read].end, kernel);
  }
  for (const Output& output : graph.outputs) {
    if (!lies_in_place(graph, output.node)) result[output.node].end = graph.kernels.size();
  }
  return result;
}

bool share_bytes(const Buffer& a, const Buffer& b) {
  return a.bytes > 0 && b.bytes > 0 && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/// Whether both values are needed at the same time. A kernel may write over a value that it reads last, in
/// place.
bool live_together(const Buffer& a, const Lifetime& x, const Buffer& b, const Lifetime& y) {
  if (x.begin == y.begin) return true;
  const bool x_first = x.begin < y.begin;
  const Lifetime &first = x_first ? x : y, &second = x_first ? y : x;
  return first.end > second.begin || (first.end == second.begin && a.offset != b.offset);
}

}  // namespace

Found check_kernels(const Graph& graph) {
  if (graph.kernels.empty()) return std::nullopt;
  if (Found found = check_kernel_outputs(graph)) return found;
  const KernelOf kernel_of = kernels_by_output(graph);
  for (const auto& [id, kernel] : kernel_of) {
    for (const Id read : values_read(graph, id, kernel_of)) {
      const auto producer = kernel_of.find(read);
      if (producer != kernel_of.end() && producer->second > kernel) {
        return Violation{id, "is computed by a kernel before one that computes what it reads"};
      }
    }
  }
  for (const Output& output : graph.outputs) {
    const Op op = graph[output.node].op;
    const bool given = op == Op::input || op == Op::constant;
    if (!given && !kernel_of.contains(output.node))
      return Violation{output.node, "is an output that no kernel computes"};
  }
  return std::nullopt;
}

Found check_buffers(const Graph& graph) {
  if (!graph.plan) return Violation{no_id, "has no plan"};
  std::set<Id> placed;
  for (const Buffer& buffer : graph.plan->buffers) {
    if (buffer.node >= graph.size()) return Violation{no_id, "has a buffer for a value that does not exist"};
    const Node& node = graph[buffer.node];
    const bool first = placed.insert(buffer.node).second;
    // A loop's buffer holds the number of its steps and what its body needs.
    const bool holds_body = node.op == Op::loop && buffer.place == Buffer::Place::arena;
    const bool may_be_second = buffer.place == Buffer::Place::output || holds_body;
    if (!first && !may_be_second) return Violation{buffer.node, "has two buffers"};
    const auto count = element_count(node.type.shape).constant();
    if (!count) return Violation{buffer.node, "has a buffer but no known size"};
    const Dim bytes = Dim(*count) * static_cast<std::int64_t>(size_of(node.type.dtype));
    if (bytes != Dim(buffer.bytes) && !holds_body) {
      return Violation{buffer.node,
                       fmt::format("has a buffer of {} bytes, not {}", buffer.bytes, bytes.text())};
    }
  }
  for (const Kernel& kernel : graph.kernels) {
    for (const Id id : kernel.outputs) {
      const bool stored = info(graph[id].op).form != Form::effect;
      if (stored && !placed.contains(id)) return Violation{id, "is stored but has no buffer"};
    }
  }
  return std::nullopt;
}

namespace {

/// An output, or a value on the way to one that is written over a donated input.
bool lies_in_output(const Graph& graph, Id id, std::size_t output) {
  const Id last = graph.outputs[output].node;
  return last == id || (graph.donated.contains(output) && graph[last].type == graph[id].type);
}

}  // namespace

Found check_arena(const Graph& graph) {
  if (graph.plan->arena_bytes < 0) return Violation{no_id, "has an arena of negative size"};
  for (const Buffer& buffer : graph.plan->buffers) {
    const bool numbered = buffer.place == Buffer::Place::input || buffer.place == Buffer::Place::output;
    if (buffer.offset < 0) return Violation{buffer.node, "has a buffer at a negative offset"};
    if (numbered) {
      const bool input = buffer.place == Buffer::Place::input;
      const std::size_t number = static_cast<std::size_t>(buffer.offset);
      const bool fits = input ? number < graph.inputs.size() && graph.inputs[number] == buffer.node
                              : number < graph.outputs.size() && lies_in_output(graph, buffer.node, number);
      if (!fits) return Violation{buffer.node, "lies in an input or output that is another value"};
    } else if (buffer.place == Buffer::Place::arena) {
      std::int64_t end;
      if (__builtin_add_overflow(buffer.offset, buffer.bytes, &end) || end > graph.plan->arena_bytes) {
        return Violation{buffer.node, "has a buffer that goes beyond the arena"};
      }
      if (static_cast<std::size_t>(buffer.offset) % array_alignment != 0) {
        return Violation{buffer.node, "has a buffer that is not aligned"};
      }
    }
  }
  return std::nullopt;
}

Found check_lifetimes(const Graph& graph) {
  const std::map<Id, Lifetime> lives = lifetimes(graph);
  std::vector<Buffer> buffers;
  for (const Buffer& buffer : graph.plan->buffers) {
    if (buffer.place != Buffer::Place::arena) continue;
    if (!lives.contains(buffer.node)) return Violation{buffer.node, "has a buffer but no kernel computes it"};
    buffers.push_back(buffer);
  }
  std::sort(buffers.begin(), buffers.end(),
            [](const Buffer& a, const Buffer& b) { return a.offset < b.offset; });
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    for (std::size_t j = i + 1;
         j < buffers.size() && buffers[j].offset < buffers[i].offset + buffers[i].bytes; ++j) {
      const Buffer &a = buffers[i], &b = buffers[j];
      if (share_bytes(a, b) && live_together(a, lives.at(a.node), b, lives.at(b.node))) {
        return Violation{b.node,
                         fmt::format("lies over another value that is still needed, at arena+{}", a.offset)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace dp
