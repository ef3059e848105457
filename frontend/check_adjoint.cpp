#include "frontend/check_adjoint.h"

#include "frontend/check_notes.h"

namespace dp::checker {
namespace {

/// The types of the real parameters: one, or a tuple.
std::optional<typed::Type> cotangents_of(const typed::Function& function) {
  typed::TupleType all;
  for (const typed::VariableId parameter : function.parameters) {
    const typed::Type& type = function.variables[parameter].type;
    if (holds_reals(type)) all.elements.push_back(type);
  }
  if (all.elements.empty()) return std::nullopt;
  if (all.elements.size() == 1) return all.elements.front();
  return typed::Type{std::move(all)};
}

bool takes_functions(const typed::Function& function) {
  for (const typed::VariableId parameter : function.parameters) {
    if (std::holds_alternative<typed::FunctionType>(function.variables[parameter].type.node)) return true;
  }
  return false;
}

class AdjointReader {
 public:
  AdjointReader(Program& program, FunctionRecord& function, const ast::AdjointDecl& syntax)
      : program_(program),
        function_(function),
        syntax_(syntax),
        typed_(std::make_unique<typed::Function>()),
        body_(program, function.origin, *typed_) {}

  std::unique_ptr<typed::Function> read() {
    const typed::Function& of = *function_.typed;
    typed_->name = "adjoint of " + of.name;
    typed_->span = syntax_.function.span;
    typed_->dims = of.dims;
    body_.dims = function_.context->dims;
    body_.facts = function_.context->facts;
    if (!bind_parameters(of)) return nullptr;
    const auto wanted = cotangents_of(of);
    if (!wanted || takes_functions(of)) {
      program_.report(diagnose(diag::AdjointOfIntegers, syntax_.function.span, of.name));
      return nullptr;
    }
    typed_->result = *wanted;
    Value value = check_block(body_, syntax_.body, &*wanted);
    if (!value) return nullptr;
    const typed::Type found = value.type();
    const Span span = value.span();
    typed_->body = fitted(body_, std::move(value), *wanted);
    if (typed_->body) return std::move(typed_);
    program_.report(with_origins(diagnose(diag::AdjointType, span, of.name, text(*wanted), text(found)),
                                 body_, {*wanted, found}));
    return nullptr;
  }

 private:
  bool bind_parameters(const typed::Function& of) {
    if (syntax_.parameters.size() != of.parameters.size()) {
      program_.report(diagnose(diag::AdjointParameters, syntax_.function.span, of.name, of.parameters.size(),
                               syntax_.parameters.size()));
      return false;
    }
    bool fine = true;
    for (std::size_t k = 0; k < of.parameters.size(); ++k)
      fine = bind(syntax_.parameters[k], of.variables[of.parameters[k]].type) && fine;
    fine = bind(syntax_.result, of.result) && fine;
    return bind(syntax_.cotangent, of.result) && fine;
  }

  bool bind(const ast::Name& name, const typed::Type& type) {
    if (body_.scopes.back().contains(name.text)) {
      program_.report(diagnose(diag::DuplicateParameter, name.span, name.text));
      return false;
    }
    const typed::VariableId id = body_.bind(name.text, type, name.span, nullptr);
    body_.notes[id].parameter = true;
    typed_->parameters.push_back(id);
    typed_->defaults.emplace_back();
    return true;
  }

  Program& program_;
  FunctionRecord& function_;
  const ast::AdjointDecl& syntax_;
  std::unique_ptr<typed::Function> typed_;
  Body body_;
};

}  // namespace

void find_adjoint_function(Program& program, const ast::AdjointDecl& adjoint, Origin origin) {
  Names& names = program.names_of(origin);
  const auto found = names.find(adjoint.function.text);
  const bool is_function =
      found != names.end() && std::holds_alternative<ast::Function>(found->second.declaration->node);
  if (is_function)
    function_of(program, found->second);
  else
    program.report(diagnose(diag::AdjointOfNothing, adjoint.function.span, adjoint.function.text));
}

void check_adjoint(Program& program, FunctionRecord& function) {
  need_body(program, function);
  if (!program.pending.empty()) {  // its result may be told by its body
    program.with_adjoint.insert(program.with_adjoint.begin(), &function);
    return;
  }
  if (function.body != Progress::done) return;
  const ast::Decl& declaration = *program.adjoints.at({function.origin, function.syntax->name.text});
  const auto& syntax = std::get<ast::AdjointDecl>(declaration.node);
  auto adjoint = AdjointReader(program, function, syntax).read();
  if (!adjoint) return;
  function.typed->adjoint = adjoint.get();
  function.typed->adjoint_is_checked = !syntax.unchecked;
  program.library_functions.push_back(std::move(adjoint));
}

}  // namespace dp::checker
