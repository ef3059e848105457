#include "dpc/report_facts.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "dpc/units.h"
#include "ir/print.h"
#include "passes/kernels.h"
#include "passes/lifetimes.h"

namespace dp {
namespace {

/// Never more than can be told: sizes whose product is larger count as the largest number there is.
std::int64_t bytes_of(const Type& type) {
  double bytes = static_cast<double>(size_of(type.dtype));
  for (const Dim& dim : type.shape) bytes *= static_cast<double>(dim.constant().value_or(0));
  return bytes < 0x1p62 ? static_cast<std::int64_t>(bytes) : std::int64_t{1} << 62;
}

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

std::int64_t argument_bytes(const Graph& planned) {
  std::int64_t sum = 0;
  for (const Id input : planned.inputs) sum += bytes_of(planned[input].type);
  for (std::size_t k = 0; k < planned.outputs.size(); ++k)
    if (!planned.donated.contains(k)) sum += bytes_of(planned[planned.outputs[k].node].type);
  return sum;
}

Status check_memory(const Graph& planned, std::optional<std::int64_t> limit) {
  const std::int64_t machine = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::int64_t needed = planned.plan->arena_bytes + argument_bytes(planned);
  const bool is_limited = limit && *limit < machine;
  if (needed <= (is_limited ? *limit : machine)) return Done{};
  const auto size = [](std::int64_t bytes) { return memory_text(static_cast<double>(bytes)); };
  auto failure =
      diagnose(diag::MemoryLimit, {}, planned.name, size(needed),
               is_limited ? "the limit of " + size(*limit) : "the " + size(machine) + " of this machine");
  const std::vector<std::string> names = printed_names(planned);
  const PeakMoment peak = peak_moment(planned);
  constexpr std::size_t shown = 3;
  for (std::size_t k = 0; k < std::min(shown, peak.held.size()); ++k) {
    const Id id = peak.held[k].node;
    const Note& note = planned.note(id);
    failure.labels.push_back(
        {note.span, fmt::format("{}: {} takes {}", note.name.empty() ? names[id] : note.name,
                                text(planned[id].type), size(peak.held[k].bytes))});
  }
  if (!failure.labels.empty()) failure.at = failure.labels.front().span;
  return failure;
}

}  // namespace dp
