#pragma once
// Training blocks: parameters, one batch of data, the statements before the objective, and how to run it.

#include "frontend/check_body.h"

namespace dp::checker {

void check_train(Program& program, const ast::TrainDecl& syntax, const ast::Decl& declaration);

/// `using adam(lr = cosine(1e-2)), clip = global_norm(1)` (check_train_using.cpp).
bool check_using(Body& body, typed::Train& train, const ast::TrainUsing& syntax, Span span);
/// `run 30 epochs, seed = 0` and `every 1 epochs { … }` (check_train_run.cpp).
bool check_run(Body& body, typed::Train& train, const ast::TrainRun& syntax, Span span);
/// `accumulate 4` and `stop patience = 5, on = accuracy`.
bool check_accumulate(Body& body, typed::Train& train, const ast::TrainAccumulate& syntax, Span span);
bool check_stop(Body& body, typed::Train& train, const ast::TrainStop& syntax, Span span);
bool check_every(Body& body, typed::Train& train, const ast::TrainEvery& syntax);
/// One real number, for the objective and the metrics (`what`).
typed::ExprPtr one_real(Body& body, const ast::Expr& expression, const std::string& what);
/// A metric, whose name means its value from here on.
void add_metric(Body& body, typed::Train& train, const ast::Name& name, typed::ExprPtr value);
/// A whole number known at compile time and at least `least`.
std::optional<std::int64_t> check_count(Body& body, const ast::Expr& expression, std::int64_t least);

}  // namespace dp::checker
