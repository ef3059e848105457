#pragma once
// Scalar types meet: literals and dimensions take the type of what they meet, everything else must already
// agree.

#include "frontend/check_value.h"

namespace dp::checker {

/// What the operands of an operation must be.
enum class Numbers : std::uint8_t { any, reals, integers, compared, bools };

/// Brings all operands (tensors) to one scalar type and reports where that cannot be; `what` is the operation
/// as the user wrote it. True where they agree now. Compared integers of different width become i64.
bool unify(Body& body, std::vector<Value*> operands, Numbers kind, Span span, std::string_view what);

/// Reports an operand that is no tensor where one is needed.
bool require_tensors(Body& body, const std::vector<Value*>& operands, Span span, std::string_view what);

}  // namespace dp::checker
