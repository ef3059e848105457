#pragma once
// The typed tree: what `check` proves of a program, once for all its dimensions. Everything implicit is
// explicit here: names are resolved, arguments in order, defaults filled in, `|>` and operators are calls or
// primitives, broadcasts and conversions are nodes, each expression has its type. `build` evaluates this tree
// into a graph.
//
// Shapes are symbolic: the dimension names of the enclosing function, layer or file. A call says what the
// callee's dimensions, `..` and `real` are in terms of the caller's.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ir/dim.h"
#include "ir/op.h"
#include "support/source.h"

namespace dp::typed {

struct Expr;
struct Struct;
struct Layer;
struct Function;
struct Constant;
struct Type;
using ExprPtr = std::unique_ptr<Expr>;
using TypePtr = std::shared_ptr<const Type>;

// ---- types
// -----------------------------------------------------------------------------------------------------

/// `real` is the floating type of the function instance; `build` knows which. `bf16` is for storage only.
enum class Scalar : std::uint8_t { real, f32, f64, bf16, i32, i64, boolean, key };

/// `[.., n, 2*d]`: explicit dimensions, behind the dimensions that `..` stands for where `pack` is set.
struct TensorShape {
  bool pack = false;
  Shape dims;
  bool operator==(const TensorShape&) const = default;
  bool is_scalar() const { return !pack && dims.empty(); }
};

/// The dimension name that stands for the number of elements behind `..`: in `flatten(x)` of `x: real[..]`.
inline constexpr const char* pack_count = "size(..)";

struct TensorType {
  Scalar scalar = Scalar::real;
  std::optional<Dim> bound;  // i32<bound>
  TensorShape shape;
};
struct TupleType {
  std::vector<Type> elements;
};
struct StructType {
  const Struct* declaration;
  TensorShape copies;
};  // Camera, Camera[n]

/// An argument of the enclosing layer, passed on as it is.
struct PassedArgument {
  std::string name;
  bool operator==(const PassedArgument&) const = default;
};
/// A layer's argument: a dimension, a number known at compile time (a bool is 0 or 1), or a function.
using LayerArgument = std::variant<Dim, double, const Function*, PassedArgument>;
struct LayerType {
  const Layer* declaration;
  std::vector<LayerArgument> arguments;
  TensorShape copies;
};
struct FunctionType {
  std::vector<Type> parameters;
  TypePtr result;
};
struct TextType {};     // of string literals
struct NothingType {};  // of a block that ends in a statement

struct Type {
  std::variant<TensorType, TupleType, StructType, LayerType, FunctionType, TextType, NothingType> node;
};

// ---- expressions
// -----------------------------------------------------------------------------------------------

/// A binding. Rebinding a name makes a new variable; `marked` where some gradient is taken with respect to
/// it.
struct Variable {
  std::string name;
  Type type;
  Span span;
  bool marked = false;
};
using VariableId = std::uint32_t;  // into Function::variables

struct NumberExpr {
  std::variant<double, std::int64_t, bool> value;
};  // of the expression's scalar type, any shape
/// Numbers written out as `[1, 2, 3]`: the elements in row-major order, of the expression's type.
struct NumbersExpr {
  std::variant<std::vector<double>, std::vector<std::int64_t>> values;
};
struct TextExpr {
  std::string value;
};
struct DimExpr {
  Dim value;
};  // a dimension as an integer
/// A number or bool argument of the layer whose method this is: the layer of the function's first parameter.
struct ArgumentExpr {
  std::size_t argument;
};
struct ConstantExpr {
  const Constant* constant;
};
struct VariableExpr {
  VariableId variable;
};
struct FieldExpr {
  ExprPtr object;
  std::size_t field;
};  // of a struct or layer, in declared order
struct ItemExpr {
  ExprPtr object;
  std::size_t item;
};  // of a tuple
struct TupleExpr {
  std::vector<ExprPtr> elements;
};
struct StructExpr {
  const Struct* declaration;
  std::vector<ExprPtr> fields;
};
struct FunctionExpr {
  const Function* function;
};  // a function as an argument

/// A pointwise op. The operands have the expression's shape, or are scalars. Also on structs, tuples and
/// layers, leaf by leaf (a scalar operand goes to each leaf).
struct PointExpr {
  Op op;
  std::vector<ExprPtr> operands;
  std::int64_t exponent = 0;
};
/// A conversion to the expression's scalar type.
struct ConvertExpr {
  ExprPtr value;
};

/// Axis k of the operand's explicit dimensions becomes axis `axes[k]` of the result, both counted from the
/// end (−1 is the last); the operand's `..`, where it has one, is the result's. The other axes of the result
/// repeat it.
struct BroadcastExpr {
  ExprPtr value;
  std::vector<int> axes;
};
/// Any other op of the op table with one result: attributes are told as axes (counted from the end, −1 the
/// last) and dims; what each means is its row in frontend/intrinsics.def.
struct StructuralExpr {
  Op op;
  std::vector<ExprPtr> operands;
  std::vector<int> axes;
  std::vector<std::vector<Dim>> dims;  // slice: start, shape, stride; pad: low, shape
  bool all_axes = false;               // of a reduction without `over`
};
/// The same elements in the shape of the expression's type (`as`, flattening); `checked` where equality of
/// sizes is known only when the dimensions are.
struct ReshapeExpr {
  ExprPtr value;
  bool checked = false;
};

/// What one call binds: the callee's names in terms of the caller's.
struct Instance {
  DimBindings dims;
  std::optional<TensorShape> pack;  // the callee's `..`
  Scalar real = Scalar::real;       // the callee's `real`
};
/// `callee` is a function (methods have their layer or struct as first argument), or a variable of function
/// type. `lifted`: a function of scalars applied to tensors: scalar parameters get tensors of the
/// expression's shape.
struct CallExpr {
  std::variant<const Function*, VariableId> callee;
  std::vector<ExprPtr> arguments;  // one for each parameter, defaults filled in
  Instance instance;
  bool lifted = false;
};

struct Statement;
struct BlockExpr {
  std::vector<Statement> statements;
  ExprPtr value;
};  // value null: NothingType
struct IfExpr {
  std::vector<std::pair<ExprPtr, ExprPtr>> branches;
  ExprPtr otherwise;
};

enum class GradKind : std::uint8_t { grad, vjp, jvp, jacobian, hessian };
/// With respect to what: a marked variable and a path of fields and items into it.
struct WrtPath {
  VariableId variable;
  std::vector<std::size_t> path;
  Span span;
};
struct GradExpr {
  GradKind kind;
  ExprPtr of;
  std::vector<WrtPath> wrt;
  bool tuple = false;  // `wrt (x, y)`: the value is a tuple
  ExprPtr with;        // the cotangent of vjp, the tangent of jvp
};

/// Random draws and other calls whose shape is an argument: `normal(k, [n, d])` → the expression's type.
struct DrawExpr {
  enum class Kind { bits, make_key, fold_key } kind;
  std::vector<ExprPtr> operands;
};

struct Expr {
  Type type;
  Span span;
  std::variant<NumberExpr, NumbersExpr, TextExpr, DimExpr, ArgumentExpr, ConstantExpr, VariableExpr,
               FieldExpr, ItemExpr, TupleExpr, StructExpr, FunctionExpr, PointExpr, ConvertExpr,
               BroadcastExpr, StructuralExpr, ReshapeExpr, CallExpr, BlockExpr, IfExpr, GradExpr, DrawExpr>
      node;
};

// ---- statements
// ------------------------------------------------------------------------------------------------

struct LetStatement {
  VariableId variable;
  ExprPtr value;
};
/// `(a, b) = e`: one variable for each item of the tuple.
struct UnpackStatement {
  std::vector<VariableId> variables;
  ExprPtr value;
};
struct AssertStatement {
  ExprPtr condition;
  std::string message;
};
/// Texts and values in turn.
struct PrintStatement {
  std::vector<ExprPtr> arguments;
};
struct ExpressionStatement {
  ExprPtr value;
};  // for its effects

struct Statement {
  Span span;
  std::variant<LetStatement, UnpackStatement, AssertStatement, PrintStatement, ExpressionStatement> node;
};

// ---- declarations
// ----------------------------------------------------------------------------------------------

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
  bool lifts = false;  // all parameters are scalars: applies elementwise
  bool remat = false, exported = false;
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
/// `real[..]`.
struct Optimizer {
  std::string name;
  std::string doc;
  Span span;
  struct Hyperparameter {
    std::string name;
    bool schedule;
    ExprPtr initial;
  };
  std::vector<Hyperparameter> hyperparameters;
  struct State {
    std::string name;
    ExprPtr initial;
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
  std::vector<std::pair<std::string, ExprPtr>> metrics;
  const Optimizer* optimizer = nullptr;
  /// One for each hyperparameter, in terms of the variables `step` and `steps` (reals) for schedules.
  std::vector<ExprPtr> hyperparameters;
  VariableId step_variable = 0, steps_variable = 0;
  struct Clip {
    enum class Kind { none, global_norm, value } kind = Kind::none;
    ExprPtr limit;
  } clip;
  std::int64_t count = 0;
  bool epochs = true;
  std::int64_t seed = 0;
  struct Every {
    std::int64_t count;
    bool epochs;
    enum class Kind { save, print, metric } kind;
    std::string path;
    std::vector<ExprPtr> arguments;
    std::string name;
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
