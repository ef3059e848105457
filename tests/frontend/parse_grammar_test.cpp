// The grammar says one thing at a time: over every program that we have, ANTLR's exact search finds no place
// where two readings are possible, and none that needs the slower of its two ways of predicting.

#include "grammar/DpParser.h"
// Catch defines words that the parser uses as names.
#include <catch2/catch.hpp>

#include "frontend/parse_layout.h"
#include "frontend/parse_recover.h"
#include "tests/frontend/frontend_samples.h"

using namespace dp;

namespace {

class Collect final : public antlr4::BaseErrorListener {
 public:
  std::size_t errors = 0, ambiguities = 0;

  void syntaxError(antlr4::Recognizer*, antlr4::Token*, std::size_t, std::size_t, const std::string&,
                   std::exception_ptr) override {
    ++errors;
  }
  void reportAmbiguity(antlr4::Parser* parser, const antlr4::dfa::DFA& dfa, std::size_t, std::size_t, bool,
                       const antlrcpp::BitSet&, antlr4::atn::ATNConfigSet*) override {
    const std::size_t rule = dfa.atnStartState->ruleIndex;
    UNSCOPED_INFO("ambiguous in " << parser->getRuleNames()[rule]);
    ++ambiguities;
  }
};

Collect read(std::span<const Token> unit) {
  std::vector<std::unique_ptr<antlr4::Token>> list;
  for (const Token& token : unit) {
    list.push_back(std::make_unique<antlr4::CommonToken>(static_cast<std::size_t>(token.kind)));
  }
  list.push_back(std::make_unique<antlr4::CommonToken>(antlr4::Token::EOF));
  antlr4::ListTokenSource source(std::move(list));
  antlr4::CommonTokenStream stream(&source);
  dp_grammar::DpParser parser(&stream);
  Collect collect;
  parser.removeErrorListeners();
  parser.addErrorListener(&collect);
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
      antlr4::atn::PredictionMode::LL_EXACT_AMBIG_DETECTION);
  parser.declarationUnit();
  return collect;
}

}  // namespace

TEST_CASE("the grammar is not ambiguous", "[parse][grammar]") {
  std::size_t units = 0;
  for (const char* folder : {"tests/golden/syntax", "stdlib"}) {
    for (const auto& path : tests::syntax_files(folder, ".dp")) {
      const std::string text = tests::read_text(path);
      const auto tokens = lex(text, 1'000'000);
      REQUIRE(tokens);
      const TokenSource source{1, text};
      const std::vector<Token> meaningful = layout(*tokens, source);
      for (const auto unit : cut_statements(meaningful)) {
        const Collect collect = read(unit);
        INFO(path << " " << text.substr(unit.front().begin, 60));
        CHECK(collect.errors == 0);
        CHECK(collect.ambiguities == 0);
        ++units;
      }
    }
  }
  CHECK(units > 50);
}
