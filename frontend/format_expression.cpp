#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "frontend/format_printer.h"
#include "frontend/parse_literals.h"

namespace dp {

using namespace ast;

namespace {

Level level_of(const Expr& expression) {
  if (expression.parenthesised) return Level::postfix;
  if (const Binary* binary = std::get_if<Binary>(&expression.node)) return row_of(binary->op).level;
  if (const Unary* unary = std::get_if<Unary>(&expression.node)) {
    return unary->op == UnaryOp::not_ ? Level::not_ : Level::negative;
  }
  if (std::holds_alternative<Pipe>(expression.node) || std::holds_alternative<As>(expression.node))
    return Level::pipe;
  const bool reaches_far = std::holds_alternative<For>(expression.node) ||
                           std::holds_alternative<Grad>(expression.node) ||
                           std::holds_alternative<If>(expression.node);
  return reaches_far ? Level::lowest : Level::postfix;
}

Level above(Level level) { return static_cast<Level>(static_cast<int>(level) + 1); }

/// What ends in a block brings its own line breaks: it stays on the line of what it is the body of.
bool is_block_like(const Expr& expression) {
  const For* loop = std::get_if<For>(&expression.node);
  return std::holds_alternative<If>(expression.node) || (loop && loop->braces);
}

bool is_number(const ExprPtr& expression) {
  const Unary* unary = std::get_if<Unary>(&expression->node);
  const Expr& inner = unary && unary->op == UnaryOp::negative ? *unary->operand : *expression;
  return std::holds_alternative<IntegerLiteral>(inner.node) ||
         std::holds_alternative<RealLiteral>(inner.node);
}

bool is_tight(const ExprPtr& operand) { return !operand || level_of(*operand) >= Level::power; }

}  // namespace

Doc Printer::expression(const Expr& expression, Level at_least) {
  if (expression.parenthesised || level_of(expression) < at_least)
    return sequence({"(", node(expression), ")"});
  return node(expression);
}

Doc Printer::node(const Expr& expression) {
  const auto print = [&](const auto& node) -> Doc {
    using Node = std::decay_t<decltype(node)>;
    if constexpr (std::is_same_v<Node, IntegerLiteral>)
      return literal(expression, fmt::format("{}", node.value));
    else if constexpr (std::is_same_v<Node, RealLiteral>)
      return literal(expression, fmt::format("{:#}", node.value));
    else if constexpr (std::is_same_v<Node, BoolLiteral>)
      return node.value ? "true" : "false";
    else if constexpr (std::is_same_v<Node, StringLiteral>)
      return literal(expression, quoted_literal(node.value));
    else if constexpr (std::is_same_v<Node, NameUse>)
      return node.name;
    else if constexpr (std::is_same_v<Node, Field>)
      return sequence({this->expression(*node.object, Level::postfix), ".", node.field.text});
    else if constexpr (std::is_same_v<Node, Index>)
      return index(node);
    else if constexpr (std::is_same_v<Node, Call>)
      return sequence({this->expression(*node.callee, Level::postfix), arguments(node.arguments)});
    else if constexpr (std::is_same_v<Node, Unary>)
      return unary(node);
    else if constexpr (std::is_same_v<Node, Binary>)
      return binary(expression);
    else if constexpr (std::is_same_v<Node, Pipe> || std::is_same_v<Node, As>)
      return pipeline(expression);
    else if constexpr (std::is_same_v<Node, If>)
      return group(conditional(node));
    else if constexpr (std::is_same_v<Node, For>)
      return loop(node);
    else if constexpr (std::is_same_v<Node, Grad>)
      return gradient(node);
    else {
      constexpr bool is_tuple = std::is_same_v<Node, Tuple>;
      std::vector<Doc> elements;
      for (const ExprPtr& element : node.elements) elements.push_back(this->expression(*element));
      if (is_tuple && elements.size() == 1) elements.front() = sequence({elements.front(), ","});
      const bool broken = !node.elements.empty() && starts_line(node.elements.front()->span.begin);
      const bool numbers = elements.size() > 8 && std::ranges::all_of(node.elements, is_number);
      if (numbers && !is_tuple) return filled("[", std::move(elements), "]");
      return list(is_tuple ? "(" : "[", std::move(elements), is_tuple ? ")" : "]", broken);
    }
  };
  return std::visit(print, expression.node);
}

/// Literals keep their spelling: `0xff`, `1_000`. The place of a parenthesised one includes the parentheses.
Doc Printer::literal(const Expr& expression, const std::string& value) {
  std::string_view text = source_.substr(std::min<std::size_t>(expression.span.begin, source_.size()),
                                         expression.span.end - expression.span.begin);
  if (expression.parenthesised) {
    const std::size_t first = text.find_first_not_of("( \t\r\n"), last = text.find_last_not_of(") \t\r\n");
    text = first == std::string_view::npos || last < first ? std::string_view()
                                                           : text.substr(first, last + 1 - first);
  }
  const bool broken = text.empty() || text.find('\n') != std::string_view::npos;
  return broken ? Doc(value) : Doc(std::string(text));
}

/// As many elements on a line as fit.
Doc Printer::filled(const char* open, std::vector<Doc> elements, const char* close) {
  Doc inner = sequence({soft_line(), std::move(elements.front())});
  for (std::size_t i = 1; i < elements.size(); ++i) inner.add(",").add(fill(std::move(elements[i])));
  return group(sequence({open, indent(std::move(inner)), soft_line(), close}));
}

Doc Printer::list(const char* open, std::vector<Doc> elements, const char* close, bool broken) {
  if (elements.empty()) return sequence({open, close});
  Doc inner = sequence({soft_line()});
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const bool last = i + 1 == elements.size();
    inner.add(std::move(elements[i]));
    if (!last) inner.add(",").add(line());
  }
  return group(sequence({open, indent(std::move(inner)), soft_line(), close}), broken);
}

Doc Printer::argument(const Argument& argument) {
  if (!argument.name) return expression(*argument.value);
  return sequence({argument.name->text + " = ", expression(*argument.value)});
}

Doc Printer::arguments(const std::vector<Argument>& arguments) {
  std::vector<Doc> elements;
  for (const Argument& each : arguments) elements.push_back(argument(each));
  if (arguments.empty()) return "()";
  const Argument& first = arguments.front();
  const bool broken = starts_line(first.name ? first.name->span.begin : first.value->span.begin);
  return list("(", std::move(elements), ")", broken);
}

Doc Printer::index(const Index& node) {
  std::vector<Doc> items;
  for (const IndexItem& item : node.items) items.push_back(index_item(item));
  return sequence({expression(*node.object, Level::postfix), list("[", std::move(items), "]", false)});
}

Doc Printer::index_item(const IndexItem& item) {
  switch (item.kind) {
    case IndexItem::Kind::all: return ":";
    case IndexItem::Kind::ellipsis: return "..";
    case IndexItem::Kind::slice: return range(item.begin, item.end);
    case IndexItem::Kind::at: break;
  }
  return expression(*item.begin);
}

/// `0..n`, but `s .. s + 4`.
Doc Printer::range(const ExprPtr& begin, const ExprPtr& end) {
  Doc result;
  const bool tight = is_tight(begin) && is_tight(end);
  if (begin)
    result.add(expression(*begin, above(Level::range))).add(tight ? ".." : " ..");
  else
    result.add("..");
  if (end && begin && !tight) result.add(" ");
  if (end) result.add(expression(*end, above(Level::range)));
  return result;
}

Doc Printer::unary(const Unary& node) {
  if (node.op == UnaryOp::not_) return sequence({"not ", expression(*node.operand, Level::not_)});
  return sequence({"-", expression(*node.operand, Level::negative)});
}

/// A chain of operators of one level is one group: it breaks behind each of them.
Doc Printer::binary(const Expr& top) {
  const Binary& node = std::get<Binary>(top.node);
  const OperatorRow& row = row_of(node.op);
  if (row.level == Level::range) return range(node.left, node.right);
  if (row.level == Level::power) {
    const bool prefix =
        std::holds_alternative<Unary>(node.right->node) && level_of(*node.right) == Level::negative;
    return sequence({expression(*node.left, above(Level::power)), "^",
                     expression(*node.right, prefix ? Level::negative : Level::power)});
  }
  std::vector<const Binary*> chain{&node};
  while (chains(row.level) && level_of(*chain.back()->left) == row.level) {
    chain.push_back(&std::get<Binary>(chain.back()->left->node));
  }
  Doc rest;
  for (std::size_t i = chain.size(); i-- > 0;) {
    rest.add(fmt::format(" {}", row_of(chain[i]->op).spelling));
    rest.add(line()).add(expression(*chain[i]->right, above(row.level)));
  }
  return group(sequence({expression(*chain.back()->left, above(row.level)), indent(std::move(rest))}));
}

Doc Printer::pipeline(const Expr& top) {
  std::vector<const Expr*> steps;
  const Expr* value = &top;
  bool broken = false;
  while (value == &top || level_of(*value) == Level::pipe) {
    steps.push_back(value);
    const Pipe* pipe = std::get_if<Pipe>(&value->node);
    const Expr* inner = pipe ? pipe->value.get() : std::get<As>(value->node).value.get();
    broken = broken || (pipe && newline_between(inner->span.end, pipe->target->span.begin));
    value = inner;
  }
  Doc rest;
  for (std::size_t i = steps.size(); i-- > 0;) {
    rest.add(line());
    if (const Pipe* pipe = std::get_if<Pipe>(&steps[i]->node)) {
      rest.add("|> ").add(expression(*pipe->target, Level::postfix));
    } else {
      const As& as = std::get<As>(steps[i]->node);
      rest.add("as ").add(dimensions(as.pack, as.dims));
    }
  }
  return group(sequence({expression(*value, above(Level::pipe)), indent(std::move(rest))}), broken);
}

Doc Printer::dimensions(bool pack, const std::vector<ExprPtr>& dims) {
  std::vector<Doc> elements;
  if (pack) elements.push_back("..");
  for (const ExprPtr& dim : dims) elements.push_back(expression(*dim));
  return list("[", std::move(elements), "]", false);
}

/// All blocks of an `if` break together, so the group is around the whole.
Doc Printer::conditional(const If& node) {
  Doc result;
  for (std::size_t i = 0; i < node.branches.size(); ++i) {
    result.add(i == 0 ? "if " : " else if ").add(expression(*node.branches[i].condition));
    result.add(" ").add(block(node.branches[i].body));
  }
  if (node.otherwise) result.add(" else ").add(block(*node.otherwise));
  return result;
}

Doc Printer::loop(const For& node) {
  Doc head = node.function ? sequence({expression(*node.function), " "}) : sequence({"for "});
  for (std::size_t i = 0; i < node.binders.size(); ++i) {
    head.add(i == 0 ? "" : ", ").add(node.binders[i].name.text);
    if (node.binders[i].range) head.add(" in ").add(expression(*node.binders[i].range, above(Level::pipe)));
  }
  if (node.filter) head.add(" if ").add(expression(*node.filter, above(Level::pipe)));
  if (node.braces) return group(head.add(" ").add(block(node.body)));
  const Expr& body = *std::get<ExprStmt>(node.body.statements.front().node).value;
  Doc printed = expression(body);
  if (is_block_like(body)) return head.add(": ").add(std::move(printed));
  return group(head.add(":").add(indent(sequence({line(), std::move(printed)}))));
}

Doc Printer::gradient(const Grad& node) {
  constexpr std::array words{"grad ", "vjp ", "jvp ", "jacobian ", "hessian "};
  Doc rest = sequence({line(), "wrt ", expression(*node.wrt)});
  if (node.with) {
    rest.add(line()).add(node.kind == GradKind::vjp ? "with " : "along ").add(expression(*node.with));
  }
  return group(
      sequence({words[static_cast<std::size_t>(node.kind)], expression(*node.of), indent(std::move(rest))}));
}

}  // namespace dp
