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

bool check_run(Body& body, typed::Train& train, const ast::TrainRun& syntax, Span span) {
  train.epochs = syntax.epochs;
  bool fine = true;
  for (const ast::Argument& option : syntax.options) {
    const std::string name = option.name ? option.name->text : "";
    const Span at = option.name ? option.name->span : option.value->span;
    if (name == "seed") {
      const auto seed = check_count(body, *option.value, 0);
      fine = fine && seed;
      train.seed = seed.value_or(0);
    } else if (name == "seeds") {
      unsupported(body, at, "seeds");
      fine = false;
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

namespace {

bool check_action(Body& body, const ast::TrainEvery::Action& action, typed::Train::Every& every) {
  using Kind = ast::TrainEvery::Action::Kind;
  if (action.kind == Kind::save) {
    const auto* path =
        action.arguments.empty() ? nullptr : std::get_if<ast::StringLiteral>(&action.arguments.front()->node);
    every.kind = typed::Train::Every::Kind::save;
    if (path)
      every.path = path->value;
    else
      body.report(diagnose(diag::NotAText, action.span));
    return path != nullptr;
  }
  every.kind =
      action.kind == Kind::print ? typed::Train::Every::Kind::print : typed::Train::Every::Kind::metric;
  if (action.name) every.name = action.name->text;
  for (const ast::ExprPtr& each : action.arguments) {
    Value value = check_expr(body, *each);
    if (!value) return false;
    settle_by_itself(value);
    every.arguments.push_back(std::move(value.expr));
  }
  return true;
}

}  // namespace

bool check_every(Body& body, typed::Train& train, const ast::TrainEvery& syntax) {
  const auto count = check_count(body, *syntax.count, 1);
  bool fine = count.has_value();
  for (const auto& action : syntax.actions) {
    typed::Train::Every every;
    every.count = count.value_or(1);
    every.epochs = syntax.epochs;
    fine = check_action(body, action, every) && fine;
    train.every.push_back(std::move(every));
  }
  return fine;
}

}  // namespace dp::checker
