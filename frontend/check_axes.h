#pragma once
// Axes as arguments: `over = d`, `over = -1`, `over = (height, width)`; and moving them to the end and back.

#include "frontend/check_arguments.h"

namespace dp::checker {

/// The axes, counted from the end (−1 is the last), ascending and without repetition; reports what names
/// none.
std::optional<std::vector<int>> check_axes(Body& body, const typed::Type& type, Argument& argument);

/// The value with these axes behind the others, in their order.
Value axes_last(Value value, const std::vector<int>& axes);
/// The last `axes.size()` axes moved back to where `axes_last` took them from.
Value axes_back(Value value, const std::vector<int>& axes);
/// The last `count` axes as one.
Value merged_last(Value value, std::size_t count);

}  // namespace dp::checker
