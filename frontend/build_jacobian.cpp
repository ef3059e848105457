// `jacobian y wrt x` and `hessian s wrt x`: the gradient of every element of y, stacked by a loop over them;
// or the derivative of y along every element of x, where x has fewer.

#include <algorithm>

#include "frontend/builder.h"

namespace dp {
namespace {

bool has_fewer(const Shape& a, const Shape& b) {
  const auto x = element_count(a).constant(), y = element_count(b).constant();
  return x && y && *x < *y;
}

/// One index for each axis of a shape, and what the body is at all of them.
class AllElements {
 public:
  AllElements(Graph& graph, const Type& type, std::int64_t& next_loop) : graph_(graph), type_(type) {
    for (const Dim& dim : type.shape) {
      loops_.push_back(next_loop++);
      indices_.push_back(graph.add(Op::index, {}, {{"dim", Shape{dim}}, {"id", loops_.back()}}));
    }
  }

  /// 1 at the present indices, 0 elsewhere.
  Id unit(Id one) const {
    if (indices_.empty()) return one;
    std::vector<Id> operands{one};
    operands.insert(operands.end(), indices_.begin(), indices_.end());
    std::vector<std::int64_t> axes;
    for (std::size_t k = 0; k < indices_.size(); ++k) axes.push_back(static_cast<std::int64_t>(k));
    return graph_.add(Op::put, operands, {{"axes", axes}, {"shape", type_.shape}});
  }

  /// The axes of the shape in front of the body's.
  Id stacked(Id body) const {
    for (std::size_t k = loops_.size(); k-- > 0;)
      body = graph_.add(Op::for_, {body}, {{"dim", Shape{type_.shape[k]}}, {"id", loops_[k]}});
    return body;
  }

 private:
  Graph& graph_;
  Type type_;
  std::vector<std::int64_t> loops_;
  std::vector<Id> indices_;
};

/// The first `count` axes moved behind the others.
Id first_axes_last(Graph& graph, Id id, std::size_t count) {
  const std::size_t rank = graph[id].type.rank();
  std::vector<std::int64_t> permutation;
  for (std::size_t k = 0; k < rank; ++k) permutation.push_back(static_cast<std::int64_t>((k + count) % rank));
  if (count == 0 || count == rank) return id;
  return graph.add(Op::transpose, {id}, {{"permutation", permutation}});
}

}  // namespace

Id Builder::jacobian_of(Id y, Id x, const std::vector<Dim>& copies, Frame& frame) {
  const Type of = graph[y].type, wrt = graph[x].type;
  if (!is_real(wrt.dtype)) {
    Shape shape = of.shape;
    const Shape part(wrt.shape.begin() + static_cast<std::ptrdiff_t>(copies.size()), wrt.shape.end());
    shape.insert(shape.end(), part.begin(), part.end());
    return zero({wrt.dtype, shape});
  }
  const Shape part(wrt.shape.begin() + static_cast<std::ptrdiff_t>(copies.size()), wrt.shape.end());
  if (!has_fewer(part, of.shape)) {
    const AllElements rows(graph, of, next_loop_);
    const Id dy = rows.unit(splat(1.0, {of.dtype, {}}));
    return rows.stacked(copy_part(graph.add(Op::vjp, {y, x, dy}), copies, frame));
  }
  const AllElements columns(graph, {wrt.dtype, part}, next_loop_);
  const Id dx = laid_into(columns.unit(splat(1.0, {wrt.dtype, {}})), copies, wrt.shape, frame);
  return first_axes_last(graph, columns.stacked(graph.add(Op::jvp, {y, x, dx})), part.size());
}

Value Builder::jacobian_of(const Value& y, const typed::GradExpr& expr, Frame& frame) {
  if (y.is_tree()) {
    Value::Parts parts;
    for (const Value& part : y.parts()) parts.push_back(jacobian_of(part, expr, frame));
    return Value::tree(std::move(parts));
  }
  Value::Parts parts;
  for (const auto& wrt : expr.wrt)
    parts.push_back(map_leaves(follow(frame.variables.at(wrt.variable), wrt.path),
                               [&](Id x) { return jacobian_of(y.id(), x, wrt.copies, frame); }));
  return expr.tuple ? Value::tree(std::move(parts)) : std::move(parts.at(0));
}

Value Builder::jacobian(const typed::GradExpr& expr, Frame& frame) {
  Value y = evaluate(*expr.of, frame);
  if (expr.kind == typed::GradKind::hessian) {
    const typed::WrtPath& wrt = expr.wrt.at(0);
    const Id x = follow(frame.variables.at(wrt.variable), wrt.path).id();
    const Id gradient = pulled_back({y.id()}, x, {splat(1.0, graph[y.id()].type)});
    y = Value::tensor(copy_part(gradient, wrt.copies, frame));
  }
  return jacobian_of(y, expr, frame);
}

}  // namespace dp
