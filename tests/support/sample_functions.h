#pragma once
// The samples of ops as functions of their real inputs, for the derivative tests.

#include <random>

#include "tests/support/gradient_check.h"
#include "tests/support/op_samples.h"

namespace dp::test {

/// Whether its value changes with a real input, smoothly.
bool has_derivative(const OpSample& sample);

/// Whether differences by each element, of a gradient even, take no time.
bool is_small(const OpSample& sample);

/// A point for each real input, in its domain.
Values real_inputs(const OpSample& sample, std::mt19937_64& random);

/// The sample's value, squared so that its second derivative is not 0: of f64 arguments in place of its
/// reals, and of constants in place of its other inputs. The sample must outlive it.
Builder builder_of(const OpSample& sample, std::mt19937_64& random);

}  // namespace dp::test
