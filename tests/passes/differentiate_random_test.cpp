// Random programs over small matrices, some of whose branches are outside their functions' domain wherever
// they are not selected: gradients of first and second order against central differences.

#include <catch2/catch.hpp>

#include "tests/support/gradient_check.h"

namespace dp::test {
namespace {

/// Draws a program; the same seed gives the same one each time that it is built.
struct RandomProgram {
  std::mt19937_64 random;
  std::vector<Expression> values;
  const Shape shape{3, 3};

  Expression any() { return values[random() % values.size()]; }
  Expression mask() {
    if (random() % 2) return any() > any();
    std::vector<double> bits;
    for (int k = 0; k < 9; ++k) bits.push_back(static_cast<double>(random() % 2));
    return constant(*values[0].graph, Dtype::boolean, tensor({3, 3}, bits));
  }
  Expression dot(const Expression& x, const Expression& y) {
    const std::int64_t sum_x = static_cast<std::int64_t>(random() % 2),
                       sum_y = static_cast<std::int64_t>(random() % 2);
    return {x.graph,
            x.graph->add(
                Op::dot, {x.id, y.id},
                {{"batch_x", Axes{}}, {"batch_y", Axes{}}, {"sum_x", Axes{sum_x}}, {"sum_y", Axes{sum_y}}})};
  }
  Expression row_wise(Op op, const Expression& x) {
    const std::int64_t axis = static_cast<std::int64_t>(random() % 2);
    return broadcast(reduce(op, x, {axis}), {axis}, shape);
  }
  Expression partial(const Expression& x) {  // defined for positive x only
    switch (random() % 4) {
      case 0: return log(x);
      case 1: return sqrt(x);
      case 2: return pow(x, 1.5);
      default: return 1.0 / sqrt(x);
    }
  }
  Expression moved(const Expression& x) {
    switch (random() % 4) {
      case 0: return transpose(x, {1, 0});
      case 1: return flip(x, {static_cast<std::int64_t>(random() % 2)});
      case 2: return slice(concat({x, any()}, 0), {2, 0}, shape, {1, 1});
      default: return slice(pad(x, {1, 0}, {4, 6}, {1, 2}), {0, 0}, shape, {1, 2});
    }
  }
  Expression next() {
    const Expression x = any(), y = any();
    switch (random() % 9) {
      case 0: return tanh(x) * y;
      case 1: return x - sin(y);
      case 2: return dot(x, y) * 0.3;
      case 3: return row_wise(Op::reduce_sum, x) * 0.3;
      case 4: return row_wise(random() % 2 ? Op::reduce_max : Op::reduce_prod, tanh(x));
      case 5: return select(mask(), moved(x), y);
      case 6: return moved(select(x > 0.1, partial(x), y));
      case 7: {  // the values that are not selected travel before they are dropped
        const bool turned = random() % 2;
        const Expression far = turned ? transpose(partial(x), {1, 0}) : partial(x);
        return select((turned ? transpose(x, {1, 0}) : x) > 0.1, far * y, y);
      }
      default: return max(x, y * 0.5);
    }
  }
  Expression operator()(const std::vector<Expression>& arguments) {
    values = arguments;
    for (int k = 0; k < 12; ++k) values.push_back(tanh(next()) + 0.2);
    return values.back() * values[values.size() - 2] + values[values.size() - 3];
  }
};

}  // namespace

TEST_CASE("gradients of random programs", "[differentiate]") {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    const Values x{random_tensor({3, 3}, -1, 1.5, random), random_tensor({3, 3}, -1, 1.5, random)};
    const Builder program = [seed](const std::vector<Expression>& at) {
      RandomProgram drawn;
      drawn.random.seed(seed);
      return drawn(at);
    };
    const Errors errors = check_derivatives(program, x);
    CHECK(errors.reverse <= 1e-9);
    CHECK(errors.second <= 1e-7);
    CHECK(errors.forward_reverse <= 1e-12);
  }
}

}  // namespace dp::test
