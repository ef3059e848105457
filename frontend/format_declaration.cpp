#include <fmt/format.h>

#include <algorithm>

#include "frontend/format_printer.h"
#include "frontend/parse_literals.h"

namespace dp {

using namespace ast;

Doc Printer::type(const TypeExpr& written) {
  if (const NamedType* named = std::get_if<NamedType>(&written.node)) {
    Doc result = (named->module ? named->module->text + "." : "") + named->name.text;
    result = sequence({std::move(result)});
    if (named->bound) result.add("<").add(expression(*named->bound)).add(">");
    if (named->has_arguments) result.add(arguments(named->arguments));
    if (named->dims) result.add(dimensions(named->dims->pack, named->dims->dims));
    return result;
  }
  const TupleType* tuple = std::get_if<TupleType>(&written.node);
  const FunctionType* function = std::get_if<FunctionType>(&written.node);
  std::vector<Doc> parts;
  for (const TypePtr& part : tuple ? tuple->elements : function->parameters) parts.push_back(type(*part));
  if (tuple && parts.size() == 1) parts.front() = sequence({parts.front(), ","});
  Doc list_of_parts = list("(", std::move(parts), ")", false);
  if (tuple) return list_of_parts;
  return sequence({"fn", std::move(list_of_parts), " -> ", type(*function->result)});
}

Doc Printer::parameter(const Parameter& parameter) {
  Doc result = sequence({parameter.name.text});
  if (parameter.type) result.add(": ").add(type(*parameter.type));
  return result.add(value(" = ", parameter.initial));
}

Doc Printer::parameters(const std::vector<Parameter>& parameters) {
  std::vector<Doc> elements;
  for (const Parameter& each : parameters) elements.push_back(parameter(each));
  const bool broken = !parameters.empty() && starts_line(parameters.front().name.span.begin);
  return list("(", std::move(elements), ")", broken);
}

Doc Printer::name_list(const std::vector<Name>& names) {
  Doc result;
  for (std::size_t i = 0; i < names.size(); ++i) result.add((i == 0 ? "" : ", ") + names[i].text);
  return result;
}

Doc Printer::where_clause(const Function& function) {
  Doc result;
  for (std::size_t i = 0; i < function.where.size(); ++i) {
    result.add(i == 0 ? sequence({line(), "where "}) : Doc(", "))
        .add(expression(*function.where[i], Level::or_));
  }
  return result;
}

/// Annotations stand on lines of their own where they did; a body behind `=` too.
Doc Printer::function(const Function& function) {
  Doc result;
  const std::uint32_t begin = function.span.begin;
  const std::uint32_t first = function.name.text.empty() ? begin : function.name.span.begin;
  const bool above = newline_between(begin, first);
  for (const auto& [present, word] :
       {std::pair{function.remat, "@remat"}, std::pair{function.exported, "@export"}}) {
    if (present) result.add(word).add(above ? hard_line() : Doc(" "));
  }
  result.add(function.name.text.empty() ? "fn " : "fn " + function.name.text);
  Doc signature = parameters(function.parameters);
  Doc rest;
  if (function.result) rest.add(" -> ").add(type(*function.result));
  rest.add(where_clause(function));
  result.add(group(sequence({std::move(signature), indent(std::move(rest))})));
  if (function.braces) return result.add(" ").add(group(block(function.body)));
  const Expr& body = *std::get<ExprStmt>(function.body.statements.front().node).value;
  const std::size_t equals = source_.substr(0, body.span.begin).rfind('=');
  const bool below = equals != std::string_view::npos &&
                     newline_between(static_cast<std::uint32_t>(equals), body.span.begin);
  Doc printed = expression(body);
  if (printed.forced && !below) return result.add(" = ").add(std::move(printed));
  return result.add(" =").add(group(indent(sequence({line(), std::move(printed)})), below));
}

Doc Printer::declaration_node(const Function& node, Span) { return function(node); }

Doc Printer::declaration_node(const DimDecl& node, Span) {
  Doc result = sequence({"dim "});
  for (std::size_t i = 0; i < node.dims.size(); ++i) {
    result.add((i == 0 ? "" : ", ") + node.dims[i].name.text).add(value(" = ", node.dims[i].size));
  }
  return result;
}

Doc Printer::declaration_node(const ConstDecl& node, Span) {
  Doc result = sequence({"const " + node.name.text});
  if (node.type) result.add(": ").add(type(*node.type));
  return result.add(value(" = ", node.value));
}

Doc Printer::declaration_node(const StructDecl& node, Span span) {
  std::vector<Item> fields;
  for (const Parameter& field : node.fields) {
    const std::uint32_t end = field.initial ? field.initial->span.end : field.type->span.end;
    fields.push_back({field.name.span.begin, end, [this, &field] { return parameter(field); }});
  }
  Doc body = braces(brace_after(node.name.span.end), span.end, std::move(fields), ", ");
  return group(sequence({"struct " + node.name.text + " ", std::move(body)}));
}

Doc Printer::declaration_node(const LayerDecl& node, Span span) {
  std::vector<Item> items;
  for (const LayerField& each : node.fields) {
    const Parameter& field = each.field;
    const std::uint32_t end = field.initial ? field.initial->span.end : field.type->span.end;
    items.push_back({field.name.span.begin, end, [this, &each] {
                       return sequence({each.state ? "state " : "", parameter(each.field)});
                     }});
  }
  for (const Function& each : node.functions) {
    items.push_back({each.span.begin, each.span.end, [this, &each] { return function(each); }});
  }
  std::ranges::stable_sort(items, {}, &Item::begin);
  Doc head = sequence({"layer " + node.name.text, parameters(node.arguments), " "});
  const std::uint32_t open = brace_after(node.name.span.end);
  return group(head.add(braces(open, span.end, std::move(items), "; ")));
}

Doc Printer::declaration_node(const AdjointDecl& node, Span) {
  Doc result = sequence({node.unchecked ? "adjoint unchecked " : "adjoint ", node.function.text, "("});
  result.add(name_list(node.parameters)).add("; ");
  result.add(fmt::format("{}, {}) ", node.result.text, node.cotangent.text));
  const bool braced = node.body.span.begin < source_.size() && source_[node.body.span.begin] == '{';
  if (braced || node.body.statements.size() != 1) return result.add(group(block(node.body)));
  const Expr& body = *std::get<ExprStmt>(node.body.statements.front().node).value;
  return result.add("= ").add(expression(body));
}

Doc Printer::declaration_node(const OptimizerDecl& node, Span span) {
  std::vector<Item> items;
  for (const OptimizerDecl::State& each : node.states) {
    items.push_back({each.name.span.begin, each.initial->span.end,
                     [this, &each] { return sequence({each.name.text, value(" = ", each.initial)}); }});
  }
  for (const Function& each : node.functions) {
    items.push_back({each.span.begin, each.span.end, [this, &each] { return function(each); }});
  }
  std::ranges::stable_sort(items, {}, &Item::begin);
  Doc head = sequence({"optimizer " + node.name.text, parameters(node.arguments), " "});
  const std::uint32_t open = brace_after(node.name.span.end);
  return group(head.add(braces(open, span.end, std::move(items), "; ")));
}

Doc Printer::declaration_node(const TestDecl& node, Span) {
  Doc head = sequence({fmt::format("test {} ", quoted_literal(node.name))});
  if (!node.given.empty()) head.add("given ").add(parameters(node.given)).add(" ");
  return group(head.add(block(node.body)));
}

Doc Printer::declaration_node(const ImportDecl& node, Span) {
  const std::string import = "import " + quoted_literal(node.path);
  return node.as ? import + " as " + node.as->text : import;
}

Doc Printer::declaration_node(const PrecisionDecl& node, Span) { return "precision " + node.type.text; }

Doc Printer::declaration(const Decl& declaration) {
  return std::visit([&](const auto& node) { return declaration_node(node, declaration.span); },
                    declaration.node);
}

Doc Printer::module() {
  std::vector<Item> items;
  for (const Decl& each : module_.declarations) {
    items.push_back({each.span.begin, each.span.end, [this, &each] { return declaration(each); }});
  }
  const auto end = static_cast<std::uint32_t>(source_.size() + 1);
  return lines(std::move(items), end, hard_line(), Doc());
}

}  // namespace dp
