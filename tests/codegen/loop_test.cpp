// Closed loops all the way to compiled code, bit for bit what the interpreter gives.

#include <catch2/catch.hpp>

#include "ir/interpret.h"
#include "ir/parse_ir.h"
#include "ir/print.h"
#include "passes/fuse.h"
#include "passes/pipeline.h"
#include "passes/plan_memory.h"
#include "passes/vectorize.h"
#include "tests/support/closed_loops.h"
#include "tests/support/lowering.h"
#include "tests/support/op_samples.h"
#include "tests/support/run_loops.h"

using namespace dp;
using namespace dp::test;

namespace {

const Type real{Dtype::f32, {}}, whole{Dtype::i64, {}}, truth{Dtype::boolean, {}};

void name_outputs(Graph& graph, std::vector<Id> ids) {
  graph.name = "f";
  for (const Id id : ids) graph.outputs.push_back({std::to_string(graph.outputs.size()), id});
}

std::string reads_back(const Graph& planned) {
  Sources sources;
  const std::string text = print(planned);
  const Result<Graph> again = parse_graph(sources, sources.add("dump.ir", text));
  if (!again) return again.error().message + "\n" + text;
  return identical(planned, *again) && print(*again) == text ? "" : "another text:\n" + text + print(*again);
}

/// Interpreted as a graph and as loops, with and without fusion, and compiled at every setting that matters.
void check(const Graph& graph, const std::vector<Array>& inputs) {
  const Graph fused = fuse(graph);
  CHECK(reads_back(fused) == "");
  CHECK(reads_back(plan_memory(fused)) == "");
  const loops::Module alone = lowered(unfused(graph));
  INFO(loops::print(alone));
  CHECK(difference(graph, alone, inputs) == "");
  const loops::Module module = lowered(fused);
  INFO(loops::print(module));
  CHECK(difference(graph, module, inputs) == "");
  for (const int level : {0, 2}) {
    for (const int threads : {1, 2}) {
      const CompileOptions options{.optimize = level, .threads = threads};
      INFO(testing::describe(options));
      CHECK(testing::difference(module, inputs, options) == "");
      if (threads == 1) CHECK(testing::difference(alone, inputs, options) == "");
    }
  }
}

void check(const Graph& graph) { check(graph, example_inputs(graph)); }

/// c = c * x[t] + t; every c stacked, before and after the step.
Graph recurrence(std::int64_t extent) {
  Graph graph;
  const Id start = graph.input("start", real), x = graph.input("x", {Dtype::f32, {extent}});
  StepBuilder step;
  const Id c = step.input(real), all = step.input({Dtype::f32, {extent}});
  const Id number = step.op(Op::convert, {step.number()}, {{"dtype", Dtype::f32}});
  const Id next = step.op(Op::add, {step.op(Op::mul, {c, step.part(all, step.number())}), number});
  const Id loop = add_loop(graph, std::move(step), {start, x}, {next}, {c, next}, {extent, 1});
  name_outputs(graph,
               {add_result(graph, loop, 0), add_result(graph, loop, 1), add_result(graph, loop, 2), loop});
  return graph;
}

/// h = tanh(w h + u x[t]), every h stacked.
Graph recurrent(std::int64_t steps, std::int64_t size) {
  Graph graph;
  const Type matrix{Dtype::f32, {size, size}}, state{Dtype::f32, {size}};
  const Id h0 = graph.input("h", state), w = graph.input("w", matrix), u = graph.input("u", matrix);
  const Id x = graph.input("x", {Dtype::f32, {steps, size}});
  StepBuilder step;
  const Id h = step.input(state), in_w = step.input(matrix), in_u = step.input(matrix);
  const Id in_x = step.input({Dtype::f32, {steps, size}});
  using Axes = std::vector<std::int64_t>;
  const auto product = [&](Id vector, Id table) {
    return step.op(Op::dot, {vector, table},
                   {{"batch_x", Axes{}}, {"batch_y", Axes{}}, {"sum_x", Axes{0}}, {"sum_y", Axes{0}}});
  };
  const Id sum = step.op(Op::add, {product(h, in_w), product(step.part(in_x, step.number()), in_u)});
  const Id next = step.op(Op::tanh, {sum});
  const Id loop = add_loop(graph, std::move(step), {h0, w, u, x}, {next}, {next}, {steps, 1});
  name_outputs(graph, {add_result(graph, loop, 0), add_result(graph, loop, 1)});
  return graph;
}

/// table[t + 2] = table[t] + table[t + 1] * x[t].
Graph table(std::int64_t extent) {
  Graph graph;
  const Type type{Dtype::f32, {extent + 2}};
  const Id start = graph.input("start", type), x = graph.input("x", {Dtype::f32, {extent}});
  StepBuilder step;
  const Id now = step.input(type), all = step.input({Dtype::f32, {extent}});
  const auto later = [&](double by) {
    return step.op(Op::add, {step.number(), step.constant(by, Dtype::i64)});
  };
  const Id scaled = step.op(Op::mul, {step.part(now, later(1)), step.part(all, step.number())});
  const Id sum = step.op(Op::add, {step.part(now, step.number()), scaled});
  const Id next = step.replaced(now, later(2), sum);
  const Id loop = add_loop(graph, std::move(step), {start, x}, {next}, {}, {extent, 1});
  name_outputs(graph, {add_result(graph, loop, 0)});
  return graph;
}

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("samples of closed loops, compiled", "[loop]") {
  for (const Op op : {Op::loop, Op::result}) {
    for (const OpSample& sample : op_samples(op)) {
      INFO(sample.label);
      const Graph graph = vectorize(sample.graph);
      check(graph, example_inputs(graph, sample.domains));
    }
  }
}

TEST_CASE("a recurrence of numbers, of any number of steps", "[loop]") {
  for (const std::int64_t extent : {0, 1, 2, 5, 40}) {
    INFO(extent);
    check(recurrence(extent));
  }
}

TEST_CASE("numbers of every type are carried at once, one from the other's place", "[loop]") {
  Graph graph;
  const Id a0 = graph.input("a", whole), b0 = graph.input("b", whole), even0 = graph.input("even", truth);
  const Id narrow0 = graph.input("narrow", {Dtype::i32, {}}), wide0 = graph.input("wide", {Dtype::f64, {}});
  StepBuilder step;
  const Id a = step.input(whole), b = step.input(whole), even = step.input(truth);
  const Id narrow = step.input({Dtype::i32, {}}), wide = step.input({Dtype::f64, {}});
  const Id sum = step.op(Op::add, {a, b});
  const Id odd = step.op(Op::not_, {even});
  const Id turned = step.op(Op::select, {even, narrow, step.op(Op::neg, {narrow})});
  const Id third = step.op(Op::div, {wide, step.constant(3, Dtype::f64)});
  const Id loop = add_loop(graph, std::move(step), {a0, b0, even0, narrow0, wide0},
                           {b, sum, odd, turned, third}, {even, a, sum}, {13, 5});
  std::vector<Id> results;
  for (std::int64_t slot = 0; slot < 8; ++slot) results.push_back(add_result(graph, loop, slot));
  name_outputs(graph, results);
  check(graph);
}

TEST_CASE("a state is carried through products of matrices", "[loop]") {
  check(recurrent(5, 8));
  check(recurrent(3, 70));
}

TEST_CASE("tensors that change places are copied", "[loop]") {
  Graph graph;
  const Type type{Dtype::f32, {6}};
  const Id a0 = graph.input("a", type), b0 = graph.input("b", type);
  StepBuilder step;
  const Id a = step.input(type), b = step.input(type);
  const Id sum = step.op(Op::add, {a, b});
  const Id turned = step.op(Op::flip, {sum}, {{"axes", std::vector<std::int64_t>{0}}});
  const Id loop = add_loop(graph, std::move(step), {a0, b0}, {b, turned}, {a, b}, {7, 2});
  name_outputs(graph, {add_result(graph, loop, 0), add_result(graph, loop, 1), add_result(graph, loop, 3)});
  const std::vector<Array> inputs = example_inputs(graph);
  CHECK(difference(graph, lowered(fuse(graph)), inputs) == "");
  CHECK(testing::difference(lowered(fuse(graph)), inputs, {}) == "");
}

TEST_CASE("elementwise work on what is carried is done in place", "[loop]") {
  Graph graph;
  const Type type{Dtype::f32, {40000}};
  const Id start = graph.input("start", type), shift = graph.input("shift", type);
  StepBuilder step;
  const Id x = step.input(type), by = step.input(type);
  const Id next = step.op(Op::add, {step.op(Op::tanh, {x}), by});
  const Id sum = step.op(Op::reduce_sum, {next}, {{"axes", std::vector<std::int64_t>{0}}});
  const Id loop = add_loop(graph, std::move(step), {start, shift}, {next}, {sum}, {4, 1});
  name_outputs(graph, {add_result(graph, loop, 0), add_result(graph, loop, 1)});
  check(graph);
  const Graph planned = plan_memory(fuse(graph));
  CHECK(planned.plan->arena_bytes < 1000);
}

TEST_CASE("a loop goes on as long as its first value holds", "[loop]") {
  for (const double limit : {-5.0, 0.4, 3.0, 1e9}) {
    Graph graph;
    const Id start = graph.input("start", real), going0 = graph.input("going", truth);
    StepBuilder step;
    const Id going = step.input(truth), c = step.input(real);
    const Id next = step.op(Op::add, {step.op(Op::abs, {c}), step.constant(0.5)});
    const Id goes_on = step.op(Op::and_, {going, step.op(Op::lt, {next, step.constant(limit)})});
    const Id pair =
        step.op(Op::broadcast, {next}, {{"axes", std::vector<std::int64_t>{}}, {"shape", Shape{3}}});
    const Id loop =
        add_loop(graph, std::move(step), {going0, start}, {goes_on, next}, {c, pair}, {6, 2, true});
    name_outputs(graph, {loop, add_result(graph, loop, 0), add_result(graph, loop, 1),
                         add_result(graph, loop, 2), add_result(graph, loop, 3)});
    for (const int going_value : {0, 1}) {
      std::vector<Array> inputs = example_inputs(graph);
      inputs[1].set_integer(0, going_value);
      INFO(limit << " " << going_value);
      check(graph, inputs);
    }
  }
}

TEST_CASE("loops in loops: their results are carried, stacked and read", "[loop]") {
  constexpr std::int64_t rows = 4, columns = 5;
  Graph graph;
  const Type matrix{Dtype::f32, {rows, columns}}, row{Dtype::f32, {columns}};
  const Id x = graph.input("x", matrix), start = graph.input("start", real), bias = graph.input("bias", row);
  StepBuilder inner;
  {
    const Id sum = inner.input(real), kept = inner.input(row), part = inner.input(row);
    const Id element = inner.part(part, inner.number());
    const Id next = inner.op(Op::add, {inner.op(Op::mul, {sum, inner.constant(0.5)}), element});
    const Id changed = inner.replaced(kept, inner.number(), next);
    StepBuilder outer;
    const Id total = outer.input(real), biased = outer.input(row), all = outer.input(matrix);
    const Id own = outer.part(all, outer.number());
    const Id loop = add_loop(outer.graph, std::move(inner), {total, biased, own}, {next, changed},
                             {next, sum}, {columns, 2});
    const Id last = add_result(outer.graph, loop, 0), bias_now = add_result(outer.graph, loop, 1);
    const Id stack = add_result(outer.graph, loop, 2), before = add_result(outer.graph, loop, 3);
    const Id scaled = outer.op(Op::mul, {stack, before});
    const Id loop_of_rows = add_loop(graph, std::move(outer), {start, bias, x}, {last, bias_now},
                                     {stack, scaled, last}, {rows, 2});
    std::vector<Id> results;
    for (std::int64_t slot = 0; slot < 5; ++slot) results.push_back(add_result(graph, loop_of_rows, slot));
    name_outputs(graph, results);
  }
  check(graph);
}

TEST_CASE("routines on whole tensors work on what a step chooses", "[loop]") {
  Graph graph;
  const Type type{Dtype::f32, {6}}, rows{Dtype::f32, {4, 6}};
  const Id start = graph.input("start", type), x = graph.input("x", rows);
  StepBuilder step;
  const Id now = step.input(type), all = step.input(rows);
  const Attributes up{{"descending", std::int64_t{0}}}, down{{"descending", std::int64_t{1}}};
  const Id own = step.op(Op::sort, {step.part(all, step.number())}, down);
  const Id next = step.op(Op::sort, {step.op(Op::sub, {now, own})}, up);
  const Id order = step.op(Op::argsort, {now}, up);
  const Id loop = add_loop(graph, std::move(step), {start, x}, {next}, {own, order, next}, {4, 1});
  name_outputs(graph, {add_result(graph, loop, 0), add_result(graph, loop, 1), add_result(graph, loop, 2),
                       add_result(graph, loop, 3)});
  check(graph);
}

TEST_CASE("a part is replaced in place", "[loop]") {
  check(table(1));
  check(table(30));
  const std::string text = loops::print(lowered(fuse(table(30))));
  INFO(text);
  CHECK(count_of(text, " for ") <= 2);  // the copy before the loop, and the steps
  CHECK(count_of(text, "store") == 3);  // the copy, the part, the number of steps
}

TEST_CASE("parts that are put in one after the other are all put in place", "[loop]") {
  Graph graph;
  const Type type{Dtype::f32, {30}};
  const Id start = graph.input("start", type), order = graph.input("order", {Dtype::i64, {12}});
  StepBuilder step;
  const Id now = step.input(type), positions = step.input({Dtype::i64, {12}});
  const Id a = step.part(positions, step.number()), b = step.op(Op::add, {a, step.number()});
  const Id first = step.replaced(now, a, step.part(now, b));
  const Id both = step.replaced(first, b, step.part(now, a));
  const Id loop = add_loop(graph, std::move(step), {start, order}, {both}, {}, {12, 1});
  name_outputs(graph, {add_result(graph, loop, 0)});
  check(graph, example_inputs(graph));
  const std::string text = loops::print(lowered(fuse(graph)));
  INFO(text);
  CHECK(count_of(text, "for ") == 2);
}

TEST_CASE("a loop carries on where its initial value lies", "[loop]") {
  Graph graph;
  const Type type{Dtype::f32, {300}};
  const Id x = graph.input("x", type);
  StepBuilder step;
  const Id now = step.input(type);
  const Id next = step.op(Op::mul, {now, step.constant(0.5, Dtype::f32, {300})});
  const Id initial = graph.add(Op::exp, {x});
  const Id loop = add_loop(graph, std::move(step), {initial}, {next}, {}, {3, 1});
  const Id flipped =
      graph.add(Op::flip, {add_result(graph, loop, 0)}, {{"axes", std::vector<std::int64_t>{0}}});
  name_outputs(graph, {flipped});
  check(graph, example_inputs(graph));
  CHECK(plan_memory(fuse(graph)).plan->arena_bytes < 1200 + 3 * 64);
}

TEST_CASE("a row made of other rows is put into a matrix in place", "[loop]") {
  Graph graph;
  const Type matrix{Dtype::f32, {6, 20}};
  const Id start = graph.input("start", matrix), order = graph.input("order", {Dtype::i64, {9}});
  StepBuilder step;
  const Id now = step.input(matrix), positions = step.input({Dtype::i64, {9}});
  const Id from = step.part(positions, step.number());
  const Id turned = step.op(Op::flip, {step.part(now, from)}, {{"axes", std::vector<std::int64_t>{0}}});
  const Id sum = step.op(Op::add, {turned, step.part(now, step.number())});
  const Id next = step.replaced(now, step.number(), sum);
  const Id part = step.part(next, from);
  const Id loop = add_loop(graph, std::move(step), {start, order}, {next}, {part}, {9, 1});
  name_outputs(graph, {add_result(graph, loop, 0), add_result(graph, loop, 1)});
  std::vector<Array> inputs = example_inputs(graph);
  for (std::int64_t k = 0; k < 9; ++k) inputs[1].set_integer(k, k * 5 % 11 - 2);
  check(graph, inputs);
}

TEST_CASE("what reads a carried value behind its replacement sees the old one", "[loop]") {
  Graph graph;
  const Type type{Dtype::f32, {5}};
  const Id start = graph.input("start", type);
  StepBuilder step;
  const Id now = step.input(type);
  const Id next = step.replaced(now, step.number(), step.constant(7));
  const Id turned = step.op(Op::flip, {now}, {{"axes", std::vector<std::int64_t>{0}}});
  const Id both = step.op(Op::exp, {step.op(Op::sub, {next, turned})});
  const Id loop = add_loop(graph, std::move(step), {start}, {next}, {both, now}, {5, 1});
  name_outputs(graph, {add_result(graph, loop, 0), add_result(graph, loop, 1), add_result(graph, loop, 2)});
  check(graph);
}

TEST_CASE("results that nobody reads, constants that are read", "[loop]") {
  Graph graph;
  const Type type{Dtype::f32, {5}};
  const Id zeros = graph.add(Op::constant, {}, {{"value", Literal{std::vector<double>{0.25}}}}, type);
  const Id table_of =
      graph.add(Op::constant, {}, {{"value", Literal{std::vector<double>{1, 2, 3, 4, 5}}}}, type);
  const Id one = graph.add(Op::constant, {}, {{"value", Literal{std::vector<double>{1}}}}, real);
  StepBuilder step;
  const Id a = step.input(type), b = step.input(type), c = step.input(real), shift = step.input(type);
  const Id next_a = step.op(Op::add, {a, shift});
  const Id next_b = step.op(Op::mul, {a, b});
  const Id next_c = step.op(Op::add, {c, step.part(next_b, step.number())});
  const Id loop = add_loop(graph, std::move(step), {zeros, table_of, one, zeros}, {next_a, next_b, next_c},
                           {next_a, next_c}, {5, 3});
  name_outputs(graph, {add_result(graph, loop, 2)});
  check(graph);
}

TEST_CASE("a check in a step stops the program there", "[loop]") {
  Graph graph;
  const Id x = graph.input("x", {Dtype::i64, {6}}), start = graph.input("start", whole);
  StepBuilder step;
  const Id sum = step.input(whole), all = step.input({Dtype::i64, {6}});
  const Id own = step.part(all, step.number());
  const Id yes = step.constant(1, Dtype::boolean);
  const Id fits = step.op(Op::check_index, {own, yes}, {{"axis", std::int64_t{0}}, {"dim", Shape{4}}});
  const Id divisor = step.op(Op::check_divisor, {sum, yes});
  step.graph.effects = {fits, divisor};
  step.graph.annotate(fits, {"", {0, 1, 2}, ""});
  const Id next = step.op(Op::add, {sum, step.op(Op::floor_div, {own, sum})});
  const Id loop = add_loop(graph, std::move(step), {start, x}, {next}, {}, {6, 1});
  graph.effects = {loop};
  name_outputs(graph, {add_result(graph, loop, 0)});
  std::vector<Array> inputs = example_inputs(graph);
  inputs[1].set_integer(0, 2);
  check(graph, inputs);
  inputs[0].set_integer(4, 9);
  check(graph, inputs);
  CHECK(testing::run_compiled(lowered(fuse(graph)), inputs, {}).error().code == "E3003");
  CHECK(testing::run_compiled(lowered(fuse(graph)), inputs, {}).error().at == Span{0, 1, 2});
  inputs[1].set_integer(0, 0);
  check(graph, inputs);
}
