// The derivative of a convolution by its image, as a convolution. Parts that are products of an image and a
// kernel, summed where i + a is the same, are the sums over a of image[i - a] * kernel[a]: a product again,
// whose one side is windows of the image laid into zeros, and whose other is the kernel from its end. So the
// parts, of which there are as many as the kernel has elements, are never there, and none is added to
// another. Where the image's indices have a stride s, position s * u + r takes every s-th element of the
// kernel: the r are columns of the product.
//
// Zeros around the image are terms of the sums: with a kernel that holds infinities the sums at the border
// are NaN.

#include <algorithm>

#include "passes/patterns.h"
#include "passes/vectorize_frame.h"

namespace dp::vectorizer {
namespace {

/// Fewer elements of a part than this fill too little of a vector: then parts are better added.
constexpr std::int64_t least_columns = 2;
constexpr std::int64_t first_new_label = 1 << 20;

/// An operand of a product: what its axes are called. Those with the same name are multiplied, negative names
/// are summed over.
struct Side {
  Expression value;
  Axes labels;

  bool has(std::int64_t label) const { return std::ranges::count(labels, label) > 0; }
  std::size_t axis(std::int64_t label) const {
    return static_cast<std::size_t>(std::ranges::find(labels, label) - labels.begin());
  }
  const Dim& extent(std::int64_t label) const { return value.shape()[axis(label)]; }
};

/// One number for all elements, known or not: the same of another shape.
std::optional<Expression> uniform(const Expression& x, const Shape& shape) {
  const Node node = x.node();
  if (node.op == Op::broadcast && node.integers("axes").empty())
    return broadcast({x.graph, node.operands[0]}, {}, shape);
  if (!real_splat(node)) return std::nullopt;
  return Expression{x.graph, x.graph->add(Op::constant, {}, node.attributes, {node.type.dtype, shape})};
}

/// x without factors that are one number, which are moved into `factors`.
Expression without_factors(const Expression& x, std::vector<Expression>& factors) {
  const Node node = x.node();
  if (node.op != Op::mul) return x;
  for (const std::size_t k : {0, 1}) {
    const Expression factor{x.graph, node.operands[k]};
    if (!uniform(factor, {})) continue;
    factors.push_back(factor);
    return without_factors({x.graph, node.operands[1 - k]}, factors);
  }
  return x;
}

/// The sides of a product; the names of its kept axes are the numbers of the axes of `x`. Factors that are
/// one number go to the first side.
std::optional<std::pair<Side, Side>> sides_of(const Expression& x) {
  Axes labels = axes_between(0, x.shape().size());
  std::vector<Expression> factors;
  Expression product = without_factors(x, factors);
  while (product.node().op == Op::transpose) {
    const Axes permutation = product.node().integers("permutation"), before = labels;
    for (std::size_t k = 0; k < before.size(); ++k)
      labels[static_cast<std::size_t>(permutation[k])] = before[k];
    product = without_factors({product.graph, product.node().operands[0]}, factors);
  }
  const Node node = product.node();
  if (node.op != Op::dot) return std::nullopt;
  auto own = labels.begin() + static_cast<std::ptrdiff_t>(node.integers("batch_x").size());
  const auto side = [&](std::size_t k) {
    const Axes &batch = node.integers(k == 0 ? "batch_x" : "batch_y"),
               &summed = node.integers(k == 0 ? "sum_x" : "sum_y");
    Side result{{x.graph, node.operands[k]}, {}};
    for (std::size_t axis = 0; axis < result.value.shape().size(); ++axis) {
      const auto number = static_cast<std::int64_t>(axis);
      const auto in_batch = std::ranges::find(batch, number), in_sum = std::ranges::find(summed, number);
      if (in_batch != batch.end())
        result.labels.push_back(labels[static_cast<std::size_t>(in_batch - batch.begin())]);
      else
        result.labels.push_back(in_sum != summed.end() ? summed.begin() - in_sum - 1 : *own++);
    }
    return result;
  };
  Side first = side(0);
  for (const Expression& factor : factors)
    first.value = first.value * *uniform(factor, Shape(first.value.shape()));
  return std::pair(std::move(first), side(1));
}

Expression padded(const Expression& x, std::size_t axis, const Dim& low, const Dim& extent) {
  Shape lows(x.shape().size(), Dim(0)), shape = x.shape();
  lows[axis] = low;
  shape[axis] = extent;
  return pad(x, lows, shape, Axes(shape.size(), 1));
}

class Overlapping {
 public:
  Overlapping(Side image, Side kernel, std::vector<Overlap> overlaps, const Loops& loops)
      : image_(std::move(image)), kernel_(std::move(kernel)), overlaps_(std::move(overlaps)), loops_(loops) {}

  std::optional<Expression> run(std::size_t rank) {
    for (std::size_t k = 0; k < overlaps_.size(); ++k)
      if (!shift(overlaps_[k], static_cast<std::int64_t>(k))) return std::nullopt;
    for (const Windows& windows : windows_) open(windows);
    return finished(rank);
  }

 private:
  /// A sum of indices, both strides made positive.
  struct Sum {
    std::int64_t image, kernel;  // labels
    std::int64_t stride, step;   // of the image's index, of the kernel's
    Dim low;
  };

  std::int64_t label(std::int64_t loop) const { return std::ranges::find(loops_, loop) - loops_.begin(); }

  static bool is_own(const Side& side, const Side& other, std::int64_t label) {
    return side.has(label) && !other.has(label);
  }

  std::optional<Sum> sum_of(const Overlap& overlap) {
    const auto [first, second] =
        std::pair(*overlap.position.strides.begin(), *overlap.position.strides.rbegin());
    Sum sum{label(first.first), label(second.first), first.second, second.second, overlap.position.constant};
    if (is_own(image_, kernel_, sum.kernel)) {
      std::swap(sum.image, sum.kernel);
      std::swap(sum.stride, sum.step);
    }
    if (!is_own(image_, kernel_, sum.image) || !is_own(kernel_, image_, sum.kernel)) return std::nullopt;
    turn(image_, sum.image, sum.stride, sum.low);
    turn(kernel_, sum.kernel, sum.step, sum.low);
    return sum;
  }

  static void turn(Side& side, std::int64_t label, std::int64_t& stride, Dim& low) {
    if (stride > 0) return;
    low = low + Dim(stride) * (side.extent(label) - Dim(1));
    stride = -stride;
    side.value = flip(side.value, {static_cast<std::int64_t>(side.axis(label))});
  }

  bool shift(const Overlap& overlap, std::int64_t number) {
    const std::optional<Sum> sum = sum_of(overlap);
    if (!sum) return false;
    if (sum->stride > 1) return sum->step == 1 && interleave(*sum, overlap, number);
    const Dim reach = Dim(sum->step) * (kernel_.extent(sum->kernel) - Dim(1));
    slide(*sum, sum->low + reach, overlap.extent, number);
    phases_.push_back({});
    return true;
  }

  /// The kernel from its end against windows of the image, which begins at `low`; there are `count` of them.
  void slide(const Sum& sum, const Dim& low, const Dim& count, std::int64_t number) {
    const std::size_t own = kernel_.axis(sum.kernel);
    const Dim size = kernel_.value.shape()[own];
    image_.value = padded(image_.value, image_.axis(sum.image), low, count + Dim(sum.step) * (size - Dim(1)));
    windows_.push_back({sum.image, -first_new_label - number, sum.step, {count, size}});
    kernel_.value = flip(kernel_.value, {static_cast<std::int64_t>(own)});
    kernel_.labels[own] = -first_new_label - number;
  }

  /// An axis of the image as windows of it.
  struct Windows {
    std::int64_t image, inner;  // labels: of the axis, and of the new one behind it
    std::int64_t step;          // between the elements of a window
    Shape shape;                // how many windows, of how many elements
  };

  /// Behind all padding, so that the image is stored with its zeros, and not its windows.
  void open(const Windows& windows) {
    Graph& graph = *image_.value.graph;
    const Expression inner = iota(graph, 1, windows.shape);
    const Expression steps =
        windows.step == 1 ? inner : inner * vectorizer::number(graph, windows.step, windows.shape);
    const Expression positions = iota(graph, 0, windows.shape) + steps;
    const std::size_t axis = image_.axis(windows.image);
    const Attributes along{{"axis", static_cast<std::int64_t>(axis)}};
    image_.value = {&graph, graph.add(Op::gather, {image_.value.id, positions.id}, along)};
    image_.labels.insert(image_.labels.begin() + static_cast<std::ptrdiff_t>(axis) + 1, windows.inner);
  }

  /// Of a strided image: the kernel's elements apart by their remainder, which is an axis of its own.
  bool interleave(const Sum& sum, const Overlap& overlap, std::int64_t number) {
    const std::size_t own = kernel_.axis(sum.kernel);
    const auto size = kernel_.value.shape()[own].constant(), length = image_.extent(sum.image).constant();
    const auto low = sum.low.constant(), extent = overlap.extent.constant();
    if (!size || !length || !low || !extent) return false;
    const std::int64_t rounds = (*size + sum.stride - 1) / sum.stride, count = *length + rounds - 1;
    Shape shape = padded(kernel_.value, own, 0, rounds * sum.stride).shape();
    const Expression whole = padded(kernel_.value, own, 0, rounds * sum.stride);
    shape[own] = rounds;
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(own) + 1, Dim(sum.stride));
    kernel_.value = reshape(whole, shape);
    kernel_.labels.insert(kernel_.labels.begin() + static_cast<std::ptrdiff_t>(own) + 1,
                          first_new_label + number);
    slide(sum, rounds - 1, count, number);
    phases_.push_back(Phases{sum.stride, count, *low, *extent});
    return true;
  }

  std::optional<Expression> finished(std::size_t rank) {
    Axes batch_x, batch_y, sum_x, sum_y, labels;
    const auto number = [](std::size_t axis) { return static_cast<std::int64_t>(axis); };
    for (std::size_t axis = 0; axis < image_.labels.size(); ++axis) {
      const std::int64_t label = image_.labels[axis];
      if (!kernel_.has(label)) continue;
      (label < 0 ? sum_x : batch_x).push_back(number(axis));
      (label < 0 ? sum_y : batch_y).push_back(number(kernel_.axis(label)));
      if (label >= 0) labels.push_back(label);
    }
    for (const auto& [side, other] : {std::pair(&image_, &kernel_), std::pair(&kernel_, &image_)})
      std::ranges::copy_if(side->labels, std::back_inserter(labels),
                           [&](std::int64_t label) { return !other->has(label); });
    Graph& graph = *image_.value.graph;
    const Expression product{
        &graph, graph.add(Op::dot, {image_.value.id, kernel_.value.id},
                          {{"batch_x", batch_x}, {"batch_y", batch_y}, {"sum_x", sum_x}, {"sum_y", sum_y}})};
    return in_place(product, labels, rank);
  }

  /// The axes that are left in their order; those of overlaps first of the part.
  Expression in_place(const Expression& product, const Axes& labels, std::size_t rank) const {
    Axes order;
    const auto take = [&](std::int64_t label) {
      order.push_back(std::ranges::find(labels, label) - labels.begin());
    };
    const auto is_left = [&](std::int64_t label) {
      const auto is_of = [&](const Overlap& overlap) {
        return std::ranges::any_of(overlap.position.strides,
                                   [&](const auto& term) { return this->label(term.first) == label; });
      };
      return std::ranges::none_of(overlaps_, is_of);
    };
    for (const std::int64_t label : axes_between(0, loops_.size()))
      if (is_left(label)) take(label);
    const std::size_t first = order.size();
    for (std::size_t k = 0; k < overlaps_.size(); ++k) {
      for (const auto& [loop, stride] : overlaps_[k].position.strides)
        if (std::ranges::count(labels, label(loop)) > 0) take(label(loop));
      if (phases_[k]) take(first_new_label + static_cast<std::int64_t>(k));
    }
    for (const std::int64_t label : axes_between(loops_.size(), rank)) take(label);
    Expression value = transpose(product, order);
    for (std::size_t k = 0; k < overlaps_.size(); ++k)
      if (phases_[k]) value = joined(value, first + k, *phases_[k]);
    return value;
  }

  struct Phases {
    std::int64_t stride, count, low, extent;
  };

  /// Axes [count, stride] as the positions low, low + 1, … of one axis.
  static Expression joined(const Expression& x, std::size_t axis, const Phases& phases) {
    Shape shape = x.shape();
    shape[axis] = phases.count * phases.stride;
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
    Expression value = reshape(x, shape);
    const std::int64_t room = phases.extent - phases.low;
    if (phases.count * phases.stride > room) {
      shape[axis] = room;
      value = slice(value, Shape(shape.size(), Dim(0)), shape, Axes(shape.size(), 1));
    }
    return padded(value, axis, phases.low, phases.extent);
  }

  Side image_, kernel_;
  std::vector<Overlap> overlaps_;
  Loops loops_;
  std::vector<Windows> windows_;
  std::vector<std::optional<Phases>> phases_;
};

/// How many elements each position of the kernel has, as far as that is known.
std::int64_t columns_of(const Side& kernel, const Side& image, const std::vector<Overlap>& overlaps,
                        const Loops& loops) {
  std::int64_t columns = 1;
  for (const std::int64_t label : kernel.labels) {
    const bool is_laid = std::ranges::any_of(overlaps, [&](const Overlap& overlap) {
      return label >= 0 && label < static_cast<std::int64_t>(loops.size()) &&
             overlap.position.strides.contains(loops[static_cast<std::size_t>(label)]);
    });
    if (!is_laid && !image.has(label)) columns *= kernel.extent(label).constant().value_or(least_columns);
  }
  return columns;
}

}  // namespace

std::optional<Batched> sum_of_overlaps(const Frame& frame, const Batched& parts,
                                       const std::vector<Overlap>& overlaps) {
  if (overlaps.empty()) return std::nullopt;
  auto sides = sides_of(parts.value);
  if (!sides) return std::nullopt;
  auto& [image, kernel] = *sides;
  // The longer loop is the image's.
  const auto& strides = overlaps.front().position.strides;
  const std::int64_t a = strides.begin()->first, b = strides.rbegin()->first;
  const auto length = [&](std::int64_t loop) {
    return frame.facts.extent(loop).constant().value_or(1 << 30);
  };
  const std::int64_t longer = length(a) >= length(b) ? a : b;
  if (kernel.has(std::ranges::find(parts.loops, longer) - parts.loops.begin())) std::swap(image, kernel);
  if (columns_of(kernel, image, overlaps, parts.loops) < least_columns) return std::nullopt;
  Overlapping all(image, kernel, overlaps, parts.loops);
  const auto value = all.run(parts.value.shape().size());
  if (!value) return std::nullopt;
  Loops laid;
  for (const Overlap& overlap : overlaps)
    for (const auto& [loop, stride] : overlap.position.strides) laid.push_back(loop);
  return Batched{*value, without(parts.loops, laid)};
}

}  // namespace dp::vectorizer
