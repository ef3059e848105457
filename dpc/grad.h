#pragma once
// The gradient of a function as a program: what `dpc grad` prints, for the tests as well.

#include <span>
#include <string>

#include "dpc/program.h"

namespace dp {

/// A .dp file with one function, `FN_gradient`, of the parameters of `function` leaf by leaf; it gives the
/// gradient with respect to the paths `wrt`, a tuple where there are several leaves. The text is checked
/// before it is given out. E2220, E2221, E0901.
Result<std::string> gradient_source(const Program& program, const typed::Function& function,
                                    std::span<const std::string> wrt, const CommonOptions& options);

}  // namespace dp
