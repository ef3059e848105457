#pragma once
// Between lexer and parser: where statements end, and which words mean something in place. After it the
// grammar sees no newlines: an END stands between two statements or declarations and nowhere else, never
// twice in a row, never after `{` or before `}`. Names that are words of the block they stand in (`param`
// first in a train block, `upto` in the head of a `while`) have the kind of that word; the `<` `>` of
// `i32<n>` are BOUND_OPEN and BOUND_CLOSE; every
// `{` knows what its block holds. Before it all brackets must match.

#include "frontend/parse_token.h"

namespace dp {

std::vector<Token> layout(std::span<const Token> tokens, const TokenSource& source);

}  // namespace dp
