#pragma once
// Functions as arguments: known at compile time, never values. A function that is passed is checked once, as
// a call with variables of the types that the parameter declares; the typed tree keeps that call with its
// variables (typed::FunctionExpr), so that methods, layers, intrinsics and elementwise functions need nothing
// of their own. What a layer is given as a function has no declared type: it gives the type of its argument.

#include "frontend/check_arguments.h"

namespace dp::checker {

/// `fn(A, B) -> C`, as it is written in a signature.
std::optional<typed::Type> check_function_type(Body& body, const ast::FunctionType& type);

/// A function that was passed: a call of it, with variables for its parameters.
struct PassedFunction {
  std::vector<typed::VariableId> parameters;
  Value result;  // poisoned where the call failed to check
};
/// `parameters` in the terms of `body`; reports what is no function.
PassedFunction check_passed(Body& body, const ast::Expr& expression,
                            const std::vector<typed::Type>& parameters);

/// A call of a parameter of function type.
Value call_parameter(Body& body, typed::VariableId variable, CallSite site);

/// The place of a function among the arguments of the layer around; nothing where the name is none.
std::optional<std::size_t> layer_function_named(const Body& body, const std::string& name);
/// A call of a function that the layer around was given.
Value call_layer_function(Body& body, std::size_t argument, CallSite site);
/// A function as an argument of a layer: one typed function for each function that is named. Null where it is
/// none, or does not keep the type of its argument.
const typed::Function* layer_function(Body& body, const ast::Expr& expression, const std::string& layer,
                                      const std::string& argument);

}  // namespace dp::checker
