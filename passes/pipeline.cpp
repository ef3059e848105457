#include "passes/pipeline.h"

#include <algorithm>
#include <chrono>

#include "ir/verify.h"
#include "passes/differentiate.h"
#include "passes/fuse.h"
#include "passes/plan_memory.h"
#include "passes/prune_loops.h"
#include "passes/simplify.h"
#include "passes/vectorize.h"
#include "support/assert.h"

namespace dp {
namespace {

constexpr Pass pipeline[] = {
    // Before gradients are taken, since what is smooth after cancelling may not be so before: norm(x)^2 at 0.
    {"simplify-meaning", "", "the simplifications that are part of the language's meaning",
     [](const Graph& graph, const PassOptions& options) -> Result<Graph> {
       return simplify(graph, {.meaning = true, .fast_math = options.fast_math});
     }},
    {"differentiate", "grad", "vjp and jvp become ordinary nodes",
     [](const Graph& graph, const PassOptions&) { return differentiate(graph); }},
    {"vectorize", "", "parallel loops become tensors, scans closed loops",
     [](const Graph& graph, const PassOptions&) -> Result<Graph> { return vectorize(graph); }},
    {"prune_loops", "", "loops lose what nobody asks for and what does not change",
     [](const Graph& graph, const PassOptions&) -> Result<Graph> { return prune_loops(graph); }},
    // The meaning is fixed here: the interpreter runs this graph, and what follows keeps every bit of it.
    {"simplify", "simplified", "exact rules, constants folded, dead nodes dropped",
     [](const Graph& graph, const PassOptions& options) -> Result<Graph> {
       return simplify(graph, {.meaning = false, .fast_math = options.fast_math});
     }},
    {"fuse", "fused", "values grouped into kernels",
     [](const Graph& graph, const PassOptions&) -> Result<Graph> { return fuse(graph); }},
    {"plan_memory", "planned", "a place in the arena for every stored value",
     [](const Graph& graph, const PassOptions&) -> Result<Graph> { return plan_memory(graph); }},
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The first pass that a graph of this stage still needs.
std::size_t first_pass_behind(std::string_view stage) {
  for (std::size_t k = 0; k < std::size(pipeline); ++k)
    if (pipeline[k].stage == stage) return k + 1;
  return 0;
}

}  // namespace

std::span<const Pass> all_passes() { return pipeline; }

Result<Graph> run_pipeline(const Graph& graph, const PassOptions& options, std::string_view last_stage,
                           const StageObserver& observer) {
  Graph current = graph;
  if (observer.on_stage) observer.on_stage(current.stage, current);
  for (std::size_t k = first_pass_behind(current.stage);
       k < std::size(pipeline) && current.stage != last_stage; ++k) {
    const Pass& pass = pipeline[k];
    const auto start = std::chrono::steady_clock::now();
    auto next = pass.run(current, options);
    if (!next) return next;
    if (observer.on_time) observer.on_time(pass.name, seconds_since(start));
    current = std::move(*next);
    if (!pass.stage.empty()) current.stage = pass.stage;
    if (options.verify) {
      const auto broken = verify(current);
      DP_ASSERT(broken.empty(), "after {}: {}", pass.name, broken.empty() ? "" : broken.front());
    }
    if (observer.on_stage && !pass.stage.empty()) observer.on_stage(current.stage, current);
  }
  return current;
}

}  // namespace dp
