#pragma once
// What the intrinsics share that are partly functions of the library: those are called on values at hand, in
// another shape where they are written for one; and arguments that are sizes or one axis.

#include <optional>
#include <string>

#include "frontend/check_arguments.h"

namespace dp::checker {

/// A function of the library, on values.
Value call_library(Body& body, const std::string& name, const CallSite& site, std::vector<Value> values);

/// The same elements in a shape of as many.
Value reshaped(Value value, typed::TensorShape shape);
/// A tensor by which a function of the library learns sizes; its elements are never read.
Value sizes(Shape dims, Span span);

/// The argument's value, a tensor whose scalar type is settled.
Value settled_tensor(Body& body, Argument& argument, const CallSite& site);
/// Brings two tensors to one settled scalar type, bool included; reports where that cannot be.
bool share_scalar(Body& body, Value& left, Value& right, const CallSite& site);
/// One dimension as an argument, zero or more; reports what is none.
std::optional<Dim> size_argument(Body& body, const Argument& argument);
/// The one axis of `over`, counted from the end; `usual` where the call names none. Reports what is none.
std::optional<int> one_axis(Body& body, const Value& value, Argument* over, int usual, const CallSite& site);

/// Reports an argument that does not fit its parameter; gives a poisoned value.
Value refuse(Body& body, const CallSite& site, const std::string& wanted, const std::string& parameter,
             const Value& argument);

}  // namespace dp::checker
