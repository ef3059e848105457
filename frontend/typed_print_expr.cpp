#include <fmt/format.h>

#include <map>

#include "frontend/typed_print.h"
#include "frontend/typed_text.h"

namespace dp::typed {
namespace {

std::string real_text(double value) {
  std::string result = fmt::format("{}", value);
  const bool looks_whole = result.find_first_not_of("-0123456789") == std::string::npos;
  return looks_whole ? result + ".0" : result;
}

std::string number_text(const NumberExpr& number) {
  if (const auto* real = std::get_if<double>(&number.value)) return real_text(*real);
  if (const auto* truth = std::get_if<bool>(&number.value)) return *truth ? "true" : "false";
  return std::to_string(std::get<std::int64_t>(number.value));
}

std::string numbers_text(const NumbersExpr& numbers) {
  std::string result = "[";
  const auto add = [&result](const std::string& text) { result += (result.size() > 1 ? ", " : "") + text; };
  if (const auto* reals = std::get_if<0>(&numbers.values)) {
    for (double each : *reals) add(real_text(each));
  } else {
    for (std::int64_t each : std::get<1>(numbers.values)) add(std::to_string(each));
  }
  return result + "]";
}

template <class Range, class Show>
std::string joined(const Range& range, Show show) {
  std::string result;
  for (const auto& each : range) result += (result.empty() ? "" : ", ") + show(each);
  return result;
}

std::string axes_text(const std::vector<int>& axes) {
  return "[" + joined(axes, [](int axis) { return std::to_string(axis); }) + "]";
}

std::string instance_text(const Instance& instance) {
  std::vector<std::string> parts;
  for (const auto& [name, dim] : instance.dims) parts.push_back(name + " = " + dim.text());
  if (instance.pack) {
    parts.push_back(".. = " + (instance.pack->is_scalar() ? std::string("[]") : text(*instance.pack)));
  }
  if (instance.real != Scalar::real) parts.push_back("real = " + std::string(name(instance.real)));
  if (parts.empty()) return "";
  return "{" + joined(parts, [](const std::string& part) { return part; }) + "}";
}

std::string_view name_of(GradKind kind) {
  switch (kind) {
    case GradKind::grad: return "grad";
    case GradKind::vjp: return "vjp";
    case GradKind::jvp: return "jvp";
    case GradKind::jacobian: return "jacobian";
    case GradKind::hessian: return "hessian";
  }
  return "";
}

std::string_view name_of(DrawExpr::Kind kind) {
  if (kind == DrawExpr::Kind::bits) return "random_bits";
  return kind == DrawExpr::Kind::make_key ? "make_key" : "fold_key";
}

/// The fields of a struct or layer type; null for other types.
const std::vector<FieldDeclaration>* fields_of(const Type& type) {
  if (const auto* layer = std::get_if<LayerType>(&type.node)) return &layer->declaration->fields;
  if (const auto* structure = std::get_if<StructType>(&type.node)) return &structure->declaration->fields;
  return nullptr;
}

std::string indentation(int indent) { return std::string(static_cast<std::size_t>(2 * indent), ' '); }

}  // namespace

ExpressionPrinter::ExpressionPrinter(const std::vector<Variable>& variables) : variables_(variables) {
  std::map<std::string, int> seen;
  for (const Variable& variable : variables) {
    const std::string name = variable.name.empty() ? "_" : variable.name;  // the checker's own
    const int count = ++seen[name];
    names_.push_back(count == 1 ? name : fmt::format("{}#{}", name, count));
  }
}

std::string ExpressionPrinter::list(const std::vector<ExprPtr>& expressions, int indent) const {
  return joined(expressions, [&](const ExprPtr& each) { return text(*each, indent); });
}

std::string ExpressionPrinter::call(const CallExpr& call, int indent) const {
  std::string callee;
  if (const auto* function = std::get_if<const Function*>(&call.callee))
    callee = (*function)->name;
  else
    callee = name(std::get<VariableId>(call.callee));
  return (call.lifted ? "map " : "") + callee + instance_text(call.instance) + "(" +
         list(call.arguments, indent) + ")";
}

std::string ExpressionPrinter::structural(const StructuralExpr& structural, int indent) const {
  std::string result = std::string(dp::name(structural.op)) + "(" + list(structural.operands, indent);
  const auto add = [&](const std::string& part) { result += (result.back() == '(' ? "" : ", ") + part; };
  if (structural.all_axes) add("all axes");
  if (!structural.axes.empty()) add("axes = " + axes_text(structural.axes));
  for (const std::vector<Dim>& dims : structural.dims) add(dp::text(dims));
  return result + ")";
}

std::string ExpressionPrinter::conditional(const IfExpr& conditional, int indent) const {
  std::string result;
  for (const auto& [condition, value] : conditional.branches) {
    result += fmt::format("{}if {} {}", result.empty() ? "" : " else ", text(*condition, indent),
                          text(*value, indent));
  }
  if (conditional.otherwise) result += " else " + text(*conditional.otherwise, indent);
  return result + merged(conditional.merged);
}

std::string ExpressionPrinter::block(const BlockExpr& block, int indent) const {
  std::string result = "{\n";
  for (const Statement& statement : block.statements) {
    result += indentation(indent + 1) + text(statement, indent + 1) + "\n";
  }
  if (block.value) result += indentation(indent + 1) + text(*block.value, indent + 1) + "\n";
  return result + indentation(indent) + "}";
}

std::string ExpressionPrinter::path(const WrtPath& path) const {
  std::string result = name(path.variable);
  const Type* type = &variables_[path.variable].type;
  for (std::size_t step : path.path) {
    if (const auto* fields = fields_of(*type)) {
      result += "." + (*fields)[step].name;
      type = &(*fields)[step].type;
      continue;
    }
    result += "." + std::to_string(step);
    const auto* tuple = std::get_if<TupleType>(&type->node);
    if (tuple) type = &tuple->elements[step];
  }
  return result;
}

std::string ExpressionPrinter::gradient(const GradExpr& gradient, int indent) const {
  std::string result = fmt::format("{}({}, wrt ", name_of(gradient.kind), text(*gradient.of, indent));
  const std::string paths = joined(gradient.wrt, [&](const WrtPath& each) { return path(each); });
  result += gradient.tuple ? "(" + paths + ")" : paths;
  if (gradient.with) {
    result += (gradient.kind == GradKind::jvp ? ", along " : ", with ") + text(*gradient.with, indent);
  }
  return result + ")";
}

std::string ExpressionPrinter::field(const FieldExpr& field, int indent) const {
  const auto* fields = fields_of(field.object->type);
  return text(*field.object, indent) + "." +
         (fields ? (*fields)[field.field].name : std::to_string(field.field));
}

/// One construct, whose operands the printer shows.
struct ExpressionPrinter::Visitor {
  const ExpressionPrinter& printer;
  const Expr& expression;
  int indent;

  std::string show(const ExprPtr& each) const { return printer.text(*each, indent); }

  std::string operator()(const NumberExpr& e) const { return number_text(e); }
  std::string operator()(const NumbersExpr& e) const { return numbers_text(e); }
  std::string operator()(const TextExpr& e) const { return fmt::format("\"{}\"", e.value); }
  std::string operator()(const DimExpr& e) const { return "size(" + e.value.text() + ")"; }
  std::string operator()(const ArgumentExpr& e) const { return fmt::format("argument({})", e.argument); }
  std::string operator()(const ConstantExpr& e) const { return e.constant->name; }
  std::string operator()(const VariableExpr& e) const { return printer.name(e.variable); }
  std::string operator()(const FieldExpr& e) const { return printer.field(e, indent); }
  std::string operator()(const ItemExpr& e) const { return show(e.object) + "." + std::to_string(e.item); }
  std::string operator()(const TupleExpr& e) const { return "(" + printer.list(e.elements, indent) + ")"; }
  std::string operator()(const StructExpr& e) const {
    return e.declaration->name + "(" + printer.list(e.fields, indent) + ")";
  }
  std::string operator()(const FunctionExpr& e) const {
    const auto parameter = [&](VariableId each) { return printer.name(each); };
    return "fn(" + joined(e.parameters, parameter) + ") = " + show(e.body);
  }
  std::string operator()(const CopyExpr& e) const { return show(e.object) + "[" + show(e.position) + "]"; }
  std::string operator()(const PointExpr& e) const {
    const std::string exponent = e.op == Op::power ? ", " + std::to_string(e.exponent) : "";
    return std::string(dp::name(e.op)) + "(" + printer.list(e.operands, indent) + exponent + ")";
  }
  std::string operator()(const ConvertExpr& e) const {
    const auto* tensor = std::get_if<TensorType>(&expression.type.node);
    return std::string(tensor ? typed::name(tensor->scalar) : "?") + "(" + show(e.value) + ")";
  }
  std::string operator()(const BroadcastExpr& e) const {
    return fmt::format("broadcast({}, axes = {}, {})", show(e.value), axes_text(e.axes),
                       typed::text(expression.type));
  }
  std::string operator()(const StructuralExpr& e) const { return printer.structural(e, indent); }
  std::string operator()(const ReshapeExpr& e) const {
    return fmt::format("reshape({}, {}{})", show(e.value), typed::text(expression.type),
                       e.checked ? ", checked" : "");
  }
  std::string operator()(const CallExpr& e) const { return printer.call(e, indent); }
  std::string operator()(const BlockExpr& e) const { return printer.block(e, indent); }
  std::string operator()(const IfExpr& e) const { return printer.conditional(e, indent); }
  std::string operator()(const ForExpr& e) const { return printer.loop(e, indent); }
  std::string operator()(const WhileExpr& e) const { return printer.loop(e, indent); }
  std::string operator()(const IndexExpr& e) const {
    return "index(" + show(e.object) + ", " + printer.index(e.parts, indent) + ")";
  }
  std::string operator()(const UpdateExpr& e) const {
    return "update(" + show(e.object) + ", " + printer.index(e.parts, indent) + ", " + show(e.value) + ")";
  }
  std::string operator()(const GradExpr& e) const { return printer.gradient(e, indent); }
  std::string operator()(const DrawExpr& e) const {
    return fmt::format("{}({})", name_of(e.kind), printer.list(e.operands, indent));
  }
};

std::string ExpressionPrinter::text(const Expr& expression, int indent) const {
  return std::visit(Visitor{*this, expression, indent}, expression.node);
}

std::string ExpressionPrinter::text(const Statement& statement, int indent) const {
  if (const auto* let = std::get_if<LetStatement>(&statement.node)) {
    return fmt::format("{}: {} = {}{}", name(let->variable), typed::text(variables_[let->variable].type),
                       variables_[let->variable].marked ? "marked " : "", text(*let->value, indent));
  }
  if (const auto* unpack = std::get_if<UnpackStatement>(&statement.node)) {
    return "(" + joined(unpack->variables, [&](VariableId each) { return name(each); }) +
           ") = " + text(*unpack->value, indent);
  }
  if (const auto* assertion = std::get_if<AssertStatement>(&statement.node)) {
    return fmt::format("assert {}, \"{}\"", text(*assertion->condition, indent), assertion->message);
  }
  if (const auto* print = std::get_if<PrintStatement>(&statement.node)) {
    return "print(" + list(print->arguments, indent) + ")";
  }
  return text(*std::get<ExpressionStatement>(statement.node).value, indent);
}

}  // namespace dp::typed
