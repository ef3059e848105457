#include "frontend/parse_recover.h"

#include <algorithm>

#include "frontend/parse_mistakes.h"

namespace dp {
namespace {

using enum TokenKind;

/// What the items of a block are parsed as; nothing where they are no statements or their kind is not known.
std::optional<Unit> unit_of(BlockKind block) {
  switch (block) {
    case BlockKind::statements: return Unit::statement;
    case BlockKind::layer: return Unit::layer_item;
    case BlockKind::data: return Unit::data_item;
    case BlockKind::train: return Unit::train_item;
    case BlockKind::every: return Unit::every_action;
    case BlockKind::optimizer: return Unit::optimizer_item;
    default: return std::nullopt;
  }
}

/// The position of the bracket that closes the one at `open`.
std::size_t closing_position(std::span<const Token> tokens, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (is_opening(tokens[i].kind)) ++depth;
    if (is_closing(tokens[i].kind) && --depth == 0) return i;
  }
  return tokens.size();
}

struct Blocks {
  std::vector<Token> skeleton;  // the unit with its blocks emptied
  struct Inner {
    Unit unit;
    std::span<const Token> tokens;
  };
  std::vector<Inner> inner;
};

Blocks take_out_blocks(std::span<const Token> tokens) {
  Blocks result;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    result.skeleton.push_back(tokens[i]);
    const auto unit = tokens[i].kind == lbrace_ ? unit_of(tokens[i].block) : std::nullopt;
    if (!unit) continue;
    const std::size_t close = closing_position(tokens, i);
    for (const auto statement : cut_statements(tokens.subspan(i + 1, close - i - 1))) {
      result.inner.push_back({*unit, statement});
    }
    i = close - 1;
  }
  return result;
}

bool is_known(std::span<const Token> tokens) {
  return std::ranges::any_of(tokens, [](const Token& token) { return token.reported; });
}

}  // namespace

std::vector<std::span<const Token>> cut_statements(std::span<const Token> tokens) {
  std::vector<std::span<const Token>> result;
  std::size_t begin = 0, depth = 0;
  for (std::size_t i = 0; i <= tokens.size(); ++i) {
    if (i < tokens.size() && is_opening(tokens[i].kind)) ++depth;
    if (i < tokens.size() && is_closing(tokens[i].kind)) --depth;
    if (i < tokens.size() && (depth > 0 || tokens[i].kind != end_)) continue;
    if (i > begin) result.push_back(tokens.subspan(begin, i - begin));
    begin = i + 1;
  }
  return result;
}

void report_errors(Unit unit, std::span<const Token> tokens, const SyntaxFailure& failure,
                   ParseContext& context) {
  struct Task {
    Unit unit;
    std::span<const Token> tokens;
  };
  const std::size_t before = context.diagnostics.all().size();
  std::vector<Task> tasks{{unit, tokens}};
  while (!tasks.empty() && !context.has_enough_errors()) {
    const Task task = tasks.back();
    tasks.pop_back();
    const Blocks blocks = take_out_blocks(task.tokens);
    for (const Blocks::Inner& inner : blocks.inner) tasks.push_back({inner.unit, inner.tokens});
    const auto parsed = parse_unit(task.unit, blocks.skeleton, context);
    const SyntaxFailure* wrong = std::get_if<SyntaxFailure>(&parsed);
    if (!wrong || is_known(blocks.skeleton)) continue;
    context.diagnostics.report(describe_failure(task.unit, blocks.skeleton, *wrong, context));
  }
  if (context.diagnostics.all().size() == before && !is_known(tokens)) {
    context.diagnostics.report(describe_failure(unit, tokens, failure, context));
  }
}

}  // namespace dp
