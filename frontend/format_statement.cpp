#include <algorithm>

#include "frontend/format_printer.h"

namespace dp {

using namespace ast;

bool Printer::newline_between(std::uint32_t begin, std::uint32_t end) const {
  if (begin >= end || end > source_.size()) return false;
  return source_.substr(begin, end - begin).find('\n') != std::string_view::npos;
}

bool Printer::starts_line(std::uint32_t begin) const {
  const std::string_view before = source_.substr(0, begin);
  const std::size_t last = before.find_last_not_of(" \t\r");
  return last != std::string_view::npos && before[last] == '\n';
}

std::uint32_t Printer::brace_after(std::uint32_t begin) const {
  const std::size_t found = source_.find('{', begin);
  return static_cast<std::uint32_t>(std::min(found, source_.size()));
}

bool Printer::has_comment_before(std::uint32_t end) const {
  return next_comment_ < module_.comments.size() && module_.comments[next_comment_].span.begin < end;
}

std::string Printer::next_comment() {
  const Span span = module_.comments[next_comment_++].span;
  printed_until_ = span.end;
  std::string text(source_.substr(span.begin, span.end - span.begin));
  text.erase(text.find_last_not_of(" \t\r") + 1);
  return text;
}

/// One more line of a block; a blank line before it where the source has at least one.
void Printer::add_line(Doc& lines, Doc line, std::uint32_t begin) {
  const std::uint32_t from = std::min(printed_until_, begin);
  const bool blank = !first_line_ && std::ranges::count(source_.substr(from, begin - from), '\n') > 1;
  if (!first_line_) lines.add(hard_line());
  if (blank) lines.add(hard_line());
  lines.add(std::move(line));
  first_line_ = false;
}

void Printer::add_comments(Doc& lines, std::uint32_t end) {
  while (has_comment_before(end)) {
    const std::uint32_t begin = module_.comments[next_comment_].span.begin;
    const std::uint32_t before = printed_until_;
    std::string comment = next_comment();
    printed_until_ = before;
    add_line(lines, std::move(comment), begin);
    printed_until_ = module_.comments[next_comment_ - 1].span.end;
    lines.forced = true;
  }
}

Doc Printer::lines(std::vector<Item> items, std::uint32_t end, Doc separator, Doc opening_comment) {
  Doc result = std::move(opening_comment);
  first_line_ = true;
  for (Item& item : items) {
    add_comments(result, item.begin);
    // Comments inside the item, outside its blocks, come before it.
    const std::uint32_t before = printed_until_;
    const bool first = first_line_;
    Doc printed = item.build();
    first_line_ = first;
    printed_until_ = before;
    while (has_comment_before(item.end)) {
      add_line(result, next_comment(), item.begin);
      result.forced = true;
    }
    if (first_line_ || separator.forced || result.forced)
      add_line(result, std::move(printed), item.begin);
    else
      result.add(separator).add(std::move(printed));
    first_line_ = false;
    printed_until_ = item.end;
    const std::uint32_t comment =
        next_comment_ < module_.comments.size() ? module_.comments[next_comment_].span.begin : end;
    if (comment >= end || newline_between(item.end, comment)) continue;
    result.add("  ").add(next_comment());
    result.forced = true;
  }
  add_comments(result, end);
  first_line_ = false;
  return result;
}

/// Items on one line if they were written so and fit; the group around it is the caller's.
Doc Printer::braces(std::uint32_t open, std::uint32_t end, std::vector<Item> items, const char* separator) {
  if (items.empty() && !has_comment_before(end)) return "{ }";
  const bool multiline = newline_between(open, end);
  Doc opening;
  const bool comment_behind =
      has_comment_before(end) && !newline_between(open, module_.comments[next_comment_].span.begin);
  if (comment_behind) opening = sequence({"  ", next_comment()});
  Doc between = multiline ? hard_line() : line_or(separator);
  Doc inside = lines(std::move(items), end, std::move(between), Doc());
  Doc result = sequence({"{", std::move(opening)});
  result.add(indent(sequence({multiline ? hard_line() : line(), std::move(inside)})));
  result.add(multiline ? hard_line() : line()).add("}");
  printed_until_ = end;
  return result;
}

std::vector<Printer::Item> Printer::items(const std::vector<Stmt>& statements) {
  std::vector<Item> result;
  for (const Stmt& each : statements) {
    result.push_back({each.span.begin, each.span.end, [this, &each] { return statement(each); }});
  }
  return result;
}

Doc Printer::block(const Block& block) {
  return braces(block.span.begin, block.span.end, items(block.statements), "; ");
}

Doc Printer::value(const char* between, const ExprPtr& value) {
  return value ? sequence({between, expression(*value)}) : Doc();
}

Doc Printer::target(const Target& target) {
  if (!target.parts.empty()) {
    std::vector<Doc> parts;
    for (const Target& part : target.parts) parts.push_back(this->target(part));
    if (parts.size() == 1) parts.front() = sequence({parts.front(), ","});
    return list("(", std::move(parts), ")", false);
  }
  if (target.items.empty()) return target.name.text;
  std::vector<Doc> items;
  for (const IndexItem& item : target.items) items.push_back(index_item(item));
  return sequence({target.name.text, list("[", std::move(items), "]", false)});
}

Doc Printer::statement(const Stmt& statement) {
  constexpr std::array assignments{" = ", " += ", " -= ", " *= ", " /= "};
  if (const Bind* bind = std::get_if<Bind>(&statement.node)) {
    return sequence(
        {target(bind->target), assignments[static_cast<std::size_t>(bind->op)], expression(*bind->value)});
  }
  if (const ExprStmt* plain = std::get_if<ExprStmt>(&statement.node)) return expression(*plain->value);
  if (const Return* result = std::get_if<Return>(&statement.node)) return value("return ", result->value);
  if (const While* loop = std::get_if<While>(&statement.node)) {
    Doc head = sequence({"while ", expression(*loop->condition), value(" upto ", loop->limit), " "});
    return group(head.add(block(loop->body)));
  }
  if (const Assert* check = std::get_if<Assert>(&statement.node)) {
    return sequence({"assert ", expression(*check->condition), value(", ", check->message)});
  }
  std::vector<Doc> arguments;
  for (const ExprPtr& argument : std::get<Print>(statement.node).arguments)
    arguments.push_back(expression(*argument));
  return sequence({"print", list("(", std::move(arguments), ")", false)});
}

}  // namespace dp
