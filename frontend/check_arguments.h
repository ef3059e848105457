#pragma once
// Arguments of a call, before they are looked at: positions, names and what a pipe puts first. They are
// evaluated only when the callee says what they are, since `over = d` names an axis and `[n, d]` may be a
// shape.

#include <span>

#include "frontend/check_expr.h"

namespace dp::checker {

struct Argument {
  const ast::Name* name = nullptr;    // where it was given by name
  const ast::Expr* syntax = nullptr;  // null where `ready` holds it
  Value ready;
  Span span;
};

/// One call, as all checks of calls see it.
struct CallSite {
  std::string name;  // of the callee, for messages
  Span span;         // of the whole call
  Span callee;       // of the callee's name
  std::vector<Argument> arguments;
};

std::vector<Argument> arguments_of(const ast::Call& call);

/// The argument of each parameter, null where there is none. Reports arguments that no parameter takes;
/// `optional` parameters may stay without one.
std::optional<std::vector<Argument*>> place_arguments(Body& body, CallSite& site,
                                                      std::span<const std::string> parameters,
                                                      std::span<const bool> optional);

/// The argument's value; a text span of a pipeline is its last step.
Value evaluate(Body& body, Argument& argument);

}  // namespace dp::checker
