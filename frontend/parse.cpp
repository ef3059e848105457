#include "frontend/parse.h"

#include <algorithm>

#include "frontend/parse_layout.h"
#include "frontend/parse_recover.h"
#include "frontend/precheck.h"
#include "support/stack.h"

namespace dp {
namespace {

Span whole(const TokenSource& source) {
  return {source.file, 0, static_cast<std::uint32_t>(source.text.size())};
}

std::optional<std::vector<Token>> checked_tokens(ParseContext& context, Span part) {
  auto tokens = lex(context.source.text.substr(part.begin, part.end - part.begin), context.limits.tokens);
  if (!tokens) {
    context.diagnostics.report(
        diagnose(diag::TooManyTokens, {context.source.file, 0, 0}, context.limits.tokens));
    return std::nullopt;
  }
  for (Token& token : *tokens) {
    token.begin += part.begin;
    token.end += part.begin;
  }
  if (!check_tokens(*tokens, context) || !check_brackets(*tokens, context)) return std::nullopt;
  return tokens;
}

std::vector<ast::Comment> comments(std::span<const Token> tokens, const TokenSource& source) {
  std::vector<ast::Comment> result;
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::comment_) result.push_back({source.span(token)});
  }
  return result;
}

/// Line breaks between two places, no more than two counted.
int line_breaks(std::string_view text) {
  return static_cast<int>(std::min<std::ptrdiff_t>(2, std::ranges::count(text, '\n')));
}

/// Gives each declaration the text of the `##` lines that end on the line before it.
void attach_documentation(ast::Module& module, const TokenSource& source) {
  std::size_t next = 0;
  for (ast::Decl& declaration : module.declarations) {
    while (next < module.comments.size() && module.comments[next].span.begin < declaration.span.begin) ++next;
    std::size_t first = next;
    std::uint32_t below = declaration.span.begin;
    while (first > 0) {
      const Span comment = module.comments[first - 1].span;
      const std::string_view text = source.text.substr(comment.begin, comment.end - comment.begin);
      if (!text.starts_with("##") || line_breaks(source.text.substr(comment.end, below - comment.end)) != 1)
        break;
      below = comment.begin;
      --first;
    }
    for (std::size_t i = first; i < next; ++i) {
      const Span comment = module.comments[i].span;
      std::string_view text = source.text.substr(comment.begin, comment.end - comment.begin);
      text.remove_prefix(text.starts_with("## ") ? 3 : 2);
      declaration.doc += declaration.doc.empty() ? text : "\n" + std::string(text);
    }
  }
}

/// The declarations of a part, behind those that `module` has. Whether it could be read at all.
bool parse_part(ParseContext& context, Span part, ast::Module& module) {
  const auto tokens = checked_tokens(context, part);
  if (!tokens) return false;
  for (const ast::Comment& each : comments(*tokens, context.source)) module.comments.push_back(each);
  const std::vector<Token> meaningful = layout(*tokens, context.source);
  for (const auto unit : cut_statements(meaningful)) {
    if (context.has_enough_errors()) break;
    auto parsed = parse_unit(Unit::declaration, unit, context);
    if (const SyntaxFailure* failure = std::get_if<SyntaxFailure>(&parsed)) {
      report_errors(Unit::declaration, unit, *failure, context);
    } else {
      module.declarations.push_back(std::get<ast::Decl>(std::get<UnitTree>(std::move(parsed))));
    }
  }
  return true;
}

std::optional<ast::Module> parse_module(ParseContext& context, std::span<const Span> parts) {
  if (!check_text(context)) return std::nullopt;
  ast::Module module{.file = context.source.file};
  for (const Span part : parts) {
    if (!parse_part(context, part, module)) return std::nullopt;
  }
  attach_documentation(module, context.source);
  return module;
}

std::optional<ast::ExprPtr> parse_expression(ParseContext& context) {
  if (!check_text(context)) return std::nullopt;
  const auto tokens = checked_tokens(context, whole(context.source));
  if (!tokens) return std::nullopt;
  const std::vector<Token> meaningful = layout(*tokens, context.source);
  auto parsed = parse_unit(Unit::value, meaningful, context);
  if (const SyntaxFailure* failure = std::get_if<SyntaxFailure>(&parsed)) {
    report_errors(Unit::value, meaningful, *failure, context);
    return std::nullopt;
  }
  return std::get<ast::ExprPtr>(std::get<UnitTree>(std::move(parsed)));
}

}  // namespace

std::optional<ast::Module> parse(FileId file, const Sources& sources, Diagnostics& diagnostics,
                                 const ParseLimits& limits) {
  const Span all = whole({file, sources[file].text});
  return parse_parts(file, {&all, 1}, sources, diagnostics, limits);
}

std::optional<ast::Module> parse_parts(FileId file, std::span<const Span> parts, const Sources& sources,
                                       Diagnostics& diagnostics, const ParseLimits& limits) {
  ParseContext context{{file, sources[file].text}, diagnostics, limits};
  std::optional<ast::Module> result;
  run_with_stack(deep_stack_bytes, [&] { result = parse_module(context, parts); });
  return result;
}

std::optional<ast::ExprPtr> parse_value(FileId file, const Sources& sources, Diagnostics& diagnostics,
                                        const ParseLimits& limits) {
  ParseContext context{{file, sources[file].text}, diagnostics, limits};
  std::optional<ast::ExprPtr> result;
  run_with_stack(deep_stack_bytes, [&] { result = parse_expression(context); });
  return result;
}

}  // namespace dp
