#include "passes/plan_memory.h"

#include <catch2/catch.hpp>

#include "passes/expression.h"
#include "passes/fuse.h"
#include "tests/support/lowering.h"
#include "tests/support/models.h"
#include "tests/support/random_graph.h"

using namespace dp;
using namespace dp::test;

namespace {

constexpr std::int64_t kilobyte = 256;  // in f32

Graph chain(std::size_t length) {
  Graph graph;
  Expression x{&graph, graph.input("x", {Dtype::f32, {kilobyte}})};
  for (std::size_t k = 0; k < length; ++k) x = flip(exp(x), {0});
  graph.outputs = {{"", x.id}};
  return graph;
}

const Buffer* buffer_of(const Graph& planned, Id id) {
  for (const Buffer& buffer : planned.plan->buffers) {
    if (buffer.node == id) return &buffer;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a chain needs two places, not one each", "[plan_memory]") {
  const Graph planned = plan_memory(unfused(chain(8)));
  CHECK(planned.plan->arena_bytes == 2 * 1024);
  CHECK(plan_errors(planned).empty());
}

TEST_CASE("elementwise work takes the place of what it reads last", "[plan_memory]") {
  Graph graph;
  Expression x{&graph, graph.input("x", {Dtype::f32, {kilobyte}})};
  for (int k = 0; k < 8; ++k) x = exp(x);
  graph.outputs = {{"", x.id}};
  CHECK(plan_memory(unfused(graph)).plan->arena_bytes == 1024);
}

TEST_CASE("outputs lie where the caller wants them, each of a value that is two", "[plan_memory]") {
  Graph graph;
  const Expression x{&graph, graph.input("x", {Dtype::f32, {3}})};
  const Expression y = exp(x);
  graph.outputs = {{"a", y.id}, {"b", y.id}, {"c", x.id}};
  const Graph planned = plan_memory(fuse(graph));
  CHECK(planned.plan->arena_bytes == 0);
  CHECK(planned.plan->buffers.size() == 4);
  CHECK(difference(graph, lowered(fuse(graph)), example_inputs(graph)) == "");
}

TEST_CASE("an argument is written over only where nobody reads it afterwards", "[plan_memory]") {
  const auto donations = [](bool is_reversed) {
    Graph graph;
    const Expression w{&graph, graph.input("w", {Dtype::f32, {8}})};
    const Expression next = w * 0.5;
    const Expression other = is_reversed ? next + flip(w, {0}) : next;
    graph.outputs = {{"w", other.id}, {"sum", reduce(Op::reduce_sum, w, {0}).id}};
    graph.donated[0] = 0;
    const Graph fused = fuse(graph);
    CHECK(difference(graph, lowered(fused), example_inputs(graph)) == "");
    return plan_memory(fused).donated.size();
  };
  CHECK(donations(false) == 1);  // the sum runs first
  CHECK(donations(true) == 0);   // w is read at other places than those that are written
}

TEST_CASE("plans of models are sound, and their peaks are what is needed", "[plan_memory]") {
  for (const Graph& graph : {digits_step(), layer_norm(16, 64), attention(2, 16, 8), column_sums(30, 4)}) {
    CHECK(plan_errors(plan_memory(fuse(graph))).empty());
    CHECK(plan_errors(plan_memory(unfused(graph))).empty());
  }
  for (unsigned seed = 0; seed < 100; ++seed)
    CHECK(plan_errors(plan_memory(fuse(random_graph(seed)))).empty());
}

TEST_CASE("the verifier of plans sees what is wrong", "[plan_memory]") {
  Graph planned = plan_memory(unfused(chain(3)));
  Graph lower_peak = planned;
  lower_peak.plan->arena_bytes += 64;
  CHECK(plan_errors(lower_peak) == std::vector<std::string>{"the peak is 2048 bytes"});
  Graph overlapping = planned;
  for (Buffer& buffer : overlapping.plan->buffers) {
    if (buffer.place == Buffer::Place::arena) buffer.offset = 0;
  }
  CHECK_FALSE(plan_errors(overlapping).empty());
  Graph crooked = planned;
  for (Buffer& buffer : crooked.plan->buffers) {
    if (buffer.place == Buffer::Place::arena) buffer.offset += 4;
  }
  CHECK_FALSE(plan_errors(crooked).empty());
  CHECK(buffer_of(planned, planned.outputs[0].node)->place == Buffer::Place::output);
}
