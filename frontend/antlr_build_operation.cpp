#include <unordered_map>

#include "frontend/antlr_builder.h"
#include "frontend/parse_literals.h"
#include "frontend/parse_operators.h"

namespace dp {

using namespace ast;

/// The flat list of operands and operators, arranged by how tightly the operators bind: nodes by position.
struct Builder::OperatorTree {
  struct Node {
    P::OperandContext* operand = nullptr;  // of a leaf
    Terminal* token = nullptr;             // of an operator
    const OperatorRow* row = nullptr;      // null of a prefix
    std::size_t left = 0, right = 0;       // a prefix has only `right`
  };
  std::vector<Node> nodes;
  std::size_t root = 0;
};

namespace {

Level level_of(TokenKind prefix, const OperatorRow* row) {
  if (row) return row->level;
  return prefix == TokenKind::not_ ? Level::not_ : Level::negative;
}

}  // namespace

/// Dijkstra's shunting yard: without recursion, since a chain may be as long as the file.
Builder::OperatorTree Builder::operator_tree(P::OperationContext& tree) {
  OperatorTree result;
  std::vector<std::size_t> done;
  std::vector<OperatorTree::Node> waiting;
  const auto level = [](const OperatorTree::Node& node) { return level_of(kind(*node.token), node.row); };
  const auto reduce = [&] {
    OperatorTree::Node node = waiting.back();
    waiting.pop_back();
    node.right = done.back();
    if (node.row) {
      done.pop_back();
      node.left = done.back();
    }
    done.back() = result.nodes.size();
    result.nodes.push_back(node);
  };
  bool after_operand = false;
  for (antlr4::tree::ParseTree* child : tree.children) {
    if (auto* operand = dynamic_cast<P::OperandContext*>(child)) {
      done.push_back(result.nodes.size());
      result.nodes.push_back({.operand = operand});
      after_operand = true;
      continue;
    }
    OperatorTree::Node node{.token = dynamic_cast<Terminal*>(child)};
    if (after_operand) node.row = row_of(kind(*child));
    const bool right = groups_right(level(node));
    while (after_operand && !waiting.empty() &&
           (level(waiting.back()) > level(node) || (level(waiting.back()) == level(node) && !right))) {
      reduce();
    }
    waiting.push_back(node);
    after_operand = false;
  }
  while (!waiting.empty()) reduce();
  result.root = done.back();
  return result;
}

/// `a < b < c` and `a..b..c` group to the left, so the inner one is a left operand.
void Builder::check_chain(const OperatorTree& tree) {
  for (const OperatorTree::Node& node : tree.nodes) {
    if (!node.row || chains(node.row->level)) continue;
    const OperatorTree::Node& left = tree.nodes[node.left];
    if (!left.row || left.row->level != node.row->level) continue;
    const bool range = node.row->level == Level::range;
    Diagnostic error = diagnose(diag::ChainedComparison, span(*node.token), std::string(text(*node.token)))
                           .label(span(*left.token), "the first one");
    report(range ? std::move(error).fix("write one range, `a..b`")
                 : std::move(error).fix("write both: `a < b and b < c`"));
    return;
  }
}

ExprPtr Builder::operation(P::OperationContext& tree) {
  if (tree.children.size() == 1) return operand(*tree.operand(0));
  OperatorTree operators = operator_tree(tree);
  check_chain(operators);
  return operator_node(operators, operators.root);
}

ExprPtr Builder::operator_node(OperatorTree& tree, std::size_t position) {
  const OperatorTree::Node& node = tree.nodes[position];
  if (node.operand) return operand(*node.operand);
  const Depth depth(*this, 1, dynamic_cast<antlr4::ParserRuleContext&>(*node.token->parent));
  if (depth.exceeded()) return make(span(*node.token), Tuple{});
  const Span at = span(*node.token);
  if (!node.row) {
    const UnaryOp op = kind(*node.token) == TokenKind::not_ ? UnaryOp::not_ : UnaryOp::negative;
    ExprPtr operand = operator_node(tree, node.right);
    const Span whole = join(at, operand->span);
    return make(whole, Unary{op, std::move(operand)});
  }
  ExprPtr left = operator_node(tree, node.left);
  ExprPtr right = operator_node(tree, node.right);
  const Span whole = join(left->span, right->span);
  return make(whole, Binary{node.row->op, at, std::move(left), std::move(right)});
}

// ---- places and literals
// ---------------------------------------------------------------------------------------------

TokenKind Builder::kind(const antlr4::tree::ParseTree& node) {
  const auto* terminal = dynamic_cast<const Terminal*>(&node);
  if (!terminal) return TokenKind::eof_;
  const std::size_t type = const_cast<Terminal*>(terminal)->getSymbol()->getType();
  return type == antlr4::Token::EOF ? TokenKind::eof_ : static_cast<TokenKind>(type);
}

Span Builder::span(const antlr4::Token& token) const {
  return {context_.source.file, static_cast<std::uint32_t>(token.getStartIndex()),
          static_cast<std::uint32_t>(token.getStopIndex() + 1)};
}

Span Builder::span(antlr4::ParserRuleContext& tree) const {
  return join(span(*tree.start), span(*tree.stop));
}

std::string_view Builder::text(Terminal& node) const {
  const Span at = span(node);
  return context_.source.text.substr(at.begin, at.end - at.begin);
}

std::vector<Name> Builder::names(const std::vector<Terminal*>& nodes) const {
  std::vector<Name> result;
  for (Terminal* node : nodes) result.push_back(name(*node));
  return result;
}

ExprPtr Builder::name_or_constant(Terminal& node) {
  static const std::unordered_map<std::string_view, double> constants{
      {"inf", std::numeric_limits<double>::infinity()},
      {"nan", std::numeric_limits<double>::quiet_NaN()},
      {"pi", 3.14159265358979323846}};
  const auto constant = constants.find(text(node));
  if (constant != constants.end()) return make(span(node), RealLiteral{constant->second});
  return make(span(node), NameUse{std::string(text(node))});
}

ExprPtr Builder::number(Terminal& node) {
  if (kind(node) == TokenKind::real_) {
    const auto value = real_value(text(node));
    if (!value) report(diagnose(diag::NumberTooLarge, span(node)).note("the largest f64 is about 1.8e308"));
    return make(span(node), RealLiteral{value.value_or(0)});
  }
  const auto value = integer_value(text(node));
  if (!value)
    report(
        diagnose(diag::NumberTooLarge, span(node)).note("integers have 64 bits; a real has a point: `1.0`"));
  return make(span(node), IntegerLiteral{value.value_or(0)});
}

std::string Builder::string_value(Terminal& node) {
  auto value = dp::string_value(text(node));
  if (const BadEscape* bad = std::get_if<BadEscape>(&value)) {
    const Span whole = span(node);
    const auto at = [&](std::size_t offset) { return whole.begin + static_cast<std::uint32_t>(offset); };
    const std::string escape(text(node).substr(bad->begin, bad->end - bad->begin));
    report(diagnose(diag::UnknownEscape, {whole.file, at(bad->begin), at(bad->end)}, escape)
               .note(R"(escapes are `\n`, `\t`, `\"`, `\\` and `\u{…}` with a code point in hexadecimal)"));
    return {};
  }
  return std::get<std::string>(std::move(value));
}

}  // namespace dp
