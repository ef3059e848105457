#pragma once
// What can be said of a text before it has a grammar: it is UTF-8 and not too large; every token is one of
// the language's and within its limits; brackets match and do not nest too deep. Mistakes are reported here
// and mended in the tokens (`&&` becomes `and`), so that the parser has nothing more to say about them.

#include "frontend/antlr_parser.h"

namespace dp {

/// True if the text can be cut into tokens.
bool check_text(ParseContext& context);

/// Checks each token; mends or drops those that are reported. False where there are too many mistakes to go
/// on.
bool check_tokens(std::vector<Token>& tokens, ParseContext& context);

/// Checks that brackets match. Declarations in which they do not are reported once and left out; which
/// declaration that is, is decided by the words that start one at the beginning of a line. False where
/// nothing can be parsed.
bool check_brackets(std::vector<Token>& tokens, ParseContext& context);

}  // namespace dp
