#include "dpc/report_facts.h"

#include <algorithm>
#include <set>

#include "passes/kernels.h"
#include "passes/lifetimes.h"

namespace dp {
namespace {

/// By node a number that equal expressions share, in whatever graph they stand.
std::vector<std::size_t> fingerprints(const Graph& graph) {
  std::vector<std::size_t> result(graph.size());
  for (const Id id : live_nodes(graph)) {
    Node node = graph[id];
    for (Id& operand : node.operands) operand = static_cast<Id>(result[operand]);
    result[id] = hash(node);
  }
  return result;
}

/// What is differentiated, as a graph of its own: the values whose cotangents or tangents are asked for.
Graph function_itself(const Graph& built) {
  Graph result = built;
  result.outputs.clear();
  result.effects.clear();
  result.donated.clear();
  for (const Id id : live_nodes(built)) {
    const bool is_level = built[id].op == Op::vjp || built[id].op == Op::jvp;
    if (is_level) result.outputs.push_back({std::to_string(result.outputs.size()), built[id].operands[0]});
  }
  return result;
}

}  // namespace

Result<std::vector<Id>> shared_with_gradient(const Graph& built, const Graph& planned,
                                             const PassOptions& options) {
  std::vector<Id> shared;
  const Graph function = function_itself(built);
  if (function.outputs.empty()) return shared;
  auto simplified = run_pipeline(function, options, "simplified");
  if (!simplified) return simplified.error();
  const std::vector<std::size_t> own = fingerprints(*simplified), all = fingerprints(planned);
  std::set<std::size_t> known;
  for (const Id id : live_nodes(*simplified)) known.insert(own[id]);
  const auto is_own = [&](Id id) { return known.contains(all[id]); };
  const std::vector<bool> stored = stored_nodes(planned);
  std::set<Id> found;
  for (const Kernel& kernel : planned.kernels) {
    if (std::ranges::all_of(kernel.outputs, is_own)) continue;
    for (const Id id : computed_nodes(planned, kernel, stored)) {
      if (is_own(id)) continue;
      for (const Id operand : planned[id].operands) {
        const bool is_value = is_own(operand) && info(planned[operand].op).form != Form::leaf;
        if (is_value) found.insert(operand);
      }
    }
  }
  shared.assign(found.begin(), found.end());
  return shared;
}

PeakMoment peak_moment(const Graph& planned) {
  const Lifetimes lives = lifetimes(planned);
  PeakMoment peak;
  for (std::size_t kernel = 0; kernel < planned.kernels.size(); ++kernel) {
    PeakMoment now{kernel, 0, {}};
    for (const Buffer& buffer : planned.plan->buffers) {
      const Lifetime& life = lives.of[buffer.node];
      if (buffer.place != Buffer::Place::arena || life.born > kernel || life.last < kernel) continue;
      now.held.push_back(buffer);
    }
    // Values in each other's place count once.
    std::ranges::sort(now.held, [](const Buffer& a, const Buffer& b) { return a.offset < b.offset; });
    std::int64_t end = 0;
    for (const Buffer& buffer : now.held) {
      now.bytes += std::max<std::int64_t>(0, buffer.offset + buffer.bytes - std::max(end, buffer.offset));
      end = std::max(end, buffer.offset + buffer.bytes);
    }
    if (now.bytes > peak.bytes) peak = std::move(now);
  }
  std::ranges::stable_sort(peak.held, [](const Buffer& a, const Buffer& b) { return a.bytes > b.bytes; });
  return peak;
}

}  // namespace dp
