#include "frontend/antlr_builder.h"

namespace dp {
namespace {

using P = dp_grammar::DpParser;

/// Thrown through ANTLR's parser and caught in this file: it knows no other way to stop.
struct Stopped {
  SyntaxFailure failure;
};

// Rules inside rules that the deepest tree the language allows can need, and more: beyond it nothing can be
// accepted.
constexpr std::size_t rule_depth = 8192;

Inside inside(std::size_t rule) {
  switch (rule) {
    case P::RuleExpression:
    case P::RuleOperation:
    case P::RuleOperand:
    case P::RuleArgument:
    case P::RuleIndexItem: return Inside::expression;
    case P::RuleType: return Inside::type;
    default: return Inside::other;
  }
}

SyntaxFailure failure_at(antlr4::Parser& parser, antlr4::Token& token) {
  SyntaxFailure result{.at = token.getTokenIndex(), .inside = inside(parser.getContext()->getRuleIndex())};
  for (const ssize_t kind : parser.getExpectedTokens().toList()) {
    result.expected.push_back(kind < 0 ? TokenKind::eof_ : static_cast<TokenKind>(kind));
  }
  return result;
}

/// Stops at the first error and remembers what was expected there.
class StopAtError final : public antlr4::BailErrorStrategy {
 public:
  void recover(antlr4::Parser* parser, std::exception_ptr thrown) override {
    try {
      std::rethrow_exception(thrown);
    } catch (const antlr4::RecognitionException& error) {
      throw Stopped{failure_at(*parser, *error.getOffendingToken())};
    }
  }
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    throw Stopped{failure_at(*parser, *parser->getCurrentToken())};
  }
};

class LimitDepth final : public antlr4::tree::ParseTreeListener {
 public:
  explicit LimitDepth(antlr4::Parser& parser) : parser_(parser) {}
  void enterEveryRule(antlr4::ParserRuleContext*) override {
    if (++depth_ <= rule_depth) return;
    throw Stopped{{.at = parser_.getCurrentToken()->getTokenIndex(), .too_deep = true}};
  }
  void exitEveryRule(antlr4::ParserRuleContext*) override { --depth_; }
  void visitTerminal(antlr4::tree::TerminalNode*) override {}
  void visitErrorNode(antlr4::tree::ErrorNode*) override {}

 private:
  antlr4::Parser& parser_;
  std::size_t depth_ = 0;
};

std::vector<std::unique_ptr<antlr4::Token>> antlr_tokens(std::span<const Token> tokens) {
  std::vector<std::unique_ptr<antlr4::Token>> result;
  result.reserve(tokens.size() + 1);
  const auto add = [&](std::size_t type, std::size_t begin, std::size_t end) {
    auto token = std::make_unique<antlr4::CommonToken>(type);
    token->setStartIndex(begin);
    token->setStopIndex(end - 1);
    result.push_back(std::move(token));
  };
  for (const Token& token : tokens) add(static_cast<std::size_t>(token.kind), token.begin, token.end);
  add(antlr4::Token::EOF, 0, 1);
  return result;
}

/// Parses and builds; throws `Stopped`.
UnitTree parse_as(Unit unit, P& parser, Builder& builder) {
  switch (unit) {
    case Unit::declaration: return builder.declaration(*parser.declarationUnit()->declaration());
    case Unit::value: return builder.expression(*parser.valueUnit()->expression());
    case Unit::statement: builder.statement(*parser.statementUnit()->statement()); return {};
    case Unit::train_item: builder.train_item(*parser.trainUnit()->trainItem()); return {};
    case Unit::every_action: builder.every_action(*parser.everyUnit()->everyAction()); return {};
    case Unit::layer_item: {
      ast::LayerDecl unused;
      builder.layer_item(*parser.layerUnit()->layerItem(), unused);
      return {};
    }
    case Unit::data_item: {
      ast::DataDecl unused;
      builder.data_item(*parser.dataUnit()->dataItem(), unused);
      return {};
    }
    case Unit::optimizer_item: {
      ast::OptimizerDecl unused;
      builder.optimizer_item(*parser.optimizerUnit()->optimizerItem(), unused);
      return {};
    }
  }
  return {};
}

}  // namespace

std::variant<UnitTree, SyntaxFailure> parse_unit(Unit unit, std::span<const Token> tokens,
                                                 ParseContext& context) {
  antlr4::ListTokenSource source(antlr_tokens(tokens));
  antlr4::CommonTokenStream stream(&source);
  P parser(&stream);
  parser.removeErrorListeners();
  parser.setErrorHandler(std::make_shared<StopAtError>());
  LimitDepth limit_depth(parser);
  parser.addParseListener(&limit_depth);
  // First without the context of calling rules, which is fast and nearly always enough; then with it.
  SyntaxFailure failure;
  for (const auto mode : {antlr4::atn::PredictionMode::SLL, antlr4::atn::PredictionMode::LL}) {
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
    Builder builder(context);
    try {
      return parse_as(unit, parser, builder);
    } catch (Stopped& stopped) { failure = std::move(stopped.failure); }
    if (failure.too_deep) break;
    parser.reset();
  }
  return failure;
}

}  // namespace dp
