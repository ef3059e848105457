#pragma once
// Optimizers: hyperparameters, states, and one step for one tensor as an ordinary function; and how a
// training block gives the hyperparameters, schedules among them.

#include "frontend/check_arguments.h"

namespace dp::checker {

/// The optimizer of a declaration; null where it failed to check.
const typed::Optimizer* optimizer_of(Program& program, Entry& entry);

/// A closed expression that is one real number or one bool; reports what is none. `name` is whose value it
/// is.
typed::ExprPtr closed_scalar(Program& program, Origin origin, const ast::Expr& syntax, Span span,
                             const std::string& name);

/// Inside `step`, `lr(t)` reads the hyperparameter at step t: it has been evaluated before the step is
/// called.
bool is_schedule_call(const Body& body, const std::string& name);
Value call_schedule_name(Body& body, const std::string& name, CallSite& site);

/// Inside `using`, a function whose first parameters are `t` and `steps` is a schedule: they are supplied.
void supply_schedule_arguments(Body& body, const FunctionRecord& function, CallSite& site);

}  // namespace dp::checker
