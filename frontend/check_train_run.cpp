#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_train.h"

namespace dp::checker {

std::optional<std::int64_t> check_count(Body& body, const ast::Expr& expression, std::int64_t least) {
  const auto dim = try_dim(body, expression);
  const auto value = dim ? constant_size(body, *dim) : std::nullopt;
  if (value && *value >= least) return value;
  body.report(diagnose(diag::NotACount, expression.span, least));
  return std::nullopt;
}

namespace {

/// `seeds = 0..5`: 0, 1, 2, 3, 4.
bool check_seeds(Body& body, typed::Train& train, const ast::Expr& expression) {
  const auto* range = std::get_if<ast::Binary>(&expression.node);
  if (!range || range->op != ast::BinaryOp::range) {
    body.report(diagnose(diag::NotACount, expression.span, std::int64_t{0}).fix("seeds = 0..5"));
    return false;
  }
  const auto first = check_count(body, *range->left, 0);
  const auto end = first ? check_count(body, *range->right, *first + 1) : std::nullopt;
  train.seed = first.value_or(0);
  train.end_seed = end;
  return end.has_value();
}

Span place_of(const ast::Argument& option) { return option.name ? option.name->span : option.value->span; }

/// `on = accuracy` is to grow, `on = -error` to shrink; `loss` is the objective.
bool check_stop_value(Body& body, typed::Train& train, const ast::Expr& expression) {
  const auto* unary = std::get_if<ast::Unary>(&expression.node);
  const auto* name = std::get_if<ast::NameUse>(&(unary ? *unary->operand : expression).node);
  for (std::size_t k = 0; name && k < train.metrics.size(); ++k) {
    if (train.metrics[k].name != name->name) continue;
    train.stop->value = k + 1;
    train.stop->higher_is_better = unary == nullptr;
    return true;
  }
  if (name && !unary && name->name == "loss") return true;
  auto diagnostic = diagnose(diag::UnknownName, expression.span, source_text(body, expression.span));
  body.report(std::move(diagnostic).note("`on` names a metric of the block, or `loss`"));
  return false;
}

}  // namespace

bool check_accumulate(Body& body, typed::Train& train, const ast::TrainAccumulate& syntax, Span span) {
  const auto count = check_count(body, *syntax.count, 1);
  if (!count) return false;
  train.accumulate = *count;
  const bool fine = train.batch && train.optimizer && !train.optimizer->searches;
  if (!fine && train.optimizer)
    body.report(diagnose(diag::TrainPartMissing, span, train.name, "the batches that `accumulate` adds up")
                    .fix("data (x, y) from …, batch 32"));
  return fine;
}

bool check_stop(Body& body, typed::Train& train, const ast::TrainStop& syntax, Span span) {
  train.stop.emplace(typed::Train::Stop{0, 0, train.maximize});
  bool fine = true;
  for (const ast::Argument& option : syntax.options) {
    const std::string name = option.name ? option.name->text : "";
    if (name == "patience") {
      const auto patience = check_count(body, *option.value, 1);
      train.stop->patience = patience.value_or(1);
      fine = fine && patience;
    } else if (name == "on") {
      fine = check_stop_value(body, train, *option.value) && fine;
    } else {
      body.report(diagnose(diag::UnknownArgument, place_of(option), "stop", name));
      fine = false;
    }
  }
  if (fine && train.stop->patience == 0) {
    body.report(diagnose(diag::LacksArgument, span, "stop", "`patience`"));
    return false;
  }
  return fine;
}

bool check_run(Body& body, typed::Train& train, const ast::TrainRun& syntax, Span span) {
  train.epochs = syntax.epochs;
  bool fine = true;
  for (const ast::Argument& option : syntax.options) {
    const std::string name = option.name ? option.name->text : "";
    const Span at = place_of(option);
    if (name == "seed") {
      const auto seed = check_count(body, *option.value, 0);
      fine = fine && seed;
      train.seed = seed.value_or(0);
    } else if (name == "seeds") {
      fine = check_seeds(body, train, *option.value) && fine;
    } else {
      body.report(diagnose(diag::UnknownArgument, at, "run", name));
      fine = false;
    }
  }
  if (!syntax.count) {
    if (fine) body.report(diagnose(diag::NotACount, span, std::int64_t{1}));
    return false;
  }
  const auto count = check_count(body, *syntax.count, 1);
  train.count = count.value_or(0);
  if (!count) return false;
  if (train.epochs && !train.data) {
    body.report(diagnose(diag::EpochsWithoutData, span).fix("run " + std::to_string(train.count) + " steps"));
    return false;
  }
  return fine;
}

typed::ExprPtr one_real(Body& body, const ast::Expr& expression, const std::string& what) {
  Value value = check_expr(body, expression);
  if (!value) return nullptr;
  settle_towards(body, value, tensor(typed::Scalar::real));
  if (agree(body, value.type(), tensor(typed::Scalar::real))) return std::move(value.expr);
  auto diagnostic = diagnose(diag::NotOneReal, expression.span, what, text(value.type()));
  const auto* type = as_tensor(value.type());
  if (type && is_real(type->scalar))
    diagnostic.fixes.push_back("mean(" + source_text(body, expression.span) + ")");
  body.report(std::move(diagnostic));
  return nullptr;
}

void add_metric(Body& body, typed::Train& train, const ast::Name& name, typed::ExprPtr value) {
  const typed::VariableId id = body.bind(name.text, value->type, name.span, value.get());
  body.notes[id].parameter = true;
  train.metrics.push_back({name.text, std::move(value), id});
}

namespace {

using Kind = typed::Train::Every::Kind;

bool check_save(Body& body, const typed::Train& train, const ast::TrainEvery::Action& action,
                typed::Train::Every& every) {
  const auto* path =
      action.arguments.empty() ? nullptr : std::get_if<ast::StringLiteral>(&action.arguments.front()->node);
  every.kind = Kind::save;
  if (path)
    every.path = path->value;
  else
    body.report(diagnose(diag::NotAText, action.span).fix("save \"" + train.name + ".safetensors\""));
  return path != nullptr;
}

bool check_print(Body& body, const ast::TrainEvery::Action& action, typed::Train::Every& every) {
  every.kind = Kind::print;
  for (const ast::ExprPtr& each : action.arguments) {
    Value value = check_expr(body, *each);
    if (!value) return false;
    settle_by_itself(value);
    every.print.arguments.push_back(std::move(value.expr));
  }
  return true;
}

/// `metric a = e` is one more metric; `metric a` names one that there is. All are reported at these steps.
bool check_metric(Body& body, typed::Train& train, const ast::TrainEvery::Action& action,
                  typed::Train::Every& every) {
  every.kind = Kind::metric;
  const ast::Name& name = *action.name;
  const bool is_new = !action.arguments.empty();
  if (is_new) {
    typed::ExprPtr value = one_real(body, *action.arguments.front(), "metric");
    if (!value) return false;
    add_metric(body, train, name, std::move(value));
    return true;
  }
  for (const auto& metric : train.metrics)
    if (metric.name == name.text) return true;
  body.report(
      diagnose(diag::UnknownName, name.span, name.text).note("`metric " + name.text + " = …` declares it"));
  return false;
}

bool check_action(Body& body, typed::Train& train, const ast::TrainEvery::Action& action,
                  typed::Train::Every& every) {
  if (action.kind == ast::TrainEvery::Action::Kind::save) return check_save(body, train, action, every);
  if (action.kind == ast::TrainEvery::Action::Kind::print) return check_print(body, action, every);
  return check_metric(body, train, action, every);
}

}  // namespace

bool check_every(Body& body, typed::Train& train, const ast::TrainEvery& syntax) {
  const auto count = check_count(body, *syntax.count, 1);
  bool fine = count.has_value();
  for (const auto& action : syntax.actions) {
    typed::Train::Every every;
    every.count = count.value_or(1);
    every.epochs = syntax.epochs;
    fine = check_action(body, train, action, every) && fine;
    train.every.push_back(std::move(every));
  }
  return fine;
}

}  // namespace dp::checker
