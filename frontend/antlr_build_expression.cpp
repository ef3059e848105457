#include "frontend/antlr_builder.h"

namespace dp {

using namespace ast;

Builder::Depth::Depth(Builder& builder, std::size_t levels, antlr4::ParserRuleContext& tree)
    : builder_(builder), levels_(levels) {
  builder_.depth_ += levels;
  if (!exceeded() || builder_.depth_reported_) return;
  builder_.depth_reported_ = true;
  const std::size_t limit = builder_.context_.limits.tree_depth;
  builder_.report(diagnose(diag::ExpressionTooDeep, builder_.span(*tree.start), limit));
}

ExprPtr Builder::expression(P::ExpressionContext& tree) {
  if (tree.FOR()) return loop(tree);
  if (tree.path()) return reduction(tree);
  if (tree.WRT()) return gradient(tree);
  if (tree.operation()) return pipeline(tree);
  return conditional(tree);
}

ExprPtr Builder::loop(P::ExpressionContext& tree) {
  const Depth depth(*this, 1, tree);
  if (depth.exceeded()) return placeholder(tree);
  P::BodyContext& body = *tree.body();
  For result{.binders = binders(*tree.binders()), .braces = body.block() != nullptr};
  result.body = body.block() ? block(*body.block(), false) : block_of(*body.expression());
  return make(span(tree), std::move(result));
}

ExprPtr Builder::reduction(P::ExpressionContext& tree) {
  const Depth depth(*this, 1, tree);
  if (depth.exceeded()) return placeholder(tree);
  For result{.function = path(*tree.path()), .binders = binders(*tree.binders())};
  const NameUse* function = std::get_if<NameUse>(&result.function->node);
  if (function && function->name == "lambda") report(diagnose(diag::Lambda, result.function->span));
  if (tree.operation()) result.filter = operation(*tree.operation());
  result.body = block_of(*tree.expression(0));
  return make(span(tree), std::move(result));
}

ExprPtr Builder::gradient(P::ExpressionContext& tree) {
  const Depth depth(*this, 1, tree);
  if (depth.exceeded()) return placeholder(tree);
  Grad result{.kind = GradKind::grad};
  if (tree.VJP()) result.kind = GradKind::vjp;
  if (tree.JVP()) result.kind = GradKind::jvp;
  if (tree.JACOBIAN()) result.kind = GradKind::jacobian;
  if (tree.HESSIAN()) result.kind = GradKind::hessian;
  result.of = expression(*tree.expression(0));
  result.wrt = wrt_target(*tree.wrtTarget());
  if (tree.WITH() || tree.ALONG()) result.with = expression(*tree.expression(1));
  return make(span(tree), std::move(result));
}

ExprPtr Builder::conditional(P::ExpressionContext& tree) {
  const Depth depth(*this, 1, tree);
  if (depth.exceeded()) return placeholder(tree);
  If result;
  const auto conditions = tree.expression();
  const auto blocks = tree.block();
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    result.branches.push_back({expression(*conditions[i]), block(*blocks[i], false)});
  }
  if (blocks.size() > conditions.size()) result.otherwise = block(*blocks.back(), false);
  return make(span(tree), std::move(result));
}

ExprPtr Builder::pipeline(P::ExpressionContext& tree) {
  const std::size_t steps = tree.operand().size() + tree.dimensions().size();
  Depth depth(*this, steps, tree);
  if (depth.exceeded()) return placeholder(tree);
  ExprPtr result = operation(*tree.operation());
  const Span first = result->span;
  for_each_child<antlr4::ParserRuleContext>(tree, [&](antlr4::ParserRuleContext& step) {
    if (&step == tree.operation()) return;
    const Span whole = join(first, span(step));
    if (auto* dims = dynamic_cast<P::DimensionsContext*>(&step)) {
      DimList list = dimensions(*dims);
      result = make(whole, As{std::move(result), std::move(list.dims), list.pack});
    } else {
      ExprPtr target = operand(dynamic_cast<P::OperandContext&>(step));
      const bool callable =
          !target->parenthesised &&
          (std::holds_alternative<NameUse>(target->node) || std::holds_alternative<Field>(target->node) ||
           std::holds_alternative<Index>(target->node) || std::holds_alternative<Call>(target->node));
      if (!callable && !depth_reported_) report(diagnose(diag::PipeTarget, target->span));
      result = make(whole, Pipe{std::move(result), std::move(target)});
    }
    depth.leave_one();
  });
  return result;
}

ExprPtr Builder::operand(P::OperandContext& tree) {
  const bool is_closed = kind(*tree.children.front()) == TokenKind::lparen_ ||
                         kind(*tree.children.front()) == TokenKind::lbracket_;
  std::vector<antlr4::tree::ParseTree*> suffixes;
  bool behind_primary = !is_closed;
  for (antlr4::tree::ParseTree* child : tree.children) {
    if (child == tree.children.front()) continue;
    const TokenKind token = kind(*child);
    if (behind_primary && token != TokenKind::dot_) suffixes.push_back(child);
    if (token == TokenKind::rparen_ || token == TokenKind::rbracket_) behind_primary = true;
  }
  Depth depth(*this, suffixes.size() + 1, tree);
  if (depth.exceeded()) return placeholder(tree);
  ExprPtr result = primary(tree);
  for (antlr4::tree::ParseTree* suffix : suffixes) {
    depth.leave_one();
    const std::uint32_t begin = result->span.begin;
    if (auto* word = dynamic_cast<Terminal*>(suffix)) {
      result = field(std::move(result), *word);
      continue;
    }
    const Span whole{context_.source.file, begin,
                     span(dynamic_cast<antlr4::ParserRuleContext&>(*suffix)).end};
    if (auto* items = dynamic_cast<P::IndexContext*>(suffix)) {
      result = make(whole, Index{std::move(result), index(*items)});
    } else {
      result = make(whole, Call{std::move(result), arguments(dynamic_cast<P::ArgumentsContext&>(*suffix))});
    }
  }
  return result;
}

ExprPtr Builder::primary(P::OperandContext& tree) {
  Terminal& first = dynamic_cast<Terminal&>(*tree.children.front());
  switch (kind(first)) {
    case TokenKind::lparen_: return parenthesised(tree);
    case TokenKind::lbracket_: {
      const Span whole = join(span(first), span(*tree.RBRACKET()));
      return make(whole, Stack{expressions(tree.expression())});
    }
    case TokenKind::true_: return make(span(first), BoolLiteral{true});
    case TokenKind::false_: return make(span(first), BoolLiteral{false});
    case TokenKind::string_: return make(span(first), StringLiteral{string_value(first)});
    case TokenKind::name_: return name_or_constant(first);
    default: return number(first);
  }
}

ExprPtr Builder::parenthesised(P::OperandContext& tree) {
  const Span whole = join(span(*tree.LPAREN()), span(*tree.RPAREN()));
  const auto elements = tree.expression();
  if (elements.size() != 1 || !tree.COMMA().empty()) return make(whole, Tuple{expressions(elements)});
  ExprPtr result = expression(*elements.front());
  result->span = whole;
  result->parenthesised = true;
  return result;
}

ExprPtr Builder::wrt_target(P::WrtTargetContext& tree) {
  const auto paths = tree.wrtPath();
  if (!tree.LPAREN()) return wrt_path(*paths.front());
  if (paths.size() == 1 && tree.COMMA().empty()) {
    ExprPtr result = wrt_path(*paths.front());
    result->span = span(tree);
    result->parenthesised = true;
    return result;
  }
  Tuple result;
  for (P::WrtPathContext* element : paths) result.elements.push_back(wrt_path(*element));
  return make(span(tree), std::move(result));
}

ExprPtr Builder::wrt_path(P::WrtPathContext& tree) {
  const std::size_t suffixes = tree.NAME().size() + tree.expression().size();
  const Depth depth(*this, suffixes, tree);
  if (depth.exceeded()) return placeholder(tree);
  ExprPtr result;
  for (antlr4::tree::ParseTree* child : tree.children) {
    if (kind(*child) == TokenKind::name_) {
      Terminal& word = dynamic_cast<Terminal&>(*child);
      result = result ? field(std::move(result), word) : name_or_constant(word);
    } else if (auto* position = dynamic_cast<P::ExpressionContext*>(child)) {
      const Span object = result->span;
      Index index{std::move(result), {}};
      index.items.push_back(
          {.kind = IndexItem::Kind::at, .begin = expression(*position), .span = span(*position)});
      result = make(object, std::move(index));
    } else if (kind(*child) == TokenKind::rbracket_) {
      result->span.end = span(dynamic_cast<Terminal&>(*child)).end;
    }
  }
  return result;
}

ExprPtr Builder::field(ExprPtr object, Terminal& word) {
  const Span whole = join(object->span, span(word));
  return make(whole, Field{std::move(object), name(word)});
}

ExprPtr Builder::path(P::PathContext& tree) {
  const auto words = tree.NAME();
  const Depth depth(*this, words.size(), tree);
  if (depth.exceeded()) return placeholder(tree);
  ExprPtr result = name_or_constant(*words.front());
  for (std::size_t i = 1; i < words.size(); ++i) { result = field(std::move(result), *words[i]); }
  return result;
}

IndexItem Builder::index_item(P::IndexItemContext& tree) {
  IndexItem result{.kind = IndexItem::Kind::at, .span = span(tree)};
  if (tree.COLON()) {
    result.kind = IndexItem::Kind::all;
  } else if (!tree.expression()) {
    result.kind = IndexItem::Kind::ellipsis;
  } else if (tree.DOTS()) {
    const bool open_begin = kind(*tree.children.front()) == TokenKind::dots_;
    result.kind = IndexItem::Kind::slice;
    (open_begin ? result.end : result.begin) = expression(*tree.expression());
  } else {
    result.begin = expression(*tree.expression());
    Binary* range = std::get_if<Binary>(&result.begin->node);
    if (!range || range->op != BinaryOp::range || result.begin->parenthesised) return result;
    result.kind = IndexItem::Kind::slice;
    result.end = std::move(range->right);
    ExprPtr begin = std::move(range->left);
    result.begin = std::move(begin);
  }
  return result;
}

std::vector<IndexItem> Builder::index(P::IndexContext& tree) {
  std::vector<IndexItem> result;
  for (P::IndexItemContext* item : tree.indexItem()) result.push_back(index_item(*item));
  return result;
}

std::vector<Argument> Builder::arguments(P::ArgumentsContext& tree) {
  std::vector<Argument> result;
  for (P::ArgumentContext* argument : tree.argument()) {
    Argument& built = result.emplace_back();
    if (argument->NAME()) built.name = name(*argument->NAME());
    built.value = expression(*argument->expression());
  }
  return result;
}

Argument Builder::option(P::OptionContext& tree) {
  return {name(*tree.NAME()), expression(*tree.expression())};
}

std::vector<Binder> Builder::binders(P::BindersContext& tree) {
  std::vector<Binder> result;
  for (P::BinderContext* binder : tree.binder()) {
    Binder& built = result.emplace_back(Binder{name(*binder->NAME()), nullptr});
    if (!binder->operation()) continue;
    built.range = operation(*binder->operation());
    const Call* call = std::get_if<Call>(&built.range->node);
    const NameUse* callee = call ? std::get_if<NameUse>(&call->callee->node) : nullptr;
    if (!callee || callee->name != "range") continue;
    report(diagnose(diag::PythonRange, built.range->span)
               .fix("`for i in 0..n`: from 0 up to, not including, n"));
  }
  return result;
}

std::vector<ExprPtr> Builder::expressions(const std::vector<P::ExpressionContext*>& trees) {
  std::vector<ExprPtr> result;
  result.reserve(trees.size());
  for (P::ExpressionContext* tree : trees) result.push_back(expression(*tree));
  return result;
}

DimList Builder::dimensions(P::DimensionsContext& tree) {
  return {tree.DOTS() != nullptr, expressions(tree.expression()), span(tree)};
}

}  // namespace dp
