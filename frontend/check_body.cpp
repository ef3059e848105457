#include "frontend/check_body.h"

#include <algorithm>

#include "support/assert.h"

namespace dp::checker {

Body::Body(Program& the_program, Origin the_origin, typed::Function& the_function)
    : program(the_program), origin(the_origin), function(the_function), scopes(1) {}

typed::VariableId Body::add_variable(std::string name, typed::Type type, Span span) {
  DP_ASSERT(notes.size() == function.variables.size(), "notes of `{}` are not parallel", function.name);
  function.variables.push_back({std::move(name), std::move(type), span, false});
  notes.emplace_back();
  return static_cast<typed::VariableId>(function.variables.size() - 1);
}

typed::VariableId Body::bind(const std::string& name, typed::Type type, Span span,
                             const typed::Expr* definition) {
  const typed::VariableId id = add_variable(name, std::move(type), span);
  notes[id].definition = definition;
  scopes.back()[name] = id;
  return id;
}

typed::VariableId Body::assign(const std::string& name, typed::Type type, Span span,
                               const typed::Expr* definition) {
  const auto old = find_variable(name);
  if (!old) return bind(name, std::move(type), span, definition);
  const typed::VariableId id = add_variable(name, std::move(type), span);
  notes[id].definition = definition;
  notes[id].keeps_type = notes[*old].keeps_type;
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    if (const auto found = scope->find(name); found != scope->end()) {
      found->second = id;
      break;
    }
  }
  return id;
}

void Body::bind_poisoned(const std::string& name, Span span) {
  notes[bind(name, {typed::NothingType{}}, span, nullptr)].poisoned = true;
}

std::optional<typed::VariableId> Body::find_variable(const std::string& name) const {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    if (const auto found = scope->find(name); found != scope->end()) return found->second;
  }
  return std::nullopt;
}

namespace {

/// Of a tuple that was taken apart, reading one part is enough.
bool other_part_is_read(const Body& body, const VariableNote& note) {
  return note.unpacked_with &&
         std::any_of(body.notes.begin(), body.notes.end(), [&](const VariableNote& each) {
           return each.unpacked_with == note.unpacked_with && each.read;
         });
}

}  // namespace

void warn_of_unread(Body& body) {
  for (std::size_t id = 0; id < body.notes.size(); ++id) {
    const VariableNote& note = body.notes[id];
    const typed::Variable& variable = body.function.variables[id];
    if (note.read || note.parameter || note.poisoned || variable.name.empty()) continue;
    if (variable.name.front() == '_' || other_part_is_read(body, note)) continue;
    body.report(diagnose(diag::UnusedBinding, variable.span, variable.name)
                    .fix("remove it, or name it `_" + variable.name + "`"));
  }
}

}  // namespace dp::checker
