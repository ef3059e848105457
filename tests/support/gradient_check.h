#pragma once
// What the derivative tests ask of a function of real tensors: that its gradients are those of __float128
// central differences, at first and second order, with random cotangents, and that forward and reverse mode
// agree.

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "passes/expression.h"
#include "tests/support/evaluate.h"

namespace dp::test {

/// Builds y from the arguments, in their graph.
using Builder = std::function<Expression(const std::vector<Expression>&)>;
using Values = std::vector<Tensor<double>>;

Tensor<double> random_tensor(std::vector<std::int64_t> shape, double low, double high,
                             std::mt19937_64& random);
Tensor<double> tensor(std::vector<std::int64_t> shape, std::vector<double> values);

/// A constant f64 (i64, bool) of those values.
Expression constant(Graph& graph, Dtype dtype, const Tensor<double>& values);

Tensor<double> value_of(const Builder& y, const Values& x);
/// d<u, y(x)>/dx by one reverse sweep, computed in doubles; one tensor an argument. Without `u`: ones.
Values gradients(const Builder& y, const Values& x);
Values gradients(const Builder& y, const Values& x, const Tensor<double>& u);
/// The tangent of y along dx, forward.
Tensor<double> tangent(const Builder& y, const Values& x, const Values& dx);
/// The gradient by x of <gradient, w>.
Values second_gradients(const Builder& y, const Values& x, const Values& w);

/// Largest differences relative to the largest element of the expected tensor.
struct Errors {
  double reverse = 0;          // of doubles, to differences of y
  double second = 0;           // of doubles, to differences of the gradient in __float128
  double forward_reverse = 0;  // between <u, J v> and <Jᵀ u, v>
  double vectorized = 0;       // of the gradient whose loops are tensors, to that whose loops are loops
};
Errors check_derivatives(const Builder& y, const Values& x, bool second_order = true);

/// How many nodes are live.
std::size_t node_count(const Graph& graph);
/// The differentiated graph of y's value and its gradients.
Graph gradient_graph(const Builder& y, const Values& x);

}  // namespace dp::test
