#pragma once
// Small programs as real ones are: networks with their gradients and optimizers, for tests of the passes
// behind `differentiate`. Sizes are parameters; the gradients are taken and the graphs simplified.

#include "ir/graph.h"
#include "passes/expression.h"

namespace dp::test {

/// A step of training of a network rows → hidden → classes: relu, cross entropy, Adam on four parameters, all
/// of whose state is donated. Inputs: x, labels, t, then parameter, first and second moment of each; outputs:
/// the loss, then what replaces t and the state.
Graph digits_step(std::int64_t batch = 32, std::int64_t pixels = 64, std::int64_t hidden = 64,
                  std::int64_t classes = 10);

/// The mean cross entropy of rows of logits and its gradient.
Graph cross_entropy(std::int64_t batch, std::int64_t classes);

/// A layer norm over the last axis and the gradients of the sum of y * dy by x, gain and bias.
Graph layer_norm(std::int64_t rows, std::int64_t width);

/// One head of causal attention: scores, mask, softmax, weighted sum.
Graph attention(std::int64_t batch, std::int64_t time, std::int64_t width);

/// The sums of several tensors of one shape over their rows, of some function of them each.
Graph column_sums(std::int64_t rows, std::int64_t columns);

/// Adam on tensors of these shapes; everything is donated.
Graph adam_update(const std::vector<Shape>& shapes);

}  // namespace dp::test
