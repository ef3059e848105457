#pragma once
// The typed tree: what `check` proves of a program, once for all its dimensions. Everything implicit is
// explicit here: names are resolved, arguments in order, defaults filled in, `|>` and operators are calls or
// primitives, broadcasts and conversions are nodes, each expression has its type. `build` evaluates this tree
// into a graph.
//
// Shapes are symbolic: the dimension names of the enclosing function, layer or file. A call says what the
// callee's dimensions, `..` and `real` are in terms of the caller's.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/typed_expr.h"

namespace dp::typed {

// ---- declarations

struct Function {
  std::string name;  // "softmax", "Linear.call", "GPT.features"
  std::string doc;
  Span span;
  std::vector<std::string> dims;       // the dimension names that a call binds
  std::vector<VariableId> parameters;  // into variables; a method's first is `self`
  std::vector<Variable> variables;
  std::vector<ExprPtr> defaults;  // parallel to parameters; null where there is none
  Type result;
  std::vector<std::pair<Dim, Dim>> equalities;  // of `where`: left == right
  std::vector<std::pair<Dim, Dim>> at_most;     // of `where`: left <= right
  ExprPtr body;
  bool lifts = false;       // all parameters are scalars: applies elementwise
  bool any_scalar = false;  // its `real` stands for every scalar type: ANY_SCALAR of frontend/intrinsics.def
  bool remat = false, exported = false;
  bool is_library = false;  // its values have the place of the call, not their own
  /// `adjoint f(x, …; y, dy) = e`: the function of (x, …, y, dy) that gives the cotangents of f's real
  /// arguments, in place of what would be derived from the body. Null where there is none.
  const Function* adjoint = nullptr;
  bool adjoint_is_checked = true;  // by `dpc test`
};

struct Constant {
  std::string name;
  Type type;
  ExprPtr value;
};  // value: a closed expression
struct DimDeclaration {
  std::string name;
  std::int64_t size;
};

struct FieldDeclaration {
  std::string name;
  Type type;  // in terms of the layer's arguments
  bool state = false;
  /// How a parameter begins: `normal` etc. by name with their arguments, or `value`.
  enum class Initial {
    none,
    value,
    normal,
    uniform,
    glorot,
    he,
    orthogonal,
    zeros,
    ones
  } initial = Initial::none;
  std::vector<ExprPtr> arguments;  // of normal (std), uniform (a, b)
  ExprPtr value;                   // an expression of scalar or the field's type
  Span span;
};
struct Struct {
  std::string name;
  std::string doc;
  Span span;
  std::vector<FieldDeclaration> fields;
};
/// What an argument of a layer is, told by its use: in a shape, called, or as a number (bool by its default).
enum class ArgumentKind : std::uint8_t { dimension, number, boolean, function };
struct Layer {
  std::string name;
  std::string doc;
  Span span;
  std::vector<std::string> arguments;  // dimension-valued arguments are dimension names inside
  std::vector<ArgumentKind> argument_kinds;
  std::vector<std::optional<LayerArgument>> argument_defaults;
  std::vector<FieldDeclaration> fields;
  std::vector<std::unique_ptr<Function>> functions;
};

struct DataField {
  std::string name;
  Type type;                         // of one example
  std::vector<std::string> columns;  // of a csv
  std::string array;                 // of an npz
  Type raw;                          // of variable 0: the columns as they are read
  ExprPtr value;                     // in terms of variable 0; null: the columns as they are
  Span span;
};
struct Data {
  std::string name;
  std::string source;  // path relative to the file
  Span span;
  std::vector<DataField> fields;
  std::vector<std::pair<std::string, double>> split;  // train, validation, test
  std::int64_t seed = 0;
  std::vector<std::pair<std::string, std::string>> scalings;  // (kind, field)
};

/// An optimizer as a function: hyperparameters, states, p, g, t → (new p, new states …), for one tensor
/// `real[..]`. One that searches works on all parameters at once, laid out in one vector `real[n]`:
/// hyperparameters, states, params, loss, key, t → (new params, new states …).
struct Optimizer {
  std::string name;
  std::string doc;
  Span span;
  struct Hyperparameter {
    std::string name;
    bool schedule;
    ExprPtr initial;
    bool is_size = false;  // a dimension of `step`, not a parameter of it: `population` of a search
  };
  std::vector<Hyperparameter> hyperparameters;
  bool searches = false;
  struct State {
    std::string name;
    ExprPtr initial;  // of a search a tensor in terms of its sizes
  };
  std::vector<State> states;
  /// Parameters: hyperparameters (a schedule already evaluated at t is a real), states, p, g, t.
  Function step;
};

/// A training block as functions over the same variables. `body` binds intermediates; the objective and the
/// metrics are expressions behind it.
struct Train {
  std::string name;
  std::string doc;
  Span span;
  struct Parameter {
    std::string name;
    VariableId variable;
    bool frozen = false;
    FieldDeclaration declaration;  // type and initial value
    std::string from;              // file of a frozen one
  };
  std::vector<Parameter> parameters;
  std::vector<WrtPath> freeze;
  const Data* data = nullptr;
  std::vector<VariableId> batch_fields;          // one for each name in `data (x, y) from …`
  std::vector<std::size_t> batch_field_indices;  // which field of the data each is
  std::string batch_dim;                         // the dimension name of the batch
  std::optional<std::int64_t> batch;             // none: all examples at once
  Function body;                                 // its variables are those above and the intermediates
  std::vector<Statement> statements;             // bindings before the objective
  bool maximize = false;
  ExprPtr objective;
  struct Metric {
    std::string name;
    ExprPtr value;
    VariableId variable;  // what the name means to metrics and prints behind it
  };
  std::vector<Metric> metrics;
  const Optimizer* optimizer = nullptr;
  /// One for each hyperparameter, in terms of the variables `step` and `steps` (reals) for schedules.
  std::vector<ExprPtr> hyperparameters;  // null for a size
  std::vector<std::pair<std::string, std::int64_t>>
      sizes;  // of the optimizer's hyperparameters that are sizes
  VariableId step_variable = 0, steps_variable = 0;
  std::optional<VariableId> key_variable;  // `step_key`, where it is read
  struct Clip {
    enum class Kind { none, global_norm, value } kind = Kind::none;
    ExprPtr limit;
  } clip;
  std::int64_t count = 0;
  bool epochs = true;
  std::int64_t seed = 0;
  std::optional<std::int64_t> end_seed;  // of `seeds = 0..5`: a run for each from `seed` on, before this one
  std::int64_t accumulate = 1;           // batches a step
  struct Stop {
    std::int64_t patience;
    std::size_t value = 0;  // 0: the objective, then the metrics
    bool higher_is_better = false;
  };
  std::optional<Stop> stop;
  struct Every {
    std::int64_t count;
    bool epochs;
    enum class Kind { save, print, metric } kind;  // metric: all of them are evaluated and reported
    std::string path;                              // of save
    PrintStatement print;
  };
  std::vector<Every> every;
};

struct Test {
  std::string name;
  Span span;
  Function function;
};  // parameters: what `given` draws

struct Module {
  bool double_precision = false;  // `precision f64` at the top
  std::vector<DimDeclaration> dims;
  std::vector<std::unique_ptr<Constant>> constants;
  std::vector<std::unique_ptr<Struct>> structs;
  std::vector<std::unique_ptr<Layer>> layers;
  std::vector<std::unique_ptr<Function>> functions;
  std::vector<std::unique_ptr<Data>> data;
  std::vector<std::unique_ptr<Optimizer>> optimizers;
  std::vector<std::unique_ptr<Train>> trains;
  std::vector<std::unique_ptr<Test>> tests;

  const Function* find_function(std::string_view name) const;
  const Train* find_train(std::string_view name) const;
};

std::string text(const Type& type);       // as a user would write it: "real[batch, 64]"
std::string print(const Module& module);  // the `typed` stage

}  // namespace dp::typed
