#include "tests/support/lowering.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <map>

#include "ir/interpret.h"
#include "ir/verify.h"
#include "passes/bodies.h"
#include "passes/fuse.h"
#include "passes/kernels.h"
#include "passes/pipeline.h"
#include "passes/plan_memory.h"

namespace dp::test {
namespace {

/// A number between 0 and 1 that looks random and is always the same.
double scrambled(std::uint64_t k) {
  k = (k + 1) * 0x9e3779b97f4a7c15;
  k = (k ^ (k >> 29)) * 0xbf58476d1ce4e5b9;
  return static_cast<double>((k ^ (k >> 32)) >> 11) / 9007199254740992.0;
}

bool is_nan(const Array& array, std::int64_t k) {
  return is_real(array.dtype()) && std::isnan(array.real(k));
}

std::string difference(const Array& a, const Array& b) {
  const std::size_t bytes = size_of(a.dtype());
  if (a.shape() != b.shape()) return "shapes";
  for (std::int64_t k = 0; k < a.count(); ++k) {
    const std::size_t at = static_cast<std::size_t>(k) * bytes;
    if (std::memcmp(a.data() + at, b.data() + at, bytes) == 0 || (is_nan(a, k) && is_nan(b, k))) continue;
    if (is_real(a.dtype())) return fmt::format("element {}: {} and {}", k, a.real(k), b.real(k));
    return fmt::format("element {}: {} and {}", k, a.integer(k), b.integer(k));
  }
  return "";
}

}  // namespace

std::vector<Array> example_inputs(const Graph& graph, const std::vector<Range>& domains, int integers) {
  std::vector<Array> arrays;
  std::uint64_t drawn = 0;
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    const Type& type = graph[graph.inputs[k]].type;
    Array array(type.dtype, constants(type.shape).value());
    const Range range = domains.empty() ? Range{-2, 2} : domains[k % domains.size()];
    for (std::int64_t e = 0; e < array.count(); ++e) {
      const double share = scrambled(++drawn);
      if (is_real(type.dtype)) {
        array.set_real(e, range.low + (range.high - range.low) * share);
      } else if (!domains.empty() && type.dtype != Dtype::boolean) {
        array.set_integer(e, std::llround(range.low + (range.high - range.low) * share));
      } else {
        array.set_integer(e, type.dtype == Dtype::boolean ? static_cast<int>(share * 2) : e % integers);
      }
    }
    arrays.push_back(std::move(array));
  }
  return arrays;
}

Graph unfused(const Graph& graph) {
  Graph result = with_bodies(graph, [](const Node&, const Graph& body) { return unfused(body); });
  result.kernels.clear();
  std::map<Id, std::size_t> loops;
  for (const Id id : live_nodes(result)) {
    const Node& node = result[id];
    if (node.op == Op::input || is_array_constant(node)) continue;
    if (node.op == Op::loop) loops[id] = result.kernels.size();
    if (node.op == Op::loop) result.kernels.push_back({"loop", {}, ""});
    if (node.op == Op::loop || node.op == Op::result) {
      result.kernels[loops.at(node.op == Op::loop ? id : node.operands[0])].outputs.push_back(id);
      continue;
    }
    const Form form = info(node.op).form;
    const char* kind = form == Form::contract ? "matmul" : form == Form::reduce ? "row" : "map";
    result.kernels.push_back({kind, {id}, std::string(name(node.op))});
  }
  return result;
}

loops::Module lowered(const Graph& with_kernels) {
  const Graph planned = plan_memory(with_kernels);
  for (const std::string& error : plan_errors(planned)) FAIL(error);
  for (const std::string& error : verify(planned)) FAIL(error);
  const Result<loops::Module> module = lower(planned, {});
  if (!module) FAIL(module.error().message);
  const std::string text = loops::print(*module);
  for (const std::string& error : loops::verify(*module)) FAIL(error << "\n" << text);
  const Result<loops::Module> again = loops::parse(text);
  if (!again) FAIL(again.error().message << "\n" << text);
  if (loops::print(*again) != text)
    FAIL("the text is another after reading it:\n" << text << loops::print(*again));
  return *module;
}

std::string difference(const Graph& graph, const loops::Module& module, const std::vector<Array>& inputs) {
  const auto expected = interpret(graph, inputs);
  const auto found = loops::interpret(module, inputs);
  if (!expected || !found) {
    if (!expected && !found) {
      const bool same =
          expected.error().code == found.error().code && expected.error().message == found.error().message;
      return same ? "" : fmt::format("errors `{}` and `{}`", expected.error().message, found.error().message);
    }
    return fmt::format("only one fails: {}", expected ? found.error().message : expected.error().message);
  }
  for (std::size_t k = 0; k < expected->size(); ++k) {
    const std::string different = difference((*expected)[k], (*found)[k]);
    if (!different.empty()) return fmt::format("output {}: {}", k, different);
  }
  return "";
}

std::string kernels_text(const Graph& graph) {
  std::string text;
  for (const Kernel& kernel : graph.kernels) {
    text += fmt::format("{}: {} ({})\n", kernel.kind, kernel.comment, kernel.outputs.size());
  }
  return text;
}

}  // namespace dp::test
