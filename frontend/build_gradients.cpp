// `grad`, `vjp` and `jvp` as level nodes: what they mean is worked out later, by `differentiate`.

#include <algorithm>
#include <set>

#include "frontend/builder.h"
#include "support/assert.h"
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
    const Id marked = graph.add(Op::mark, {id}, {{"id", next_mark_++}});
    graph.annotate(marked, note_before);
    return marked;
  });
}

Value Builder::gradient(const typed::GradExpr& expr, const typed::Expr& whole, Frame& frame) {
  using typed::GradKind;
  const std::vector<Id> results = leaf_ids(evaluate(*expr.of, frame));
  const auto total = [&](const std::vector<Id>& terms) {
    Id sum = terms.at(0);
    for (std::size_t k = 1; k < terms.size(); ++k) sum = graph.add(Op::add, {sum, terms[k]});
    return sum;
  };
  std::vector<Id> with;
  if (expr.with) with = leaf_ids(evaluate(*expr.with, frame));

  if (expr.kind == GradKind::jvp) {
    std::vector<Id> marks;
    for (const auto& wrt : expr.wrt)
      for (Id id : leaf_ids(follow(frame.variables.at(wrt.variable), wrt.path))) marks.push_back(id);
    std::size_t at = 0;
    return tree_of(whole.type, [&] {
      const Id y = results.at(at++);
      std::vector<Id> terms;
      for (std::size_t k = 0; k < marks.size(); ++k)
        terms.push_back(graph.add(Op::jvp, {y, marks[k], with.at(k)}));
      return total(terms);
    });
  }
  DP_ASSERT(expr.kind == GradKind::grad || expr.kind == GradKind::vjp,
            "a kind of gradient that is not built yet");
  if (expr.kind == GradKind::grad) with = {splat(1.0, graph[results.at(0)].type)};
  Value::Parts parts;
  for (const auto& wrt : expr.wrt)
    parts.push_back(map_leaves(follow(frame.variables.at(wrt.variable), wrt.path), [&](Id x) {
      std::vector<Id> terms;
      for (std::size_t k = 0; k < results.size(); ++k)
        terms.push_back(graph.add(Op::vjp, {results[k], x, with.at(k)}));
      return total(terms);
    }));
  return expr.tuple ? Value::tree(std::move(parts)) : std::move(parts.at(0));
}

Result<Graph> build_gradient(const typed::Module& module, const typed::Function& function,
                             std::span<const std::string> wrt, const BuildOptions& options) {
  return guarded<Graph>([&] {
    if (!is_real_number(function.result))
      Builder::fail(diagnose(diag::NotAScalarFunction, function.span, function.name, text(function.result)));
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
    return std::move(builder.graph);
  });
}

}  // namespace dp
