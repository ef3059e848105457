#pragma once
// The printer behind `format`: a tree walk that gives documents. Its parts lie in format_*.cpp. Private.

#include <functional>
#include <string_view>

#include "frontend/ast_declarations.h"
#include "frontend/format_doc.h"
#include "frontend/parse_operators.h"

namespace dp {

class Printer {
 public:
  Printer(const ast::Module& module, const Sources& sources)
      : module_(module), source_(sources[module.file].text) {}

  Doc module();

 private:
  /// One line of a block: a statement, a field, a declaration; `build` is called when its turn comes.
  struct Item {
    std::uint32_t begin, end;
    std::function<Doc()> build;
  };

  // ---- expressions
  Doc expression(const ast::Expr& expression, Level at_least = Level::lowest);
  Doc node(const ast::Expr& expression);
  Doc literal(const ast::Expr& expression, const std::string& value);
  Doc name_list(const std::vector<ast::Name>& names);
  Doc index(const ast::Index& node);
  Doc index_item(const ast::IndexItem& item);
  Doc range(const ast::ExprPtr& begin, const ast::ExprPtr& end);
  Doc argument(const ast::Argument& argument);
  Doc arguments(const std::vector<ast::Argument>& arguments);
  Doc unary(const ast::Unary& node);
  Doc binary(const ast::Expr& expression);
  Doc pipeline(const ast::Expr& expression);
  Doc dimensions(bool pack, const std::vector<ast::ExprPtr>& dims);
  Doc conditional(const ast::If& node);
  Doc loop(const ast::For& node);
  Doc gradient(const ast::Grad& node);
  Doc filled(const char* open, std::vector<Doc> elements, const char* close);
  /// `( a, b )` with breaks inside; broken in any case if a new line followed the bracket in the source.
  Doc list(const char* open, std::vector<Doc> elements, const char* close, bool broken);

  // ---- statements
  Doc statement(const ast::Stmt& statement);
  Doc target(const ast::Target& target);
  /// `{ … }` without a group of its own.
  Doc block(const ast::Block& block);
  bool is_multiline(const ast::Block& block) const;
  std::vector<Item> items(const std::vector<ast::Stmt>& statements);
  /// `{ items }`; `open` is the place of the brace, `separator` stands between items on one line.
  Doc braces(std::uint32_t open, std::uint32_t end, std::vector<Item> items, const char* separator);
  Doc lines(std::vector<Item> items, std::uint32_t end, Doc separator, Doc opening_comment);

  // ---- types and declarations
  Doc type(const ast::TypeExpr& type);
  Doc parameter(const ast::Parameter& parameter);
  Doc parameters(const std::vector<ast::Parameter>& parameters);
  Doc function(const ast::Function& function);
  Doc where_clause(const ast::Function& function);
  Doc declaration(const ast::Decl& declaration);
  Doc declaration_node(const ast::Function& node, Span span);
  Doc declaration_node(const ast::DimDecl& node, Span span);
  Doc declaration_node(const ast::ConstDecl& node, Span span);
  Doc declaration_node(const ast::StructDecl& node, Span span);
  Doc declaration_node(const ast::LayerDecl& node, Span span);
  Doc declaration_node(const ast::AdjointDecl& node, Span span);
  Doc declaration_node(const ast::DataDecl& node, Span span);
  Doc declaration_node(const ast::TrainDecl& node, Span span);
  Doc declaration_node(const ast::OptimizerDecl& node, Span span);
  Doc declaration_node(const ast::TestDecl& node, Span span);
  Doc declaration_node(const ast::ImportDecl& node, Span span);
  Doc declaration_node(const ast::PrecisionDecl& node, Span span);
  Doc train_item(const ast::TrainItem& item);
  Doc train_node(const ast::TrainParam& node, Span span);
  Doc train_node(const ast::TrainFreeze& node, Span span);
  Doc train_node(const ast::TrainData& node, Span span);
  Doc train_node(const ast::TrainObjective& node, Span span);
  Doc train_node(const ast::TrainMetric& node, Span span);
  Doc train_node(const ast::TrainUsing& node, Span span);
  Doc train_node(const ast::TrainRun& node, Span span);
  Doc train_node(const ast::TrainEvery& node, Span span);
  Doc train_node(const ast::TrainAccumulate& node, Span span);
  Doc train_node(const ast::TrainStop& node, Span span);
  Doc train_node(const ast::Stmt& node, Span span);
  Doc every_action(const ast::TrainEvery::Action& action);
  Doc value(const char* between, const ast::ExprPtr& value);  // ` = e`, or nothing

  // ---- the text that was parsed
  /// Only white space stands before this place on its line.
  bool starts_line(std::uint32_t begin) const;
  bool newline_between(std::uint32_t begin, std::uint32_t end) const;
  std::uint32_t brace_after(std::uint32_t begin) const;
  /// Comments not printed yet that start before `end`.
  bool has_comment_before(std::uint32_t end) const;
  std::string next_comment();
  void add_comments(Doc& lines, std::uint32_t end);
  void add_line(Doc& lines, Doc line, std::uint32_t begin);

  const ast::Module& module_;
  std::string_view source_;
  std::size_t next_comment_ = 0;
  std::uint32_t printed_until_ = 0;  // place in the source behind what was printed last
  bool first_line_ = true;           // of a block: no blank line before it
};

}  // namespace dp
