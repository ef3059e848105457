// Layer arguments have no written kind; their use decides: in a shape a dimension, called a function, else a
// number. A bool is told by its default.

#include <algorithm>

#include "frontend/check_layers.h"

namespace dp::checker {

using typed::ArgumentKind;

namespace {

/// Looks for the uses of one name in a layer's declaration.
class UseFinder {
 public:
  UseFinder(Program& program, Origin origin, std::string name)
      : program_(program), origin_(origin), name_(std::move(name)) {}

  bool in_shape = false, called = false;

  /// Of a search, whose states and draws have shapes: `zeros([population, n])`.
  void look(const ast::OptimizerDecl& optimizer) {
    lists_are_shapes_ = true;
    for (const auto& each : optimizer.states) look(*each.initial);
    for (const ast::Function& each : optimizer.functions) look(each.body);
  }

  void look(const ast::LayerDecl& layer) {
    for (const ast::LayerField& each : layer.fields) {
      look(*each.field.type);
      if (each.field.initial) look(*each.field.initial);
    }
    for (const ast::Function& each : layer.functions) {
      for (const ast::Parameter& parameter : each.parameters) {
        if (parameter.type) look(*parameter.type);
      }
      if (each.result) look(*each.result);
      for (const ast::ExprPtr& clause : each.where) look_in_shape(*clause);
      look(each.body);
    }
  }

 private:
  void look(const ast::TypeExpr& type) {
    if (const auto* tuple = std::get_if<ast::TupleType>(&type.node)) {
      for (const ast::TypePtr& each : tuple->elements) look(*each);
    }
    const auto* named = std::get_if<ast::NamedType>(&type.node);
    if (!named) return;
    if (named->bound) look_in_shape(*named->bound);
    if (named->dims) {
      for (const ast::ExprPtr& each : named->dims->dims) look_in_shape(*each);
    }
    if (named->has_arguments) look_in_arguments(*named);
  }

  /// An argument passed on is what the nested layer takes it for.
  void look_in_arguments(const ast::NamedType& named) {
    Entry* entry = named.module ? program_.find_in(origin_, named.module->text, named.name.text)
                                : program_.find(origin_, named.name.text);
    LayerRecord* nested = nullptr;
    if (entry && std::holds_alternative<ast::LayerDecl>(entry->declaration->node))
      nested = layer_of(program_, *entry);
    for (std::size_t k = 0; k < named.arguments.size(); ++k) {
      if (!nested || !mentions(*named.arguments[k].value)) continue;
      const auto kind = kind_of(*nested->typed, named.arguments[k], k);
      in_shape = in_shape || kind == ArgumentKind::dimension;
      called = called || kind == ArgumentKind::function;
    }
  }

  static std::optional<ArgumentKind> kind_of(const typed::Layer& layer, const ast::Argument& argument,
                                             std::size_t place) {
    for (std::size_t k = 0; k < layer.arguments.size(); ++k) {
      const bool is_it = argument.name ? layer.arguments[k] == argument.name->text : k == place;
      if (is_it) return layer.argument_kinds[k];
    }
    return std::nullopt;
  }

  bool mentions(const ast::Expr& expression) const {
    if (const auto* name = std::get_if<ast::NameUse>(&expression.node)) return name->name == name_;
    if (const auto* unary = std::get_if<ast::Unary>(&expression.node)) return mentions(*unary->operand);
    const auto* binary = std::get_if<ast::Binary>(&expression.node);
    return binary && (mentions(*binary->left) || mentions(*binary->right));
  }

  void look_in_shape(const ast::Expr& expression) { in_shape = in_shape || mentions(expression); }

  void look(const ast::Block& block) {
    for (const ast::Stmt& each : block.statements) {
      if (const auto* bind = std::get_if<ast::Bind>(&each.node)) look(*bind->value);
      if (const auto* value = std::get_if<ast::ExprStmt>(&each.node)) look(*value->value);
      if (const auto* value = std::get_if<ast::Return>(&each.node)) look(*value->value);
      if (const auto* loop = std::get_if<ast::While>(&each.node)) look(loop->body);
    }
  }

  /// Shapes inside expressions (`as [n]`, slices), and calls.
  void look(const ast::Expr& expression) {
    if (const auto* shape = std::get_if<ast::As>(&expression.node)) {
      look(*shape->value);
      for (const ast::ExprPtr& each : shape->dims) look_in_shape(*each);
    } else if (const auto* index = std::get_if<ast::Index>(&expression.node)) {
      look(*index->object);
      for (const ast::IndexItem& item : index->items) look_in_item(item);
    } else if (const auto* call = std::get_if<ast::Call>(&expression.node)) {
      called = called || mentions(*call->callee);
      for (const ast::Argument& each : call->arguments) look(*each.value);
      if (lists_are_shapes_) look_for_shape(*call);
    } else if (const auto* pipe = std::get_if<ast::Pipe>(&expression.node)) {
      called = called || mentions(*pipe->target);
      look(*pipe->value);
      look(*pipe->target);
    } else if (const auto* stack = std::get_if<ast::Stack>(&expression.node)) {
      for (const ast::ExprPtr& each : stack->elements) look(*each);
    } else if (const auto* binary = std::get_if<ast::Binary>(&expression.node)) {
      look(*binary->left);
      look(*binary->right);
    } else if (const auto* unary = std::get_if<ast::Unary>(&expression.node)) {
      look(*unary->operand);
    } else if (const auto* conditional = std::get_if<ast::If>(&expression.node)) {
      for (const ast::IfBranch& each : conditional->branches) look(each.body);
      if (conditional->otherwise) look(*conditional->otherwise);
    } else if (const auto* loop = std::get_if<ast::For>(&expression.node)) {
      look(loop->body);
    }
  }

  /// `normal(key, [tries, n])`; the lists of `concat` and `stack` hold tensors.
  void look_for_shape(const ast::Call& call) {
    const auto* callee = std::get_if<ast::NameUse>(&call.callee->node);
    if (!callee || callee->name == "concat" || callee->name == "stack") return;
    for (const ast::Argument& each : call.arguments)
      if (const auto* list = std::get_if<ast::Stack>(&each.value->node))
        for (const ast::ExprPtr& size : list->elements) look_in_shape(*size);
  }

  void look_in_item(const ast::IndexItem& item) {
    if (item.kind != ast::IndexItem::Kind::slice) return;
    if (item.begin) look_in_shape(*item.begin);
    if (item.end) look_in_shape(*item.end);
  }

  Program& program_;
  Origin origin_;
  std::string name_;
  bool lists_are_shapes_ = false;
};

}  // namespace

std::vector<ArgumentKind> argument_kinds(Program& program, const LayerRecord& layer) {
  std::vector<ArgumentKind> result;
  for (const ast::Parameter& each : layer.syntax->arguments) {
    const bool is_bool = each.initial && std::holds_alternative<ast::BoolLiteral>(each.initial->node);
    UseFinder finder(program, layer.origin, each.name.text);
    if (!is_bool) finder.look(*layer.syntax);
    result.push_back(is_bool           ? ArgumentKind::boolean
                     : finder.in_shape ? ArgumentKind::dimension
                     : finder.called   ? ArgumentKind::function
                                       : ArgumentKind::number);
  }
  return result;
}

bool is_size_of(Program& program, Origin origin, const ast::OptimizerDecl& optimizer,
                const std::string& name) {
  UseFinder finder(program, origin, name);
  finder.look(optimizer);
  return finder.in_shape;
}

}  // namespace dp::checker
