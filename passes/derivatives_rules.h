#pragma once
// The derivative rules by form, behind derivatives.h, and what they share.

#include "passes/derivatives.h"

namespace dp::derivative_rules {

/// The same op on the same operands, but for operand k.
Expression with_operand(const Application& application, std::size_t k, const Expression& value);

/// A cotangent that goes back through a move that takes every element of its result from the operand.
template <class Move>
Adjoint moved(const Adjoint& ct, const Move& move) {
  return {move(ct.value), ct.guard.moved(move)};
}

/// The contribution of the k-th operand of a pointwise op with a derivative text, or of `power`: to that
/// operand's cotangent if `ct` is the result's cotangent, to the result's tangent if it is the operand's
/// tangent.
Expression local_product(const Application& application, std::size_t k, const Expression& ct);
Adjoint pull_select(const Application& application, std::size_t k, const Adjoint& ct);

/// broadcast, reshape, transpose, slice, pad, concat, flip, take, gather, scatter_add, scatter_set.
Adjoint pull_move(const Application& application, std::size_t k, const Adjoint& ct);

/// reduce_sum, reduce_prod, reduce_max, reduce_min.
Adjoint pull_reduce(const Application& application, const Adjoint& ct);
Expression push_reduce(const Application& application, const Expression& tangent);

/// for_, at, put: of the operand 0.
Adjoint pull_binder(const Application& application, const Adjoint& ct);

/// Routines on whole tensors: from an operand's tangent to what the result's gains, and back.
Adjoint pull_call(const Application& application, std::size_t k, const Adjoint& ct);
Expression push_call(const Application& application, std::size_t k, const Expression& tangent);

/// custom: the derivative that it brings with it (derivatives_custom.cpp).
Adjoint pull_custom(const Application& application, std::size_t k, const Adjoint& ct);
Expression push_custom(const Application& application, const Tangents& tangents);

/// dot, guarded_dot.
Adjoint pull_dot(const Application& application, std::size_t k, const Adjoint& ct);

}  // namespace dp::derivative_rules
