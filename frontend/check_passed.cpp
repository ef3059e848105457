#include "frontend/check_passed.h"

#include "frontend/check_notes.h"
#include "frontend/check_types.h"

namespace dp::checker {

bool PassedFunctions::takes(std::size_t parameter) const {
  const typed::Type& type = callee_.variables[callee_.parameters[parameter]].type;
  return std::holds_alternative<typed::FunctionType>(type.node);
}

const typed::FunctionType& PassedFunctions::type_of(const Passed& each) const {
  return std::get<typed::FunctionType>(callee_.variables[callee_.parameters[each.parameter]].type.node);
}

bool PassedFunctions::add(std::size_t parameter, const Argument* given, std::size_t written) {
  const ast::Expr* syntax = given ? given->syntax : function_.syntax->parameters[written].initial.get();
  if (syntax) {
    passed_.push_back({parameter, syntax, given == nullptr, {}});
    return true;
  }
  if (given->ready) body_.report(diagnose(diag::FunctionExpected, given->span, text(given->ready.type())));
  return false;
}

bool PassedFunctions::match(Matcher& matcher) {
  for (Passed& each : passed_) {
    if (!match_one(matcher, each)) return false;
  }
  return true;
}

bool PassedFunctions::match_one(Matcher& matcher, Passed& each) {
  const typed::FunctionType& pattern = type_of(each);
  std::vector<typed::Type> types;
  for (const typed::Type& type : pattern.parameters) {
    if (const auto unsolved = matcher.unsolved_in(type)) {
      body_.report(diagnose(diag::UnsolvedDimension, site_.callee, site_.name, *unsolved));
      return false;
    }
    types.push_back(matcher.shown(type));
  }
  each.function = check(each, types);
  if (!each.function.result) return false;
  const bool fits = matcher.match(*pattern.result, each.function.result) && !matcher.solve_rest();
  if (fits) return true;
  const auto result = std::make_shared<typed::Type>(matcher.shown(*pattern.result));
  report(each, {std::move(types), result}, each.function.result.type());
  return false;
}

PassedFunction PassedFunctions::check(const Passed& each, const std::vector<typed::Type>& types) {
  if (!each.is_default) return check_passed(body_, *each.syntax, types);
  // A default means what it means where the function is declared.
  const Origin origin = std::exchange(body_.origin, function_.origin);
  auto scopes = std::exchange(body_.scopes, {{}});
  LayerRecord* layer = std::exchange(body_.layer, nullptr);
  PassedFunction result = check_passed(body_, *each.syntax, types);
  body_.origin = origin;
  body_.scopes = std::move(scopes);
  body_.layer = layer;
  return result;
}

void PassedFunctions::report(const Passed& each, const typed::FunctionType& wanted,
                             const typed::Type& found) {
  const typed::FunctionType given{wanted.parameters, std::make_shared<typed::Type>(found)};
  const std::string& name = callee_.variables[callee_.parameters[each.parameter]].name;
  body_.report(with_origins(diagnose(diag::ArgumentType, each.syntax->span, site_.name,
                                     text(typed::Type{wanted}), name, text(typed::Type{given})),
                            body_, {found, *wanted.result}));
}

bool PassedFunctions::settle(const typed::Instance& instance, std::vector<Value>& values) {
  for (Passed& each : passed_) {
    typed::Type type = substitute(typed::Type{type_of(each)}, instance);
    const auto& wanted = std::get<typed::FunctionType>(type.node);
    const typed::Type found = each.function.result.type();
    typed::ExprPtr inner = fitted(body_, std::move(each.function.result), *wanted.result);
    if (!inner) {
      report(each, wanted, found);
      return false;
    }
    typed::FunctionExpr node{std::move(each.function.parameters), std::move(inner)};
    values[each.parameter] = {make(std::move(type), each.syntax->span, std::move(node)), Open::no};
  }
  return true;
}

}  // namespace dp::checker
