#include "frontend/antlr_builder.h"

namespace dp {

using namespace ast;

TypePtr Builder::type(P::TypeContext& tree) {
  const auto make_type = [&](auto node) {
    return std::make_unique<TypeExpr>(TypeExpr{span(tree), std::move(node)});
  };
  const auto parts = tree.type();
  const auto words = tree.NAME();
  if (words.empty()) {
    std::vector<TypePtr> built;
    for (P::TypeContext* part : parts) built.push_back(type(*part));
    if (tree.FN()) {
      TypePtr result = std::move(built.back());
      built.pop_back();
      return make_type(FunctionType{std::move(built), std::move(result)});
    }
    if (built.size() == 1 && tree.COMMA().empty()) return std::move(built.front());
    return make_type(TupleType{std::move(built)});
  }
  NamedType result;
  if (words.size() > 1) result.module = name(*words.front());
  result.name = name(*words.back());
  result.bound = optional_expression(tree.expression());
  result.has_arguments = tree.arguments() != nullptr;
  if (result.has_arguments) result.arguments = arguments(*tree.arguments());
  if (tree.dimensions()) result.dims = dimensions(*tree.dimensions());
  return make_type(std::move(result));
}

Parameter Builder::parameter(P::ParameterContext& tree, Types types) {
  Name word = name(*tree.NAME());
  if (types == Types::required && !tree.type()) report(diagnose(diag::MissingType, word.span, word.text));
  if (types == Types::none && tree.type()) {
    report(diagnose(diag::TypedArgument, span(*tree.type()), word.text)
               .fix(fmt::format("leave the type out: `{}`", word.text)));
  }
  TypePtr written = optional_type(tree.type());
  return {std::move(word), std::move(written), optional_expression(tree.expression())};
}

std::vector<Parameter> Builder::parameters(P::ParametersContext* tree, Types types) {
  std::vector<Parameter> result;
  if (!tree) return result;
  for (P::ParameterContext* item : tree->parameter()) result.push_back(parameter(*item, types));
  return result;
}

Function Builder::function(P::FunctionContext& tree, Types types) {
  Function result{.span = span(tree)};
  if (tree.NAME()) result.name = name(*tree.NAME());
  for (P::AnnotationContext* annotation : tree.annotation()) {
    const Name word = name(*annotation->NAME());
    if (word.text == "remat")
      result.remat = true;
    else if (word.text == "export")
      result.exported = true;
    else
      report(
          diagnose(diag::UnknownAnnotation, word.span, word.text).note("there are `@remat` and `@export`"));
  }
  result.parameters = parameters(tree.parameters(), types);
  result.result = optional_type(tree.type());
  if (P::WhereClauseContext* where = tree.whereClause()) {
    for (P::OperationContext* clause : where->operation()) result.where.push_back(operation(*clause));
  }
  result.braces = tree.block() != nullptr;
  result.body = result.braces ? block(*tree.block(), true) : block_of(*tree.expression());
  return result;
}

AdjointDecl Builder::adjoint(P::AdjointDeclarationContext& tree) {
  AdjointDecl result{.unchecked = tree.UNCHECKED() != nullptr};
  std::vector<Name> words = names(tree.NAME());
  result.function = std::move(words.front());
  result.cotangent = std::move(words.back());
  result.result = std::move(words[words.size() - 2]);
  for (std::size_t i = 1; i + 2 < words.size(); ++i) result.parameters.push_back(std::move(words[i]));
  result.body = tree.block() ? block(*tree.block(), true) : block_of(*tree.expression());
  return result;
}

void Builder::layer_item(P::LayerItemContext& tree, LayerDecl& layer) {
  if (tree.function()) {
    layer.functions.push_back(function(*tree.function(), Types::required));
  } else {
    layer.fields.push_back({parameter(*tree.parameter(), Types::required), tree.STATE() != nullptr});
  }
}

LayerDecl Builder::layer(P::LayerDeclarationContext& tree) {
  LayerDecl result{.name = name(*tree.NAME()), .arguments = parameters(tree.parameters(), Types::none)};
  for (P::LayerItemContext* item : tree.layerItem()) layer_item(*item, result);
  return result;
}

void Builder::optimizer_item(P::OptimizerItemContext& tree, OptimizerDecl& optimizer) {
  if (tree.function()) {
    optimizer.functions.push_back(function(*tree.function(), Types::optional));
  } else {
    optimizer.states.push_back({name(*tree.NAME()), expression(*tree.expression())});
  }
}

OptimizerDecl Builder::optimizer(P::OptimizerDeclarationContext& tree) {
  OptimizerDecl result{.name = name(*tree.NAME()),
                       .arguments = parameters(tree.parameters(), Types::optional)};
  for (P::OptimizerItemContext* item : tree.optimizerItem()) optimizer_item(*item, result);
  return result;
}

Decl Builder::declaration(P::DeclarationContext& tree) {
  Decl result{.span = span(tree)};
  const auto named = [&](auto node) {
    result.name = node.name;
    result.node = std::move(node);
  };
  if (tree.function()) {
    named(function(*tree.function(), Types::required));
  } else if (P::DimDeclarationContext* dims = tree.dimDeclaration()) {
    DimDecl node;
    for (P::DimBindingContext* one : dims->dimBinding()) {
      node.dims.push_back({name(*one->NAME()), expression(*one->expression())});
    }
    result.name = node.dims.front().name;
    result.node = std::move(node);
  } else if (P::ConstDeclarationContext* constant = tree.constDeclaration()) {
    Name word = name(*constant->NAME());
    TypePtr written = optional_type(constant->type());
    named(ConstDecl{std::move(word), std::move(written), expression(*constant->expression())});
  } else if (P::StructDeclarationContext* structure = tree.structDeclaration()) {
    StructDecl node{.name = name(*structure->NAME())};
    for (P::ParameterContext* field : structure->parameter()) {
      node.fields.push_back(parameter(*field, Types::required));
    }
    named(std::move(node));
  } else if (tree.layerDeclaration()) {
    named(layer(*tree.layerDeclaration()));
  } else if (tree.adjointDeclaration()) {
    AdjointDecl node = adjoint(*tree.adjointDeclaration());
    result.name = node.function;
    result.node = std::move(node);
  } else if (tree.dataDeclaration()) {
    named(data(*tree.dataDeclaration()));
  } else if (tree.trainDeclaration()) {
    named(train(*tree.trainDeclaration()));
  } else if (tree.optimizerDeclaration()) {
    named(optimizer(*tree.optimizerDeclaration()));
  } else if (P::TestDeclarationContext* test = tree.testDeclaration()) {
    TestDecl node{.name = string_value(*test->STRING()),
                  .given = parameters(test->parameters(), Types::required)};
    node.body = block(*test->block(), false);
    result.node = std::move(node);
  } else if (P::ImportDeclarationContext* import = tree.importDeclaration()) {
    ImportDecl node{.path = string_value(*import->STRING())};
    if (import->NAME()) node.as = result.name = name(*import->NAME());
    result.node = std::move(node);
  } else {
    result.node = PrecisionDecl{name(*tree.precisionDeclaration()->NAME())};
  }
  return result;
}

}  // namespace dp
