#include <cstring>

#include "ir/evaluate.h"
#include "ir/interpret_machine.h"
#include "ir/loops.h"
#include "ir/print_line.h"
#include "support/assert.h"

namespace dp::loops {
namespace {

/// The elements of one buffer, wherever they lie.
struct Memory {
  std::byte* data = nullptr;
  std::int64_t count = 0;
  std::size_t element_bytes = 0;

  Bits load(std::int64_t index) const {
    DP_ASSERT(index >= 0 && index < count, "index {} of {}", index, count);
    Bits bits = 0;
    std::memcpy(&bits, data + static_cast<std::size_t>(index) * element_bytes, element_bytes);
    return bits;
  }
  void store(std::int64_t index, Bits bits) const {
    DP_ASSERT(index >= 0 && index < count, "index {} of {}", index, count);
    std::memcpy(data + static_cast<std::size_t>(index) * element_bytes, &bits, element_bytes);
  }
};

std::vector<std::int64_t> sizes(const Type& type) { return constants(type.shape).value(); }

class Machine {
 public:
  using PrintTo = std::function<void(std::string_view)>;

  Machine(const Module& module, std::span<const Array> inputs, const PrintTo& print)
      : module_(module),
        print_(print),
        variables_(module.variable_names.size()),
        values_(module.value_names.size()),
        arena_(Dtype::boolean, {module.arena_bytes}) {
    for (const Array& input : inputs) inputs_.push_back(input);
    for (const Type& type : module.output_types) outputs_.emplace_back(type.dtype, sizes(type));
    for (const Buffer& buffer : module.buffers) memories_.push_back(memory(buffer));
  }

  Result<std::vector<Array>> run() {
    for (const Function& function : module_.functions) {
      run_body(function.body);
      if (failure_) return *failure_;
    }
    return std::move(outputs_);
  }

 private:
  Memory memory(const Buffer& buffer) {
    const auto number = static_cast<std::size_t>(buffer.offset);
    Memory result{nullptr, buffer.count, size_of(buffer.dtype)};
    if (buffer.place == Place::input) {
      result.data = inputs_[number].data();
    } else if (buffer.place == Place::output) {
      result.data = outputs_[number].data();
    } else if (buffer.place == Place::arena) {
      result.data = arena_.data() + buffer.offset;
    } else {
      result.data = owned_.emplace_back(buffer.dtype, std::vector<std::int64_t>{buffer.count}).data();
      if (buffer.place == Place::constant) fill(result, buffer);
    }
    return result;
  }
  static void fill(const Memory& memory, const Buffer& buffer) {
    const std::size_t given =
        std::visit([](const auto& list) { return list.size(); }, buffer.literal.elements);
    for (std::int64_t k = 0; k < buffer.count; ++k) {
      memory.store(k, element_of(buffer.literal, given == 1 ? 0 : static_cast<std::size_t>(k), buffer.dtype));
    }
  }

  void run_body(const Body& body) {
    for (const Stmt& statement : body) {
      if (failure_) return;
      std::visit([&](const auto& s) { run(s); }, statement.node);
    }
  }

  void run(const For& loop) {
    const auto goes_on = [&] { return !loop.going || memories_[*loop.going].load(0) != 0; };
    for (std::int64_t& i = variables_[loop.variable] = 0; i < loop.extent && goes_on() && !failure_; ++i)
      run_body(loop.body);
  }
  void run(const Let& let) { values_[let.value] = element(let.expr); }
  void run(const Store& store) { memories_[store.buffer].store(index(store.index), element(store.expr)); }

  void run(const Reduce& reduce) {
    std::vector<Reduction> sums;
    for (const ReduceTerm& term : reduce.terms) {
      sums.emplace_back(term.combine, reduce.order, module_.expressions[term.x].dtype);
    }
    for (std::int64_t& outer = variables_[reduce.outer] = 0; outer < reduce.outer_extent; ++outer) {
      for (std::int64_t& inner = variables_[reduce.inner] = 0; inner < reduce.inner_extent; ++inner) {
        run_body(reduce.body);
        for (std::size_t k = 0; k < sums.size() && !failure_; ++k) {
          const ReduceTerm& term = reduce.terms[k];
          sums[k].feed(element(term.x), term.y ? element(*term.y) : 0, inner);
        }
      }
    }
    for (std::size_t k = 0; k < sums.size(); ++k) values_[reduce.terms[k].value] = sums[k].result();
  }

  void run(const Matmul& product) {
    for (std::int64_t& b = variables_[product.batch] = 0; b < product.batches; ++b) {
      for (std::int64_t& i = variables_[product.row] = 0; i < product.rows; ++i) {
        for (std::int64_t& j = variables_[product.column] = 0; j < product.columns; ++j) run_product(product);
      }
    }
  }
  void run_product(const Matmul& product) {
    dp::Reduction sum(Combine::multiply_add, ReduceOrder::sequential, module_.expressions[product.x].dtype);
    for (std::int64_t& k = variables_[product.inner] = 0; k < product.inners; ++k) {
      sum.feed(element(product.x), element(product.y), k);
    }
    values_[product.accumulator] = sum.result();
    run_body(product.epilogue);
  }

  void run(const If& branch) {
    if (element(branch.condition) != 0) run_body(branch.then);
  }
  void run(const Check& check) {
    if (element(check.condition) != 0) return;
    std::vector<std::string> values;
    for (const ExprId value : check.values) {
      values.push_back(interpreter::BitsMachine::text(element(value), module_.expressions[value].dtype));
    }
    failure_ = check_failure(module_.sites[check.site], values);
  }
  void run(const Print& print) {
    if (!print_) return;
    const Site& site = module_.sites[print.site];
    std::vector<std::string> texts;
    for (std::size_t k = 0; k < print.values.size(); ++k)
      texts.push_back(printed(print.values[k], sizes(site.types[k])));
    print_(print_line(site.message, texts));
  }
  /// A tensor is given as the load of its first element.
  std::string printed(ExprId value, const std::vector<std::int64_t>& shape) {
    const Expr& expr = module_.expressions[value];
    if (shape.empty()) return interpreter::BitsMachine::text(element(value), expr.dtype);
    const auto& load = std::get<LoadExpr>(expr.node);
    std::int64_t at = index(load.index);
    return nested_text(
        shape, [&] { return interpreter::BitsMachine::text(memories_[load.buffer].load(at++), expr.dtype); });
  }
  void run(const Call& call) {
    std::vector<const void*> operands;
    for (const BufferId operand : call.operands) operands.push_back(memories_[operand].data);
    const Dtype dtype = module_.buffers[call.operands.front()].dtype;
    run_routine(call.op, call.sizes, dtype, operands, memories_[call.result].data);
  }

  std::int64_t index(ExprId id) { return from_element<std::int64_t>(element(id)); }
  Bits element(ExprId id) {
    const Expr& expr = module_.expressions[id];
    return std::visit([&](const auto& node) { return element(expr, node); }, expr.node);
  }
  Bits element(const Expr& expr, const ConstantExpr& constant) {
    return element_of(constant.value, 0, expr.dtype);
  }
  Bits element(const Expr&, const VariableExpr& variable) {
    return to_element(variables_[variable.variable]);
  }
  Bits element(const Expr&, const ValueExpr& value) { return values_[value.value]; }
  Bits element(const Expr&, const LoadExpr& load) { return memories_[load.buffer].load(index(load.index)); }
  Bits element(const Expr& expr, const OpExpr& op) {
    std::vector<Bits> operands;
    for (const ExprId operand : op.operands) operands.push_back(element(operand));
    const Dtype from = module_.expressions[op.operands[op.op == Op::select ? 1 : 0]].dtype;
    if (info(op.op).form == Form::call) return interpreter::BitsMachine::random(op.op, operands);
    return evaluate(op.op, from, expr.dtype, operands, op.exponent);
  }

  const Module& module_;
  const PrintTo& print_;
  std::vector<std::int64_t> variables_;
  std::vector<Bits> values_;
  std::vector<Array> inputs_, outputs_;
  Array arena_;
  std::vector<Array> owned_;  // constants and scratch; their elements stay where they are when the list grows
  std::vector<Memory> memories_;
  std::optional<Diagnostic> failure_;
};

}  // namespace

Result<std::vector<Array>> interpret(const Module& module, std::span<const Array> inputs,
                                     const std::function<void(std::string_view)>& print) {
  DP_ASSERT(inputs.size() == module.input_types.size(), "{} inputs of {}", inputs.size(),
            module.input_types.size());
  return Machine(module, inputs, print).run();
}

}  // namespace dp::loops
