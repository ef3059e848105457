#include "passes/differentiate_path.h"

#include <algorithm>

#include "passes/derivatives.h"

namespace dp {
namespace {

/// Ids from `lowest` up to y that y is computed from through edges that `follow` accepts, ascending.
template <class Follow>
std::vector<Id> reachable(const Graph& graph, Id y, Id lowest, const Follow& follow) {
  std::vector<Id> found, pending{y};
  std::vector<bool> seen(y >= lowest ? y - lowest + 1 : 0);
  while (!pending.empty()) {
    const Id id = pending.back();
    pending.pop_back();
    if (id < lowest || seen[id - lowest]) continue;
    seen[id - lowest] = true;
    found.push_back(id);
    for (std::size_t k = 0; k < graph[id].operands.size(); ++k) {
      if (follow(graph[id], k)) pending.push_back(graph[id].operands[k]);
    }
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

/// The first node that loses the derivative on ways from the mark to y: an integer on the way, or an
/// `argmax`. Found only where no other way carries one, since then the gradient would be 0 and never be of
/// use.
std::optional<Id> lost_derivative(const Graph& graph, Id y, Id mark) {
  const auto follow = [](const Node& node, std::size_t) { return node.op != Op::stop; };
  std::vector<bool> touched(y >= mark ? y - mark + 1 : 0);
  for (const Id id : reachable(graph, y, mark, follow)) {
    if (graph[id].op == Op::stop) continue;
    const auto& operands = graph[id].operands;
    const bool depends =
        std::ranges::any_of(operands, [&](Id operand) { return operand >= mark && touched[operand - mark]; });
    if (depends && turns_to_integers(graph, graph[id])) return id;
    touched[id - mark] = depends || id == mark;
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

Result<DerivativePath> find_path(const Graph& graph, Id y, std::span<const Id> marks) {
  DerivativePath path;
  path.lowest_ = *std::ranges::min_element(marks);
  const auto follow = [&](const Node& node, std::size_t k) { return carries_derivative(graph, node, k); };
  const std::vector<Id> below = reachable(graph, y, path.lowest_, follow);
  path.states_.assign(y >= path.lowest_ ? y - path.lowest_ + 1 : 0, DerivativePath::State::apart);
  using State = DerivativePath::State;
  for (const Id id : below) {
    const Node& node = graph[id];
    State state = std::ranges::count(marks, id) > 0 ? State::bounded : State::apart;
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
      if (!path.leads_to(graph, node, k)) continue;
      if (info(node.op).derivative == DerivativeKind::no_grad) return no_derivative(graph, id);
      const bool unbounded = path.is_guarded(node.operands[k]) || may_be_unbounded(graph, node, k);
      state = std::max(state, unbounded ? State::unbounded : State::bounded);
    }
    path.states_[id - path.lowest_] = state;
    if (state != State::apart) path.nodes_.push_back(id);
  }
  for (const Id mark : marks) {
    if (path.contains(mark)) continue;
    if (const auto lost = lost_derivative(graph, y, mark)) return zero_everywhere(graph, *lost, mark);
  }
  return path;
}

}  // namespace dp
