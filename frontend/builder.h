#pragma once
// The state of building one graph, shared by the build_*.cpp files. A `Frame` is one inlined call: the values
// of its variables and what its dimensions, `..` and `real` are. A failure is thrown and caught at the doors
// of build.h; it never leaves this folder.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontend/build.h"
#include "frontend/value.h"

namespace dp {

struct BuildFailure {
  Diagnostic diagnostic;
};

struct Frame {
  /// What `..` stands for; its number of elements is a dimension as well.
  void set_pack(Shape shape) {
    dims.insert_or_assign(typed::pack_count, element_count(shape));
    pack = std::move(shape);
  }

  std::map<typed::VariableId, Value> variables;
  const std::vector<typed::Variable>* declarations = nullptr;
  DimBindings dims;
  Shape pack;  // set by set_pack
  Dtype real = Dtype::f32;
  /// The numbers and functions that the layer whose method this is was given, by name and in order.
  std::vector<std::pair<std::string, typed::LayerArgument>> layer_arguments;
};

class Builder {
 public:
  Builder(const typed::Module& module, const BuildOptions& options);

  Graph graph;

  /// The frame of a whole program: declared dimensions and the caller's bindings.
  Frame root_frame() const;

  // ---- types (build_types.cpp)
  static Dtype dtype(typed::Scalar scalar, const Frame& frame);
  static Dim resolve(const Dim& dim, const Frame& frame) { return dim.substitute(frame.dims); }
  static Shape resolve(const typed::TensorShape& shape, const Frame& frame);
  static Type resolve(const typed::TensorType& type, const Frame& frame);
  /// Gives `inner` the arguments of a layer whose type is written in terms of `frame`.
  static void enter_layer(const typed::LayerType& layer, const Frame& frame, Frame& inner);
  /// The frame in which a struct's or layer's own fields are to be read.
  static Frame field_frame(const typed::LayerType& layer, const Frame& frame);
  static void leaves(const typed::Type& type, const Frame& frame, const std::string& path,
                     const Shape& copies, std::vector<Leaf>& out);
  /// A tree in the form of `type` whose leaves are `next()`.
  static Value tree_of(const typed::Type& type, const std::function<Id()>& next);
  Value inputs_of(const typed::Type& type, const std::string& name, const Frame& frame);

  // ---- expressions (build_expressions.cpp)
  Value evaluate(const typed::Expr& expr, Frame& frame);
  Id tensor(const typed::Expr& expr, Frame& frame);
  void execute(const typed::Statement& statement, Frame& frame);
  void bind(typed::VariableId variable, Value value, Frame& frame, Span span);

  // ---- operations (build_operations.cpp)
  Id splat(double value, const Type& type);
  Id splat_integer(std::int64_t value, const Type& type);
  /// `id` repeated to `shape`; a scalar to any shape, otherwise the axes say where its axes lie.
  Id spread(Id id, const Shape& shape, const std::vector<std::int64_t>& axes);
  /// A pointwise op; scalar operands are repeated to the shape of the others.
  Id point(Op op, std::vector<Id> operands, std::int64_t exponent = 0);
  Id convert(Id id, Dtype dtype);
  /// `check_…` of every element of a value that the program goes on with: ops are total, checks stand beside
  /// them.
  void check(Op op, Id value, Attributes attributes = {});
  /// What must hold of a point's operands: integers are not divided by 0.
  void check_point(Op op, const std::vector<Id>& operands);
  /// The positions that an operation reads along an axis of x lie inside.
  void check_positions(Id x, Id positions, std::int64_t axis);
  Id matmul(Id x, Id y);
  /// A routine on whole tensors: the axes of the expression are the attributes of its row.
  Id routine(const typed::StructuralExpr& expr, std::vector<Id> operands);
  /// A `dot` whose four lists of axes are given.
  Id contraction(const typed::StructuralExpr& expr, const std::vector<Id>& operands);
  Value structural(const typed::StructuralExpr& expr, const typed::Expr& whole, Frame& frame);
  /// A part of a tensor, or a tensor laid into zeros: explicit dims cover the last axes.
  Id window(const typed::StructuralExpr& expr, Id operand, Frame& frame);
  Id broadcast(const typed::BroadcastExpr& expr, const typed::Expr& whole, Frame& frame);

  // ---- calls (build_calls.cpp)
  Value call(const typed::CallExpr& call, const typed::Expr& whole, Frame& frame);
  /// Runs a function's body in a new frame; `arguments` one for each parameter.
  Value inline_function(const typed::Function& function, std::vector<Value> arguments, Frame callee);
  void check_clauses(const typed::Function& function, const Frame& callee, Span at) const;

  // ---- gradients (build_gradients.cpp)
  Value gradient(const typed::GradExpr& expr, const typed::Expr& whole, Frame& frame);
  /// A mark on each real leaf.
  Value mark(const Value& value);

  // ---- initial values (build_initial.cpp)
  void initial_values(const typed::Type& type, const typed::FieldDeclaration& declaration,
                      const std::string& path, Id seed, const Shape& copies, Frame& frame,
                      std::vector<Output>& out);

  [[noreturn]] static void fail(Diagnostic diagnostic) { throw BuildFailure{std::move(diagnostic)}; }
  void note(Id id, const std::string& name, Span span);

  const typed::Module& module() const { return module_; }
  const BuildOptions& options() const { return options_; }

 private:
  Value evaluate_point(const typed::PointExpr& expr, const typed::Expr& whole, Frame& frame);
  Value evaluate_leaves(const typed::PointExpr& expr, const std::vector<Value>& operands, std::size_t form);
  Value evaluate_parts(const std::vector<typed::ExprPtr>& exprs, Frame& frame);
  Id literal(const typed::NumberExpr& expr, const typed::Expr& whole, Frame& frame);
  Value layer_argument(const typed::ArgumentExpr& expr, const typed::Expr& whole, Frame& frame);
  Id reshape(const typed::ReshapeExpr& expr, const typed::Expr& whole, Frame& frame);
  Id draw(const typed::DrawExpr& expr, const typed::Expr& whole, Frame& frame);
  Id number(double value, const Type& type);
  Id numbers(const typed::NumbersExpr& expr, const typed::Expr& whole, Frame& frame);
  Value evaluate_block(const typed::BlockExpr& expr, Frame& frame);
  Value evaluate_if(const typed::IfExpr& expr, const typed::Expr& whole, Frame& frame);
  void print(const typed::PrintStatement& statement, Frame& frame, Span span);
  void assert_(const typed::AssertStatement& statement, Frame& frame, Span span);
  std::vector<Value> arguments(const typed::CallExpr& call, Frame& frame);

  const typed::Module& module_;
  BuildOptions options_;
  std::int64_t next_mark_ = 0;
  int depth_ = 0;
};

/// `body` with its failures as results.
template <class T, class F>
Result<T> guarded(F&& body) {
  try {
    return body();
  } catch (BuildFailure& failure) { return std::move(failure.diagnostic); }
}

}  // namespace dp
