// `grad`, `vjp` and `jvp` as level nodes: what they mean is worked out later, by `differentiate`.

#include <algorithm>
#include <set>

#include "frontend/builder.h"
#include "support/diagnostic.h"

namespace dp {
namespace {

/// `net.fc1` leads to `net.fc1` and to `net.fc1.w`.
bool leads_to(const std::string& path, const std::string& leaf) {
  return leaf == path || (leaf.starts_with(path) && leaf[path.size()] == '.');
}

/// Every path that leads to some leaf: `net`, `net.fc1`, `net.fc1.w`.
std::vector<std::string> all_paths(const std::vector<Leaf>& leaves) {
  std::set<std::string> paths;
  for (const Leaf& leaf : leaves)
    for (std::size_t dot = leaf.path.find('.');; dot = leaf.path.find('.', dot + 1)) {
      paths.insert(leaf.path.substr(0, dot));
      if (dot == std::string::npos) break;
    }
  return {paths.begin(), paths.end()};
}

/// The real leaves that a path leads to, in order.
std::vector<std::size_t> chosen_leaves(const std::vector<Leaf>& leaves, const std::string& path,
                                       const typed::Function& function) {
  std::vector<std::size_t> chosen;
  for (std::size_t k = 0; k < leaves.size(); ++k)
    if (is_real(leaves[k].type.dtype) && leads_to(path, leaves[k].path)) chosen.push_back(k);
  if (!chosen.empty()) return chosen;
  auto diagnostic = diagnose(diag::NoSuchPath, {}, function.name, path);
  const std::vector<std::string> paths = all_paths(leaves);
  if (const auto near = did_you_mean(path, paths); !near.empty()) diagnostic.fixes.emplace_back(near);
  Builder::fail(std::move(diagnostic));
}

bool is_real_number(const typed::Type& type) {
  const auto* tensor = std::get_if<typed::TensorType>(&type.node);
  if (!tensor || !tensor->shape.is_scalar()) return false;
  return tensor->scalar == typed::Scalar::real || tensor->scalar == typed::Scalar::f32 ||
         tensor->scalar == typed::Scalar::f64;
}

}  // namespace

Value Builder::mark(const Value& value) {
  return map_leaves(value, [&](Id id) {
    if (!is_real(graph[id].type.dtype)) return id;
    const Note note_before = graph.note(id);
    const Id marked = graph.add(Op::mark, {id}, {{"id", next_loop_++}});
    graph.annotate(marked, note_before);
    return marked;
  });
}

Id Builder::zero(const Type& type) { return is_real(type.dtype) ? splat(0, type) : splat_integer(0, type); }

Id Builder::copy_part(Id id, const std::vector<Dim>& positions, const Frame& frame) {
  for (const Dim& position : positions)
    id = part_at(id, graph.add(Op::dim_value, {}, {{"dim", Shape{resolve(position, frame)}}}));
  return id;
}

Id Builder::laid_into(Id part, const std::vector<Dim>& positions, const Shape& whole, const Frame& frame) {
  if (positions.empty()) return part;
  Shape inner(positions.size(), Dim(1)), low(whole.size(), Dim(0));
  for (const Dim& dim : graph[part].type.shape) inner.push_back(dim);
  for (std::size_t k = 0; k < positions.size(); ++k) low[k] = resolve(positions[k], frame);
  const std::vector<std::int64_t> stride(whole.size(), 1);
  const Id row = graph.add(Op::reshape, {part}, {{"shape", inner}});
  return graph.add(Op::pad, {row}, {{"low", low}, {"shape", whole}, {"stride", stride}});
}

Id Builder::pulled_back(const std::vector<Id>& results, Id x, const std::vector<Id>& with) {
  Id sum = no_id;
  for (std::size_t k = 0; k < results.size() && is_real(graph[x].type.dtype); ++k) {
    if (!is_real(graph[results[k]].type.dtype)) continue;
    const Id term = graph.add(Op::vjp, {results[k], x, with.at(k)});
    sum = sum == no_id ? term : graph.add(Op::add, {sum, term});
  }
  return sum == no_id ? zero(graph[x].type) : sum;
}

/// `jvp y wrt x along dx`: each leaf of y gains from each leaf of x.
Value Builder::tangents(const typed::GradExpr& expr, const typed::Expr& whole, Frame& frame) {
  const std::vector<Id> results = leaf_ids(evaluate(*expr.of, frame));
  const std::vector<Id> along = leaf_ids(evaluate(*expr.with, frame));
  std::vector<std::pair<Id, Id>> directions;  // (mark, tangent)
  std::size_t at = 0;
  for (const auto& wrt : expr.wrt)
    for (const Id x : leaf_ids(follow(frame.variables.at(wrt.variable), wrt.path))) {
      const Id tangent = along.at(at++);
      if (is_real(graph[x].type.dtype))
        directions.emplace_back(x, laid_into(tangent, wrt.copies, graph[x].type.shape, frame));
    }
  at = 0;
  return tree_of(whole.type, [&] {
    const Id y = results.at(at++);
    Id sum = no_id;
    for (const auto& [x, tangent] : directions) {
      if (!is_real(graph[y].type.dtype)) break;
      const Id term = graph.add(Op::jvp, {y, x, tangent});
      sum = sum == no_id ? term : graph.add(Op::add, {sum, term});
    }
    return sum == no_id ? zero(graph[y].type) : sum;
  });
}

Value Builder::gradient(const typed::GradExpr& expr, const typed::Expr& whole, Frame& frame) {
  using typed::GradKind;
  if (expr.kind == GradKind::jvp) return tangents(expr, whole, frame);
  if (expr.kind == GradKind::jacobian || expr.kind == GradKind::hessian) return jacobian(expr, frame);
  const std::vector<Id> results = leaf_ids(evaluate(*expr.of, frame));
  std::vector<Id> with;
  if (expr.with) with = leaf_ids(evaluate(*expr.with, frame));
  if (expr.kind == GradKind::grad) with = {splat(1.0, graph[results.at(0)].type)};
  Value::Parts parts;
  for (const auto& wrt : expr.wrt)
    parts.push_back(map_leaves(follow(frame.variables.at(wrt.variable), wrt.path), [&](Id x) {
      return copy_part(pulled_back(results, x, with), wrt.copies, frame);
    }));
  return expr.tuple ? Value::tree(std::move(parts)) : std::move(parts.at(0));
}

namespace {

BuiltGraph gradient_graph(const typed::Module& module, const typed::Function& function,
                          std::span<const std::string> wrt, const BuildOptions& options) {
  Builder builder(module, options);
  builder.graph.name = function.name;
  const Frame frame = builder.root_frame();
  if (const auto broken = Builder::broken_clause(function, frame))
    Builder::fail(diagnose(diag::ClauseOfValues, {}, function.name, broken->clause, broken->sizes));
  std::vector<Leaf> leaves;
  for (const typed::VariableId parameter : function.parameters) {
    const typed::Variable& variable = function.variables[parameter];
    Builder::leaves(variable.type, frame, variable.name, {}, leaves);
  }
  std::vector<std::size_t> chosen;
  for (const std::string& path : wrt)
    for (const std::size_t leaf : chosen_leaves(leaves, path, function)) chosen.push_back(leaf);
  std::vector<Id> values;
  std::vector<Value> arguments;
  for (const typed::VariableId parameter : function.parameters) {
    const typed::Variable& variable = function.variables[parameter];
    arguments.push_back(map_leaves(builder.inputs_of(variable.type, variable.name, frame), [&](Id id) {
      const bool marked = std::find(chosen.begin(), chosen.end(), values.size()) != chosen.end();
      values.push_back(marked ? builder.mark(Value::tensor(id)).id() : id);
      return values.back();
    }));
  }
  const Id result = builder.inline_function(function, std::move(arguments), frame).id();
  const Id one = builder.splat(1.0, builder.graph[result].type);
  for (const std::size_t leaf : chosen)
    builder.graph.outputs.push_back(
        {leaves[leaf].path, builder.graph.add(Op::vjp, {result, values[leaf], one})});
  return std::move(builder).take();
}

}  // namespace

Result<Graph> build_gradient(const typed::Module& module, const typed::Function& function,
                             std::span<const std::string> wrt, const BuildOptions& options) {
  return guarded<Graph>([&] {
    if (!is_real_number(function.result))
      Builder::fail(diagnose(diag::NotAScalarFunction, function.span, function.name, text(function.result)));
    return with_adjoints(
        options, [&](const BuildOptions& planned) { return gradient_graph(module, function, wrt, planned); });
  });
}

}  // namespace dp
