#pragma once
// The syntax tree's upper half: declarations and the blocks of data, training and optimizers. Statements and
// expressions are in frontend/ast.h.

#include "frontend/ast.h"

namespace dp::ast {

// ---- declarations
// ----------------------------------------------------------------------------------------------

struct Parameter {
  Name name;
  TypePtr type;
  ExprPtr initial;
};  // of a function (default), a layer or struct field

struct Function {
  Name name;                          // empty for a layer's nameless function
  std::vector<Parameter> parameters;  // types may be null in an optimizer's step
  TypePtr result;                     // may be null
  std::vector<ExprPtr> where;
  Block body;  // `= e` is a block of one expression
  bool braces = false;
  bool remat = false, exported = false;
  Span span;
};
struct DimDecl {
  struct One {
    Name name;
    ExprPtr size;
  };
  std::vector<One> dims;
};
struct ConstDecl {
  Name name;
  TypePtr type;
  ExprPtr value;
};  // type may be null
struct StructDecl {
  Name name;
  std::vector<Parameter> fields;
};

struct LayerField {
  Parameter field;
  bool state = false;
};
struct LayerDecl {
  Name name;
  std::vector<Parameter> arguments;  // names, perhaps with defaults; no types
  std::vector<LayerField> fields;
  std::vector<Function> functions;
};
struct AdjointDecl {
  Name function;
  bool unchecked = false;
  std::vector<Name> parameters;
  Name result, cotangent;
  Block body;
};

/// An entry of a data, train or optimizer block whose first word is its kind: `split train 0.8, test 0.2,
/// seed 7` is word "split" and items (train, 0.8), (test, 0.2), (seed, 7).
struct SplitPart {
  Name name;
  ExprPtr size;
};
/// `x: T = e`; `(x, y) = windows(bytes, 64)` has parts and no name. The type may be null.
struct DataField {
  Name name;
  TypePtr type;
  ExprPtr value;
  std::vector<Name> parts;
};
struct DataDecl {
  Name name;
  ExprPtr source;
  std::vector<DataField> fields;
  std::vector<SplitPart> split;  // `seed` is one of them
  Span split_span;
  struct Scaling {
    Name kind;
    std::vector<Name> fields;
  };
  std::vector<Scaling> scalings;  // standardize, minmax, whiten
};

struct TrainParam {
  bool frozen;
  Name name;
  TypePtr type;
  ExprPtr initial;
  ExprPtr from;
};
struct TrainFreeze {
  ExprPtr path;
};
struct TrainData {
  std::vector<Name> names;
  Name from;
  ExprPtr batch;
};
struct TrainObjective {
  bool maximize;
  ExprPtr value;
};
struct TrainMetric {
  Name name;
  ExprPtr value;
};
struct TrainUsing {
  ExprPtr optimizer;
  ExprPtr clip;
};  // clip may be null
struct TrainRun {
  ExprPtr count;
  bool epochs;
  std::vector<Argument> options;
};  // `run 30 epochs, seed = 0`; count null: `seeds = 0..5` alone
struct TrainEvery {
  ExprPtr count;
  bool epochs;
  struct Action {
    enum class Kind { save, print, metric } kind;
    Span span;
    std::vector<ExprPtr> arguments;
    std::optional<Name> name;
  };
  std::vector<Action> actions;
};
struct TrainAccumulate {
  ExprPtr count;
};
struct TrainStop {
  std::vector<Argument> options;
};  // patience = 5, on = accuracy
struct TrainItem {
  Span span;
  std::variant<TrainParam, TrainFreeze, TrainData, TrainObjective, TrainMetric, TrainUsing, TrainRun,
               TrainEvery, TrainAccumulate, TrainStop, Stmt>
      node;
};
struct TrainDecl {
  Name name;
  std::vector<TrainItem> items;
};

struct OptimizerDecl {
  Name name;
  std::vector<Parameter> arguments;  // hyperparameters with defaults
  struct State {
    Name name;
    ExprPtr initial;
  };
  std::vector<State> states;
  std::vector<Function> functions;  // `step` or `search`
};
struct TestDecl {
  std::string name;
  std::vector<Parameter> given;
  Block body;
};
struct ImportDecl {
  std::string path;
  std::optional<Name> as;
};
struct PrecisionDecl {
  Name type;
};

struct Decl {
  Span span;
  Name name;        // repeated from the node, for look-up; empty for tests
  std::string doc;  // the `##` lines before it
  std::variant<Function, DimDecl, ConstDecl, StructDecl, LayerDecl, AdjointDecl, DataDecl, TrainDecl,
               OptimizerDecl, TestDecl, ImportDecl, PrecisionDecl>
      node;
};

struct Comment {
  Span span;
};  // kept for `format`

struct Module {
  FileId file = 0;
  std::vector<Decl> declarations;
  std::vector<Comment> comments;
};

}  // namespace dp::ast
