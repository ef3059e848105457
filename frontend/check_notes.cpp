#include "frontend/check_notes.h"

#include <fmt/format.h>

#include <cctype>

namespace dp::checker {
namespace {

void collect(const typed::Type& type, std::set<std::string>& names) {
  const auto add = [&names](const std::vector<Dim>& dims) {
    for (const Dim& dim : dims) names.merge(dim.names());
  };
  if (const auto* leaf = as_tensor(type)) {
    add(leaf->shape.dims);
    if (leaf->bound) names.merge(leaf->bound->names());
  }
  if (const auto* layer = std::get_if<typed::LayerType>(&type.node)) {
    for (const auto& argument : layer->arguments) {
      if (const auto* dim = std::get_if<Dim>(&argument)) names.merge(dim->names());
    }
  }
  if (const auto* tuple = std::get_if<typed::TupleType>(&type.node)) {
    for (const typed::Type& each : tuple->elements) collect(each, names);
  }
}

std::string place(const Body& body, Span span) {
  const std::string line =
      "line " + std::to_string(body.program.sources.position(span.file, span.begin).line);
  const bool elsewhere = span.file != body.function.span.file;
  return elsewhere ? line + " of " + body.program.sources[span.file].path : line;
}

Diagnostic add_origins(Diagnostic diagnostic, const Body& body, const std::set<std::string>& names) {
  for (const std::string& name : names) {
    if (const auto own = body.dims.find(name); own != body.dims.end()) {
      diagnostic.notes.push_back(
          fmt::format("`{}` is {}, {}", name, own->second.text, place(body, own->second.span)));
      continue;
    }
    const auto size = body.program.sizes.find(name);
    const auto entry = body.program.sized.find(name);
    if (size == body.program.sizes.end() || entry == body.program.sized.end()) continue;
    diagnostic.notes.push_back(fmt::format("`{}` is declared as {}, {}", name, size->second.text(),
                                           place(body, entry->second->declaration->span)));
  }
  return diagnostic;
}

}  // namespace

Diagnostic with_origins(Diagnostic diagnostic, const Body& body, const std::vector<Dim>& dims) {
  std::set<std::string> names;
  for (const Dim& dim : dims) names.merge(dim.names());
  return add_origins(std::move(diagnostic), body, names);
}

Diagnostic with_origins(Diagnostic diagnostic, const Body& body, const std::vector<typed::Type>& types) {
  std::set<std::string> names;
  for (const typed::Type& type : types) collect(type, names);
  return add_origins(std::move(diagnostic), body, names);
}

std::string at_most_text(const Dim& left, const Dim& right) {
  // Of right - left >= 0, the names that lower it go to the left side.
  Dim low(0), high(0);
  const Dim gap = right - left;
  for (const std::string& name : gap.names()) {
    const Dim without = gap.substitute({{name, Dim(0)}});
    const auto slope = (gap - without).substitute({{name, Dim(1)}}).constant();
    if (!slope) return left.text() + " <= " + right.text();
    (*slope < 0 ? low : high) =
        (*slope < 0 ? low - Dim(*slope) * Dim::name(name) : high + Dim(*slope) * Dim::name(name));
  }
  const Dim rest = gap - (high - low);
  const auto constant = rest.constant();
  if (!constant) return left.text() + " <= " + right.text();
  if (*constant < 0 && !(low == Dim(0)))
    low = low - rest;
  else if (*constant < 0)
    low = -rest;
  else
    high = high + rest;
  return low.text() + " <= " + high.text();
}

Span tip(const ast::Expr& expression) {
  if (const auto* pipe = std::get_if<ast::Pipe>(&expression.node)) return pipe->target->span;
  return expression.span;
}

std::string source_text(const Body& body, Span span) { return std::string(body.program.sources.text(span)); }

std::string operand_text(const Body& body, Span span) {
  const std::string text = source_text(body, span);
  int depth = 0;
  for (const char each : text) {
    if (each == '(' || each == '[') ++depth;
    if (each == ')' || each == ']') --depth;
    const bool joins =
        std::isspace(static_cast<unsigned char>(each)) || each == '+' || each == '-' || each == '|';
    if (depth == 0 && joins) return "(" + text + ")";
  }
  return text;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  if (count == 0) return fmt::format("no {}", many);
  return count == 1 ? fmt::format("one {}", one) : fmt::format("{} {}", count, many);
}

Value unsupported(Body& body, Span span, std::string_view what) {
  body.report(diagnose(diag::NotSupportedYet, span, std::string(what)));
  return {};
}

}  // namespace dp::checker
