// Every invariant, with a graph that breaks it and nothing else.

#include "ir/verify.h"

#include <catch2/catch.hpp>

#include <functional>
#include <map>

#include "ir/parse_ir.h"
#include "ir/rewrite.h"

namespace dp {
namespace {

/// x, y: f32[4]; a = exp(x), b = a + y; one output, b.
Graph sound() {
  Graph graph;
  graph.name = "f";
  const Id x = graph.input("x", {Dtype::f32, {4}}), y = graph.input("y", {Dtype::f32, {4}});
  const Id a = graph.add(Op::exp, {x});
  graph.outputs = {{"", graph.add(Op::add, {a, y})}};
  return graph;
}

/// The same with two kernels and both values in the arena; b also goes on to an output, c.
Graph planned() {
  Graph graph = sound();
  const Id b = graph.outputs[0].node, a = graph[b].operands[0];
  const Id c = graph.add(Op::neg, {b});
  graph.outputs[0].node = c;
  graph.kernels = {{"map", {a}, ""}, {"map", {b}, ""}, {"map", {c}, ""}};
  using Place = Buffer::Place;
  graph.plan = Plan{{{graph.inputs[0], Place::input, 0, 16},
                     {a, Place::arena, 0, 16},
                     {b, Place::arena, 64, 16},
                     {c, Place::output, 0, 16}},
                    128};
  return graph;
}

Attributes numbered(const char* name, std::int64_t value) { return {{name, value}}; }

/// A loop over x that leaves it as it is; its step makes zeros of that shape as well.
Id loop_with(Graph& graph, const Shape& unused) {
  Graph body;
  body.input("number", {Dtype::i64, {}});
  const Id x = body.input("x", {Dtype::f32, {4}});
  const Literal zero{std::vector<double>{0}};
  body.outputs = {{"x", x}, {"zeros", body.add(Op::constant, {}, {{"value", zero}}, {Dtype::f32, unused})}};
  return graph.add(Op::loop, {graph.inputs[0]},
                   {{"dim", Shape{3}},
                    {"carries", std::int64_t{1}},
                    {"stacked", std::int64_t{1}},
                    {"conditional", std::int64_t{0}},
                    {"body", LoopBody{std::make_shared<const Graph>(std::move(body))}}});
}

/// A result in that slot, or the first with another shape than it has.
Id result_of_loop(Graph& graph, std::int64_t slot, const Shape& shape) {
  return graph.add(Op::result, {loop_with(graph, {})},
                   {{"slot", slot == 0 ? 0 : std::int64_t{7}}, {"dtype", Dtype::f32}, {"shape", shape}});
}

struct Broken {
  std::string message;
  std::function<void(Graph&)> damage;
};

const std::map<std::string, std::vector<Broken>> broken_graphs = {
    {"references",
     {{"the graph has an output", [](Graph& g) { g.outputs.push_back({"z", 99}); }},
      {"the graph has an effect", [](Graph& g) { g.effects.push_back(99); }},
      {"the graph has an input", [](Graph& g) { g.inputs.push_back(99); }}}},
    {"operands first",
     {{"node 4 uses a value", [](Graph& g) { g.add(Op::exp, {99}, {}, {Dtype::f32, {4}}); }}}},
    {"attributes",
     {{"lacks the attribute `axes`",
       [](Graph& g) { g.outputs.push_back({"z", g.add(Op::reduce_sum, {0}, {}, {Dtype::f32, {}})}); }}}},
    {"types",
     {{"`%0 = exp(x) : f32[5]` gives f32[4], not f32[5]",
       [](Graph& g) { g.outputs = {{"", g.add(Op::exp, {0}, {}, {Dtype::f32, {5}})}}; }},
      {"holds 3 elements for shape [4]",
       [](Graph& g) {
         const Literal literal{std::vector<double>{1, 2, 3}};
         g.outputs.push_back({"z", g.add(Op::constant, {}, {{"value", literal}}, {Dtype::f32, {4}})});
       }},
      {"another kind than its type",
       [](Graph& g) {
         const Literal literal{std::vector<double>{1}};
         g.outputs.push_back({"z", g.add(Op::constant, {}, {{"value", literal}}, {Dtype::i32, {4}})});
       }}}},
    {"extents",
     {{"a negative extent, -1", [](Graph& g) { g.input("z", {Dtype::f32, {-1}}); }},
      {"not defined", [](Graph& g) { g.input("z", {Dtype::f32, {Dim::quotient(1, 0)}}); }}}},
    {"inputs",
     {{"has an input twice", [](Graph& g) { g.inputs.push_back(0); }},
      {"is an input that is not among the inputs", [](Graph& g) { g.inputs.pop_back(); }},
      {"has the name of another input",
       [](Graph& g) {
         g.inputs.push_back(g.add(Op::input, {}, {{"name", std::string("x")}}, {Dtype::f64, {}}));
       }},
      {"is among the inputs but is none", [](Graph& g) { g.inputs.push_back(2); }}}},
    {"outputs", {{"has the path of another output", [](Graph& g) { g.outputs.push_back({"", 0}); }}}},
    {"effects",
     {{"is among the effects but is none", [](Graph& g) { g.effects.push_back(0); }},
      {"is an effect that is not in the order",
       [](Graph& g) {
         const Id taken = g.add(Op::constant, {}, {{"value", Literal{std::vector<std::int64_t>{1}}}},
                                {Dtype::boolean, {}});
         g.outputs.push_back({"z", g.add(Op::print, {taken}, {{"message", std::string()}})});
       }}}},
    {"scopes",
     {{"uses a bound variable outside of its loop",
       [](Graph& g) {
         const Attributes variable = {{"id", std::int64_t{0}}, {"dim", Shape{4}}};
         g.outputs.push_back({"z", g.add(Op::index, {}, variable)});
       }}}},
    {"results",
     {{"is a result that its operand does not have",
       [](Graph& g) { g.outputs.push_back({"z", result_of_loop(g, 1, {})}); }},
      {"has not the type of that result, f32[4]",
       [](Graph& g) { g.outputs.push_back({"z", result_of_loop(g, 0, {5})}); }}}},
    {"bodies",
     {{"has a body that breaks an invariant: extents:",
       [](Graph& g) { g.outputs.push_back({"z", loop_with(g, {-1})}); }}}},
    {"no binders",
     {{"should be gone after vectorization",
       [](Graph& g) {
         const Attributes variable = {{"id", std::int64_t{0}}, {"dim", Shape{4}}};
         g.outputs.push_back({"z", g.add(Op::for_, {g.add(Op::index, {}, variable)}, variable)});
       }}}},
    {"marks",
     {{"has the number of another mark",
       [](Graph& g) {
         g.outputs.push_back({"m", g.add(Op::mark, {0}, numbered("id", 1))});
         g.outputs.push_back({"n", g.add(Op::mark, {1}, numbered("id", 1))});
       }},
      {"a value that is no mark", [](Graph& g) { g.outputs.push_back({"v", g.add(Op::vjp, {2, 0, 1})}); }}}},
    {"donated",
     {{"an output that does not exist", [](Graph& g) { g.donated[1] = 0; }},
      {"an output that does not exist", [](Graph& g) { g.donated[0] = 2; }},
      {"is donated twice",
       [](Graph& g) {
         g.outputs.push_back({"z", 2});
         g.donated = {{0, 0}, {1, 0}};
       }},
      {"of another type",
       [](Graph& g) {
         g.outputs.push_back({"z", g.add(Op::reduce_sum, {0}, {{"axes", std::vector<std::int64_t>{0}}})});
         g.donated[1] = 0;
       }}}},
    {"no levels", {{"should be gone", [](Graph& g) { g.outputs.push_back({"z", g.add(Op::stop, {0})}); }}}},
    {"kernels",
     {{"computes nothing", [](Graph& g) { g.kernels.push_back({"map", {}, ""}); }},
      {"is an input that a kernel computes", [](Graph& g) { g.kernels.push_back({"map", {0}, ""}); }},
      {"is computed by two kernels", [](Graph& g) { g.kernels.push_back(g.kernels[0]); }},
      {"nobody needs", [](Graph& g) { g.kernels.push_back({"map", {g.add(Op::cos, {0})}, ""}); }},
      {"before one that computes what it reads", [](Graph& g) { std::swap(g.kernels[0], g.kernels[1]); }},
      {"is an output that no kernel computes", [](Graph& g) { g.kernels.pop_back(); }}}},
    {"buffers",
     {{"has no plan", [](Graph& g) { g.plan.reset(); }},
      {"has two buffers", [](Graph& g) { g.plan->buffers.push_back(g.plan->buffers[1]); }},
      {"has a buffer of 8 bytes, not 16", [](Graph& g) { g.plan->buffers[1].bytes = 8; }},
      {"does not exist", [](Graph& g) { g.plan->buffers[1].node = 99; }},
      {"is stored but has no buffer", [](Graph& g) { g.plan->buffers.pop_back(); }}}},
    {"arena",
     {{"beyond the arena", [](Graph& g) { g.plan->arena_bytes = 64; }},
      {"negative offset", [](Graph& g) { g.plan->buffers[1].offset = -64; }},
      {"not aligned", [](Graph& g) { g.plan->buffers[1].offset = 32; }},
      {"negative size", [](Graph& g) { g.plan->arena_bytes = -1; }},
      {"that is another value", [](Graph& g) { g.plan->buffers[0].offset = 1; }}}},
    {"lifetimes",
     {{"is still needed",
       [](Graph& g) {
         // c = -b becomes a second use of a: a must outlive b.
         const Id a = g.kernels[0].outputs[0], b = g.kernels[1].outputs[0];
         const Id c = g.add(Op::mul, {a, b});
         g.outputs[0].node = g.kernels[2].outputs[0] = g.plan->buffers[3].node = c;
         g.plan->buffers[2].offset = 0;
       }}}},
};

TEST_CASE("a sound graph holds every invariant", "[verify]") {
  CHECK(violation(sound(), Stage::simplified) == "");
  CHECK(violation(planned(), Stage::planned) == "");
}

TEST_CASE("a value may be written over the one it is made from", "[verify]") {
  Graph graph = planned();
  graph.plan->buffers[2].offset = 0;
  CHECK(violation(graph, Stage::planned) == "");
}

TEST_CASE("each invariant finds the graph that breaks it", "[verify]") {
  for (const Invariant& invariant : all_invariants()) {
    // Equal nodes cannot be made two: `Graph::add` is the only door.
    if (invariant.name == "interned") continue;
    CAPTURE(std::string(invariant.name));
    REQUIRE(broken_graphs.contains(std::string(invariant.name)));
    for (const Broken& broken : broken_graphs.at(std::string(invariant.name))) {
      CAPTURE(broken.message);
      Graph graph = invariant.from >= Stage::fused ? planned() : sound();
      broken.damage(graph);
      const std::string found = violation(graph, std::max(invariant.from, Stage::graph));
      CHECK_THAT(found,
                 Catch::StartsWith(std::string(invariant.name) + ": ") && Catch::Contains(broken.message));
    }
  }
}

TEST_CASE("stages are told by what a graph carries", "[verify]") {
  Graph graph = sound();
  CHECK(stage_of(graph) == Stage::graph);
  graph.outputs.push_back({"z", graph.add(Op::stop, {0})});
  CHECK(verify(graph).empty());
  graph.stage = "grad";
  CHECK(stage_of(graph) == Stage::grad);
  CHECK_THAT(verify(graph).at(0), Catch::StartsWith("no levels"));
  CHECK(stage_of(planned()) == Stage::planned);
  CHECK(stage_from_name("simplified") == Stage::simplified);
  CHECK_FALSE(stage_from_name("nothing"));
  CHECK(name(Stage::fused) == "fused");
}

TEST_CASE("a broken graph from a file is a diagnostic", "[verify]") {
  Sources sources;
  const FileId file = sources.add(
      "f.ir",
      "graph f(x: f32) {\n %0 = isnan(x) : bool\n %1 = print(%0) message=\"\" : bool\n return %1\n}\n");
  const Result<Graph> graph = parse_graph(sources, file);
  REQUIRE(graph);
  const Status status = verify_read(*graph, file);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "E2006");
  CHECK_THAT(status.error().message, Catch::Contains("not in the order of effects"));
}

TEST_CASE("rewriting keeps everything but the dead", "[rewrite]") {
  Graph graph = sound();
  graph.annotate(2, {"a", {}, {}});
  graph.add(Op::cos, {0});
  graph.donated[0] = 1;
  const Id check = graph.add(Op::assert_, {graph.add(Op::isnan, {0})}, {{"message", std::string("no")}});
  graph.effects = {check};
  const Graph same = rewrite(graph, [](const Node& node, Id, std::span<const Id> operands, Graph& target) {
    return copy_node(node, operands, target);
  });
  CHECK(identical(graph, same));
  CHECK(same.size() == graph.size() - 1);
  const Graph changed = rewrite(graph, [](const Node& node, Id, std::span<const Id> operands, Graph& target) {
    if (node.op == Op::exp) return target.add(Op::sin, {operands[0]});
    return node.op == Op::assert_ ? operands[0] : copy_node(node, operands, target);
  });
  CHECK(changed.effects.empty());
  CHECK(changed[changed[changed.outputs[0].node].operands[0]].op == Op::sin);
  CHECK(changed.note(changed[changed.outputs[0].node].operands[0]).name == "a");
}

TEST_CASE("sizes are filled into types and attributes", "[rewrite]") {
  Graph graph;
  const Dim n = Dim::name("n");
  const Id x = graph.input("x", {Dtype::f32, {n, 2}});
  graph.outputs = {{"", graph.add(Op::reshape, {x}, {{"shape", Shape{2 * n}}})},
                   {"n", graph.add(Op::dim_value, {}, {{"dim", Shape{n + 1}}})}};
  const Graph known = substitute(graph, {{"n", 3}});
  CHECK(violation(known, Stage::grad).empty());
  CHECK(known[known.outputs[0].node].type.shape == Shape{6});
  CHECK(known[known.outputs[1].node].dims("dim") == Shape{4});
}

}  // namespace
}  // namespace dp
