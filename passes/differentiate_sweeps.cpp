#include "passes/differentiate_sweeps.h"

#include <algorithm>
#include <unordered_map>

#include "passes/derivatives.h"
#include "passes/differentiate_path.h"

namespace dp {
namespace {

/// What users have added to each node's adjoint so far.
class Adjoints {
 public:
  /// `root` are the variables that y and dy depend on: they stay bound by the loops around.
  Adjoints(const DerivativePath& path, LoopVariables& variables, Variables root)
      : path_(path), variables_(variables), root_(std::move(root)) {}

  /// Drops a guard that has nothing to keep out below. Sums over the loops that the user is in and the node
  /// is not.
  void gain(Id id, Adjoint contribution) {
    if (!path_.is_guarded(id)) contribution.guard = Guard();
    Variables kept = variables_.of(id);
    kept.insert(root_.begin(), root_.end());
    contribution = summed_over_indices(contribution, kept, variables_);
    const auto [place, first] = sums_.try_emplace(id, contribution);
    if (first) return;
    place->second = {place->second.value + contribution.value,
                     either(place->second.guard, contribution.guard)};
  }
  const Adjoint* find(Id id) const {
    const auto place = sums_.find(id);
    return place == sums_.end() ? nullptr : &place->second;
  }

 private:
  const DerivativePath& path_;
  LoopVariables& variables_;
  Variables root_;
  std::unordered_map<Id, Adjoint> sums_;
};

/// What is computed for a node points to the node's place in the source, and is called after it.
void annotate_after(Graph& graph, Id derivative, Id node) {
  Note note = graph.note(node);
  if (!note.name.empty()) note.name = "d_" + note.name;
  graph.annotate(derivative, std::move(note));
}

}  // namespace

Result<std::map<Id, Id>> reverse_sweep(Graph& graph, Id y, Id dy, std::span<const Id> marks,
                                       LoopVariables& variables) {
  Result<DerivativePath> path = find_path(graph, y, marks);
  if (!path) return path.error();
  Variables root = variables.of(y);
  root.merge(Variables(variables.of(dy)));
  Adjoints adjoints(*path, variables, std::move(root));
  adjoints.gain(y, {{&graph, dy}, {}});
  for (std::size_t k = path->nodes().size(); k-- > 0;) {
    const Application application(graph, path->nodes()[k]);
    const Adjoint ct = *adjoints.find(application.id);
    annotate_after(graph, ct.value.id, application.id);
    for (std::size_t operand = 0; operand < application.node.operands.size(); ++operand) {
      if (!path->leads_to(graph, application.node, operand)) continue;
      adjoints.gain(application.node.operands[operand], pull_back(application, operand, ct));
    }
  }
  std::map<Id, Id> gradients;
  for (const Id mark : marks) {
    const Adjoint* gradient = path->contains(mark) ? adjoints.find(mark) : nullptr;
    gradients[mark] = gradient ? gradient->value.id : zero({&graph, mark}).id;
  }
  return gradients;
}

Result<Id> forward_sweep(Graph& graph, Id y, Id mark, Id dx) {
  const Id marks[] = {mark};
  Result<DerivativePath> path = find_path(graph, y, marks);
  if (!path) return path.error();
  if (!path->contains(y)) return zero({&graph, y}).id;
  std::unordered_map<Id, Expression> tangents{{mark, {&graph, dx}}};
  for (const Id id : path->nodes()) {
    if (id == mark) continue;
    const Application application(graph, id);
    Tangents incoming(application.node.operands.size());
    for (std::size_t operand = 0; operand < incoming.size(); ++operand) {
      if (path->leads_to(graph, application.node, operand))
        incoming[operand] = tangents.at(application.node.operands[operand]);
    }
    const Expression tangent = push_forward(application, incoming);
    annotate_after(graph, tangent.id, id);
    tangents.emplace(id, tangent);
  }
  return tangents.at(y).id;
}

}  // namespace dp
