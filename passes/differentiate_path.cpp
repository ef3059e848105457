#include "passes/differentiate_path.h"

#include <algorithm>
#include <set>

#include "passes/derivatives.h"

namespace dp {
namespace {

/// Ids from `lowest` up to y that y is computed from, by what `sources` gives for a node, ascending.
template <class Sources>
std::vector<Id> reachable(Id y, Id lowest, const Sources& sources) {
  std::vector<Id> found, pending{y};
  std::vector<bool> seen(y >= lowest ? y - lowest + 1 : 0);
  while (!pending.empty()) {
    const Id id = pending.back();
    pending.pop_back();
    if (id < lowest || seen[id - lowest]) continue;
    seen[id - lowest] = true;
    found.push_back(id);
    for (const Source& source : sources(id)) pending.push_back(source.value);
  }
  std::ranges::sort(found);
  return found;
}

/// The user's word for what has no derivative, and his place: the nearest note.
Diagnostic no_derivative(const Graph& graph, Id id) {
  const Note& note = graph.note(id);
  return diagnose(diag::NoDerivative, note.span, std::string(name(graph[id].op))).under("not differentiable");
}

bool turns_to_integers(const Graph& graph, const Node& node) {
  if (info(node.op).derivative == DerivativeKind::no_grad) return true;
  return node.op == Op::convert && is_integer(node.type.dtype) && is_real(graph[node.operands[0]].type.dtype);
}

/// All that a node is computed from, but for `stop`.
std::vector<Source> all_sources(const Graph& graph, Id id, const ScanLoops& scans) {
  if (graph[id].op == Op::stop) return {};
  std::vector<Source> sources;
  for (const Id operand : graph[id].operands) sources.push_back({operand, std::nullopt});
  if (graph[id].op != Op::carry) return sources;
  if (const ScanLoop* loop = scans.find(graph[id].integer("id"))) {
    const auto slot = static_cast<std::size_t>(graph[id].integer("slot"));
    sources.push_back({scan_operands(loop->node(graph)).next[slot], std::nullopt});
  }
  return sources;
}

/// The first node that loses the derivative on ways from the mark to y: an integer on the way, or an
/// `argmax`. Found only where no other way carries one, since then the gradient would be 0 and never be of
/// use.
std::optional<Id> lost_derivative(const Graph& graph, Id y, Id mark, const ScanLoops& scans) {
  const auto sources = [&](Id id) { return all_sources(graph, id, scans); };
  std::set<Id> touched{mark};
  const std::vector<Id> below = reachable(y, std::min(mark, scans.lowest_carry(mark)), sources);
  for (std::size_t before = 0; before != touched.size();) {  // again while a scan's circle has brought more
    before = touched.size();
    for (const Id id : below) {
      const std::vector<Source> from = sources(id);
      const bool depends =
          std::ranges::any_of(from, [&](const Source& source) { return touched.contains(source.value); });
      if (depends && turns_to_integers(graph, graph[id])) return id;
      if (depends) touched.insert(id);
    }
    if (scans.empty()) break;
  }
  return std::nullopt;
}

Diagnostic zero_everywhere(const Graph& graph, Id at, Id mark) {
  const std::string& name_of_mark = graph.note(mark).name;
  return diagnose(diag::GradientThroughInteger, graph.note(at).span, std::string(name(graph[at].op)))
      .under("takes whole steps: its derivative is 0 or does not exist")
      .label(graph.note(mark).span, name_of_mark.empty()
                                        ? "differentiated with respect to this"
                                        : fmt::format("differentiated with respect to `{}`", name_of_mark));
}

}  // namespace

bool DerivativePath::leads_to(const Graph& graph, const Node& node, std::size_t operand) const {
  return contains(node.operands[operand]) && carries_derivative(graph, node, operand);
}

DerivativePath::State DerivativePath::state_of(const Graph& graph, Id id,
                                               std::span<const Source> sources) const {
  State state = states_[id - lowest_];
  for (const auto& [value, operand] : sources) {
    if (!contains(value)) continue;
    const bool unbounded = is_guarded(value) || (operand && may_be_unbounded(graph, graph[id], *operand));
    state = std::max(state, unbounded ? State::unbounded : State::bounded);
  }
  return state;
}

Result<DerivativePath> find_path(const Graph& graph, Id y, std::span<const Id> marks,
                                 const ScanLoops& scans) {
  using State = DerivativePath::State;
  DerivativePath path;
  path.lowest_ = scans.lowest_carry(*std::ranges::min_element(marks));
  const auto sources = [&](Id id) { return scans.sources(graph, id); };
  const std::vector<Id> below = reachable(y, path.lowest_, sources);
  path.states_.assign(y >= path.lowest_ ? y - path.lowest_ + 1 : 0, State::apart);
  for (const Id mark : marks) {
    if (std::ranges::binary_search(below, mark)) path.states_[mark - path.lowest_] = State::bounded;
  }
  for (bool changed = true; changed;) {  // again while a scan's circle has brought more
    changed = false;
    for (const Id id : below) {
      const State state = path.state_of(graph, id, sources(id));
      changed |= !scans.empty() && state != path.states_[id - path.lowest_];
      path.states_[id - path.lowest_] = state;
    }
  }
  for (const Id id : below) {
    if (!path.contains(id)) continue;
    path.nodes_.push_back(id);
    if (info(graph[id].op).derivative == DerivativeKind::no_grad) return no_derivative(graph, id);
  }
  for (const Id mark : marks) {
    if (path.contains(mark)) continue;
    if (const auto lost = lost_derivative(graph, y, mark, scans)) return zero_everywhere(graph, *lost, mark);
  }
  return path;
}

}  // namespace dp
