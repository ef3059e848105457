#include "frontend/check_functions.h"

#include <algorithm>

#include "frontend/check_adjoint.h"
#include "frontend/check_broadcast.h"
#include "frontend/check_expr.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"
#include "frontend/typed_text.h"

namespace dp::checker {
namespace {

std::string function_name(const FunctionRecord& function) {
  const std::string& own = function.syntax->name.text;
  if (!function.layer) return own;
  return function.layer->typed->name + "." + (own.empty() ? "call" : own);
}

/// A method's layer: in scope are its dimensions, its fields and its functions; its value is variable 0.
void enter_layer(Body& body, FunctionRecord& function) {
  body.layer = function.layer;
  body.has_self = true;
  enter_layer_arguments(body, *function.layer);
  for (std::size_t k = 0; k < function.layer->typed->arguments.size(); ++k) {
    const bool is_dim = function.layer->typed->argument_kinds[k] == typed::ArgumentKind::dimension;
    if (is_dim) body.function.dims.push_back(function.layer->typed->arguments[k]);
  }
  const typed::VariableId self =
      body.add_variable("self", own_type(*function.layer), function.layer->typed->span);
  body.notes[self].parameter = true;
  body.function.parameters.push_back(self);
  body.function.defaults.emplace_back();
}

bool check_result(Body& body, FunctionRecord& function) {
  if (!function.syntax->result) return true;
  const auto result = check_type(body, *function.syntax->result);
  if (result) body.function.result = *result;
  function.result_known = result.has_value();
  return result.has_value();
}

bool all_scalars(const typed::Function& function) {
  return !function.parameters.empty() &&
         std::all_of(function.parameters.begin(), function.parameters.end(), [&](typed::VariableId id) {
           const auto* type = as_tensor(function.variables[id].type);
           return type && type->shape.is_scalar();
         });
}

bool read_signature(FunctionRecord& function) {
  Body& body = *function.context;
  if (function.layer) {
    if (!need_fields(body.program, *function.layer)) return false;
    enter_layer(body, function);
  }
  body.binds_dims = true;
  bool fine = check_parameters(body, function.syntax->parameters);
  body.binds_dims = false;
  if (!fine) return false;
  fine = check_clauses_of(body, function.syntax->where);
  fine = check_result(body, function) && fine;
  fine = fine && check_signature_sizes(body, *function.syntax);
  body.function.lifts = !function.layer && all_scalars(body.function);
  return fine;
}

void report_result(Body& body, const FunctionRecord& function, const Value& value) {
  const ast::TypeExpr& written = *function.syntax->result;
  const auto* wanted = as_tensor(body.function.result);
  const auto* found = as_tensor(value.type());
  const bool nothing = std::holds_alternative<typed::NothingType>(value.type().node);
  Span place = value.span();
  if (nothing && place.end > place.begin) place.begin = place.end - 1;  // the closing brace
  auto diagnostic =
      diagnose(diag::ResultType, place, body.function.name, text(body.function.result), text(value.type()))
          .label(written.span, "the signature says " + text(body.function.result));
  const bool converts = wanted && found && found->scalar != typed::Scalar::boolean &&
                        wanted->scalar != found->scalar && agree(body, wanted->shape, found->shape);
  if (converts)
    diagnostic.fixes.push_back(std::string(typed::name(wanted->scalar)) + "(" +
                               source_text(body, value.span()) + ")");
  if (nothing) diagnostic.fixes.push_back("end the body with its value: a last line `x`");
  body.report(with_origins(std::move(diagnostic), body, {body.function.result, value.type()}));
}

void check_body(FunctionRecord& function) {
  function.body = Progress::running;
  Body& body = *function.context;
  Value value =
      check_block(body, function.syntax->body, function.result_known ? &body.function.result : nullptr);
  function.body = Progress::failed;
  if (!value) return;
  if (!function.result_known) {
    settle_by_itself(value);
    body.function.result = value.type();
    body.function.body = std::move(value.expr);
    function.result_known = true;
  } else {
    const Span span = value.span();
    typed::Type found = value.type();
    body.function.body = fitted(body, std::move(value), body.function.result);
    if (!body.function.body) {
      Value shown{make(std::move(found), span, typed::TupleExpr{}), Open::no};
      report_result(body, function, shown);
      return;
    }
  }
  function.body = Progress::done;
  if (function.origin != Origin::library && !body.program.diagnostics.has_errors()) warn_of_unread(body);
}

}  // namespace

typed::ExprPtr fitted(Body& body, Value value, const typed::Type& wanted) {
  if (!value) return nullptr;
  settle_towards(body, value, wanted);
  if (const auto* leaf = as_tensor(wanted); leaf && as_tensor(value.type())) {
    // A value without a bound cannot become one with a bound, the other way is nothing to do.
    const auto* own = as_tensor(value.type());
    const bool loses_bound = leaf->bound && (!own->bound || !agree(body, *leaf->bound, *own->bound));
    const bool is_number = std::holds_alternative<typed::NumberExpr>(value.expr->node) ||
                           std::holds_alternative<typed::NumbersExpr>(value.expr->node);
    if (loses_bound && !is_number) return nullptr;
  }
  return agree(body, value.type(), wanted) ? std::move(value.expr) : nullptr;
}

bool need_signature(Program& program, FunctionRecord& function) {
  if (function.signature != Progress::untouched) return function.signature == Progress::done;
  function.signature = Progress::running;
  function.typed->name = function_name(function);
  function.typed->doc = function.doc;
  function.typed->remat = function.syntax->remat;
  function.typed->exported = function.syntax->exported;
  function.typed->any_scalar = function.origin == Origin::library && takes_any_scalar(function.typed->name);
  function.context = std::make_unique<Body>(program, function.origin, *function.typed);
  function.context->record = &function;
  function.signature = read_signature(function) ? Progress::done : Progress::failed;
  return function.signature == Progress::done;
}

FunctionRecord* function_of(Program& program, Entry& entry) {
  if (entry.function == nullptr) {
    const auto& syntax = std::get<ast::Function>(entry.declaration->node);
    auto typed = std::make_unique<typed::Function>();
    typed->span = entry.declaration->span;
    typed->is_library = entry.origin == Origin::library;
    FunctionRecord& record = program.functions.emplace_back();
    record.syntax = &syntax;
    record.typed = typed.get();
    record.origin = entry.origin;
    record.doc = entry.declaration->doc;
    entry.function = &record;
    auto& list = entry.origin == Origin::user ? program.module.functions : program.library_functions;
    list.push_back(std::move(typed));
    if (program.adjoints.contains({entry.origin, syntax.name.text})) program.with_adjoint.push_back(&record);
  }
  return need_signature(program, *entry.function) ? entry.function : nullptr;
}

void need_body(Program& program, FunctionRecord& function) {
  if (function.body != Progress::untouched || function.signature != Progress::done) return;
  function.body = Progress::running;
  program.pending.push_back(&function);
}

bool need_result(Program& program, FunctionRecord& function, Body& caller, Span span) {
  if (!need_signature(program, function)) return false;
  if (function.result_known) {
    need_body(program, function);
    return true;
  }
  if (function.body == Progress::untouched) {
    check_body(function);
    return function.result_known;
  }
  if (function.body == Progress::running) {
    const auto waiting = std::find(program.pending.begin(), program.pending.end(), &function);
    if (waiting != program.pending.end()) {  // asked for, but not begun
      program.pending.erase(waiting);
      check_body(function);
      return function.result_known;
    }
    caller.report(diagnose(diag::MissingResultType, span, function.typed->name)
                      .label(function.syntax->name.span, "write its result type here"));
  }
  return false;
}

void check_pending(Program& program) {
  while (!program.pending.empty()) {
    FunctionRecord* function = program.pending.front();
    program.pending.erase(program.pending.begin());
    check_body(*function);
  }
  while (!program.with_adjoint.empty()) {
    FunctionRecord* function = program.with_adjoint.back();
    program.with_adjoint.pop_back();
    check_adjoint(program, *function);
    if (!program.pending.empty()) check_pending(program);
  }
}

}  // namespace dp::checker
