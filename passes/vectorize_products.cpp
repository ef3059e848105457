// Sums of products over loops as products of matrices. The factors are taken apart, with the axes of the
// whole that each really has; what does not depend on the summed axes is multiplied afterwards; two factors
// at a time are contracted over the axes that only they have, or multiplied where they must stay together;
// what is left are two, and a `dot` where one lacks an axis that the sum keeps.

#include <algorithm>
#include <set>

#include "passes/patterns.h"
#include "passes/vectorize_frame.h"

namespace dp::vectorizer {
namespace {

constexpr std::size_t most_factors = 8;

/// A factor of a product: its axis k is axis places[k] of the whole.
struct Factor {
  Expression value;
  Axes places;

  bool has(std::int64_t place) const { return std::ranges::count(places, place) > 0; }
};

struct Product {
  std::vector<Factor> factors;
  bool negative = false;
};

void take_apart(Product& product, const Factor& factor) {
  const Node node = factor.value.node();
  const auto operand = [&](std::size_t k) { return Expression{factor.value.graph, node.operands[k]}; };
  Axes places;
  if (node.op == Op::mul && product.factors.size() < most_factors) {
    take_apart(product, {operand(0), factor.places});
    take_apart(product, {operand(1), factor.places});
  } else if (node.op == Op::neg) {
    product.negative = !product.negative;
    take_apart(product, {operand(0), factor.places});
  } else if (node.op == Op::transpose) {
    places.resize(factor.places.size());
    const Axes& permutation = node.integers("permutation");
    for (std::size_t k = 0; k < places.size(); ++k)
      places[static_cast<std::size_t>(permutation[k])] = factor.places[k];
    take_apart(product, {operand(0), places});
  } else if (node.op == Op::broadcast) {
    for (const std::int64_t axis : node.integers("axes"))
      places.push_back(factor.places[static_cast<std::size_t>(axis)]);
    take_apart(product, {operand(0), places});
  } else if (real_splat(node) || integer_splat(node)) {
    Graph& graph = *factor.value.graph;
    const Id scalar = graph.add(Op::constant, {}, node.attributes, {node.type.dtype, {}});
    product.factors.push_back({{&graph, scalar}, {}});
  } else {
    product.factors.push_back(factor);
  }
}

Axes united(const Axes& a, const Axes& b) {
  std::set<std::int64_t> all(a.begin(), a.end());
  all.insert(b.begin(), b.end());
  return {all.begin(), all.end()};
}

Axes common(const Axes& a, const Axes& b) {
  Axes both;
  for (const std::int64_t place : united(a, b))
    if (std::ranges::count(a, place) > 0 && std::ranges::count(b, place) > 0) both.push_back(place);
  return both;
}

Axes without_places(const Axes& a, const Axes& b) {
  Axes rest = a;
  std::erase_if(rest, [&](std::int64_t place) { return std::ranges::count(b, place) > 0; });
  return rest;
}

/// The axes of the factor that are these places.
Axes axes_at(const Factor& factor, const Axes& places) {
  Axes axes;
  for (const std::int64_t place : places)
    axes.push_back(std::ranges::find(factor.places, place) - factor.places.begin());
  return axes;
}

bool is_plain(const Factor& factor) { return !is_pointwise(factor.value.node().op); }

class Contraction {
 public:
  Contraction(Product product, Shape whole, Axes summed)
      : product_(std::move(product)), whole_(std::move(whole)), summed_(std::move(summed)) {
    kept_ = other_axes(whole_.size(), summed_);
  }

  std::optional<Expression> run() {
    if (!every_sum_has_a_factor()) return std::nullopt;
    const bool anything_apart = set_apart();
    while (factors_.size() > 2) combine_two();
    std::optional<Factor> sum = factors_.size() == 2 ? matrix_product() : std::nullopt;
    if (!sum && !anything_apart) return std::nullopt;
    if (!sum) sum = plain_sum();
    for (const Factor& factor : apart_) sum = multiplied(factor, *sum);
    const Expression result = spread(*sum, kept_);
    return product_.negative ? -result : result;
  }

 private:
  bool every_sum_has_a_factor() const {
    return std::ranges::all_of(summed_, [&](std::int64_t place) {
      return whole_[static_cast<std::size_t>(place)] != Dim(0) &&
             std::ranges::any_of(product_.factors, [&](const Factor& factor) { return factor.has(place); });
    });
  }

  /// Takes out what does not depend on a summed axis.
  bool set_apart() {
    for (const Factor& factor : product_.factors)
      (common(factor.places, summed_).empty() ? apart_ : factors_).push_back(factor);
    return !apart_.empty();
  }

  /// The factor with exactly these places, ascending.
  Expression spread(const Factor& factor, const Axes& places) const {
    const Axes present = common(factor.places, places);
    Shape shape;
    Axes axes;
    for (const std::int64_t place : places) shape.push_back(whole_[static_cast<std::size_t>(place)]);
    for (const std::int64_t place : present)
      axes.push_back(std::ranges::find(places, place) - places.begin());
    return broadcast(transpose(factor.value, axes_at(factor, present)), axes, shape);
  }

  Factor multiplied(const Factor& x, const Factor& y) const {
    const Axes places = united(x.places, y.places);
    return {spread(x, places) * spread(y, places), places};
  }

  /// The sum over places of the product of x and y, which both have them.
  static Factor dot(const Factor& x, const Factor& y, const Axes& batch, const Axes& summed) {
    const Attributes attributes{{"batch_x", axes_at(x, batch)},
                                {"batch_y", axes_at(y, batch)},
                                {"sum_x", axes_at(x, summed)},
                                {"sum_y", axes_at(y, summed)}};
    Graph& graph = *x.value.graph;
    const Axes used = united(batch, summed);
    Axes places = batch;
    for (const Factor* factor : {&x, &y}) {
      const Axes rest = without_places(factor->places, used);
      places.insert(places.end(), rest.begin(), rest.end());
    }
    return {{&graph, graph.add(Op::dot, {x.value.id, y.value.id}, attributes)}, places};
  }

  /// Two factors become one: contracted, where an axis is theirs alone, else the two that fit best
  /// multiplied.
  void combine_two() {
    std::size_t first = 0, second = 1;
    Axes alone;
    std::size_t fewest = ~std::size_t{0};
    for (std::size_t a = 0; a < factors_.size(); ++a) {
      for (std::size_t b = a + 1; b < factors_.size(); ++b) {
        const Axes own = sums_of_two(a, b);
        const std::size_t size = united(factors_[a].places, factors_[b].places).size() - own.size();
        const bool better = own.empty() == alone.empty() ? size < fewest : alone.empty();
        if (!better) continue;
        std::tie(first, second, alone, fewest) = std::tuple(a, b, own, size);
      }
    }
    const Factor x = factors_[first], y = factors_[second];
    factors_.erase(factors_.begin() + static_cast<std::ptrdiff_t>(second));
    const Axes batch = without_places(common(x.places, y.places), alone);
    factors_[first] = alone.empty() ? multiplied(x, y) : dot(x, y, batch, alone);
  }

  /// The summed places that these two factors alone have, where each of the two has a place of its own.
  Axes sums_of_two(std::size_t a, std::size_t b) const {
    const Axes& x = factors_[a].places;
    const Axes& y = factors_[b].places;
    if (without_places(x, y).empty() || without_places(y, x).empty()) return {};
    Axes places = common(common(x, y), summed_);
    for (std::size_t k = 0; k < factors_.size(); ++k)
      if (k != a && k != b) places = without_places(places, factors_[k].places);
    return places;
  }

  /// Sums over places that the other factor lacks go first.
  Factor summed_alone(const Factor& x, const Factor& other) const {
    const Axes alone = without_places(common(x.places, summed_), other.places);
    Axes axes = axes_at(x, alone);
    std::ranges::sort(axes);
    return {reduce(Op::reduce_sum, x.value, axes), without_places(x.places, alone)};
  }

  bool lacks_kept(const Factor& factor, const Factor& other) const {
    return !without_places(common(other.places, kept_), factor.places).empty();
  }

  std::optional<Factor> matrix_product() const {
    const Factor x = summed_alone(factors_[0], factors_[1]), y = summed_alone(factors_[1], factors_[0]);
    const Axes summed = common(common(x.places, y.places), summed_);
    const bool x_lacks = lacks_kept(x, y), y_lacks = lacks_kept(y, x);
    // A vector that lacks an axis: worth a product unless the matrix would have to be stored for it.
    const bool contracts =
        !summed.empty() && ((x_lacks && y_lacks) || (x_lacks && is_plain(y)) || (y_lacks && is_plain(x)));
    const bool of_vectors = kept_.empty() && is_plain(x) && is_plain(y) && !summed.empty();
    if (!contracts && !of_vectors) return std::nullopt;
    const Axes batch = common(common(x.places, y.places), kept_);
    return is_second(x, y, batch, summed) ? dot(y, x, batch, summed) : dot(x, y, batch, summed);
  }

  /// Whether x should be the right side, so that the result needs no transpose.
  static bool is_second(const Factor& x, const Factor& y, const Axes& batch, const Axes& summed) {
    const Axes used = united(batch, summed);
    const Axes of_x = without_places(x.places, used), of_y = without_places(y.places, used);
    if (!of_x.empty() && !of_y.empty())
      return *std::ranges::min_element(of_y) < *std::ranges::min_element(of_x);
    if (of_x.empty() && of_y.empty()) return false;
    const Factor& matrix = of_x.empty() ? y : x;
    const bool sums_rows = std::equal(summed.rbegin(), summed.rend(), matrix.places.rbegin());
    return sums_rows == of_x.empty();
  }

  Factor plain_sum() const {
    Factor all = factors_[0];
    for (std::size_t k = 1; k < factors_.size(); ++k) all = multiplied(all, factors_[k]);
    const Axes places = without_places(all.places, summed_);
    Axes axes = axes_at(all, common(all.places, summed_));
    std::ranges::sort(axes);
    return {reduce(Op::reduce_sum, all.value, axes), places};
  }

  Product product_;
  Shape whole_;
  Axes summed_, kept_;
  std::vector<Factor> factors_, apart_;
};

/// The sum of a product of matrices over its batch axes: they are summed inside.
std::optional<Expression> sum_of_dots(const Expression& x, const Axes& summed) {
  const Node node = x.node();
  if (node.op != Op::dot) return std::nullopt;
  const auto batch = static_cast<std::int64_t>(node.integers("batch_x").size());
  if (std::ranges::any_of(summed, [&](std::int64_t axis) { return axis >= batch; })) return std::nullopt;
  Attributes attributes = node.attributes;
  for (const char side : {'x', 'y'}) {
    const std::string batch_name = std::string("batch_") + side, sum_name = std::string("sum_") + side;
    const Axes& axes = node.integers(batch_name);
    Axes kept, sums;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      const bool is_summed = std::ranges::count(summed, static_cast<std::int64_t>(k)) > 0;
      (is_summed ? sums : kept).push_back(axes[k]);
    }
    const Axes& inner = node.integers(sum_name);
    sums.insert(sums.end(), inner.begin(), inner.end());
    for (Attribute& attribute : attributes) {
      if (attribute.name == batch_name) attribute.value = kept;
      if (attribute.name == sum_name) attribute.value = sums;
    }
  }
  return Expression{x.graph, x.graph->add(Op::dot, node.operands, std::move(attributes))};
}

}  // namespace

std::optional<Expression> sum_of_products(const Expression& x, const Axes& summed) {
  if (auto sum = sum_of_dots(x, summed)) return sum;
  Product product;
  take_apart(product, {x, axes_between(0, x.shape().size())});
  if (product.factors.size() < 2) return std::nullopt;
  return Contraction(std::move(product), Shape(x.shape()), summed).run();
}

}  // namespace dp::vectorizer
