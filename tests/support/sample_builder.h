#pragma once
// How samples of ops are put together; behind op_samples.h.

#include <string>
#include <utility>
#include <vector>

#include "tests/support/op_samples.h"

namespace dp::test {

using Axes = std::vector<std::int64_t>;

inline constexpr Range usual = {-3, 3};

/// Puts one sample together.
struct Builder {
  Op op;
  Graph graph;
  std::vector<Range> domains;

  Id input(Type type, Range domain = usual) {
    domains.push_back(domain);
    return graph.input("x" + std::to_string(graph.inputs.size()), std::move(type));
  }

  OpSample finish(std::vector<Id> operands, Attributes attributes = {}) {
    const Id id = graph.add(op, std::move(operands), std::move(attributes));
    return finish_with(id);
  }

  OpSample finish_with(Id id) {
    graph.name = std::string(name(op));
    if (info(op).form == Form::effect) {
      graph.effects = {id};
    } else {
      graph.outputs = {{"", id}};
    }
    return {op, std::string(name(op)) + " " + text(graph[id].type), std::move(graph), std::move(domains)};
  }
};

/// One sample for each type of the one operand and each list of attributes.
std::vector<OpSample> unary(Op op, const std::vector<Type>& types, const std::vector<Attributes>& attributes,
                            Range domain = usual);

std::vector<OpSample> joined(std::vector<std::vector<OpSample>> groups);

// The samples of ops that work on whole axes.
std::vector<OpSample> move_samples(Op op);
std::vector<OpSample> reduce_samples(Op op);
std::vector<OpSample> contract_samples(Op op);
std::vector<OpSample> loop_samples(Op op);
std::vector<OpSample> routine_samples(Op op);

}  // namespace dp::test
