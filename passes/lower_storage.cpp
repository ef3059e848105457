#include "passes/lower_storage.h"

#include "ir/dim.h"
#include "support/assert.h"

namespace dp {
namespace {

loops::Place place_of(const Buffer& buffer) {
  switch (buffer.place) {
    case Buffer::Place::input: return loops::Place::input;
    case Buffer::Place::output: return loops::Place::output;
    case Buffer::Place::arena: return loops::Place::arena;
    case Buffer::Place::constant: break;
  }
  return loops::Place::constant;
}

std::string name_of(const Graph& graph, const Buffer& buffer) {
  const Node& node = graph[buffer.node];
  if (node.op == Op::input && buffer.place == Buffer::Place::input) return node.string("name");
  const std::string& given = graph.note(buffer.node).name;
  if (!given.empty()) return given;
  if (buffer.place == Buffer::Place::output) {
    const std::string& output = graph.outputs[static_cast<std::size_t>(buffer.offset)].name;
    return output.empty() ? "result" : output;
  }
  return buffer.place == Buffer::Place::constant ? "table" : "t";
}

}  // namespace

loops::BufferId declare_buffer(const Graph& graph, const Buffer& buffer, std::int64_t arena,
                               loops::Module& module) {
  const Node& node = graph[buffer.node];
  const std::int64_t count = element_count(node.type.shape).constant().value();
  loops::Buffer declared{name_of(graph, buffer), node.type.dtype, count, place_of(buffer), buffer.offset, {}};
  if (buffer.place == Buffer::Place::arena) declared.offset += arena;
  if (buffer.place == Buffer::Place::constant) {
    declared.literal = node.literal();
    declared.offset = 0;
  }
  module.buffers.push_back(std::move(declared));
  return static_cast<loops::BufferId>(module.buffers.size() - 1);
}

Storage declare_buffers(const Graph& planned, loops::Module& module) {
  Storage storage;
  storage.places.resize(planned.size());
  for (const Buffer& buffer : planned.plan->buffers) {
    const Slot slot{declare_buffer(planned, buffer, 0, module), {}};
    Storage::Place& place = storage.places[buffer.node];
    const bool is_written = buffer.place == Buffer::Place::output || buffer.place == Buffer::Place::arena;
    if (is_written) place.written.push_back(slot);
    if (!place.read || !is_written) place.read = slot;
  }
  return storage;
}

bool is_same_memory(const Slot& a, const Slot& b, const loops::Module& module) {
  const loops::Buffer &x = module.buffers[a.buffer], &y = module.buffers[b.buffer];
  return x.place == y.place && x.offset == y.offset && a.bases == b.bases &&
         (x.place == loops::Place::arena || x.place == loops::Place::output ||
          x.place == loops::Place::input);
}

}  // namespace dp
