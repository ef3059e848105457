#pragma once
// Matrices as arguments: shared by the functions of linear algebra that the checker knows by itself.

#include "frontend/check_arguments.h"

namespace dp::checker {

const Shape& dims_of(const Value& value);

/// The arguments' values; nothing where one is missing or failed to check.
std::optional<std::vector<Value>> values_of(Body& body, CallSite& site,
                                            const std::vector<std::string>& names);

/// Whether the value has two axes or more, of equal size where it must be `square`; else reported.
bool is_matrix(Body& body, const CallSite& site, const Value& value, bool square);

/// Whether b, a vector or a matrix, has the leading axes of the matrix a, and its rows; else reported.
bool is_right_side(Body& body, const CallSite& site, const Value& a, const Value& b);

/// `true` or `false` as it is written, `otherwise` where nothing is; what is known only at run time is
/// refused.
std::optional<bool> written_truth(Body& body, const CallSite& site, const Argument* argument, bool otherwise);

}  // namespace dp::checker
