#pragma once
// A second, independent reading of the op table for the derivative tests: every value of a graph as a list of
// numbers of one type, double or __float128, functions from libm or libquadmath.

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace dp::test {

using Quad = __float128;

template <class F>
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<F> values;  // integers and bools too
};

template <class F>
using Arguments = std::map<std::string, Tensor<F>>;

/// The outputs. All sizes must be known; integers must be small.
template <class F>
std::vector<Tensor<F>> evaluate(const Graph& graph, const Arguments<F>& arguments);

extern template std::vector<Tensor<double>> evaluate(const Graph&, const Arguments<double>&);
extern template std::vector<Tensor<Quad>> evaluate(const Graph&, const Arguments<Quad>&);

}  // namespace dp::test
