#pragma once
// The syntax tree: what the user wrote, resolved to nothing yet. `parse` makes it, `format` prints it back,
// `check` reads it. Nodes are values in variants; every node has the span of its text.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "support/source.h"

namespace dp::ast {

struct Expr;
struct TypeExpr;
using ExprPtr = std::unique_ptr<Expr>;
using TypePtr = std::unique_ptr<TypeExpr>;

struct Name {
  std::string text;
  Span span;
};

// ---- statements and blocks
// -------------------------------------------------------------------------------------

struct Stmt;
struct Block {
  Span span;
  std::vector<Stmt> statements;  // the value of a block is its last statement, where that is an expression
};

// ---- expressions
// -----------------------------------------------------------------------------------------------

struct IntegerLiteral {
  std::uint64_t value;
};  // 12, 1_000, 0xff
struct RealLiteral {
  double value;
};  // 1.5, 1e-3, inf, nan, pi: the span has the spelling
struct BoolLiteral {
  bool value;
};
struct StringLiteral {
  std::string value;
};  // escapes resolved
struct NameUse {
  std::string name;
};
struct Field {
  ExprPtr object;
  Name field;
};  // net.fc1, x.T

struct IndexItem {
  enum class Kind { at, slice, all, ellipsis } kind;  // x[i], x[a..b] x[a..] x[..b], x[:], x[..]
  ExprPtr begin, end;  // `at` uses begin only; either may be missing in a slice
  Span span;
};
struct Index {
  ExprPtr object;
  std::vector<IndexItem> items;
};

struct Argument {
  std::optional<Name> name;
  ExprPtr value;
};
struct Call {
  ExprPtr callee;
  std::vector<Argument> arguments;
};

enum class UnaryOp { negative, not_ };
struct Unary {
  UnaryOp op;
  ExprPtr operand;
};

enum class BinaryOp {
  add,
  subtract,
  multiply,
  divide,
  remainder,
  matmul,
  power,
  range,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  close,
  and_,
  or_,
};
struct Binary {
  BinaryOp op;
  Span op_span;
  ExprPtr left, right;
};

struct Pipe {
  ExprPtr value, target;
};  // x |> f(a): target is a name, a path or a call
struct As {
  ExprPtr value;
  std::vector<ExprPtr> dims;
  bool pack = false;
};  // x as [n, 2*d]; pack: `as [.., d]`

struct IfBranch {
  ExprPtr condition;
  Block body;
};
struct If {
  std::vector<IfBranch> branches;
  std::optional<Block> otherwise;
};

/// `i`, `i in 0..n`, `x in xs`
struct Binder {
  Name name;
  ExprPtr range;
};
/// `for i, j: e`, `for x in xs { … }`, and `f i, j if c: e`, which has a function.
struct For {
  ExprPtr function;  // null for `for`
  std::vector<Binder> binders;
  ExprPtr filter;  // may be null
  Block body;      // `: e` is a block of one expression
  bool braces = false;
};

enum class GradKind { grad, vjp, jvp, jacobian, hessian };
struct Grad {
  GradKind kind;
  ExprPtr of;
  ExprPtr wrt;   // a name, a path or a tuple of them
  ExprPtr with;  // of vjp `with`, of jvp `along`; else null
};

struct Tuple {
  std::vector<ExprPtr> elements;
};  // (a, b), (a,) and ()
struct Stack {
  std::vector<ExprPtr> elements;
};  // [a, b, c]
/// Only as the last argument of `data … { x: … = columns("p0".."p63") / 16 }` and the like: an ordinary Call.

struct Expr {
  Span span;
  std::variant<IntegerLiteral, RealLiteral, BoolLiteral, StringLiteral, NameUse, Field, Index, Call, Unary,
               Binary, Pipe, As, If, For, Grad, Tuple, Stack>
      node;
  bool parenthesised = false;  // the user wrote ( ) around it: kept by `format`
};

// ---- types
// -----------------------------------------------------------------------------------------------------

struct DimList {
  bool pack = false;
  std::vector<ExprPtr> dims;
  Span span;
};  // [.., n, 2*d]

/// `f32`, `i32<n>[batch]`, `Camera[n]`, `gpt.Block(d, h)[depth]`, `key`
struct NamedType {
  std::optional<Name> module;  // `gpt.`
  Name name;
  ExprPtr bound;                    // i32<bound>; else null
  std::vector<Argument> arguments;  // of a layer
  bool has_arguments = false;
  std::optional<DimList> dims;
};
struct TupleType {
  std::vector<TypePtr> elements;
};
struct FunctionType {
  std::vector<TypePtr> parameters;
  TypePtr result;
};

struct TypeExpr {
  Span span;
  std::variant<NamedType, TupleType, FunctionType> node;
};

// ---- statements
// ------------------------------------------------------------------------------------------------

/// What stands left of `=`: a name, `x[i, a..b]`, or a tuple of them.
struct Target {
  Span span;
  Name name;                     // empty for a tuple
  std::vector<IndexItem> items;  // of an element update
  std::vector<Target> parts;     // of a tuple
};
enum class AssignOp { bind, add, subtract, multiply, divide };
struct Bind {
  Target target;
  AssignOp op;
  ExprPtr value;
};
struct ExprStmt {
  ExprPtr value;
};
struct Return {
  ExprPtr value;
};
struct While {
  ExprPtr condition;
  ExprPtr limit;
  Block body;
};  // `while c upto N { }`; limit may be null
struct Assert {
  ExprPtr condition;
  ExprPtr message;
};  // message may be null
struct Print {
  std::vector<ExprPtr> arguments;
};

struct Stmt {
  Span span;
  std::variant<Bind, ExprStmt, Return, While, Assert, Print> node;
};

}  // namespace dp::ast
