#include "tests/support/random_graph.h"

#include <algorithm>
#include <random>

#include "passes/expression.h"

namespace dp::test {
namespace {

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Graph run() {
    const std::int64_t inputs = draw(1, 4);
    for (std::int64_t k = 0; k < inputs; ++k) {
      values_.push_back({&graph_, graph_.input("x" + std::to_string(k), {Dtype::f32, random_shape()})});
    }
    const std::int64_t steps = draw(3, 24);
    for (std::int64_t k = 0; k < steps; ++k) add(step());
    const std::int64_t outputs = draw(1, 4);
    for (std::int64_t k = 0; k < outputs; ++k) { graph_.outputs.push_back({std::to_string(k), pick().id}); }
    return std::move(graph_);
  }

 private:
  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  Dim extent() {
    constexpr std::int64_t extents[] = {1, 2, 3, 4, 5, 7, 70};
    return draw(0, 40) == 0 ? Dim(0) : Dim(extents[draw(0, 6)]);
  }
  Shape random_shape() {
    Shape shape(static_cast<std::size_t>(draw(0, 3)));
    for (Dim& dim : shape) dim = extent();
    return shape;
  }
  // The newer a value, the likelier it is used.
  Expression pick() {
    const auto count = static_cast<std::int64_t>(values_.size());
    return values_[static_cast<std::size_t>(std::max(draw(0, count - 1), draw(0, count - 1)))];
  }
  static std::int64_t size(const Expression& x) { return element_count(x.shape()).constant().value(); }
  void add(const Expression& x) {
    if (size(x) <= 4000) values_.push_back(x);
  }
  std::size_t axis(const Expression& x) {
    return static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(x.shape().size()) - 1));
  }

  Expression step() {
    const Expression x = pick();
    const bool is_scalar = x.shape().empty();
    switch (draw(0, 13)) {
      case 0: return exp(x * 0.1);
      case 1: return tanh(x);
      case 2: return relu(x) + 0.5;
      case 3:
      case 4:
      case 5: return combined(x);
      case 6:
      case 7: return is_scalar ? x : summed(x);
      case 8: return spread(x);
      case 9: return is_scalar ? x : turned(x);
      case 10: return is_scalar ? x : cut(x);
      case 11: return is_scalar ? x : laid_beside(x);
      case 12: return is_scalar ? x : multiplied(x);
      default: return is_scalar ? x : gathered(x);
    }
  }

  /// With another value, brought to the same shape where its axes allow.
  Expression combined(const Expression& x) {
    for (int attempt = 0; attempt < 8; ++attempt) {
      const auto y = fitted(pick(), x.shape());
      if (!y) continue;
      switch (draw(0, 4)) {
        case 0: return x + *y;
        case 1: return x - *y;
        case 2: return x * *y;
        case 3: return select(x < *y, x, *y * 2.0);
        default: return max(x, *y) / (abs(*y) + 1.0);
      }
    }
    return x * x;
  }
  static std::optional<Expression> fitted(const Expression& y, const Shape& shape) {
    if (y.shape() == shape) return y;
    Axes axes;
    std::size_t at = 0;
    for (const Dim& dim : y.shape()) {
      while (at < shape.size() && shape[at] != dim) ++at;
      if (at == shape.size()) return std::nullopt;
      axes.push_back(static_cast<std::int64_t>(at++));
    }
    return broadcast(y, axes, shape);
  }

  Expression summed(const Expression& x) {
    Axes axes;
    for (std::size_t k = 0; k < x.shape().size(); ++k) {
      if (draw(0, 1) == 1) axes.push_back(static_cast<std::int64_t>(k));
    }
    if (axes.empty()) axes.push_back(static_cast<std::int64_t>(x.shape().size()) - 1);
    const bool has_extreme = size(x) > 0 && draw(0, 2) == 0;
    const Expression sum = reduce(has_extreme ? Op::reduce_max : Op::reduce_sum, x, axes);
    if (draw(0, 1) == 0) return sum;
    const Shape shape = x.shape();
    return broadcast(sum, other_axes(shape.size(), axes), shape) * 0.25 - x;
  }

  Expression spread(const Expression& x) {
    if (x.shape().size() > 2) return x + 1.0;
    Shape shape = x.shape();
    const auto at = static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(shape.size())));
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(at), extent());
    return broadcast(x, other_axes(shape.size(), {static_cast<std::int64_t>(at)}), shape);
  }

  Expression turned(const Expression& x) {
    Axes permutation = axes_between(0, x.shape().size());
    std::shuffle(permutation.begin(), permutation.end(), random_);
    switch (draw(0, 2)) {
      case 0: return transpose(x, permutation);
      case 1: return flip(x, {static_cast<std::int64_t>(axis(x))});
      default: return reshape(x, {element_count(x.shape())});
    }
  }

  Expression cut(const Expression& x) {
    const std::size_t k = axis(x);
    const std::int64_t extent = x.shape()[k].constant().value();
    Shape start(x.shape().size(), Dim(0)), shape = x.shape();
    Axes stride(shape.size(), 1);
    if (draw(0, 1) == 0) {
      start[k] = Dim(draw(0, 2));
      stride[k] = draw(1, 2);
      shape[k] = Dim(start[k].constant().value() + std::max<std::int64_t>(extent - 1, 0) * stride[k] + 1 +
                     draw(0, 2));
      return pad(x, start, shape, stride);
    }
    if (extent < 3) return x * 3.0;
    start[k] = Dim(draw(0, 1));
    stride[k] = draw(1, 2);
    shape[k] = Dim((extent - 1 - start[k].constant().value()) / stride[k]);
    return slice(x, start, shape, stride);
  }

  Expression laid_beside(const Expression& x) {
    std::vector<Expression> parts{x, x * 2.0};
    for (const Expression& other : values_) {
      if (other.shape() == x.shape() && parts.size() < 3) parts.push_back(other);
    }
    return concat(parts, static_cast<std::int64_t>(axis(x)));
  }

  Expression multiplied(const Expression& x) {
    const auto last = static_cast<std::int64_t>(x.shape().size()) - 1;
    for (int attempt = 0; attempt < 8; ++attempt) {
      const Expression y = pick();
      for (std::size_t k = 0; k < y.shape().size(); ++k) {
        if (y.shape()[k] != x.shape().back() || y.shape().size() + x.shape().size() > 5) continue;
        const Axes none, sum_x{last}, sum_y{static_cast<std::int64_t>(k)};
        return {&graph_,
                graph_.add(Op::dot, {x.id, y.id},
                           {{"batch_x", none}, {"batch_y", none}, {"sum_x", sum_x}, {"sum_y", sum_y}})};
      }
    }
    return x - 0.5;
  }

  Expression gathered(const Expression& x) {
    const std::size_t k = axis(x);
    const std::int64_t extent = x.shape()[k].constant().value();
    if (extent == 0) return x;
    std::vector<std::int64_t> positions;
    for (std::int64_t count = draw(1, 4); count > 0; --count) positions.push_back(draw(0, extent - 1));
    const Type type{Dtype::i64, {Dim(static_cast<std::int64_t>(positions.size()))}};
    const Id index = graph_.add(Op::constant, {}, {{"value", Literal{positions}}}, type);
    const Attributes along{{"axis", static_cast<std::int64_t>(k)}};
    const Expression part{&graph_, graph_.add(Op::gather, {x.id, index}, along)};
    if (draw(0, 1) == 0) return part;
    return {&graph_, graph_.add(Op::scatter_add, {x.id, index, tanh(part).id}, along)};
  }

  std::mt19937 random_;
  Graph graph_;
  std::vector<Expression> values_;
};

}  // namespace

Graph random_graph(unsigned seed) { return Generator(seed).run(); }

}  // namespace dp::test
