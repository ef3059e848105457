#pragma once
// Calls: what is called, which argument belongs to which parameter, what the callee's dimensions are, whether
// its clauses hold, and what comes out.

#include "frontend/check_arguments.h"
#include "frontend/check_functions.h"

namespace dp::checker {

/// A call of a declared function. `self` is the layer of a method, else poisoned.
Value call_function(Body& body, FunctionRecord& function, Value self, CallSite site);

/// The same without a look at `over`.
Value call_directly(Body& body, FunctionRecord& function, Value self, CallSite site);

/// A call of a value: of a layer its nameless function.
Value call_value(Body& body, Value callee, CallSite site);

/// A call of what an expression names: a function, a method, a layer. The site's name is filled in.
Value call_callee(Body& body, const ast::Expr& callee, CallSite site);

/// Checks the callee's clauses at a call; false where one is broken or cannot be told (check_clauses.cpp).
bool check_clauses(Body& body, const typed::Function& callee, const typed::Instance& instance,
                   const CallSite& site);

/// The value of a parameter that the call leaves out (check_defaults.cpp).
typed::ExprPtr default_value(Body& body, FunctionRecord& function, std::size_t parameter,
                             const typed::Instance& instance, Span span);

/// A call that leaves `over` to the checker: the axes are moved to the end, and back where the function keeps
/// them (check_over.cpp). Null where the call has no `over` and the function does not reduce everything by
/// itself.
struct Over {
  Argument* argument = nullptr;  // null: all axes
};
std::optional<Over> find_over(const FunctionRecord& function, CallSite& site);
Value call_over(Body& body, FunctionRecord& function, Over over, CallSite site);

/// An argument that does not fit its parameter, and what is known about it.
struct Mismatch {
  const FunctionRecord& function;
  const CallSite& site;
  std::size_t parameter;
  typed::Type wanted;  // the parameter's type with what is solved put in
  const Value& argument;
  const Value* self = nullptr;  // of a method
  bool last_axis_only = false;
  std::vector<std::string> reasons;  // "`n` of `affine` is 64 by `x`"
};
void report_mismatch(Body& body, const Mismatch& mismatch);  // check_mismatch.cpp

}  // namespace dp::checker
