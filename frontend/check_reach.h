#pragma once
// Whether a value depends on a variable, as far as the body shows: for gradients that would be zero
// everywhere.

#include "frontend/check_value.h"

namespace dp::checker {

/// None: not at all. Discrete: only through integers, bools or positions, whose slope is zero everywhere.
enum class Reach : std::uint8_t { none, discrete, smooth };

/// How `expression` depends on the part of a variable that the path leads to.
Reach reach(const Body& body, const typed::Expr& expression, const typed::WrtPath& part);

}  // namespace dp::checker
