#include <fmt/format.h>

#include <algorithm>

#include "ir/loops.h"
#include "ir/loops_walk.h"

namespace dp::loops {
namespace {

/// Each invariant has a name, which begins the reason it is broken for.
class Verifier {
 public:
  explicit Verifier(const Module& module)
      : module_(module), variables_(module.variable_names.size()), values_(module.value_names.size()) {}

  std::vector<std::string> run() {
    for (const Buffer& buffer : module_.buffers) check_buffer(buffer);
    for (const Function& function : module_.functions) {
      function_ = &function;
      check_body(function.body);
    }
    return std::move(reasons_);
  }

 private:
  // A variable or value is first unknown, then in sight, then gone: it never comes back.
  enum class Sight { unknown, seen, gone };
  struct Value {
    Sight sight = Sight::unknown;
    Dtype dtype = Dtype::f32;
  };

  template <class... Args>
  void require(bool holds, std::string_view invariant, fmt::format_string<Args...> reason, Args&&... args) {
    if (holds) return;
    const std::string where = function_ == nullptr ? "module" : fmt::format("kernel {}", function_->name);
    reasons_.push_back(
        fmt::format("{}: {}: {}", invariant, where, fmt::format(reason, std::forward<Args>(args)...)));
  }

  void check_buffer(const Buffer& buffer) {
    require(buffer.count >= 0, "buffer-size", "`{}` has {} elements", buffer.name, buffer.count);
    const std::int64_t bytes = buffer.count * static_cast<std::int64_t>(size_of(buffer.dtype));
    if (buffer.place == Place::arena) {
      const bool is_inside = buffer.offset >= 0 && buffer.offset + bytes <= module_.arena_bytes;
      require(is_inside, "arena", "`{}` ends at {} of {} bytes", buffer.name, buffer.offset + bytes,
              module_.arena_bytes);
      require(buffer.offset % 64 == 0, "alignment", "`{}` begins at {}", buffer.name, buffer.offset);
    } else if (buffer.place == Place::input) {
      check_against(buffer, module_.input_types);
    } else if (buffer.place == Place::output) {
      check_against(buffer, module_.output_types);
    } else if (buffer.place == Place::constant) {
      const std::size_t given =
          std::visit([](const auto& list) { return list.size(); }, buffer.literal.elements);
      require(given == 1 || given == static_cast<std::size_t>(buffer.count), "constant",
              "`{}` has {} elements, not {}", buffer.name, given, buffer.count);
    }
  }
  void check_against(const Buffer& buffer, const std::vector<Type>& types) {
    const bool exists = buffer.offset >= 0 && buffer.offset < static_cast<std::int64_t>(types.size());
    require(exists, "argument", "`{}` is number {} of {}", buffer.name, buffer.offset, types.size());
    if (!exists) return;
    const Type& type = types[static_cast<std::size_t>(buffer.offset)];
    const bool agrees = type.dtype == buffer.dtype && element_count(type.shape) == Dim(buffer.count);
    require(agrees, "argument", "`{}` is not {}", buffer.name, text(type));
  }

  void check_body(const Body& body) {
    std::vector<ValueId> given;
    for (const Stmt& statement : body) {
      check_statement(statement);
      for (const ValueId value : values_given(statement)) given.push_back(value);
    }
    for (const ValueId value : given) values_[value].sight = Sight::gone;
  }

  void check_statement(const Stmt& statement) {
    for (const VariableId variable : variables_bound(statement)) {
      require(variables_[variable] == Sight::unknown, "bound-once", "variable {} twice", variable);
      variables_[variable] = Sight::seen;
    }
    check_form(statement);
    // What a reduction's body gives is in sight in its terms; of other statements the expressions come first.
    const auto* reduce = std::get_if<Reduce>(&statement.node);
    if (reduce != nullptr) {
      check_reduce(*reduce);
    } else {
      each_expression(statement, [&](ExprId expr) { check_expression(expr); });
      check_inside(statement);
    }
    for (const VariableId variable : variables_bound(statement)) variables_[variable] = Sight::gone;
    for (const ValueId value : values_given(statement)) define(value, dtype_given(statement, value));
  }

  void check_inside(const Stmt& statement) {
    if (const auto inside = value_inside(statement)) {
      const auto& product = std::get<Matmul>(statement.node);
      variables_[product.inner] = Sight::gone;
      define(*inside, module_.expressions[product.x].dtype);
    }
    if (const auto* loop = std::get_if<For>(&statement.node); loop && loop->kind == LoopKind::vector)
      ++vector_depth_;
    if (const Body* body = body_of(statement)) check_body(*body);
    if (const auto* loop = std::get_if<For>(&statement.node); loop && loop->kind == LoopKind::vector)
      --vector_depth_;
    if (const auto inside = value_inside(statement)) values_[*inside].sight = Sight::gone;
  }

  void check_reduce(const Reduce& reduce) {
    ++reduce_depth_;
    std::vector<ValueId> given;
    for (const Stmt& statement : reduce.body) {
      check_statement(statement);
      for (const ValueId value : values_given(statement)) given.push_back(value);
    }
    for (const ReduceTerm& term : reduce.terms) {
      check_expression(term.x);
      if (term.y) check_expression(*term.y);
      const bool is_product = term.combine == Combine::multiply_add;
      require(is_product == term.y.has_value(), "term", "`{}` has a wrong number of operands",
              name(term.combine));
      const bool is_truth = term.combine == Combine::any || term.combine == Combine::all;
      const bool holds_truth = module_.expressions[term.x].dtype == Dtype::boolean;
      require(is_truth == holds_truth, "term", "`{}` of a wrong type", name(term.combine));
    }
    for (const ValueId value : given) values_[value].sight = Sight::gone;
    --reduce_depth_;
  }

  Dtype dtype_given(const Stmt& statement, ValueId value) const {
    if (const auto* let = std::get_if<Let>(&statement.node)) return module_.expressions[let->expr].dtype;
    const auto& terms = std::get<Reduce>(statement.node).terms;
    const auto term = std::ranges::find_if(terms, [&](const ReduceTerm& t) { return t.value == value; });
    const bool is_position = term->combine == Combine::argmax || term->combine == Combine::argmin;
    return is_position ? Dtype::i64 : module_.expressions[term->x].dtype;
  }

  void define(ValueId value, Dtype dtype) {
    require(values_[value].sight == Sight::unknown, "defined-once", "value {} twice", value);
    values_[value] = {Sight::seen, dtype};
  }

  /// What each kind of statement demands of itself and of where it stands.
  void check_form(const Stmt& statement) {
    const bool is_plain = std::holds_alternative<Let>(statement.node) ||
                          std::holds_alternative<Store>(statement.node) ||
                          std::holds_alternative<Check>(statement.node);
    require(is_plain || reduce_depth_ == 0, "reduce-body", "more than lets, stores and checks");
    const bool fits_lanes = is_plain || std::holds_alternative<Reduce>(statement.node) ||
                            std::holds_alternative<If>(statement.node);
    require(fits_lanes || vector_depth_ == 0, "vector-body", "a loop, a product or a print inside");
    std::visit([&](const auto& s) { check_kind(s); }, statement.node);
  }
  void check_kind(const For& loop) {
    check_extent(loop.extent);
    for (const BufferId buffer : loop.carried)
      require(buffer < module_.buffers.size(), "carried", "buffer {}", buffer);
    if (!loop.going) return;
    const Buffer& going = module_.buffers[*loop.going];
    require(loop.kind == LoopKind::serial, "while", "a loop that is not serial");
    require(going.dtype == Dtype::boolean && going.count > 0, "while", "`{}` is no bool", going.name);
  }
  void check_kind(const Let&) {}
  void check_kind(const Store& store) {
    const Buffer& buffer = module_.buffers[store.buffer];
    const bool is_writable = buffer.place != Place::input && buffer.place != Place::constant;
    require(is_writable, "writable", "a store into `{}`", buffer.name);
    require(module_.expressions[store.expr].dtype == buffer.dtype, "store-type", "into `{}`", buffer.name);
    require_dtype(store.index, Dtype::i64, "index");
  }
  void check_kind(const Reduce& reduce) {
    check_extent(reduce.outer_extent);
    check_extent(reduce.inner_extent);
    const bool has_one = reduce.order == ReduceOrder::lanes || reduce.inner_extent == 1;
    require(has_one, "reduce-extent", "`{}` with an inner extent", name(reduce.order));
    require(!reduce.terms.empty(), "reduce-terms", "a reduction of nothing");
  }
  void check_kind(const Matmul& product) {
    for (const std::int64_t extent : {product.batches, product.rows, product.columns, product.inners}) {
      check_extent(extent);
    }
    require(!mentions(product.x, product.column), "matmul", "x depends on the column");
    require(!mentions(product.y, product.row), "matmul", "y depends on the row");
    const bool agree = module_.expressions[product.x].dtype == module_.expressions[product.y].dtype;
    require(agree, "matmul", "x and y differ in type");
  }
  void check_kind(const If& branch) { require_dtype(branch.condition, Dtype::boolean, "condition"); }
  void check_kind(const Check& check) {
    require_dtype(check.condition, Dtype::boolean, "condition");
    require(check.site < module_.sites.size(), "site", "number {}", check.site);
  }
  void check_kind(const Print& print) {
    const bool exists = print.site < module_.sites.size();
    require(exists, "site", "number {}", print.site);
    if (!exists) return;
    const std::vector<Type>& types = module_.sites[print.site].types;
    require(types.size() == print.values.size(), "site", "of another number of values");
    for (std::size_t k = 0; k < std::min(types.size(), print.values.size()); ++k) {
      const bool is_load = std::holds_alternative<LoadExpr>(module_.expressions[print.values[k]].node);
      require(types[k].rank() == 0 || is_load, "print", "a tensor that is not where it lies");
    }
  }
  void check_kind(const Call& call) {
    require(!call.operands.empty() && call.operands.size() <= 3, "call", "`{}` of {}", dp::name(call.op),
            call.operands.size());
    const linear::Extents step = linear::extents(routine_of(call.op), call.sizes);
    for (std::size_t k = 0; k < call.operands.size() && k < 3; ++k) {
      const Buffer& operand = module_.buffers[call.operands[k]];
      require(step.operands[k] == 0 || operand.count == call.sizes.batches * step.operands[k], "call",
              "`{}` has {} elements", operand.name, operand.count);
      require(call.operands[k] != call.result, "call", "`{}` over its operand", dp::name(call.op));
    }
    const Buffer& result = module_.buffers[call.result];
    require(result.count == call.sizes.batches * step.result, "call", "`{}` has {} elements", result.name,
            result.count);
    require(result.place != Place::input && result.place != Place::constant, "writable", "a call into `{}`",
            result.name);
  }
  void check_extent(std::int64_t extent) { require(extent >= 0, "extent", "{}", extent); }
  void require_dtype(ExprId expr, Dtype dtype, std::string_view what) {
    const Dtype found = module_.expressions[expr].dtype;
    require(found == dtype, "type", "{} of type {}", what, dp::name(found));
  }

  bool mentions(ExprId id, VariableId variable) const {
    const Expr& expr = module_.expressions[id];
    if (const auto* own = std::get_if<VariableExpr>(&expr.node)) return own->variable == variable;
    return std::ranges::any_of(parts(expr), [&](ExprId part) { return mentions(part, variable); });
  }

  void check_expression(ExprId id) {
    const Expr& expr = module_.expressions[id];
    for (const ExprId part : parts(expr)) check_expression(part);
    std::visit([&](const auto& node) { check_node(expr, node); }, expr.node);
  }
  void check_node(const Expr& expr, const ConstantExpr& constant) {
    const bool is_real_list = std::holds_alternative<std::vector<double>>(constant.value.elements);
    const std::size_t count =
        std::visit([](const auto& list) { return list.size(); }, constant.value.elements);
    require(is_real_list == is_real(expr.dtype) && count == 1, "constant", "not one {}",
            dp::name(expr.dtype));
  }
  void check_node(const Expr& expr, const VariableExpr& variable) {
    require(variables_[variable.variable] == Sight::seen, "in-sight", "variable {} is not",
            variable.variable);
    require(!module_.variable_names[variable.variable].empty(), "in-sight",
            "a variable without a name is used");
    require(expr.dtype == Dtype::i64, "type", "a variable is i64");
  }
  void check_node(const Expr& expr, const ValueExpr& value) {
    require(values_[value.value].sight == Sight::seen, "in-sight", "value `{}` is not",
            module_.value_names[value.value]);
    require(expr.dtype == values_[value.value].dtype, "type", "value `{}`", module_.value_names[value.value]);
  }
  void check_node(const Expr& expr, const LoadExpr& load) {
    require(expr.dtype == module_.buffers[load.buffer].dtype, "type", "load of `{}`",
            module_.buffers[load.buffer].name);
    require_dtype(load.index, Dtype::i64, "index");
  }
  void check_node(const Expr& expr, const OpExpr& op) {
    const auto arity = static_cast<std::size_t>(info(op.op).arity + (op.op == Op::random_bits ? 1 : 0));
    require(op.operands.size() == arity, "arity", "`{}` of {}", dp::name(op.op), op.operands.size());
    if (op.operands.size() != arity || op.op == Op::convert) return;
    std::vector<Dtype> dtypes;
    for (const ExprId operand : op.operands) dtypes.push_back(module_.expressions[operand].dtype);
    const bool agrees = expr.dtype == result_dtype(op.op, dtypes);
    require(agrees, "type", "`{}` gives no {}", dp::name(op.op), dp::name(expr.dtype));
    const bool is_mixed = op.op == Op::select || op.op == Op::fold_key || op.op == Op::random_bits;
    const bool is_even = std::ranges::all_of(dtypes, [&](Dtype dtype) { return dtype == dtypes[0]; });
    require(is_mixed || is_even, "type", "operands of `{}` differ", dp::name(op.op));
  }

  const Module& module_;
  const Function* function_ = nullptr;
  std::vector<Sight> variables_;
  std::vector<Value> values_;
  int reduce_depth_ = 0;
  int vector_depth_ = 0;
  std::vector<std::string> reasons_;
};

}  // namespace

std::vector<std::string> verify(const Module& module) { return Verifier(module).run(); }

}  // namespace dp::loops
