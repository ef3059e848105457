// Evaluation of typed expressions and statements into the graph.

#include "frontend/builder.h"
#include "frontend/draws.h"
#include "ir/fold.h"
#include "support/assert.h"

namespace dp {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

Literal literal_of(const typed::NumberExpr& number, Dtype dtype) {
  const double real = std::visit([](auto value) { return static_cast<double>(value); }, number.value);
  if (is_real(dtype)) return {std::vector<double>{dtype == Dtype::f32 ? static_cast<float>(real) : real}};
  return {std::vector<std::int64_t>{
      std::visit([](auto value) { return static_cast<std::int64_t>(value); }, number.value)}};
}

}  // namespace

Builder::Builder(const typed::Module& module, const BuildOptions& options)
    : bounds(graph), module_(module), options_(options) {}

Frame Builder::root_frame() const {
  Frame frame;
  for (const auto& dim : module_.dims) frame.dims.insert_or_assign(dim.name, Dim(dim.size));
  for (const auto& [name, dim] : options_.dims) frame.dims.insert_or_assign(name, dim);
  frame.set_pack(options_.pack);
  frame.real = options_.real;
  return frame;
}

void Builder::note(Id id, const std::string& name, Span span) {
  graph.annotate(id, {name, place_.value_or(span)});
}

Id Builder::tensor(const typed::Expr& expr, Frame& frame) {
  const Value value = evaluate(expr, frame);
  DP_ASSERT(value.is_tensor(), "a tensor was expected");
  return value.id();
}

void Builder::check_sizes(const typed::Expr& expr, const Frame& frame) {
  const auto* type = std::get_if<typed::TensorType>(&expr.type.node);
  for (std::size_t k = 0; type && k < type->shape.dims.size(); ++k) {
    const Dim& dim = type->shape.dims[k];
    if (dim.is_constant() || dim.as_name()) continue;
    const Dim size = resolve(dim, frame);
    if (!size.constant() && size.names().empty())
      fail(diagnose(diag::FractionalSize, expr.span, dim.text(), size.text()));
  }
}

Value Builder::evaluate(const typed::Expr& expr, Frame& frame) {
  using namespace typed;
  check_sizes(expr, frame);
  const std::size_t before = graph.size();
  Value value = std::visit(
      Overloaded{
          [&](const NumberExpr& e) { return Value::tensor(literal(e, expr, frame)); },
          [&](const NumbersExpr& e) { return Value::tensor(numbers(e, expr, frame)); },
          [&](const ArgumentExpr& e) { return layer_argument(e, expr, frame); },
          [&](const TextExpr& e) { return Value{e.value}; },
          [&](const DimExpr& e) {
            return Value::tensor(graph.add(Op::dim_value, {}, {{"dim", Shape{resolve(e.value, frame)}}}));
          },
          [&](const ConstantExpr& e) {
            Frame inner = root_frame();
            return evaluate(*e.constant->value, inner);
          },
          [&](const VariableExpr& e) { return frame.variables.at(e.variable); },
          [&](const FieldExpr& e) { return evaluate(*e.object, frame).parts().at(e.field); },
          [&](const ItemExpr& e) { return evaluate(*e.object, frame).parts().at(e.item); },
          [&](const TupleExpr& e) { return evaluate_parts(e.elements, frame); },
          [&](const StructExpr& e) { return evaluate_parts(e.fields, frame); },
          [&](const FunctionExpr& e) {
            return Value{std::make_shared<const Closure>(Closure{&e, frame, {}})};
          },
          [&](const CopyExpr& e) { return copy(e, frame); },
          [&](const PointExpr& e) { return evaluate_point(e, expr, frame); },
          [&](const ConvertExpr& e) {
            const Dtype to = dtype(std::get<TensorType>(expr.type.node).scalar, frame);
            return Value::tensor(convert(tensor(*e.value, frame), to));
          },
          [&](const BroadcastExpr& e) { return Value::tensor(broadcast(e, expr, frame)); },
          [&](const StructuralExpr& e) { return structural(e, expr, frame); },
          [&](const ReshapeExpr& e) { return Value::tensor(reshape(e, expr, frame)); },
          [&](const CallExpr& e) { return call(e, expr, frame); },
          [&](const BlockExpr& e) { return evaluate_block(e, frame); },
          [&](const IfExpr& e) { return evaluate_if(e, frame); },
          [&](const ForExpr& e) { return for_loop(e, frame); },
          [&](const WhileExpr& e) { return while_loop(e, frame); },
          [&](const IndexExpr& e) { return index(e, frame); },
          [&](const UpdateExpr& e) { return update(e, frame); },
          [&](const GradExpr& e) { return gradient(e, expr, frame); },
          [&](const DrawExpr& e) { return Value::tensor(draw(e, expr, frame)); },
      },
      expr.node);
  for (std::size_t id = before; id < graph.size(); ++id) note(static_cast<Id>(id), "", expr.span);
  return value;
}

Value Builder::evaluate_parts(const std::vector<typed::ExprPtr>& exprs, Frame& frame) {
  Value::Parts parts;
  for (const auto& expr : exprs) parts.push_back(evaluate(*expr, frame));
  return Value::tree(std::move(parts));
}

Id Builder::literal(const typed::NumberExpr& expr, const typed::Expr& whole, Frame& frame) {
  const Type type = resolve(std::get<typed::TensorType>(whole.type.node), frame);
  return graph.add(Op::constant, {}, {{"value", literal_of(expr, type.dtype)}}, type);
}

Value Builder::layer_argument(const typed::ArgumentExpr& expr, const typed::Expr& whole, Frame& frame) {
  const double argument = std::get<double>(frame.layer_arguments.at(expr.argument).second);
  return Value::tensor(number(argument, resolve(std::get<typed::TensorType>(whole.type.node), frame)));
}

Id Builder::reshape(const typed::ReshapeExpr& expr, const typed::Expr& whole, Frame& frame) {
  const Shape to = resolve(std::get<typed::TensorType>(whole.type.node).shape, frame);
  const Id id = tensor(*expr.value, frame);
  if (graph[id].type.shape == to) return id;
  if (!(element_count(graph[id].type.shape) == element_count(to)))
    fail(diagnose(diag::SizesDisagree, whole.span, text(graph[id].type.shape), text(to)));
  return graph.add(Op::reshape, {id}, {{"shape", to}});
}

Id Builder::draw(const typed::DrawExpr& expr, const typed::Expr& whole, Frame& frame) {
  using Kind = typed::DrawExpr::Kind;
  std::vector<Id> operands;
  for (const auto& operand : expr.operands) operands.push_back(tensor(*operand, frame));
  if (expr.kind == Kind::make_key) return graph.add(Op::make_key, operands);
  if (expr.kind == Kind::fold_key) return graph.add(Op::fold_key, operands);
  const Type type = resolve(std::get<typed::TensorType>(whole.type.node), frame);
  if (expr.kind == Kind::uniform) return draw_uniform(graph, operands[0], type.shape, type.dtype);
  if (expr.kind == Kind::normal) return draw_normal(graph, operands[0], type.shape, type.dtype);
  if (expr.kind == Kind::bits) return graph.add(Op::random_bits, operands, {{"shape", type.shape}});
  const Id number = graph.add(Op::iota, {}, {{"axis", std::int64_t{0}}, {"shape", type.shape}});
  return graph.add(Op::fold_key, {spread(operands[0], type.shape, {}), number});
}

Id Builder::number(double value, const Type& type) {
  return is_real(type.dtype) ? splat(value, type) : splat_integer(static_cast<std::int64_t>(value), type);
}

Id Builder::numbers(const typed::NumbersExpr& expr, const typed::Expr& whole, Frame& frame) {
  const Type type = resolve(std::get<typed::TensorType>(whole.type.node), frame);
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  const auto add = [&](auto value) {
    if (!is_real(type.dtype))
      integers.push_back(static_cast<std::int64_t>(value));
    else
      reals.push_back(type.dtype == Dtype::f32 ? static_cast<float>(value) : static_cast<double>(value));
  };
  std::visit(
      [&](const auto& values) {
        for (auto value : values) add(value);
      },
      expr.values);
  Literal literal;
  if (is_real(type.dtype))
    literal.elements = std::move(reals);
  else
    literal.elements = std::move(integers);
  return graph.add(Op::constant, {}, {{"value", std::move(literal)}}, type);
}

Value Builder::evaluate_block(const typed::BlockExpr& expr, Frame& frame) {
  for (const auto& statement : expr.statements) execute(statement, frame);
  return expr.value ? evaluate(*expr.value, frame) : Value{};
}

void Builder::bind(typed::VariableId variable, Value value, Frame& frame, Span span) {
  const typed::Variable& declaration = (*frame.declarations)[variable];
  if (declaration.marked) value = mark(value);
  if (value.is_tensor()) note(value.id(), declaration.name, span);
  const auto* type = std::get_if<typed::TensorType>(&declaration.type.node);
  if (type && type->bound && value.is_tensor()) bounds.learn(value.id(), resolve(*type->bound, frame));
  frame.variables.insert_or_assign(variable, std::move(value));
}

void Builder::execute(const typed::Statement& statement, Frame& frame) {
  using namespace typed;
  std::visit(
      Overloaded{
          [&](const LetStatement& s) { bind(s.variable, evaluate(*s.value, frame), frame, statement.span); },
          [&](const UnpackStatement& s) {
            const Value value = evaluate(*s.value, frame);
            for (std::size_t k = 0; k < s.variables.size(); ++k)
              bind(s.variables[k], value.parts().at(k), frame, statement.span);
          },
          [&](const AssertStatement& s) { assert_(s, frame, statement.span); },
          [&](const PrintStatement& s) { print(s, frame, statement.span); },
          [&](const ExpressionStatement& s) { evaluate(*s.value, frame); },
      },
      statement.node);
}

void Builder::assert_(const typed::AssertStatement& statement, Frame& frame, Span span) {
  Id condition = tensor(*statement.condition, frame);
  if (taken_) condition = point(Op::or_, {graph.add(Op::not_, {*taken_}), condition});
  const Id effect = graph.add(Op::assert_, {condition}, {{"message", statement.message}});
  note(effect, "", span);
  add_effect(effect);
}

void Builder::print(const typed::PrintStatement& statement, Frame& frame, Span span) {
  std::string message;
  std::vector<Id> values{taken({})};
  bool after_value = false;
  for (const auto& argument : statement.arguments) {
    const Value value = evaluate(*argument, frame);
    if (auto* words = std::get_if<std::string>(&value.node)) {
      message += (message.empty() && values.size() == 1 ? "" : " ") + *words;
      after_value = false;
      continue;
    }
    for (Id id : leaf_ids(value)) {
      if (!message.empty() || after_value) message += ' ';
      message += '\0';
      values.push_back(id);
      after_value = true;
    }
  }
  message += '\0';
  const Id effect = graph.add(Op::print, values, {{"message", message}});
  note(effect, "", span);
  graph.effects.push_back(effect);
}

}  // namespace dp
