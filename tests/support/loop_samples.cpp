// Samples of bound variables and loops: small loops that use each of them.

#include "ir/infer.h"
#include "tests/support/sample_builder.h"

namespace dp::test {
namespace {

constexpr std::int64_t first = 0, second = 1;

struct LoopBuilder : Builder {
  Id index(std::int64_t id, const Dim& extent) {
    return graph.add(Op::index, {}, {{"id", id}, {"dim", Shape{extent}}});
  }
  Id for_each(Id body, std::int64_t id, const Dim& extent) {
    return graph.add(Op::for_, {body}, {{"id", id}, {"dim", Shape{extent}}});
  }
  Id at(Id x, std::vector<Id> indices, Axes axes) {
    indices.insert(indices.begin(), x);
    return graph.add(Op::at, std::move(indices), {{"axes", std::move(axes)}});
  }
  Id result(Id loop, std::int64_t slot, const Type& type) {
    return graph.add(Op::result, {loop}, {{"slot", slot}, {"dtype", type.dtype}, {"shape", type.shape}});
  }
};

/// for i: for j: x[i, j] * i: rows and columns in their own loops, one of them without steps.
OpSample nested(Op op, const Dim& rows, const Dim& columns) {
  LoopBuilder builder{op};
  const Id x = builder.input({Dtype::f32, {rows, columns}});
  const Id i = builder.index(first, rows), j = builder.index(second, columns);
  const Id element = builder.at(x, {i, j}, {0, 1});
  const Id scaled =
      builder.graph.add(Op::mul, {element, builder.graph.add(Op::convert, {i}, {{"dtype", Dtype::f32}})});
  return builder.finish_with(builder.for_each(builder.for_each(scaled, second, columns), first, rows));
}

/// for i: x[:, k[i]], and its transpose: for i: zeros with x[i] in column k[i]. Some k lie outside.
OpSample placed(Op op, const Dim& rows) {
  LoopBuilder builder{op};
  const Id x = builder.input({Dtype::f32, {rows, 4}});
  const Id k = builder.input({Dtype::i64, {rows}}, {-1, 4});
  const Id i = builder.index(first, rows), column = builder.at(k, {i}, {0});
  if (op == Op::at) return builder.finish_with(builder.for_each(builder.at(x, {column}, {1}), first, rows));
  const Id row = builder.at(x, {i}, {0});
  const Id zeros = builder.graph.add(Op::put, {row, column}, {{"axes", Axes{1}}, {"shape", Shape{4, 4}}});
  return builder.finish_with(builder.for_each(zeros, first, rows));
}

/// c = c * x[i] + i from c0 on, each c stacked; as long as c < 100 where that is asked.
OpSample recurrence(Op op, bool conditional, std::int64_t slot) {
  LoopBuilder builder{op};
  Graph& graph = builder.graph;
  const Id x = builder.input({Dtype::f32, {4}}), start = builder.input({Dtype::f32, {}});
  const Id i = builder.index(first, 4);
  std::vector<Id> initial{start}, next;
  const Type truth{Dtype::boolean, {}};
  if (conditional)
    initial.insert(initial.begin(),
                   graph.add(Op::constant, {}, {{"value", Literal{std::vector<std::int64_t>{1}}}}, truth));
  const Id c = graph.add(Op::carry, {start}, {{"id", first}, {"slot", std::int64_t{conditional ? 1 : 0}}});
  const Id product = graph.add(Op::mul, {c, builder.at(x, {i}, {0})});
  const Id after = graph.add(Op::add, {product, graph.add(Op::convert, {i}, {{"dtype", Dtype::f32}})});
  if (conditional)
    next.push_back(
        graph.add(Op::lt, {after, graph.add(Op::constant, {}, {{"value", Literal{std::vector<double>{4}}}},
                                            Type{Dtype::f32, {}})}));
  next.push_back(after);
  std::vector<Id> operands = initial;
  operands.insert(operands.end(), next.begin(), next.end());
  operands.push_back(c);
  const auto carries = static_cast<std::int64_t>(initial.size());
  const Id scan = graph.add(Op::scan, operands,
                            {{"id", first},
                             {"dim", Shape{4}},
                             {"carries", carries},
                             {"stacked", std::int64_t{1}},
                             {"conditional", std::int64_t{conditional}}});
  if (op == Op::scan) return builder.finish_with(scan);
  return builder.finish_with(builder.result(scan, slot, *result_type(graph[scan], graph, slot)));
}

/// The step of c = c * x[i], each c stacked, as a graph of its own.
Graph product_step(const Dim& steps) {
  Graph body;
  body.name = "step";
  const Id number = body.input("number", {Dtype::i64, {}}), c = body.input("c", {Dtype::f32, {}});
  const Id x = body.input("x", {Dtype::f32, {steps}});
  const Id part = body.add(Op::gather, {x, number}, {{"axis", std::int64_t{0}}});
  body.outputs = {{"c", body.add(Op::mul, {c, part})}, {"stacked", c}};
  return body;
}

OpSample closed(Op op, std::int64_t slot, const Dim& steps = 4) {
  LoopBuilder builder{op};
  const Id start = builder.input({Dtype::f32, {}}), x = builder.input({Dtype::f32, {steps}});
  const LoopBody body{std::make_shared<const Graph>(product_step(steps))};
  const Id loop = builder.graph.add(Op::loop, {start, x},
                                    {{"dim", Shape{steps}},
                                     {"carries", std::int64_t{1}},
                                     {"stacked", std::int64_t{1}},
                                     {"conditional", std::int64_t{0}},
                                     {"body", body}});
  if (op == Op::loop) return builder.finish_with(loop);
  return builder.finish_with(
      builder.result(loop, slot, *result_type(builder.graph[loop], builder.graph, slot)));
}

}  // namespace

std::vector<OpSample> loop_samples(Op op) {
  switch (op) {
    case Op::index:
    case Op::for_: return {nested(op, 2, 3), nested(op, 2, 0), nested(op, 0, 1)};
    case Op::at:
    case Op::put: return {placed(op, 3), placed(op, 0)};
    case Op::carry:
    case Op::scan: return {recurrence(op, false, 0), recurrence(op, true, 1)};
    case Op::result:
      return {recurrence(op, false, 0), recurrence(op, false, 1), recurrence(op, true, 2), closed(op, 0),
              closed(op, 1)};
    default: return {closed(op, 0), closed(op, 0, 0)};
  }
}

}  // namespace dp::test
