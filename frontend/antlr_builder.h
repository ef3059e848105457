#pragma once
// From ANTLR's parse tree to ours. One class, whose parts lie in antlr_build_*.cpp: expressions, statements,
// types, declarations, blocks of data and training. What the grammar lets through and the language does not
// (chained comparisons, `f(x) = 3`) is reported here; the tree is then still complete. Private to the parser.

#include <antlr4-runtime.h>

#include "frontend/antlr_parser.h"
#include "grammar/DpParser.h"

namespace dp {

class Builder {
 public:
  using P = dp_grammar::DpParser;

  explicit Builder(ParseContext& context) : context_(context) {}

  ast::Decl declaration(P::DeclarationContext& tree);
  ast::ExprPtr expression(P::ExpressionContext& tree);
  ast::Stmt statement(P::StatementContext& tree);
  void layer_item(P::LayerItemContext& tree, ast::LayerDecl& layer);
  void data_item(P::DataItemContext& tree, ast::DataDecl& data);
  ast::TrainItem train_item(P::TrainItemContext& tree);
  ast::TrainEvery::Action every_action(P::EveryActionContext& tree);
  void optimizer_item(P::OptimizerItemContext& tree, ast::OptimizerDecl& optimizer);

 private:
  using Terminal = antlr4::tree::TerminalNode;
  enum class Types { required, optional, none };  // of parameters

  // ---- expressions
  ast::ExprPtr loop(P::ExpressionContext& tree);
  ast::ExprPtr reduction(P::ExpressionContext& tree);
  ast::ExprPtr gradient(P::ExpressionContext& tree);
  ast::ExprPtr conditional(P::ExpressionContext& tree);
  ast::ExprPtr pipeline(P::ExpressionContext& tree);
  ast::ExprPtr operation(P::OperationContext& tree);
  ast::ExprPtr operand(P::OperandContext& tree);
  ast::ExprPtr primary(P::OperandContext& tree);
  ast::ExprPtr parenthesised(P::OperandContext& tree);
  ast::ExprPtr name_or_constant(Terminal& name);
  ast::ExprPtr wrt_target(P::WrtTargetContext& tree);
  ast::ExprPtr wrt_path(P::WrtPathContext& tree);
  ast::ExprPtr path(P::PathContext& tree);
  ast::ExprPtr field(ast::ExprPtr object, Terminal& word);
  ast::IndexItem index_item(P::IndexItemContext& tree);
  std::vector<ast::IndexItem> index(P::IndexContext& tree);
  std::vector<ast::Argument> arguments(P::ArgumentsContext& tree);
  ast::Argument option(P::OptionContext& tree);
  std::vector<ast::Binder> binders(P::BindersContext& tree);
  std::vector<ast::ExprPtr> expressions(const std::vector<P::ExpressionContext*>& trees);
  ast::DimList dimensions(P::DimensionsContext& tree);
  struct OperatorTree;
  OperatorTree operator_tree(P::OperationContext& tree);
  ast::ExprPtr operator_node(OperatorTree& tree, std::size_t node);
  void check_chain(const OperatorTree& tree);

  // ---- statements
  ast::Block block(P::BlockContext& tree, bool of_function);
  ast::Block block_of(P::ExpressionContext& tree);
  ast::Target target(ast::ExprPtr expression);
  std::vector<ast::ExprPtr> printing(P::PrintingContext& tree);

  // ---- types and declarations
  ast::TypePtr type(P::TypeContext& tree);
  ast::TypePtr optional_type(P::TypeContext* tree) { return tree ? type(*tree) : nullptr; }
  ast::ExprPtr optional_expression(P::ExpressionContext* tree) { return tree ? expression(*tree) : nullptr; }
  ast::Parameter parameter(P::ParameterContext& tree, Types types);
  std::vector<ast::Parameter> parameters(P::ParametersContext* tree, Types types);
  ast::Function function(P::FunctionContext& tree, Types types);
  ast::AdjointDecl adjoint(P::AdjointDeclarationContext& tree);
  ast::LayerDecl layer(P::LayerDeclarationContext& tree);
  ast::DataDecl data(P::DataDeclarationContext& tree);
  ast::TrainDecl train(P::TrainDeclarationContext& tree);
  ast::OptimizerDecl optimizer(P::OptimizerDeclarationContext& tree);
  ast::TrainParam train_param(P::TrainItemContext& tree);
  ast::TrainData train_data(P::TrainItemContext& tree);
  ast::TrainUsing train_using(P::TrainItemContext& tree);
  ast::TrainRun train_run(P::TrainItemContext& tree);
  ast::TrainEvery train_every(P::TrainItemContext& tree);

  // ---- places and texts
  static TokenKind kind(const antlr4::tree::ParseTree& node);
  Span span(const antlr4::Token& token) const;
  Span span(antlr4::ParserRuleContext& tree) const;
  Span span(Terminal& node) const { return span(*node.getSymbol()); }
  std::string_view text(Terminal& node) const;
  ast::Name name(Terminal& node) const { return {std::string(text(node)), span(node)}; }
  std::vector<ast::Name> names(const std::vector<Terminal*>& nodes) const;
  std::string string_value(Terminal& node);
  ast::ExprPtr number(Terminal& node);
  void report(Diagnostic diagnostic) {
    if (!context_.has_enough_errors()) context_.diagnostics.report(std::move(diagnostic));
  }

  template <class Node>
  static ast::ExprPtr make(Span span, Node node) {
    return std::make_unique<ast::Expr>(ast::Expr{.span = span, .node = std::move(node)});
  }

  /// Counts the expressions around the present one. Where they are too many, the first time is reported and
  /// what lies deeper is left out.
  class Depth {
   public:
    Depth(Builder& builder, std::size_t levels, antlr4::ParserRuleContext& tree);
    ~Depth() { builder_.depth_ -= levels_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    /// What comes next lies one level less deep: an operator further out in a chain.
    void leave_one() {
      --builder_.depth_;
      --levels_;
    }
    bool exceeded() const { return builder_.depth_ > builder_.context_.limits.tree_depth; }

   private:
    Builder& builder_;
    std::size_t levels_;
  };
  ast::ExprPtr placeholder(antlr4::ParserRuleContext& tree) { return make(span(tree), ast::Tuple{}); }

  ParseContext& context_;
  std::size_t depth_ = 0;
  bool depth_reported_ = false;
};

/// Calls `take` with every child of `tree` that is a `Context`, in order.
template <class Context, class Take>
void for_each_child(antlr4::ParserRuleContext& tree, Take take) {
  for (antlr4::tree::ParseTree* child : tree.children) {
    if (auto* context = dynamic_cast<Context*>(child)) take(*context);
  }
}

}  // namespace dp
