#pragma once
// Whether a function of scalars may be built on whole tensors at once, as what it does to each element: where
// it consists of pointwise operations, choices and calls of such functions alone. Else it stands in loops
// over the elements; so does a gradient, which of a number that all elements share is one for each of them.

#include "frontend/typed.h"

namespace dp {

bool is_pointwise(const typed::Function& function);

}  // namespace dp
