#include "ir/interpret.h"

#include <cstring>

#include "ir/interpret_reduce.h"
#include "support/assert.h"

namespace dp {
namespace {

using namespace dp::interpreter;

template <class M>
class Interpreter {
 public:
  using E = typename M::Element;

  Interpreter(const Graph& graph, std::vector<Tensor<E>> inputs, DimBindings dims,
              const InterpretOptions& options)
      : graph_(graph),
        inputs_(std::move(inputs)),
        dims_(std::move(dims)),
        options_(options),
        values_(graph.size()) {}

  Result<std::vector<Tensor<E>>> run() {
    for (std::size_t k = 0; k < inputs_.size(); ++k) values_[graph_.inputs[k]] = inputs_[k];
    for (Id id : live_nodes(graph_)) {
      if (graph_[id].op != Op::input && info(graph_[id].op).form != Form::effect) values_[id] = compute(id);
      if (failure_) return located(id);
      run_effects_up_to(id);
      if (failure_) return *failure_;
    }
    run_effects_up_to(no_id);
    if (failure_) return *failure_;
    std::vector<Tensor<E>> out;
    for (const Output& output : graph_.outputs) out.push_back(values_[output.node]);
    return out;
  }

 private:
  Diagnostic located(Id id) {
    failure_->at = graph_.note(id).span;
    return *failure_;
  }

  Extents shape_of(const Node& node) const {
    Extents out;
    for (const Dim& dim : node.type.shape) {
      const auto extent = dim.substitute(dims_).constant();
      DP_ASSERT(extent, "the size of `{}` is not known", dim.text());
      out.push_back(*extent);
    }
    return out;
  }

  Tensor<E> compute(Id id) {
    const Node& node = graph_[id];
    Call<E> call{node, {}, shape_of(node), dims_, &failure_};
    for (Id operand : node.operands) call.operands.push_back(&values_[operand]);
    switch (info(node.op).form) {
      case Form::eval:
      case Form::point: return pointwise(call);
      case Form::reduce: return reduce<M>(call);
      case Form::contract: return dot<M>(call);
      case Form::call: return random(call);
      case Form::move: return move(call);
      case Form::leaf: return leaf(call);
      case Form::level: return level(call);
      case Form::effect: break;
    }
    DP_ASSERT(false, "`{}` cannot be interpreted", name(node.op));
  }

  Tensor<E> pointwise(const Call<E>& call) {
    const Tensor<E>& selected = *call.operands[call.node.op == Op::select ? 1 : 0];
    const std::int64_t exponent = call.node.op == Op::power ? call.node.integer("exponent") : 0;
    Tensor<E> out{call.node.type.dtype, call.shape, {}};
    std::vector<E> operands(call.operands.size());
    for (std::size_t at = 0; at < static_cast<std::size_t>(count_of(call.shape)); ++at) {
      for (std::size_t k = 0; k < operands.size(); ++k) operands[k] = call.operands[k]->values[at];
      check_division(call.node, selected.dtype, operands);
      if (failure_) return out;
      out.values.push_back(M::evaluate(call.node.op, selected.dtype, out.dtype, operands, exponent));
    }
    return out;
  }

  void check_division(const Node& node, Dtype dtype, const std::vector<E>& operands) {
    const bool divides = node.op == Op::floor_div || node.op == Op::mod || node.op == Op::rem;
    if (divides && is_integer(dtype) && M::integer(operands[1], dtype) == 0)
      failure_ = diagnose(diag::DivisionByZero, {});
  }

  Tensor<E> move(const Call<E>& call) {
    switch (call.node.op) {
      case Op::broadcast: return broadcast(call);
      case Op::reshape: return reshape(call);
      case Op::transpose: return transpose(call);
      case Op::slice: return slice(call);
      case Op::pad: return pad(call);
      case Op::concat: return concat(call);
      case Op::flip: return flip(call);
      case Op::take: return take<M>(call);
      case Op::gather: return gather<M>(call);
      default: return scatter_add<M>(call);
    }
  }

  Tensor<E> leaf(const Call<E>& call) {
    if (call.node.op == Op::iota) return iota<M>(call);
    if (call.node.op == Op::dim_value) {
      const Dim value = call.node.dims("dim").at(0).substitute(dims_);
      return {Dtype::i64, {}, {M::of_integer(value.constant().value(), Dtype::i64)}};
    }
    Tensor<E> out{call.node.type.dtype, call.shape, {}};
    const Literal& literal = call.node.literal();
    const bool splat =
        std::visit([](const auto& elements) { return elements.size() == 1; }, literal.elements);
    for (std::size_t k = 0; k < static_cast<std::size_t>(count_of(call.shape)); ++k)
      out.values.push_back(M::literal(literal, splat ? 0 : k, out.dtype));
    return out;
  }

  Tensor<E> level(const Call<E>& call) {
    DP_ASSERT(call.node.op == Op::mark || call.node.op == Op::stop, "`{}` is left", name(call.node.op));
    return call.x();
  }

  Tensor<E> random(const Call<E>& call) {
    Tensor<E> out{call.node.type.dtype, call.shape, {}};
    const std::size_t per_key =
        call.x().values.empty() ? 0 : static_cast<std::size_t>(count_of(call.shape)) / call.x().values.size();
    for (std::size_t k = 0; k < static_cast<std::size_t>(count_of(call.shape)); ++k) {
      std::vector<E> operands{call.x().values[k / std::max<std::size_t>(per_key, 1)]};
      if (call.node.op == Op::fold_key) operands.push_back(call.y().values[k]);
      if (call.node.op == Op::random_bits)
        operands.push_back(M::of_integer(static_cast<std::int64_t>(k % per_key), Dtype::i64));
      out.values.push_back(M::random(call.node.op, operands));
    }
    return out;
  }

  /// Effects run in the order of the program, each as soon as its operands are there.
  void run_effects_up_to(Id id) {
    for (; next_effect_ < graph_.effects.size() && graph_.effects[next_effect_] <= id && !failure_;
         ++next_effect_)
      run_effect(graph_.effects[next_effect_]);
  }

  void run_effect(Id id) {
    const Node& node = graph_[id];
    if (node.op == Op::print) return run_print(node);
    for (E element : values_[node.operands[0]].values)
      if (M::integer(element, Dtype::boolean) == 0) {
        failure_ = diagnose(diag::AssertionFailed, graph_.note(id).span, node.string("message"));
        return;
      }
  }

  void run_print(const Node& node) {
    std::string_view rest = node.string("message");
    std::string line;
    const auto next_text = [&] {
      const std::size_t end = rest.find('\0');
      line += rest.substr(0, end);
      rest.remove_prefix(std::min(rest.size(), end + 1));
    };
    next_text();
    for (Id operand : node.operands) {
      std::size_t at = 0;
      line += nested_text(values_[operand], 0, at);
      next_text();
    }
    if (options_.print) options_.print(line + "\n");
  }

  std::string nested_text(const Tensor<E>& tensor, std::size_t axis, std::size_t& at) {
    if (axis == tensor.shape.size()) return M::text(tensor.values[at++], tensor.dtype);
    std::string out = "[";
    for (std::int64_t k = 0; k < tensor.shape[axis]; ++k)
      out += (k > 0 ? ", " : "") + nested_text(tensor, axis + 1, at);
    return out + "]";
  }

  const Graph& graph_;
  std::vector<Tensor<E>> inputs_;
  DimBindings dims_;
  const InterpretOptions& options_;
  std::vector<Tensor<E>> values_;
  std::size_t next_effect_ = 0;
  std::optional<Diagnostic> failure_;
};

Tensor<Bits> from_array(const Array& array) {
  Tensor<Bits> out{array.dtype(), array.shape(), {}};
  const std::size_t bytes = size_of(array.dtype());
  for (std::int64_t k = 0; k < array.count(); ++k) {
    Bits bits = 0;
    std::memcpy(&bits, array.data() + static_cast<std::size_t>(k) * bytes, bytes);
    out.values.push_back(bits);
  }
  return out;
}

Array to_array(const Tensor<Bits>& tensor) {
  Array out(tensor.dtype, tensor.shape);
  const std::size_t bytes = size_of(tensor.dtype);
  for (std::size_t k = 0; k < tensor.values.size(); ++k)
    std::memcpy(out.data() + k * bytes, &tensor.values[k], bytes);
  return out;
}

}  // namespace

Result<DimBindings> bind_dims(const Graph& graph, std::span<const std::vector<std::int64_t>> shapes,
                              const DimBindings& known) {
  DimBindings dims = known;
  for (std::size_t k = 0; k < graph.inputs.size(); ++k) {
    const Node& input = graph[graph.inputs[k]];
    const auto mismatch = [&] {
      Shape given(shapes[k].begin(), shapes[k].end());
      return diagnose(diag::InputShape, graph.note(graph.inputs[k]).span, input.string("name"), text(given),
                      text(input.type.shape));
    };
    if (shapes[k].size() != input.type.rank()) return mismatch();
    for (std::size_t axis = 0; axis < shapes[k].size(); ++axis) {
      const Dim dim = input.type.shape[axis].substitute(dims);
      const auto names = dim.names();
      if (names.size() == 1) {
        const auto solved = dim.solve(*names.begin(), Dim(shapes[k][axis]));
        if (!solved || !solved->is_constant()) return mismatch();
        dims.insert_or_assign(*names.begin(), *solved);
      } else if (names.empty() && dim.constant() != shapes[k][axis]) {
        return mismatch();
      }
    }
  }
  return dims;
}

Result<std::vector<Array>> interpret(const Graph& graph, std::span<const Array> inputs,
                                     const InterpretOptions& options) {
  DP_ASSERT(inputs.size() == graph.inputs.size(), "`{}` takes {} inputs, not {}", graph.name,
            graph.inputs.size(), inputs.size());
  std::vector<std::vector<std::int64_t>> shapes;
  std::vector<Tensor<Bits>> tensors;
  for (const Array& input : inputs) {
    shapes.push_back(input.shape());
    tensors.push_back(from_array(input));
  }
  auto dims = bind_dims(graph, shapes, options.dims);
  if (!dims) return dims.error();
  auto results = Interpreter<BitsMachine>(graph, std::move(tensors), std::move(*dims), options).run();
  if (!results) return results.error();
  std::vector<Array> out;
  for (const auto& tensor : *results) out.push_back(to_array(tensor));
  return out;
}

Result<std::vector<QuadTensor>> interpret_quad(const Graph& graph, std::span<const QuadTensor> inputs,
                                               const InterpretOptions& options) {
  std::vector<std::vector<std::int64_t>> shapes;
  std::vector<Tensor<Quad>> tensors;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    shapes.push_back(inputs[k].shape);
    tensors.push_back({graph[graph.inputs[k]].type.dtype, inputs[k].shape, inputs[k].values});
  }
  auto dims = bind_dims(graph, shapes, options.dims);
  if (!dims) return dims.error();
  auto results = Interpreter<QuadMachine>(graph, std::move(tensors), std::move(*dims), options).run();
  if (!results) return results.error();
  std::vector<QuadTensor> out;
  for (auto& tensor : *results) out.push_back({tensor.shape, std::move(tensor.values)});
  return out;
}

}  // namespace dp
