#pragma once
// The state of building one graph, shared by the build_*.cpp files. A `Frame` is one inlined call: the values
// of its variables and what its dimensions, `..` and `real` are. A failure is thrown and caught at the doors
// of build.h; it never leaves this folder.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "frontend/build.h"
#include "frontend/build_bounds.h"
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

struct BrokenClause {
  std::string clause, sizes;
};

/// A function that was passed as an argument.
struct Closure {
  const typed::FunctionExpr* function = nullptr;
  Frame frame;
  /// Instead of a function of the program: the loss that a search is given.
  std::function<Value(const std::vector<Value>&)> loss;
};

/// A graph, and whether a function with an adjoint was called on the way.
struct BuiltGraph {
  Graph graph;
  bool met_adjoint = false;
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
  void print(const typed::PrintStatement& statement, Frame& frame, Span span);
  /// A constant of any scalar type.
  Id number(double value, const Type& type);
  void bind(typed::VariableId variable, Value value, Frame& frame, Span span);

  // ---- operations (build_operations.cpp)
  Id splat(double value, const Type& type);
  Id splat_integer(std::int64_t value, const Type& type);
  /// `id` repeated to `shape`; a scalar to any shape, otherwise the axes say where its axes lie.
  Id spread(Id id, const Shape& shape, const std::vector<std::int64_t>& axes);
  /// A pointwise op; scalar operands are repeated to the shape of the others.
  Id point(Op op, std::vector<Id> operands, std::int64_t exponent = 0);
  Id convert(Id id, Dtype dtype);
  Id matmul(Id x, Id y);
  /// A routine on whole tensors: the axes of the expression are the attributes of its row.
  Id routine(const typed::StructuralExpr& expr, std::vector<Id> operands);
  /// A `dot` whose four lists of axes are given.
  Id contraction(const typed::StructuralExpr& expr, const std::vector<Id>& operands);
  Value structural(const typed::StructuralExpr& expr, const typed::Expr& whole, Frame& frame);
  /// A part of a tensor, or a tensor laid into zeros: explicit dims cover the last axes.
  Id window(const typed::StructuralExpr& expr, Id operand, Span span, Frame& frame);
  /// Fails where a slice whose place and sizes are known goes beyond its axis: `x[0]` of no elements.
  static void check_range(const Shape& start, const Shape& length, const Shape& whole, Span span);
  /// Fails where a reduction that needs elements has none.
  static void check_elements(Op op, const Shape& shape, const std::vector<std::int64_t>& axes, Span span);
  Id broadcast(const typed::BroadcastExpr& expr, const typed::Expr& whole, Frame& frame);

  /// The part of a tensor at one position of its first axis.
  Id part_at(Id id, Id position);

  // ---- checks (build_checks.cpp)
  /// `check_…` of every element of a value that the program goes on with, where the branches around are
  /// taken: ops are total, checks stand beside them. Nothing where it is proven.
  void check(Op op, Id value, Attributes attributes = {});
  /// What must hold of a point's operands: integers are not divided by 0.
  void check_point(Op op, const std::vector<Id>& operands);
  /// The positions that an operation reads along an axis of x lie inside.
  void check_positions(Id x, Id positions, std::int64_t axis);
  /// Appends to the effects what is not there yet.
  void add_effect(Id effect);
  /// Whether the branches around are taken, for a value of that shape.
  Id taken(const Shape& shape);
  /// `run` under a further condition.
  template <class F>
  auto where(Id condition, F&& run) {
    return where_alone(when_taken(condition), std::forward<F>(run));
  }
  /// `run` under this condition instead of the present one.
  template <class F>
  auto where_alone(Id condition, F&& run) {
    const std::optional<Id> before = std::exchange(taken_, condition);
    auto result = run();
    taken_ = before;
    return result;
  }
  /// The condition, and that the branches around are taken.
  Id when_taken(Id condition) { return taken_ ? point(Op::and_, {*taken_, condition}) : condition; }
  /// The effects from `begin` on leave the list, to stand in a scan.
  std::vector<Id> take_effects(std::size_t begin);
  /// Of effects inside a loop of that many steps: those that do not depend on its index are run by
  /// themselves, and only where there is a step.
  void guard_effects(std::size_t begin, std::int64_t loop, const Dim& extent);

  // ---- loops and branches (build_loops.cpp, build_branches.cpp)
  Value for_loop(const typed::ForExpr& loop, Frame& frame);
  Value while_loop(const typed::WhileExpr& loop, Frame& frame);
  /// `body` at every index of these extents, its values stacked along them.
  std::vector<Id> stacked(const Shape& extents,
                          const std::function<std::vector<Id>(const std::vector<Id>&)>& body);
  std::int64_t new_loop() { return next_loop_++; }
  /// Ends a loop without anything carried: `values` at every index; in order where it prints.
  std::vector<Id> close_for(std::int64_t loop, const Dim& extent, std::size_t first_effect,
                            const std::vector<Id>& values);
  Id result(Id scan, std::size_t slot);
  Value evaluate_if(const typed::IfExpr& expr, Frame& frame);
  Value choose(Id condition, const Value& yes, const Value& no);
  /// `and` and `or` of scalars: the right side is needed only where the left does not decide.
  Value evaluate_logic(const typed::PointExpr& expr, Frame& frame);

  // ---- indices (build_index.cpp)
  Value index(const typed::IndexExpr& expr, Frame& frame);
  Value update(const typed::UpdateExpr& expr, Frame& frame);

  Bounds bounds;

  // ---- calls (build_calls.cpp)
  Value call(const typed::CallExpr& call, const typed::Expr& whole, Frame& frame);
  /// Runs a function's body in a new frame; `arguments` one for each parameter.
  Value inline_function(const typed::Function& function, std::vector<Value> arguments, Frame callee);
  /// The first `where` clause that does not hold for these sizes.
  static std::optional<BrokenClause> broken_clause(const typed::Function& function, const Frame& callee);

  /// The same of a function with an adjoint: values that know their derivative (build_adjoint.cpp).
  Value call_custom(const typed::Function& function, std::vector<Value> arguments, const Frame& callee);
  /// What has been built; the builder is of no use afterwards.
  BuiltGraph take() && { return {std::move(graph), met_adjoint_}; }

  // ---- gradients (build_gradients.cpp, build_jacobian.cpp)
  Value gradient(const typed::GradExpr& expr, const typed::Expr& whole, Frame& frame);
  /// The cotangents of y's leaves pulled back to the mark x; zero where nothing real leads there.
  Id pulled_back(const std::vector<Id>& results, Id x, const std::vector<Id>& with);
  /// Of stacked copies the part at these positions of the first axes, and zeros with that part laid in.
  Id copy_part(Id id, const std::vector<Dim>& positions, const Frame& frame);
  Id laid_into(Id part, const std::vector<Dim>& positions, const Shape& whole, const Frame& frame);
  Id zero(const Type& type);
  /// A mark on each real leaf.
  Value mark(const Value& value);

  // ---- initial values (build_initial.cpp)
  void initial_values(const typed::Type& type, const typed::FieldDeclaration& declaration,
                      const std::string& path, Id seed, const Shape& copies, Frame& frame,
                      std::vector<Orthogonal>& orthogonal);

  [[noreturn]] static void fail(Diagnostic diagnostic) { throw BuildFailure{std::move(diagnostic)}; }
  void note(Id id, const std::string& name, Span span);

  const typed::Module& module() const { return module_; }
  const BuildOptions& options() const { return options_; }

 private:
  /// `/` in a shape is exact: fails where a size known by now is no whole number.
  static void check_sizes(const typed::Expr& expr, const Frame& frame);
  Value evaluate_point(const typed::PointExpr& expr, const typed::Expr& whole, Frame& frame);
  Value evaluate_leaves(const typed::PointExpr& expr, const std::vector<Value>& operands, std::size_t form);
  Value evaluate_parts(const std::vector<typed::ExprPtr>& exprs, Frame& frame);
  Id literal(const typed::NumberExpr& expr, const typed::Expr& whole, Frame& frame);
  Value layer_argument(const typed::ArgumentExpr& expr, const typed::Expr& whole, Frame& frame);
  Id reshape(const typed::ReshapeExpr& expr, const typed::Expr& whole, Frame& frame);
  Id draw(const typed::DrawExpr& expr, const typed::Expr& whole, Frame& frame);
  Id numbers(const typed::NumbersExpr& expr, const typed::Expr& whole, Frame& frame);
  Value evaluate_block(const typed::BlockExpr& expr, Frame& frame);
  /// A function of scalars on tensors of one shape.
  Value element_by_element(const std::vector<Value>& arguments, const Shape& shape,
                           const std::function<Value(std::vector<Value>)>& call);
  static Shape lifted_shape(const typed::Expr& whole, const Frame& frame);
  void assert_(const typed::AssertStatement& statement, Frame& frame, Span span);
  std::vector<Value> arguments(const typed::CallExpr& call, Frame& frame);
  Value copy(const typed::CopyExpr& expr, Frame& frame);
  Value tangents(const typed::GradExpr& expr, const typed::Expr& whole, Frame& frame);
  Value jacobian(const typed::GradExpr& expr, Frame& frame);
  Value jacobian_of(const Value& y, const typed::GradExpr& expr, Frame& frame);
  Id jacobian_of(Id y, Id x, const std::vector<Dim>& copies, Frame& frame);
  Value call_closure(const typed::CallExpr& call, const typed::Expr& whole, typed::VariableId variable,
                     Frame& frame);
  Value call_layer_function(const typed::CallExpr& call, std::size_t argument, Span span, Frame& frame);
  /// The function's body, or the value that knows its derivative.
  Value apply(const typed::Function& function, std::vector<Value> arguments, Frame callee);
  Value lifted(const Value& result, const typed::Expr& whole, Frame& frame);
  Value custom_of(const typed::Function& function, const std::vector<Value>& arguments, const Value& y,
                  std::size_t leaf, const Frame& callee);
  /// Counts a call, and fails where recursion does not end.
  void enter_call(const typed::Function& function, Span span);
  void leave_call(const typed::Function& function);

  const typed::Module& module_;
  BuildOptions options_;
  // Of loops and of marks in one sequence: a mark with a higher number than a loop around stands in its body.
  std::int64_t next_loop_ = 0;
  std::optional<Id> taken_;                       // a bool; none: always
  std::map<const typed::Function*, int> active_;  // how often each function is being inlined
  int recursive_calls_ = 0;
  std::optional<Span> place_;  // of the call, while a function of the library is built
  int adjoint_depth_ = 0;      // how many adjoints are being built around
  bool met_adjoint_ = false;
};

/// What the gradients in a graph ask of written derivatives.
AdjointPlan adjoint_plan(const Graph& graph);

/// `make(options)` gives a BuiltGraph. Adjoints are built only as deep as gradients reach, which
/// is known when all has been built once without.
template <class Make>
Graph with_adjoints(BuildOptions options, const Make& make) {
  constexpr int most_rounds = 4;  // an adjoint that takes gradients itself asks for more
  for (int round = 0;; ++round) {
    BuiltGraph built = make(options);
    const AdjointPlan plan = adjoint_plan(built.graph);
    const bool enough = plan.order <= options.adjoints.order && plan.forward <= options.adjoints.forward;
    if (!built.met_adjoint || enough || round == most_rounds) return std::move(built.graph);
    options.adjoints = plan;
  }
}

/// `body` with its failures as results.
template <class T, class F>
Result<T> guarded(F&& body) {
  try {
    return body();
  } catch (BuildFailure& failure) { return std::move(failure.diagnostic); }
}

}  // namespace dp
