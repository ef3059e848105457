#include "frontend/check_declarations.h"

#include <algorithm>

#include "frontend/check_adjoint.h"
#include "frontend/check_data.h"
#include "frontend/check_dims.h"
#include "frontend/check_functions.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"
#include "frontend/check_optimizer.h"
#include "frontend/check_train.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

/// A declared size that may wait for others, declared behind it.
struct DeclaredSize {
  const ast::DimDecl::One* syntax;
  Dim size;
};

/// False where the size is made of others that are not known yet.
bool settle_size(Program& program, const Body& body, const DeclaredSize& declared) {
  const ast::DimDecl::One& one = *declared.syntax;
  const auto value = declared.size.substitute(program.sizes).constant();
  const std::string name = program.dim_name(body.origin, one.name.text);
  if (!value) return false;
  if (*value < 0) program.report(diagnose(diag::SizeNotKnown, one.size->span, one.name.text));
  if (*value < 0) return true;
  program.sizes.emplace(name, Dim(*value));
  program.sized.emplace(name, &program.names_of(body.origin).at(one.name.text));
  program.module.dims.push_back({name, *value});
  return true;
}

/// Two tests of one name in a file: a message of one could not be told from that of the other.
bool is_second(const Program& program, const ast::TestDecl& test, Span span) {
  return std::ranges::any_of(program.module.tests, [&](const auto& each) {
    return each->name == test.name && each->span.file == span.file;
  });
}

void check_test(Program& program, const ast::TestDecl& test, Span span, Origin origin) {
  if (is_second(program, test, span)) {
    program.report(diagnose(diag::DuplicateDeclaration, span, "test \"" + test.name + "\""));
    return;
  }
  auto typed = std::make_unique<typed::Test>();
  typed->name = test.name;
  typed->span = span;
  typed->function.name = "test \"" + test.name + "\"";
  typed->function.span = span;
  typed->function.result = {typed::NothingType{}};
  Body body(program, origin, typed->function);
  body.binds_dims = true;
  const bool fine = check_parameters(body, test.given);
  body.binds_dims = false;
  if (!fine) return;
  Value value = check_block(body, test.body);
  if (!value) return;
  typed->function.body = std::move(value.expr);
  typed->function.result = typed->function.body->type;
  if (!program.diagnostics.has_errors()) warn_of_unread(body);
  program.module.tests.push_back(std::move(typed));
}

void check_function(Program& program, Entry& entry) {
  FunctionRecord* function = function_of(program, entry);
  if (function) need_body(program, *function);
  check_pending(program);
}

void check_layer(Program& program, Entry& entry) {
  LayerRecord* layer = layer_of(program, entry);
  if (!layer || !need_fields(program, *layer)) return;
  for (FunctionRecord* each : layer->functions) {
    if (need_signature(program, *each)) need_body(program, *each);
  }
  check_pending(program);
}

/// Checks one declaration of a file.
struct DeclarationChecker {
  Program& program;
  const ast::Decl& declaration;
  Origin origin;

  Names& names() const { return program.names_of(origin); }
  /// Of an imported file only what can be named from outside.
  bool is_imported() const { return origin != Origin::user && origin != Origin::library; }
  Entry& entry() const { return names().at(declaration.name.text); }
  /// A second declaration of a name has been reported, and is not looked at.
  bool is_hidden() const {
    if (std::holds_alternative<ast::AdjointDecl>(declaration.node)) return false;  // names its function
    const auto found = names().find(declaration.name.text);
    return found != names().end() && found->second.declaration != &declaration;
  }

  void operator()(const ast::Function&) const {
    if (!declaration.name.text.empty()) return check_function(program, entry());
    Span word = declaration.span;
    word.end = word.begin + 2;
    program.report(diagnose(diag::Unexpected, word, "a name behind `fn`", "`(`")
                       .note("only the function that makes a layer callable has no name"));
  }
  void operator()(const ast::DimDecl&) const {}
  void operator()(const ast::ConstDecl&) const { constant_of(program, entry()); }
  void operator()(const ast::StructDecl&) const { struct_of(program, entry()); }
  void operator()(const ast::LayerDecl&) const { check_layer(program, entry()); }
  void operator()(const ast::AdjointDecl& adjoint) const { find_adjoint_function(program, adjoint, origin); }
  void operator()(const ast::DataDecl&) const { data_of(program, entry()); }
  void operator()(const ast::TrainDecl& train) const {
    if (!is_imported()) check_train(program, train, declaration);
  }
  void operator()(const ast::OptimizerDecl&) const { optimizer_of(program, entry()); }
  void operator()(const ast::TestDecl& test) const {
    if (!is_imported()) check_test(program, test, declaration.span, origin);
  }
  void operator()(const ast::ImportDecl&) const {}
  void operator()(const ast::PrecisionDecl& precision) const {
    if (is_imported()) return;
    const std::string& type = precision.type.text;
    program.module.double_precision = type == "f64";
    if (type == "f32" || type == "f64") return;
    program.report(diagnose(diag::UnknownType, precision.type.span, type).fix("precision f64"));
  }
};

/// A body around a closed expression.
struct Closed {
  Closed(Program& program, Origin origin, Span span) : body(program, origin, function) {
    function.span = span;
  }
  typed::Function function;
  Body body;
};

bool check_constant(Program& program, Entry& entry, typed::Constant& constant, const ast::ConstDecl& syntax) {
  Closed closed(program, entry.origin, entry.declaration->span);
  Value value = check_expr(closed.body, *syntax.value);
  if (!value) return false;
  if (!syntax.type) {
    entry.open_integer = value.open == Open::integer;
    entry.open_real = value.open == Open::real;
    constant.type = value.type();
    constant.value = std::move(value.expr);
    return true;
  }
  const auto wanted = check_type(closed.body, *syntax.type);
  if (!wanted) return false;
  const typed::Type found = value.type();
  const Span span = value.span();
  constant.type = *wanted;
  constant.value = fitted(closed.body, std::move(value), *wanted);
  if (!constant.value)
    program.report(diagnose(diag::DefaultType, span, constant.name, text(*wanted), text(found)));
  return constant.value != nullptr;
}

}  // namespace

void check_dim_declarations(Program& program, const ast::Module& module, Origin origin) {
  Closed closed(program, origin, {});
  closed.function.span.file = module.file;
  std::vector<DeclaredSize> waiting;
  for (const ast::Decl& each : module.declarations) {
    const auto* dims = std::get_if<ast::DimDecl>(&each.node);
    if (!dims) continue;
    for (const auto& one : dims->dims) {
      auto size = check_dim(closed.body, *one.size);
      if (!size) continue;
      DeclaredSize declared{&one, std::move(*size)};
      if (!settle_size(program, closed.body, declared)) waiting.push_back(std::move(declared));
    }
  }
  std::size_t left = 0;
  do {
    left = waiting.size();
    std::erase_if(waiting, [&](const DeclaredSize& each) { return settle_size(program, closed.body, each); });
  } while (!waiting.empty() && waiting.size() < left);
  if (waiting.empty()) return;
  const ast::Name& first = waiting.front().syntax->name;
  program.report(diagnose(diag::DefinedByItself, first.span, first.text));
}

const typed::Constant* constant_of(Program& program, Entry& entry) {
  if (entry.progress == Progress::done) return entry.constant;
  if (entry.progress == Progress::failed) return nullptr;
  const auto& syntax = std::get<ast::ConstDecl>(entry.declaration->node);
  if (entry.progress == Progress::running) {
    program.report(diagnose(diag::DefinedByItself, syntax.name.span, syntax.name.text));
    entry.progress = Progress::failed;
    return nullptr;
  }
  entry.progress = Progress::running;
  auto constant = std::make_unique<typed::Constant>();
  constant->name = syntax.name.text;
  const bool fine = check_constant(program, entry, *constant, syntax) && entry.progress != Progress::failed;
  entry.progress = fine ? Progress::done : Progress::failed;
  if (!fine) return nullptr;
  entry.constant = constant.get();
  program.module.constants.push_back(std::move(constant));
  return entry.constant;
}

void check_declarations(Program& program, const ast::Module& module, Origin origin) {
  for (const ast::Decl& each : module.declarations) {
    const DeclarationChecker checker{program, each, origin};
    if (each.name.text.empty() || !checker.is_hidden()) std::visit(checker, each.node);
    check_pending(program);
  }
}

}  // namespace dp::checker
