#include "frontend/check_arguments.h"

#include "frontend/check_notes.h"

namespace dp::checker {
namespace {

std::optional<std::size_t> find(std::span<const std::string> parameters, const std::string& name) {
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (parameters[k] == name) return k;
  }
  return std::nullopt;
}

void report_unknown(Body& body, const CallSite& site, std::span<const std::string> parameters,
                    const ast::Name& name) {
  auto diagnostic = diagnose(diag::UnknownArgument, name.span, site.name, name.text);
  if (const auto near =
          did_you_mean(name.text, std::vector<std::string>(parameters.begin(), parameters.end()));
      !near.empty()) {
    diagnostic.fixes.push_back("did you mean `" + std::string(near) + "`?");
  }
  std::string all;
  for (const std::string& each : parameters) all += (all.empty() ? "`" : ", `") + each + "`";
  if (!all.empty()) diagnostic.notes.push_back("its parameters are " + all);
  body.report(std::move(diagnostic));
}

std::string list_of(const std::vector<std::string>& names) {
  std::string result;
  for (const std::string& each : names) result += (result.empty() ? "`" : ", `") + each + "`";
  return result;
}

}  // namespace

std::vector<Argument> arguments_of(const ast::Call& call) {
  std::vector<Argument> result;
  for (const ast::Argument& each : call.arguments) {
    result.push_back({each.name ? &*each.name : nullptr, each.value.get(), {}, each.value->span});
  }
  return result;
}

std::optional<std::vector<Argument*>> place_arguments(Body& body, CallSite& site,
                                                      std::span<const std::string> parameters,
                                                      std::span<const bool> optional) {
  std::vector<Argument*> result(parameters.size(), nullptr);
  std::size_t next = 0;
  bool fine = true;
  for (Argument& each : site.arguments) {
    std::optional<std::size_t> place;
    if (each.name)
      place = find(parameters, each.name->text);
    else if (next < parameters.size())
      place = next++;
    if (!place) {
      if (each.name)
        report_unknown(body, site, parameters, *each.name);
      else
        body.report(diagnose(diag::TooManyArguments, each.span, site.name,
                             counted(parameters.size(), "argument", "arguments")));
      fine = false;
      continue;
    }
    if (result[*place] != nullptr) {
      body.report(diagnose(diag::RepeatedArgument, each.span, parameters[*place])
                      .label(result[*place]->span, "given here already"));
      fine = false;
      continue;
    }
    result[*place] = &each;
  }
  std::vector<std::string> missing;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (result[k] == nullptr && !optional[k]) missing.push_back(parameters[k]);
  }
  if (fine && !missing.empty()) {
    body.report(diagnose(diag::LacksArgument, site.callee, site.name, list_of(missing)));
    fine = false;
  }
  return fine ? std::optional(std::move(result)) : std::nullopt;
}

Value evaluate(Body& body, Argument& argument) {
  if (argument.syntax == nullptr) return std::move(argument.ready);
  return check_expr(body, *argument.syntax);
}

}  // namespace dp::checker
