// From a planned graph to the loop IR: declares the buffers of the plan and emits one function for each
// kernel. Before: all sizes are known, kernels are in the order they run, every stored node has a place.
// After: a module that `loops::verify` finds sound and that computes, bit for bit, what the graph means.

#include <fmt/format.h>

#include "passes/kernels.h"
#include "passes/lower_emitter.h"
#include "passes/lower_loop.h"
#include "passes/lower_share.h"
#include "passes/lower_split.h"
#include "passes/lower_storage.h"
#include "passes/pipeline.h"
#include "support/assert.h"

namespace dp {
namespace {

/// Which axes of the kernel's loops run as one: found by emitting it once into a module that is thrown away.
Groupings groupings_of(const Graph& graph, const Kernel& kernel, const Storage& storage,
                       const std::vector<bool>& stored, const loops::Module& module) {
  loops::Module scratch;
  scratch.buffers = module.buffers;
  Expressions expressions(scratch);
  KernelEmitter emitter(graph, kernel, storage, stored, scratch, expressions, nullptr);
  emitter.run();
  return emitter.groupings();
}

loops::Module declared(const Graph& planned) {
  loops::Module module;
  module.name = planned.name;
  module.arena_bytes = planned.plan->arena_bytes;
  for (const Id input : planned.inputs) {
    module.input_types.push_back(planned[input].type);
    module.input_names.push_back(planned[input].string("name"));
  }
  for (const Output& output : planned.outputs) {
    module.output_types.push_back(planned[output.node].type);
    module.output_names.push_back(output.name);
  }
  return module;
}

}  // namespace

Result<loops::Module> lower(const Graph& planned, const PassOptions&) {
  DP_ASSERT(planned.plan, "`{}` is lowered before its memory is planned", planned.name);
  loops::Module module = declared(planned);
  Storage storage = declare_buffers(planned, module);
  const std::vector<bool> stored = stored_nodes(planned);
  Expressions expressions(module);
  for (const Kernel& kernel : kernels_to_lower(planned, stored)) {
    loops::Function function{
        fmt::format("k{}", module.functions.size()), fmt::format("{}: {}", kernel.kind, kernel.comment), {}};
    if (kernel.kind == "loop") {
      function.body = lower_loop(planned, kernel, storage, {module, expressions});
    } else {
      const Groupings groupings = groupings_of(planned, kernel, storage, stored, module);
      function.body = KernelEmitter(planned, kernel, storage, stored, module, expressions, &groupings).run();
    }
    split_loops(function.body, module, expressions);
    share_expressions(function.body, module, expressions);
    module.functions.push_back(std::move(function));
  }
  return module;
}

}  // namespace dp
