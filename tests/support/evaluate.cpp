#include "tests/support/evaluate.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "ir/interpret_call.h"
#include "support/assert.h"
#include "tests/support/evaluate_number.h"

namespace dp::test {
namespace {

template <class F>
F meaning(Op op, Number<F> x, Number<F> y, Number<F> z) {
  switch (op) {
#define EVAL(name, operands, types, text, ...) \
  case Op::name: return Number<F>(text).v;
#define STRUCTURAL(name, ...)
#include "ir/ops_structural.inc"
#include "ir/ops.def"
#include "ir/ops_end.inc"
    default: return y.v + z.v;
  }
}

using Index = std::vector<std::int64_t>;

std::int64_t count(const Index& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}
std::int64_t flat(const Index& shape, const Index& index) {
  std::int64_t position = 0;
  for (std::size_t k = 0; k < shape.size(); ++k) position = position * shape[k] + index[k];
  return position;
}
Index unflat(const Index& shape, std::int64_t position) {
  Index index(shape.size());
  for (std::size_t k = shape.size(); k-- > 0; position /= shape[k]) index[k] = position % shape[k];
  return index;
}
Index sizes(const Shape& shape) { return *constants(shape); }

template <class F>
class Evaluator {
 public:
  Evaluator(const Graph& graph, const Arguments<F>& arguments) : graph_(graph), arguments_(arguments) {
    for (const Id id : live_nodes(graph)) values_[id] = value_of(graph[id]);
  }
  std::vector<Tensor<F>> outputs() const {
    std::vector<Tensor<F>> result;
    for (const Output& output : graph_.outputs) result.push_back(values_.at(output.node));
    return result;
  }

 private:
  using Value = Tensor<F>;
  const Value& operand(const Node& node, std::size_t k) const { return values_.at(node.operands[k]); }

  /// Element by element of the result.
  template <class Element>
  Value each(const Node& node, const Element& element) const {
    Value result{sizes(node.type.shape), {}};
    const std::int64_t elements = count(result.shape);
    for (std::int64_t k = 0; k < elements; ++k) result.values.push_back(element(unflat(result.shape, k)));
    return result;
  }
  F at(const Value& value, const Index& index) const {
    return value.values[static_cast<std::size_t>(flat(value.shape, index))];
  }

  Value value_of(const Node& node) const {
    if (info(node.op).form == Form::eval) return eval(node);
    switch (node.op) {
      case Op::input: return arguments_.at(node.string("name"));
      case Op::constant: return literal(node);
      case Op::mark:
      case Op::stop: return operand(node, 0);
      case Op::scatter_add: return scatter_add(node);
      case Op::dot:
      case Op::guarded_dot: return dot(node);
      default: break;
    }
    if (info(node.op).form == Form::reduce) return reduced(node);
    if (is_routine(node.op)) return routine(node);
    return each(node, [&](const Index& index) { return element(node, index); });
  }

  Value literal(const Node& node) const {
    const std::int64_t elements = count(sizes(node.type.shape));
    Value result{sizes(node.type.shape), {}};
    std::visit(
        [&](const auto& given) {
          for (std::int64_t k = 0; k < elements; ++k)
            result.values.push_back(F(given[given.size() == 1 ? 0 : static_cast<std::size_t>(k)]));
        },
        node.literal().elements);
    return result;
  }

  Value eval(const Node& node) const {
    return each(node, [&](const Index& index) {
      const auto number = [&](std::size_t k) {
        return k < node.operands.size() ? Number<F>(at(operand(node, k), index)) : Number<F>();
      };
      return meaning<F>(node.op, number(0), number(1), number(2));
    });
  }

  F element(const Node& node, Index index) const {
    if (node.op == Op::dim_value) return F(*node.dims("dim")[0].constant());
    if (node.op == Op::iota) return F(index[static_cast<std::size_t>(node.integer("axis"))]);
    const Value& x = operand(node, 0);
    switch (node.op) {
      case Op::select: return at(x, index) != 0 ? at(operand(node, 1), index) : at(operand(node, 2), index);
      case Op::convert: return at(x, index);
      case Op::power: return pow(Number<F>(at(x, index)), Number<F>(F(node.integer("exponent")))).v;
      case Op::reshape: return x.values[static_cast<std::size_t>(flat(sizes(node.type.shape), index))];
      case Op::pad: return padded(node, index);
      default: return at(*source(node, index), index);
    }
  }

  /// Routines are tested by themselves (tests/support/linear_test.cpp).
  Value routine(const Node& node) const {
    std::vector<Index> shapes;
    std::vector<const void*> operands;
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
      shapes.push_back(operand(node, k).shape);
      operands.push_back(operand(node, k).values.data());
    }
    const linear::Sizes given = call_sizes(node, shapes);
    const linear::Routine which = routine_of(node.op);
    Value result{sizes(node.type.shape), {}};
    result.values.resize(static_cast<std::size_t>(count(result.shape)));
    std::vector<F> work(static_cast<std::size_t>(linear::extents(which, given).work));
    const auto run = linear::is_of_order(which) ? linear::run_order<F, F> : linear::run_matrices<F>;
    run(which, given, operands.data(), result.values.data(), work.data());
    return result;
  }

  F padded(const Node& node, Index index) const {
    const Index low = sizes(node.dims("low")), &stride = node.integers("stride");
    const Value& x = operand(node, 0);
    for (std::size_t k = 0; k < index.size(); ++k) {
      const std::int64_t offset = index[k] - low[k];
      if (offset < 0 || offset % stride[k] != 0 || offset / stride[k] >= x.shape[k]) return 0;
      index[k] = offset / stride[k];
    }
    return at(x, index);
  }

  /// Turns the index into the result into that into the operand, which is returned.
  const Value* source(const Node& node, Index& index) const {
    const Index at_result = index;
    const Value& x = operand(node, 0);
    switch (node.op) {
      case Op::broadcast: {
        index.clear();
        for (const std::int64_t axis : node.integers("axes"))
          index.push_back(at_result[static_cast<std::size_t>(axis)]);
        break;
      }
      case Op::transpose:
        for (std::size_t k = 0; k < index.size(); ++k)
          index[static_cast<std::size_t>(node.integers("permutation")[k])] = at_result[k];
        break;
      case Op::slice:
        for (std::size_t k = 0; k < index.size(); ++k)
          index[k] = *node.dims("start")[k].constant() + at_result[k] * node.integers("stride")[k];
        break;
      case Op::flip:
        for (const std::int64_t axis : node.integers("axes")) {
          const auto k = static_cast<std::size_t>(axis);
          index[k] = x.shape[k] - 1 - index[k];
        }
        break;
      case Op::take: {
        const F position = at(operand(node, 1), index);
        index.insert(index.begin() + node.integer("axis"), static_cast<std::int64_t>(position));
        break;
      }
      case Op::gather: index = gathered_index(node, index); break;
      case Op::concat: return part(node, index);
      default: DP_ASSERT(false, "`{}` is not evaluated here", name(node.op));
    }
    return &x;
  }

  const Value* part(const Node& node, Index& index) const {
    std::int64_t& position = index[static_cast<std::size_t>(node.integer("axis"))];
    for (std::size_t k = 0;; ++k) {
      const std::int64_t extent = operand(node, k).shape[static_cast<std::size_t>(node.integer("axis"))];
      if (position < extent) return &operand(node, k);
      position -= extent;
    }
  }

  Index gathered_index(const Node& node, const Index& index) const {
    const Value& positions = operand(node, 1);
    const auto axis = static_cast<std::ptrdiff_t>(node.integer("axis"));
    const auto rank = static_cast<std::ptrdiff_t>(positions.shape.size());
    const Index inner(index.begin() + axis, index.begin() + axis + rank);
    Index result(index.begin(), index.begin() + axis);
    result.push_back(static_cast<std::int64_t>(at(positions, inner)));
    result.insert(result.end(), index.begin() + axis + rank, index.end());
    return result;
  }

  Value scatter_add(const Node& node) const {
    Value result = operand(node, 0);
    const Value& parts = operand(node, 2);
    for (std::int64_t k = 0; k < count(parts.shape); ++k) {
      const Index target = gathered_index(node, unflat(parts.shape, k));
      result.values[static_cast<std::size_t>(flat(result.shape, target))] +=
          parts.values[static_cast<std::size_t>(k)];
    }
    return result;
  }

  Value reduced(const Node& node) const {
    const Value& x = operand(node, 0);
    const bool position = node.op == Op::argmax;
    const Index axes = position ? Index{node.integer("axis")} : node.integers("axes");
    Value result{sizes(node.type.shape), {}}, best = result;
    result.values.assign(static_cast<std::size_t>(count(result.shape)), identity(node.op));
    best.values.assign(result.values.size(), F(-HUGE_VAL));
    for (std::int64_t k = 0; k < count(x.shape); ++k) {
      const Index index = unflat(x.shape, k);
      Index kept;
      for (std::size_t axis = 0; axis < index.size(); ++axis) {
        if (std::ranges::count(axes, static_cast<std::int64_t>(axis)) == 0) kept.push_back(index[axis]);
      }
      const auto place = static_cast<std::size_t>(flat(result.shape, kept));
      const F element = x.values[static_cast<std::size_t>(k)];
      if (position && element > best.values[place]) {
        best.values[place] = element;
        result.values[place] = F(index[static_cast<std::size_t>(axes[0])]);
      } else if (!position) {
        result.values[place] = combined(node.op, result.values[place], element);
      }
    }
    return result;
  }
  static F identity(Op op) {
    if (op == Op::reduce_max) return F(-HUGE_VAL);
    if (op == Op::reduce_min) return F(HUGE_VAL);
    return F(op == Op::reduce_prod || op == Op::reduce_all ? 1 : 0);
  }
  static F combined(Op op, F x, F y) {
    if (op == Op::reduce_sum) return x + y;
    if (op == Op::reduce_prod) return x * y;
    if (op == Op::reduce_max) return max(Number<F>(x), Number<F>(y)).v;
    if (op == Op::reduce_min) return min(Number<F>(x), Number<F>(y)).v;
    return F(op == Op::reduce_any ? x != 0 || y != 0 : x != 0 && y != 0);
  }

  /// The positions of the axes of an operand in (batch, rest of x, rest of y, summed).
  static Index places(const Index& batch, const Index& sum, std::int64_t rest, std::int64_t summed,
                      std::size_t rank) {
    Index result(rank, -1);
    for (std::size_t k = 0; k < batch.size(); ++k)
      result[static_cast<std::size_t>(batch[k])] = static_cast<std::int64_t>(k);
    for (std::size_t k = 0; k < sum.size(); ++k)
      result[static_cast<std::size_t>(sum[k])] = summed + static_cast<std::int64_t>(k);
    for (std::int64_t& place : result) place = place < 0 ? rest++ : place;
    return result;
  }
  static Index picked(const Index& full, const Index& places) {
    Index result;
    for (const std::int64_t place : places) result.push_back(full[static_cast<std::size_t>(place)]);
    return result;
  }

  Value dot(const Node& node) const {
    const Value &x = operand(node, 0), &y = operand(node, 1);
    const Index &batch = node.integers("batch_x"), &sum_x = node.integers("sum_x");
    const auto rank = static_cast<std::int64_t>(node.type.rank());
    const auto rest_y = static_cast<std::int64_t>(x.shape.size() - sum_x.size());
    const Index places_x =
        places(batch, sum_x, static_cast<std::int64_t>(batch.size()), rank, x.shape.size());
    const Index places_y =
        places(node.integers("batch_y"), node.integers("sum_y"), rest_y, rank, y.shape.size());
    Index summed;
    for (const std::int64_t axis : sum_x) summed.push_back(x.shape[static_cast<std::size_t>(axis)]);
    return each(node, [&](const Index& index) {
      F sum = 0;
      for (std::int64_t k = 0; k < count(summed); ++k) {
        Index full = index;
        for (const std::int64_t position : unflat(summed, k)) full.push_back(position);
        const Index at_x = picked(full, places_x), at_y = picked(full, places_y);
        if (node.op == Op::guarded_dot &&
            (at(operand(node, 2), at_x) == 0 || at(operand(node, 3), at_y) == 0))
          continue;
        sum += at(x, at_x) * at(y, at_y);
      }
      return sum;
    });
  }

  const Graph& graph_;
  const Arguments<F>& arguments_;
  std::map<Id, Value> values_;
};

}  // namespace

template <class F>
std::vector<Tensor<F>> evaluate(const Graph& graph, const Arguments<F>& arguments) {
  return Evaluator<F>(graph, arguments).outputs();
}

template std::vector<Tensor<double>> evaluate(const Graph&, const Arguments<double>&);
template std::vector<Tensor<Quad>> evaluate(const Graph&, const Arguments<Quad>&);

}  // namespace dp::test
