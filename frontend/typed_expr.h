#pragma once
// The first half of the typed tree: types, expressions and statements. See frontend/typed.h, which includes
// it.

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
/// A name that branches rebind: its value at the end of each branch, and last of what is done where none is
/// taken, becomes `into`.
struct Merged {
  std::vector<VariableId> from;
  VariableId into;
};
/// The branches in order; a condition that is known when the graph is built decides there.
struct IfExpr {
  std::vector<std::pair<ExprPtr, ExprPtr>> branches;
  ExprPtr otherwise;
  std::vector<Merged> merged;
};

/// A name that a loop's body rebinds from outside: what it was before, what it is where a step begins and
/// where it ends, and what it is after the loop.
struct Carried {
  VariableId before, begin, end, after;
};
/// `i in a..b`: the number of the step behind `first` (null: 0). `x in xs`: an element along the first axis.
struct LoopBinder {
  VariableId variable;
  Dim extent;
  ExprPtr first;
  ExprPtr over;
};
/// `for`: the value stacks the body's along an axis for each binder. With something carried, or where it
/// prints, the steps run in order.
struct ForExpr {
  std::vector<LoopBinder> binders;
  std::vector<Carried> carried;
  ExprPtr body;
};
/// `while c upto limit`. The condition is in terms of what a step begins with.
struct WhileExpr {
  ExprPtr condition;
  std::optional<Dim> limit;
  std::vector<Carried> carried;
  ExprPtr body;
};

/// What an index does with one axis.
struct IndexPart {
  enum class Kind : std::uint8_t {
    slice,   // `length` elements from `start`, at positions known now
    at,      // one position, a scalar; the axis disappears
    window,  // `length` elements from the position, a scalar
    gather,  // an integer tensor, whose axes take the axis's place
  } kind = Kind::slice;
  Dim start = 0, length = 0;
  ExprPtr position;
};
/// `x[i, :, s .. s + 4]` with a position that is known at run time only. The parts are those of the last
/// axes, or of a struct's, layer's or tuple's leaves the first.
struct IndexExpr {
  ExprPtr object;
  std::vector<IndexPart> parts;
};
/// The object with the parts in place of its own.
struct UpdateExpr {
  ExprPtr object;
  std::vector<IndexPart> parts;
  ExprPtr value;
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
               BroadcastExpr, StructuralExpr, ReshapeExpr, CallExpr, BlockExpr, IfExpr, ForExpr, WhileExpr,
               IndexExpr, UpdateExpr, GradExpr, DrawExpr>
      node;
};

// ---- statements

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

}  // namespace dp::typed
