#pragma once
// Parsing goes on behind an error. A declaration that does not parse is cut into its statements, each of
// which is parsed by itself, so that every mistake is reported once and none hides another. Private to the
// parser.

#include "frontend/antlr_parser.h"

namespace dp {

/// The ranges between the ENDs of `tokens` that stand in no bracket.
std::vector<std::span<const Token>> cut_statements(std::span<const Token> tokens);

/// Reports all that is wrong with a unit that does not parse; `failure` is what the parser said of the whole.
void report_errors(Unit unit, std::span<const Token> tokens, const SyntaxFailure& failure,
                   ParseContext& context);

}  // namespace dp
