// What a loop carries from step to step.

#include "frontend/check_loops.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

/// A bound holds for what a name is before the loop; of what it becomes nothing is known yet.
typed::Type without_bound(typed::Type type) {
  if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) leaf->bound.reset();
  return type;
}

bool is_whole_number(const typed::Expr* definition) {
  return definition && std::holds_alternative<typed::NumberExpr>(definition->node) &&
         as_tensor(definition->type) && is_integer(as_tensor(definition->type)->scalar);
}

}  // namespace

CarriedNames::CarriedNames(Body& body, std::vector<std::string> names)
    : body_(body), names_(std::move(names)) {
  for (const std::string& name : names_) {
    const typed::VariableId before = *body_.find_variable(name);
    body_.notes[before].read = true;
    carried_.push_back({before, before, before, before});
  }
}

void CarriedNames::enter() {
  for (std::size_t k = 0; k < names_.size(); ++k) {
    const typed::Variable before = body_.function.variables[carried_[k].before];
    carried_[k].begin = body_.bind(names_[k], without_bound(before.type), before.span, nullptr);
    VariableNote& note = body_.notes[carried_[k].begin];
    note.parameter = note.keeps_type = true;
    note.sources = {carried_[k].before};
  }
}

bool CarriedNames::keeps_type(const typed::Carried& each, const std::string& name) {
  const auto& variables = body_.function.variables;
  const typed::Variable &begin = variables[each.begin], &end = variables[each.end];
  if (body_.notes[each.end].poisoned) return false;
  if (agree(body_, begin.type, end.type)) return true;
  auto diagnostic = diagnose(diag::CarriedType, end.span, name, text(begin.type), text(end.type))
                        .label(begin.span, text(begin.type))
                        .label(end.span, text(end.type));
  const auto* leaf = as_tensor(end.type);
  const auto* literal = body_.notes[each.before].definition;
  if (leaf && is_real(leaf->scalar) && is_whole_number(literal))
    diagnostic.fixes.push_back("begin with a real: `" + name + " = " + source_text(body_, literal->span) +
                               ".0`");
  body_.report(with_origins(std::move(diagnostic), body_, {begin.type, end.type}));
  return false;
}

bool CarriedNames::leave() {
  bool fine = true;
  for (std::size_t k = 0; k < names_.size(); ++k) {
    carried_[k].end = *body_.find_variable(names_[k]);
    body_.notes[carried_[k].end].read = true;
    body_.notes[carried_[k].begin].sources.push_back(carried_[k].end);
    fine = keeps_type(carried_[k], names_[k]) && fine;
  }
  return fine;
}

std::vector<typed::Carried> CarriedNames::finish() {
  for (std::size_t k = 0; k < names_.size(); ++k) {
    const typed::Variable begin = body_.function.variables[carried_[k].begin];
    ++body_.rebindings;
    carried_[k].after = body_.assign(names_[k], begin.type, begin.span, nullptr);
    VariableNote& note = body_.notes[carried_[k].after];
    note.parameter = true;
    note.sources = {carried_[k].before, carried_[k].end};
  }
  return std::move(carried_);
}

}  // namespace dp::checker
