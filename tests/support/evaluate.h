#pragma once
// Values of graphs for the derivative tests, from the reference interpreter: in doubles, or in quad precision
// for differences. Every element is a number of one type, whatever its scalar type in the graph.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/quad.h"

namespace dp::test {

using dp::Quad;

template <class F>
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<F> values;  // integers and bools too
};

template <class F>
using Arguments = std::map<std::string, Tensor<F>>;

/// The outputs. All sizes must be known.
template <class F>
std::vector<Tensor<F>> evaluate(const Graph& graph, const Arguments<F>& arguments);

template <>
std::vector<Tensor<double>> evaluate(const Graph& graph, const Arguments<double>& arguments);
template <>
std::vector<Tensor<Quad>> evaluate(const Graph& graph, const Arguments<Quad>& arguments);

}  // namespace dp::test
