// `using adam(lr = cosine(1e-2)), clip = global_norm(1)`: the optimizer, its hyperparameters in terms of the
// step, and how gradients are clipped.

#include <algorithm>

#include "frontend/check_calls.h"
#include "frontend/check_notes.h"
#include "frontend/check_optimizer.h"
#include "frontend/check_train.h"

namespace dp::checker {

using typed::Scalar;

namespace {

const ast::NameUse* callee_name(const ast::Expr& expression) {
  const auto* call = std::get_if<ast::Call>(&expression.node);
  return std::get_if<ast::NameUse>(&(call ? *call->callee : expression).node);
}

const typed::Optimizer* find_optimizer(Body& body, const ast::Expr& expression) {
  const auto* name = callee_name(expression);
  Entry* entry = name ? body.program.find(body.origin, name->name) : nullptr;
  if (entry && std::holds_alternative<ast::OptimizerDecl>(entry->declaration->node)) {
    return optimizer_of(body.program, *entry);
  }
  const std::string written = name ? name->name : source_text(body, expression.span);
  std::vector<std::string> names;
  for (const auto* table : {&body.program.names_of(body.origin), &body.program.library}) {
    for (const auto& [known, declared] : *table) {
      if (std::holds_alternative<ast::OptimizerDecl>(declared.declaration->node)) names.push_back(known);
    }
  }
  std::sort(names.begin(), names.end());  // tables have no order, and the first of equally near ones is told
  auto diagnostic = diagnose(diag::UnknownOptimizer, expression.span, written);
  if (const auto near = did_you_mean(written, names); !near.empty()) {
    diagnostic.fixes.push_back("did you mean `" + std::string(near) + "`?");
  }
  body.report(std::move(diagnostic));
  return nullptr;
}

/// A schedule given by its bare name, `lr = warm`, is called like any other.
Value schedule_by_name(Body& body, const Argument& argument) {
  const auto* name = argument.syntax ? std::get_if<ast::NameUse>(&argument.syntax->node) : nullptr;
  if (!name || body.find_variable(name->name)) return {};
  Entry* entry = body.program.find(body.origin, name->name);
  if (!entry || !std::holds_alternative<ast::Function>(entry->declaration->node)) return {};
  FunctionRecord* function = function_of(body.program, *entry);
  if (!function) return {};
  return call_function(body, *function, {}, {name->name, argument.span, argument.span, {}});
}

typed::ExprPtr hyperparameter_value(Body& body, Argument& argument, const typed::Optimizer& optimizer,
                                    std::size_t place) {
  const auto& all = optimizer.hyperparameters;
  const auto& hyperparameter = all[place];
  const auto before = all.begin() + static_cast<std::ptrdiff_t>(place);
  const auto sizes = std::count_if(all.begin(), before, [](const auto& each) { return each.is_size; });
  const std::size_t parameter = place - static_cast<std::size_t>(sizes);
  const typed::Variable& variable = optimizer.step.variables[optimizer.step.parameters[parameter]];
  body.notes[body.step_variable].read = false;
  Value value = schedule_by_name(body, argument);
  if (!value) value = evaluate(body, argument);
  if (!value) return nullptr;
  const typed::Type found = value.type();
  typed::ExprPtr result = fitted(body, std::move(value), variable.type);
  if (!result) {
    body.report(diagnose(diag::ArgumentType, argument.span, optimizer.name, text(variable.type),
                         hyperparameter.name, text(found)));
    return nullptr;
  }
  if (body.notes[body.step_variable].read && !hyperparameter.schedule) {
    body.report(diagnose(diag::NotASchedule, argument.span, hyperparameter.name, optimizer.name));
    return nullptr;
  }
  return result;
}

/// The optimizer's own default, checked anew so that this block has a tree of its own.
typed::ExprPtr hyperparameter_default(Body& body, const typed::Optimizer& optimizer, std::size_t place) {
  const Entry& entry = *body.program.find(body.origin, optimizer.name);
  const auto& syntax = std::get<ast::OptimizerDecl>(entry.declaration->node).arguments[place];
  return closed_scalar(body.program, entry.origin, *syntax.initial, optimizer.span, syntax.name.text);
}

/// `population = 64`: a number that is known when the step is compiled.
bool size_value(Body& body, typed::Train& train, const Argument* argument, std::size_t place) {
  const typed::Optimizer& optimizer = *train.optimizer;
  const ast::Expr* syntax = argument ? argument->syntax : nullptr;
  if (!syntax) {
    const Entry& entry = *body.program.find(body.origin, optimizer.name);
    syntax = std::get<ast::OptimizerDecl>(entry.declaration->node).arguments[place].initial.get();
  }
  const auto size = check_count(body, *syntax, 1);
  if (size) train.sizes.emplace_back(optimizer.hyperparameters[place].name, *size);
  return size.has_value();
}

bool check_hyperparameters(Body& body, typed::Train& train, const ast::Expr& expression, Span span) {
  const typed::Optimizer& optimizer = *train.optimizer;
  CallSite site{optimizer.name, span, expression.span, {}};
  if (const auto* call = std::get_if<ast::Call>(&expression.node)) site.arguments = arguments_of(*call);
  std::vector<std::string> names;
  std::unique_ptr<bool[]> optional(new bool[optimizer.hyperparameters.size()]);
  for (const auto& each : optimizer.hyperparameters) {
    optional[names.size()] = each.initial != nullptr;
    names.push_back(each.name);
  }
  const auto placed = place_arguments(body, site, names, {optional.get(), names.size()});
  if (!placed) return false;
  body.in_schedule = true;
  bool fine = true;
  for (std::size_t k = 0; k < placed->size(); ++k) {
    if (optimizer.hyperparameters[k].is_size) {
      fine = size_value(body, train, (*placed)[k], k) && fine;
      train.hyperparameters.emplace_back();
      continue;
    }
    typed::ExprPtr value = (*placed)[k] ? hyperparameter_value(body, *(*placed)[k], optimizer, k)
                                        : hyperparameter_default(body, optimizer, k);
    fine = fine && value;
    train.hyperparameters.push_back(std::move(value));
  }
  body.in_schedule = false;
  return fine;
}

bool check_clip(Body& body, typed::Train& train, const ast::Expr& expression) {
  const auto* call = std::get_if<ast::Call>(&expression.node);
  const auto* name = callee_name(expression);
  const bool by_norm = name && name->name == "global_norm", by_value = name && name->name == "value";
  if (!call || call->arguments.size() != 1 || (!by_norm && !by_value)) {
    body.report(diagnose(diag::UnknownClip, expression.span));
    return false;
  }
  Value limit = check_expr(body, *call->arguments.front().value);
  if (!limit) return false;
  const typed::Type found = limit.type();
  train.clip.kind = by_norm ? typed::Train::Clip::Kind::global_norm : typed::Train::Clip::Kind::value;
  train.clip.limit = fitted(body, std::move(limit), tensor(Scalar::real));
  if (train.clip.limit) return true;
  body.report(diagnose(diag::WrongScalar, call->arguments.front().value->span, name->name, "one real number",
                       text(found)));
  return false;
}

}  // namespace

bool check_using(Body& body, typed::Train& train, const ast::TrainUsing& syntax, Span) {
  const ast::Expr& optimizer = *syntax.optimizer;
  train.optimizer = find_optimizer(body, optimizer);
  if (!train.optimizer) return false;
  const auto* call = std::get_if<ast::Call>(&optimizer.node);
  const bool fine = check_hyperparameters(body, train, optimizer, call ? call->callee->span : optimizer.span);
  return (!syntax.clip || check_clip(body, train, *syntax.clip)) && fine;
}

}  // namespace dp::checker
