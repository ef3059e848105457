#pragma once
// Paths into values: what `grad … wrt net.fc1.w` and `freeze net.fc1` name.

#include "frontend/check_value.h"

namespace dp::checker {

struct Path {
  typed::WrtPath place;
  typed::Type type;
};
/// The variable and the fields that a name or path leads to; reports what is no path.
std::optional<Path> check_path(Body& body, const ast::Expr& expression);

}  // namespace dp::checker
