#pragma once
// From the typed tree to the graph: calls are inlined, structs and layers flattened to their leaves,
// dimensions replaced by what is known of them, gradients become `vjp` and `jvp` nodes for `differentiate`.
// `check` has proven the program; what can still fail here is only what depends on sizes (`as` between sizes,
// `where` clauses) and constructs that are not supported yet.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "frontend/typed.h"
#include "ir/graph.h"
#include "support/result.h"

namespace dp {

/// How written derivatives (`adjoint f(…)`) are taken along: `build` finds it out by itself.
struct AdjointPlan {
  int order = 0;         // how many levels of gradients there are
  bool forward = false;  // whether one of them is forward
  bool operator==(const AdjointPlan&) const = default;
};

struct BuildOptions {
  Dtype real = Dtype::f32;  // what `real` is
  DimBindings dims;         // sizes of the function's own dimensions, as far as they are known
  Shape pack;               // what `..` of the function's signature stands for
  AdjointPlan adjoints;
};

/// The graph of a function: one input for each leaf of each parameter, named by its path (`x`, `net.fc1.w`),
/// one output for each leaf of the result (``, `0.1`, `fc1.w`).
Result<Graph> build(const typed::Module& module, const typed::Function& function,
                    const BuildOptions& options);

/// The gradient of a function that gives one real number: inputs as those of `build`, an output for each real
/// leaf of each path of `wrt` (`x`, `net`, `net.fc1.w`), named by its path. E2220 for a path that is none,
/// E2221 for a function of another kind.
Result<Graph> build_gradient(const typed::Module& module, const typed::Function& function,
                             std::span<const std::string> wrt, const BuildOptions& options);

/// A function with an adjoint, to compare the two: inputs as those of `build`, then `dy` for each real leaf
/// of the result; outputs the result's leaves, then the cotangent of each real leaf of the parameters as the
/// adjoint gives it.
Result<Graph> build_adjoint(const typed::Module& module, const typed::Function& function,
                            const BuildOptions& options);

/// A leaf of a value: its path behind the name of the value ("" for a tensor), and its graph type.
struct Leaf {
  std::string path;
  Type type;
  std::optional<Dim> bound;  // of a bounded integer
};
/// The leaves of a type, in the order in which they are stored and passed.
std::vector<Leaf> leaves(const typed::Module& module, const typed::Type& type, const BuildOptions& options);

/// A drawn matrix (axes in front of the last are its rows; `copies` leading axes count matrices) whose rows
/// or columns, whichever are fewer, are to be made orthonormal: `= orthogonal`.
struct Orthogonal {
  std::size_t output;
  std::size_t copies;
};
/// From the input `seed` (i64) to one output for each leaf; those in `orthogonal` are finished by
/// `orthonormalize`.
struct InitialGraph {
  Graph graph;
  std::vector<Orthogonal> orthogonal;
};

/// Initial values of a layer, or of any type whose leaves are declared with them.
Result<InitialGraph> build_initial(const typed::Module& module, const typed::Type& type,
                                   const std::string& name, const BuildOptions& options);

/// What one leaf of a training block's state is.
struct StateLeaf {
  std::string path;  // "net.fc1.w"; of an optimizer's state "adam.m.net.fc1.w"
  Type type;
};

/// A training block as graphs over the same leaves.
struct TrainProgram {
  std::vector<StateLeaf> parameters;
  std::vector<StateLeaf> optimizer_state;
  std::vector<Leaf> batch;  // inputs of one batch; the batch dimension is first
  std::vector<std::string> batch_names;
  std::vector<std::string> metrics;
  /// seed: i64 → parameters, then optimizer state
  InitialGraph init;
  /// parameters, optimizer state, t: real, steps: real, batch → parameters, optimizer state, objective.
  /// Parameters and optimizer state are donated.
  Graph step;
  /// Under `accumulate`, sums of gradients, parameters, t, steps, seed, batch → sums with this batch's
  /// added, objective; the step then takes the sums behind the batch. Empty otherwise.
  Graph accumulate;
  std::vector<Type> sums;
  Dim searched;             // how many numbers an optimizer that searches moves
  bool takes_seed = false;  // the step draws: `seed: i64` stands behind `steps`
  /// parameters, batch → objective, metrics; the batch dimension stays symbolic, named `batch_dim`
  Graph evaluate;
  /// For each `every`, parameters, batch → nothing, the effect is a print; empty where it prints nothing.
  std::vector<Graph> prints;
  std::string batch_dim;
};
/// `batch`: the number of examples of a training step.
Result<TrainProgram> build_train(const typed::Module& module, const typed::Train& train, std::int64_t batch,
                                 const BuildOptions& options);

/// The values of a data set's field from its raw columns: a graph from `columns` (the field's raw type behind
/// an axis of examples) to the field, again behind that axis.
Result<Graph> build_data_field(const typed::Module& module, const typed::DataField& field,
                               std::int64_t examples, const BuildOptions& options);

}  // namespace dp
