// dpc explain CODE | OP | kinks: a page of the catalogue, or a row of the op table.

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/kinks.h"
#include "dpc/program.h"
#include "ir/op.h"
#include "passes/simplify.h"

namespace dp {
namespace {

std::string operand_list(const OpInfo& op) { return fmt::format("{}", fmt::join(op.operands, ", ")); }

std::string derivative_page(const OpInfo& op) {
  switch (op.derivative) {
    case DerivativeKind::zero: return "Derivative: 0 wherever it exists.\n";
    case DerivativeKind::no_grad: return "Derivative: none; asking for it is an error.\n";
    case DerivativeKind::linear: return "Derivative: linear in every real operand.\n";
    case DerivativeKind::rule: return "Derivative: by a rule of its own, see passes/derivatives.cpp.\n";
    case DerivativeKind::expression: break;
  }
  std::string out = "Derivative, r the result and ct its cotangent:\n";
  for (std::size_t k = 0; k < op.derivative_texts.size(); ++k)
    out += fmt::format("  by {}: {}\n", op.operands[k], op.derivative_texts[k]);
  return out;
}

std::string op_page(const OpInfo& op) {
  std::string out = fmt::format("{}({})\n\n{}\n\n", op.name, operand_list(op), op.doc);
  if (!op.meaning_text.empty()) out += fmt::format("Meaning at an index: {}\n", op.meaning_text);
  out += derivative_page(op);
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
  return report(Program{}, diagnose(diag::NoSuchTopic, {}, topic));
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto topic = std::make_shared<std::string>();
  auto* command = app.add_subcommand("explain", "explains a code (E0203), an op (tanh), or `kinks`");
  command->add_option("topic", *topic, "what to explain")->required();
  command->callback([&action, topic] { action = [topic] { return explain(*topic); }; });
}

}  // namespace dp
