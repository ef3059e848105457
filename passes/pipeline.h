#pragma once
// The way from a built graph to the loop IR: the passes in their order, as data. `run_pipeline` is the one
// driver: it runs, times, verifies and hands each stage to whoever wants to see it.

#include <functional>
#include <span>
#include <string_view>

#include "ir/graph.h"
#include "ir/loops.h"
#include "support/result.h"

namespace dp {

struct PassOptions {
  bool fast_math = false;
  bool verify = false;
  int threads = 2;
};

/// A pass takes a graph in which `before` holds and gives one in which `after` holds; the first error ends
/// the way.
struct Pass {
  std::string_view name;   // for `dpc opt --pass=`
  std::string_view stage;  // the stage of `dpc emit` that its result is shown as; empty: none
  std::string_view description;
  Result<Graph> (*run)(const Graph& graph, const PassOptions& options);
};

std::span<const Pass> all_passes();

struct StageObserver {
  std::function<void(std::string_view stage, const Graph& graph)> on_stage;
  std::function<void(std::string_view pass, double seconds)> on_time;
};

/// Runs the passes up to and including the one that gives `last_stage` (all of them where it is empty),
/// beginning behind the stage that the graph is at.
Result<Graph> run_pipeline(const Graph& graph, const PassOptions& options, std::string_view last_stage,
                           const StageObserver& observer = {});

/// From a planned graph, all sizes known, to loops.
Result<loops::Module> lower(const Graph& planned, const PassOptions& options);

}  // namespace dp
