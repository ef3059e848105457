#pragma once
// The reference interpreter's walk over a graph, once for every kind of element (ir/interpret_machine.h).
// Nodes are computed in order; those that depend on a bound variable wait until the loop that binds it runs.

#include <map>

#include "ir/binders.h"
#include "ir/interpret.h"
#include "ir/interpret_call.h"
#include "ir/interpret_reduce.h"
#include "support/assert.h"

namespace dp::interpreter {

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
        values_(graph.size()),
        free_(graph) {}

  Result<std::vector<Tensor<E>>> run() {
    for (std::size_t k = 0; k < inputs_.size(); ++k) values_[graph_.inputs[k]] = inputs_[k];
    for (Id id : live_nodes(graph_)) {
      compute_in_scope(id);
      if (!failure_) run_effects_up_to(id);
      if (failure_) return *failure_;
    }
    run_effects_up_to(no_id);
    if (failure_) return *failure_;
    std::vector<Tensor<E>> out;
    for (const Output& output : graph_.outputs) out.push_back(values_[output.node]);
    return out;
  }

 private:
  /// Computes a node all of whose variables are bound just now; others wait for their loops.
  void compute_in_scope(Id id) {
    const Node& node = graph_[id];
    if (node.op == Op::input || info(node.op).form == Form::effect) return;
    for (const std::int64_t variable : free_.of(id))
      if (!bound_.contains(variable)) return;
    values_[id] = compute(id);
    if (failure_ && failure_->at == Span{}) failure_->at = graph_.note(id).span;
  }

  Extents shape_of(const Shape& shape) const {
    Extents out;
    for (const Dim& dim : shape) {
      const auto extent = dim.substitute(dims_).constant();
      DP_ASSERT(extent, "the size of `{}` is not known", dim.text());
      out.push_back(*extent);
    }
    return out;
  }

  Tensor<E> compute(Id id) {
    const Node& node = graph_[id];
    Call<E> call{node, {}, shape_of(node.type.shape), dims_};
    for (Id operand : node.operands) call.operands.push_back(&values_[operand]);
    switch (info(node.op).form) {
      case Form::eval:
      case Form::point: return pointwise(call);
      case Form::reduce: return reduce<M>(call);
      case Form::contract: return dot<M>(call);
      case Form::call: return is_routine(node.op) ? routine(call) : random(call);
      case Form::move: return move(call);
      case Form::leaf: return leaf(call);
      case Form::level: return level(call);
      case Form::binder: return bound(call, id);
      case Form::loop:
        if (node.op == Op::loop) return loop(id);
        return results_.at(node.operands[0]).at(static_cast<std::size_t>(node.integer("slot")));
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
      out.values.push_back(M::evaluate(call.node.op, selected.dtype, out.dtype, operands, exponent));
    }
    return out;
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
      default: return scatter<M>(call);
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
    const Op op = call.node.op;
    DP_ASSERT(op == Op::mark || op == Op::stop || op == Op::custom, "`{}` is left", name(op));
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

  // ---- loops (interpret_loops.h)
  /// One step of the loop that binds the variable; `nodes` depend on it.
  void step(std::int64_t variable, std::int64_t number, const std::vector<Id>& nodes);
  /// Runs a loop that computes `nodes`. It may stand in a step of a loop of its own number, as a sum in the
  /// gradient of what was summed does: that step goes on with what it had.
  template <class Run>
  void bind(std::int64_t variable, const std::vector<Id>& nodes, const Run& run);
  Tensor<E> stacked(const Node& node, const Extents& shape);
  std::int64_t extent_of(const Node& node) const;
  bool goes_on(const Node& node, const std::vector<Tensor<E>>& carried) const;
  /// The results of a scan or loop: what is carried at the end, then what was stacked, zeros behind the last
  /// step. `run_step(number, carried)` gives what is carried next and what is stacked.
  template <class Step>
  Tensor<E> run_steps(Id id, std::vector<Tensor<E>> carried, const Step& run_step);
  void complete(Tensor<E>& stack, const Type& type);
  Tensor<E> scan(Id id);
  Tensor<E> loop(Id id);
  Tensor<E> bound(const Call<E>& call, Id id);

  // ---- effects (interpret_effects.h)
  /// Effects run in the order of the program, each as soon as its operands are there.
  void run_effects_up_to(Id id);
  /// Once for every value of the indices that it depends on and that no loop around it has bound.
  void run_effect(Id id, bool has_run = true);
  std::int64_t extent_of_index(const std::vector<Id>& nodes, std::int64_t variable) const;
  void run_bound_effect(Id id);
  /// A check of one element that is taken.
  void check(const Node& node, E element, Dtype dtype);
  void run_print(const Node& node);

  const Graph& graph_;
  std::vector<Tensor<E>> inputs_;
  DimBindings dims_;
  const InterpretOptions& options_;
  std::vector<Tensor<E>> values_;
  FreeVariables free_;
  Variables bound_;  // by the loops that are running
  std::map<std::int64_t, std::int64_t> steps_;
  std::map<std::int64_t, std::vector<Tensor<E>>> carried_;
  std::map<Id, std::vector<Tensor<E>>> results_;  // of scans and loops
  std::size_t next_effect_ = 0;
  std::optional<Diagnostic> failure_;
};

}  // namespace dp::interpreter
