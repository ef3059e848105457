#pragma once
// The functions that the meanings in ops.def name, over any scalar (ir/scalar.h): our own algorithms,
// branch-free and therefore vector code as they stand, the same for the interpreter and the code generator,
// so that both give the same bits. All handle the whole range: denormals, zeros with their signs, infinities,
// NaN. The largest errors, measured by bench/ulp, are in docs/accuracy.md;
// tests/ir/math_accuracy_test.cpp holds them.

#include "ir/math_error.h"          // IWYU pragma: export
#include "ir/math_exponential.h"    // IWYU pragma: export
#include "ir/math_gamma.h"          // IWYU pragma: export
#include "ir/math_logarithm.h"      // IWYU pragma: export
#include "ir/math_number.h"         // IWYU pragma: export
#include "ir/math_power.h"          // IWYU pragma: export
#include "ir/math_quad.h"           // IWYU pragma: export
#include "ir/math_trigonometric.h"  // IWYU pragma: export
