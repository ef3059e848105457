#pragma once
// The texts of the parts of types, for messages and for the `typed` stage: as a user would write them.

#include <string>
#include <string_view>

#include "frontend/typed.h"

namespace dp::typed {

std::string_view name(Scalar scalar);             // "real", "bool", …
std::string text(const TensorShape& shape);       // "[.., n]"; empty for a scalar
std::string text(const LayerArgument& argument);  // "2*d", "0.5", "relu"

}  // namespace dp::typed
