#include "tests/support/random_loops.h"

#include <algorithm>
#include <random>

#include "ir/infer.h"
#include "passes/expression.h"

namespace dp::test {
namespace {

constexpr std::int64_t largest = 300;  // elements of a value

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Graph run() {
    for (std::int64_t k = draw(2, 3); k > 0; --k)
      keep(input("x" + std::to_string(k), {Dtype::f32, random_shape()}));
    positions_.push_back(input("k0", {Dtype::i64, {Dim(4)}}));
    const Expression table = input("k1", {Dtype::i64, {Dim(3), Dim(2)}});
    positions_.push_back(reshape(table, {Dim(6)}));
    for (std::int64_t k = draw(1, 4); k > 0; --k) keep(loop(0));
    const std::int64_t outputs = draw(1, 3);
    for (std::int64_t k = 0; k < outputs; ++k) graph_.outputs.push_back({std::to_string(k), pick().id});
    graph_.effects = std::move(effects_);
    return std::move(graph_);
  }

 private:
  struct Loop {
    std::int64_t id, extent;
  };

  // ---- drawing
  std::int64_t draw(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(std::int64_t count) { return draw(1, count) == 1; }
  std::int64_t extent() {
    constexpr std::int64_t extents[] = {1, 2, 3, 3, 4, 4, 5};
    return one_in(60) ? 0 : extents[draw(0, 6)];
  }
  Shape random_shape() {
    Shape shape(static_cast<std::size_t>(draw(0, 3)));
    for (Dim& dim : shape) dim = Dim(extent());
    return shape;
  }
  Expression input(const std::string& name, const Type& type) { return {&graph_, graph_.input(name, type)}; }
  Expression make(Op op, const std::vector<Expression>& operands, Attributes attributes) {
    std::vector<Id> ids;
    for (const Expression& operand : operands) ids.push_back(operand.id);
    return {&graph_, graph_.add(op, std::move(ids), std::move(attributes))};
  }
  Expression number(std::int64_t value) {
    return splat(graph_, static_cast<double>(value), {Dtype::i64, {}});
  }
  static std::int64_t size(const Expression& x) { return element_count(x.shape()).constant().value(); }
  void keep(const Expression& x) {
    if (size(x) <= largest && x.shape().size() <= 4) values_.push_back(x);
  }
  // The newer a value, the likelier it is used.
  Expression pick() {
    const auto count = static_cast<std::int64_t>(values_.size());
    return values_[static_cast<std::size_t>(std::max(draw(0, count - 1), draw(0, count - 1)))];
  }
  std::size_t axis(const Expression& x) {
    return static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(x.shape().size()) - 1));
  }

  /// x in another shape, summed and repeated where nothing else will do.
  Expression fitted(const Expression& x, const Shape shape) {
    if (x.shape() == shape) return x;
    Axes axes;
    std::size_t at = 0;
    for (const Dim& dim : x.shape()) {
      while (at < shape.size() && shape[at] != dim) ++at;
      if (at == shape.size())
        return fitted(reduce(Op::reduce_sum, x, axes_between(0, x.shape().size())), shape);
      axes.push_back(static_cast<std::int64_t>(at++));
    }
    return broadcast(x, axes, shape);
  }
  Expression scalar(const Expression& x) { return tanh(fitted(x, {})); }

  // ---- positions
  Expression index(const Loop& loop) {
    return make(Op::index, {}, {{"id", loop.id}, {"dim", Shape{Dim(loop.extent)}}});
  }
  Expression some_index() {
    if (loops_.empty()) return number(draw(-1, 3));
    return index(loops_[static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(loops_.size()) - 1))]);
  }
  Expression position() {
    switch (draw(0, 11)) {
      case 0: return number(draw(-1, 3));
      case 1: return some_index() + number(draw(-1, 2));
      case 2: return some_index() * number(draw(-1, 2)) + number(draw(0, 3));
      case 3:
      case 4: return some_index() + some_index();
      case 5: return number(draw(0, 3)) - some_index();
      case 6:
      case 7: {
        const Expression& table = positions_[static_cast<std::size_t>(draw(0, 1))];
        return make(Op::at, {table, some_index()}, {{"axes", Axes{0}}});
      }
      default: return some_index();
    }
  }
  /// Positions of some axes of that many.
  std::pair<Axes, std::vector<Expression>> places(std::size_t rank) {
    Axes axes;
    for (std::size_t k = 0; k < rank; ++k)
      if (draw(0, 2) > 0) axes.push_back(static_cast<std::int64_t>(k));
    if (axes.empty()) axes.push_back(draw(0, static_cast<std::int64_t>(rank) - 1));
    std::vector<Expression> positions;
    for (std::size_t k = 0; k < axes.size(); ++k) positions.push_back(position());
    return {axes, positions};
  }
  Expression read(const Expression& x) {
    if (x.shape().empty()) return x + convert(some_index(), Dtype::f32);
    auto [axes, operands] = places(x.shape().size());
    operands.insert(operands.begin(), x);
    return make(Op::at, operands, {{"axes", axes}});
  }
  Expression put() {
    Shape shape = random_shape();
    if (shape.empty()) shape.push_back(Dim(extent()));
    auto [axes, operands] = places(shape.size());
    Shape part;
    for (const std::int64_t kept : other_axes(shape.size(), axes))
      part.push_back(shape[static_cast<std::size_t>(kept)]);
    operands.insert(operands.begin(), fitted(pick(), part));
    return make(Op::put, operands, {{"axes", axes}, {"shape", shape}});
  }

  // ---- straight-line code
  Expression step() {
    const Expression x = pick();
    const bool is_scalar = x.shape().empty();
    switch (draw(0, 13)) {
      case 0: return tanh(x);
      case 1:
      case 2:
      case 3: return combined(x);
      case 4:
      case 5:
      case 6: return read(x);
      case 7: return put();
      case 8: return is_scalar ? x * 0.5 : reduced(x);
      case 9: return is_scalar ? x - 0.5 : turned(x);
      case 10: return is_scalar ? x : cut(x);
      case 11: return is_scalar ? x : gathered(x);
      case 12: return is_scalar ? x : multiplied(x);
      default: return concatenated(x);
    }
  }
  Expression combined(const Expression& x) {
    const Expression y = fitted(pick(), x.shape());
    switch (draw(0, 6)) {
      case 0: return x + y;
      case 1: return x - y;
      case 2: return select(x < y + 0.01, x, y * 2.0);
      case 3: return max(x, y + 0.013);
      default: return x * y;
    }
  }
  Expression reduced(const Expression& x) {
    Axes axes;
    for (std::size_t k = 0; k < x.shape().size(); ++k)
      if (draw(0, 1) == 1) axes.push_back(static_cast<std::int64_t>(k));
    return size(x) > 0 && one_in(3) ? reduce(Op::reduce_max, x, axes) : reduce(Op::reduce_sum, x, axes);
  }
  Expression turned(const Expression& x) {
    Axes permutation = axes_between(0, x.shape().size());
    std::shuffle(permutation.begin(), permutation.end(), random_);
    switch (draw(0, 3)) {
      case 0: return flip(x, {static_cast<std::int64_t>(axis(x))});
      case 1: return reshape(x, {Dim(1), element_count(x.shape())});
      default: return transpose(x, permutation);
    }
  }
  Expression cut(const Expression& x) {
    const std::size_t k = axis(x);
    Shape start(x.shape().size(), Dim(0)), shape = x.shape();
    Axes stride(shape.size(), 1);
    const std::int64_t extent = shape[k].constant().value();
    start[k] = Dim(1);
    if (one_in(2)) {
      stride[k] = draw(1, 2);
      shape[k] = Dim(extent * stride[k] + 2);
      return pad(x, start, shape, stride);
    }
    if (extent < 2) return x;
    shape[k] = Dim(extent - 1);
    return slice(x, start, shape, stride);
  }
  Expression gathered(const Expression& x) {
    const auto k = static_cast<std::int64_t>(axis(x));
    const std::int64_t extent = x.shape()[static_cast<std::size_t>(k)].constant().value();
    if (extent == 0) return x;
    const Attributes along{{"axis", k}};
    Expression at = convert(some_index(), Dtype::i64);
    if (one_in(2)) at = broadcast(at, {}, {Dim(2)}) + iota(graph_, 0, {Dim(2)});
    const Expression inside = clamp(at, zero(at), broadcast(number(extent - 1), {}, Shape(at.shape())));
    if (one_in(4)) {
      Shape others = x.shape();
      others.erase(others.begin() + k);
      const Expression first = clamp(some_index(), number(0), number(extent - 1));
      return make(Op::take, {x, broadcast(first, {}, others)}, along);
    }
    const Expression part = make(Op::gather, {x, inside}, along);
    if (one_in(2)) return part;
    return make(one_in(2) ? Op::scatter_add : Op::scatter_set, {x, inside, tanh(part)}, along);
  }
  Expression multiplied(const Expression& x) {
    const Expression y = pick();
    const std::int64_t last = static_cast<std::int64_t>(x.shape().size()) - 1;
    for (std::size_t k = 0; k < y.shape().size(); ++k) {
      if (y.shape()[k] != x.shape().back() || y.shape().size() + x.shape().size() > 5) continue;
      const Axes none, sum_y{static_cast<std::int64_t>(k)};
      return make(Op::dot, {x, y},
                  {{"batch_x", none}, {"batch_y", none}, {"sum_x", Axes{last}}, {"sum_y", sum_y}});
    }
    return x * x;
  }
  Expression concatenated(const Expression& x) {
    if (x.shape().empty()) return x;
    const Shape shape = x.shape();
    return concat({x, fitted(pick(), shape)}, static_cast<std::int64_t>(axis(x)));
  }

  // ---- loops
  Expression loop(int depth) {
    switch (draw(0, 6)) {
      case 0:
      case 1: return parallel(depth, one_in(2));
      case 2: return parallel(depth, false);
      case 3: return parallel(depth, true);
      case 4: return puts();
      default: return scan(depth);
    }
  }
  Loop open() {
    loops_.push_back({next_loop_++, extent()});
    return loops_.back();
  }
  Expression body(int depth) {
    keep(read(pick()));
    keep(read(pick()));
    for (std::int64_t k = draw(1, 4); k > 0; --k) keep(depth < 3 && one_in(4) ? loop(depth) : step());
    if (one_in(12)) check();
    return pick();
  }
  /// A check that the index of a loop is not one that is seldom reached.
  void check() {
    const Expression wrong = some_index() == number(4);
    const Expression holds = (!wrong) | (scalar(pick()) < 0.9);
    effects_.push_back(make(Op::assert_, {holds}, {{"message", std::string("holds")}}).id);
  }

  Expression close(Expression value, std::size_t first) {
    for (; loops_.size() > first; loops_.pop_back()) {
      const Loop& loop = loops_.back();
      value = make(Op::for_, {value}, {{"id", loop.id}, {"dim", Shape{Dim(loop.extent)}}});
    }
    return value;
  }

  Expression parallel(int depth, bool sums) {
    const std::size_t values = values_.size(), first = loops_.size();
    for (std::int64_t k = draw(1, 2); k > 0; --k) open();
    Expression value = body(depth + 1);
    if (sums && one_in(2)) value = product();
    const std::size_t count = loops_.size() - first;
    const Expression whole = close(value, first);
    values_.resize(values, whole);
    if (!sums) return whole;
    Axes axes = axes_between(0, count);
    if (count > 1 && one_in(3)) axes = {draw(0, 1)};
    return reduce(Op::reduce_sum, whole, axes);
  }

  /// Two or three factors, each with indices of its own.
  Expression product() {
    Expression value = read(pick());
    for (std::int64_t k = draw(1, 2); k > 0; --k) value = value * fitted(read(pick()), Shape(value.shape()));
    return one_in(4) ? -value : value;
  }

  Expression puts() {
    const std::size_t values = values_.size(), first = loops_.size();
    for (std::int64_t k = draw(1, 2); k > 0; --k) open();
    keep(read(pick()));
    keep(combined(pick()));
    const Expression part = put();
    const std::size_t count = loops_.size() - first;
    const Expression whole = close(part, first);
    values_.resize(values, whole);
    return reduce(Op::reduce_sum, whole, axes_between(0, count));
  }

  Expression scan(int depth) {
    const std::size_t values = values_.size(), first = loops_.size();
    std::vector<Expression> initial, next;
    const bool conditional = one_in(2);
    if (conditional) initial.push_back(scalar(pick()) < 0.713);
    for (std::int64_t k = draw(1, 2); k > 0; --k) initial.push_back(tanh(pick()));
    const Loop loop = open();
    std::vector<Id> outer_effects = std::move(effects_);
    effects_.clear();
    for (std::size_t k = 0; k < initial.size(); ++k) {
      const Expression carry =
          make(Op::carry, {initial[k]}, {{"id", loop.id}, {"slot", static_cast<std::int64_t>(k)}});
      if (!conditional || k > 0) values_.push_back(carry);
    }
    const Expression stacked = body(depth + 1);
    if (conditional) next.push_back(scalar(pick()) < 0.613);
    for (std::size_t k = next.size(); k < initial.size(); ++k)
      next.push_back(tanh(fitted(pick(), Shape(initial[k].shape()))));
    std::vector<Expression> operands = initial;
    operands.insert(operands.end(), next.begin(), next.end());
    operands.push_back(stacked);
    for (const Id effect : effects_) operands.push_back({&graph_, effect});
    const Expression result = make(Op::scan, operands,
                                   {{"id", loop.id},
                                    {"dim", Shape{Dim(loop.extent)}},
                                    {"carries", static_cast<std::int64_t>(initial.size())},
                                    {"stacked", std::int64_t{1}},
                                    {"conditional", std::int64_t{conditional}}});
    const bool has_effects = !effects_.empty();
    effects_ = std::move(outer_effects);
    if (has_effects) effects_.push_back(result.id);
    loops_.resize(first);
    values_.resize(values, result);
    if (one_in(5)) return convert(result, Dtype::f32);
    for (std::size_t slot = conditional ? 1 : 0; slot < initial.size(); ++slot) keep(result_of(result, slot));
    return result_of(result, initial.size());
  }
  Expression result_of(const Expression& scan, std::size_t slot) {
    const auto number = static_cast<std::int64_t>(slot);
    const Type type = *result_type(scan.node(), graph_, number);
    return make(Op::result, {scan}, {{"slot", number}, {"dtype", type.dtype}, {"shape", type.shape}});
  }

  std::mt19937 random_;
  Graph graph_;
  std::vector<Expression> values_;     // real, in scope
  std::vector<Expression> positions_;  // i64, one axis
  std::vector<Loop> loops_;            // around
  std::vector<Id> effects_;            // of the innermost scan around, or of the graph
  std::int64_t next_loop_ = 0;
};

}  // namespace

Graph random_loops(unsigned seed) { return Generator(seed).run(); }

}  // namespace dp::test
