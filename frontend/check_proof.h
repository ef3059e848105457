#pragma once
// What is known of dimensions inside one body: when two agree, and whether one is at most another. Names are
// nominal: a declared size agrees with itself and with the number that it is, never with another name of the
// same size.

#include "frontend/check_body.h"

namespace dp::checker {

enum class Verdict : std::uint8_t { proven, refuted, open };

Verdict prove_equal(const Body& body, const Dim& left, const Dim& right);
Verdict prove_at_most(const Body& body, const Dim& left, const Dim& right);

/// True where they agree for all sizes; false where they do not, or that cannot be told.
bool agree(const Body& body, const Dim& left, const Dim& right);
bool agree(const Body& body, const typed::TensorShape& left, const typed::TensorShape& right);
bool agree(const Body& body, const typed::Type& left, const typed::Type& right);

/// The dimension with declared names replaced by their sizes.
Dim with_sizes(const Body& body, const Dim& dim);
/// The size, where it is known at compile time.
std::optional<std::int64_t> constant_size(const Body& body, const Dim& dim);

/// Adds a clause to what the body knows.
void assume_equal(Body& body, const Dim& left, const Dim& right);
void assume_at_most(Body& body, const Dim& left, const Dim& right);

/// Reports a size that may be negative, with the clause to write.
bool check_size(Body& body, const Dim& size, Span span);

}  // namespace dp::checker
