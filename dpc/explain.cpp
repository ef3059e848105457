// dpc explain CODE | OP | NAME | kinks: a page of the catalogue, a row of the op table, or what the library
// says of a name.

#include <cstdio>

#include <span>

#include "dpc/commands.h"
#include "dpc/documentation.h"
#include "dpc/kinks.h"
#include "dpc/program.h"
#include "ir/op.h"
#include "passes/simplify.h"

namespace dp {
namespace {

/// The operands: by their names, or x, y, … as many as there are.
std::string operand_list(const OpInfo& op) {
  if (!op.operands.empty()) return fmt::format("{}", fmt::join(op.operands, ", "));
  if (op.arity < 0) return "x…";
  constexpr std::string_view letters[] = {"x", "y", "z", "w"};
  return fmt::format("{}", fmt::join(std::span(letters).first(static_cast<std::size_t>(op.arity)), ", "));
}

std::string_view operand_types(const OpInfo& op) {
  switch (op.types) {
    case TypeClass::real: return "reals, gives the same";
    case TypeClass::number: return "numbers, gives the same";
    case TypeClass::integer: return "integers, gives the same";
    case TypeClass::compare: return "numbers, gives bool";
    case TypeClass::test: return "reals, gives bool";
    case TypeClass::logic: return "bools, gives the same";
    case TypeClass::none: return "";
  }
  return "";
}

std::string_view form_text(const OpInfo& op) {
  switch (op.form) {
    case Form::eval:
    case Form::point: return "element by element";
    case Form::leaf: return "a value without operands";
    case Form::level: return "what gradients are written with; gone once they are taken";
    case Form::move: return "moves elements and computes nothing new of them but sums";
    case Form::reduce: return "a reduction; the order of its sum is part of the language";
    case Form::contract: return "sums of products, by fused multiply-add in increasing order";
    case Form::binder: return "a loop as it is written; tensors and closed loops are made of it";
    case Form::loop: return "a closed loop";
    case Form::effect: return "happens in order; has no value";
    case Form::call: return "a routine on whole tensors";
  }
  return "";
}

std::string derivative_page(const OpInfo& op) {
  switch (op.derivative) {
    case DerivativeKind::zero: return "Derivative: 0 wherever it exists.\n";
    case DerivativeKind::no_grad: return "Derivative: none; asking for it is an error.\n";
    case DerivativeKind::linear:
      return "Derivative: linear in every real operand: the tangent is the op itself, the cotangent goes "
             "through "
             "its transpose.\n";
    case DerivativeKind::rule: return "Derivative: by a rule of its own, see passes/derivatives.cpp.\n";
    case DerivativeKind::expression: break;
  }
  std::string out = "Derivative, r the result and ct its cotangent:\n";
  for (std::size_t k = 0; k < op.derivative_texts.size(); ++k)
    out += fmt::format("  by {}: {}\n", op.operands[k], op.derivative_texts[k]);
  return out;
}

std::string domain_page(const OpInfo& op) {
  if (op.domain.empty()) return "";
  std::string out = "Its tests draw ";
  for (std::size_t k = 0; k < op.domain.size(); ++k)
    out +=
        fmt::format("{}{} from {} to {}", k ? ", " : "", op.operands[k], op.domain[k].low, op.domain[k].high);
  return out + ".\n";
}

std::string op_page(const OpInfo& op) {
  std::string out = fmt::format("{}({})\n\n{}\n\n", op.name, operand_list(op), op.doc);
  out += fmt::format("Form: {}\n", form_text(op));
  if (const auto types = operand_types(op); !types.empty()) out += fmt::format("Operands: {}\n", types);
  if (!op.attributes.empty()) out += fmt::format("Attributes: {}\n", fmt::join(op.attributes, ", "));
  if (!op.meaning_text.empty()) out += fmt::format("Meaning at an index: {}\n", op.meaning_text);
  out += derivative_page(op) + domain_page(op);
  const auto rules = rules_for(op.op);
  if (!rules.empty()) out += "Rules:\n";
  for (const Rule* rule : rules)
    out += fmt::format("  {} is {} ({})\n", rule->pattern_text, rule->replacement_text, name(rule->kind));
  return out;
}

int explain(const std::string& topic) {
  if (const CatalogueEntry* entry = find_in_catalogue(topic)) {
    fmt::print("{}: {}\n\n{}\n", entry->code, entry->message, entry->explanation);
    return Exit::fine;
  }
  if (topic == "kinks") {
    fmt::print("{}", kinks_page());
    return Exit::fine;
  }
  if (const auto op = op_from_name(topic)) {
    fmt::print("{}", op_page(info(*op)));
    return Exit::fine;
  }
  const DocPage library = document_library();
  for (const DocEntry& entry : library.entries) {
    if (entry.name != topic) continue;
    fmt::print("{}\n{}", entry.signature, entry.text.empty() ? "" : "\n" + entry.text + "\n");
    return Exit::fine;
  }
  return report(Program{}, diagnose(diag::NoSuchTopic, {}, topic));
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto topic = std::make_shared<std::string>();
  auto* command = app.add_subcommand(
      "explain", "explains a code (E0203), an op (tanh), a name of the library, or `kinks`");
  command->add_option("topic", *topic, "what to explain")->required();
  command->callback([&action, topic] { action = [topic] { return explain(*topic); }; });
}

}  // namespace dp
