#include "frontend/check_optimizer.h"

#include <algorithm>

#include "frontend/check_functions.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::Scalar;

namespace {

typed::Type any_tensor() { return tensor(Scalar::real, {true, {}}); }

class OptimizerReader {
 public:
  OptimizerReader(Program& program, Origin origin, const ast::OptimizerDecl& syntax,
                  typed::Optimizer& optimizer)
      : program_(program),
        origin_(origin),
        syntax_(syntax),
        optimizer_(optimizer),
        body_(program, origin, optimizer.step) {}

  bool read() {
    const ast::Function* step = find_step();
    if (!step) return false;
    if (optimizer_.searches) enter_sizes();
    bool fine = true;
    for (const ast::Parameter& each : syntax_.arguments) fine = read_hyperparameter(each) && fine;
    for (const auto& each : syntax_.states) fine = read_state(each) && fine;
    if (!fine) return false;
    bind_step(*step);
    if (!read_step(*step)) return false;
    for (auto& each : optimizer_.hyperparameters) {
      const auto& called = body_.schedules_called;
      each.schedule = std::find(called.begin(), called.end(), each.name) != called.end();
    }
    return true;
  }

 private:
  const ast::Function* find_step() {
    for (const ast::Function& each : syntax_.functions) {
      optimizer_.searches = each.name.text == "search";
      if (each.parameters.size() == (optimizer_.searches ? 4 : 3))
        if (optimizer_.searches || each.name.text == "step") return &each;
    }
    program_.report(diagnose(diag::NoStep, syntax_.name.span, optimizer_.name));
    return nullptr;
  }

  /// The number of parameters, `n`, and the hyperparameters that say how many of something there are.
  void enter_sizes() {
    const auto enter = [&](const std::string& name, Span span, const char* what) {
      optimizer_.step.dims.push_back(name);
      body_.dims.emplace(name, DimOrigin{span, what});
    };
    enter("n", optimizer_.span, "the number of all parameters");
    for (const ast::Parameter& each : syntax_.arguments)
      if (is_size_of(program_, origin_, syntax_, each.name.text)) {
        enter(each.name.text, each.name.span, "a hyperparameter that is a size");
        assume_at_most(body_, Dim(1), Dim::name(each.name.text));  // `using` takes no less
      }
  }

  typed::Type moved_type() const {
    return optimizer_.searches ? tensor(Scalar::real, {false, {Dim::name("n")}}) : any_tensor();
  }

  void bind_step(const ast::Function& step) {
    const auto& names = step.parameters;
    bind_parameter(names[0].name, moved_type());
    if (optimizer_.searches) {
      const auto real = std::make_shared<typed::Type>(tensor(Scalar::real));
      bind_parameter(names[1].name, {typed::FunctionType{{moved_type()}, real}});
      bind_parameter(names[2].name, tensor(Scalar::key));
    } else {
      bind_parameter(names[1].name, any_tensor());
    }
    bind_parameter(names.back().name, tensor(Scalar::real));
  }

  void bind_parameter(const ast::Name& name, typed::Type type) {
    const typed::VariableId id = body_.bind(name.text, std::move(type), name.span, nullptr);
    body_.notes[id].parameter = true;
    optimizer_.step.parameters.push_back(id);
    optimizer_.step.defaults.emplace_back();
  }

  bool read_hyperparameter(const ast::Parameter& syntax) {
    typed::Optimizer::Hyperparameter result{syntax.name.text, false, nullptr};
    result.is_size = body_.dims.contains(syntax.name.text);
    if (syntax.initial)
      result.initial = closed_scalar(program_, origin_, *syntax.initial, optimizer_.span, syntax.name.text);
    if (result.is_size) {
      const bool fine = !syntax.initial || result.initial;
      optimizer_.hyperparameters.push_back(std::move(result));
      return fine;
    }
    const bool is_bool = result.initial && as_tensor(result.initial->type)->scalar == Scalar::boolean;
    bind_parameter(syntax.name, tensor(is_bool ? Scalar::boolean : Scalar::real));
    if (!is_bool) body_.schedule_names.push_back(syntax.name.text);
    const bool fine = !syntax.initial || result.initial;
    optimizer_.hyperparameters.push_back(std::move(result));
    return fine;
  }

  bool read_state(const ast::OptimizerDecl::State& syntax) {
    typed::ExprPtr initial = optimizer_.searches ? tensor_state(syntax)
                                                 : closed_scalar(program_, origin_, *syntax.initial,
                                                                 optimizer_.span, syntax.name.text);
    bind_parameter(syntax.name, optimizer_.searches && initial ? initial->type : any_tensor());
    state_types_.push_back(optimizer_.step.variables.back().type);
    const bool fine = initial != nullptr;
    optimizer_.states.push_back({syntax.name.text, std::move(initial)});
    return fine;
  }

  /// The state of a search has the type that it begins with.
  typed::ExprPtr tensor_state(const ast::OptimizerDecl::State& syntax) {
    typed::Function scratch;
    scratch.span = optimizer_.span;
    Body body(program_, origin_, scratch);
    body.dims = body_.dims;
    body.facts = body_.facts;
    Value value = check_expr(body, *syntax.initial);
    if (!value) return nullptr;
    settle_towards(body, value, tensor(Scalar::real));
    const auto* type = as_tensor(value.type());
    if (type && is_real(type->scalar)) return std::move(value.expr);
    program_.report(diagnose(diag::DefaultType, syntax.initial->span, syntax.name.text, "real numbers",
                             text(value.type())));
    return nullptr;
  }

  /// The new parameter is the value of the body, the new states are what their names mean in its end.
  bool read_step(const ast::Function& step) {
    typed::BlockExpr block;
    const auto& statements = step.body.statements;
    const auto* last = statements.empty() ? nullptr : std::get_if<ast::ExprStmt>(&statements.back().node);
    if (!last) {
      program_.report(diagnose(diag::NoValue, step.body.span));
      return false;
    }
    for (std::size_t k = 0; k + 1 < statements.size(); ++k)
      check_statement(body_, statements[k], block.statements);
    typed::TupleExpr result;
    typed::TupleType type;
    const auto add = [&](typed::ExprPtr value) {
      type.elements.push_back(value->type);
      result.elements.push_back(std::move(value));
    };
    typed::ExprPtr moved =
        stepped(check_expr(body_, *last->value), moved_type(), last->value->span, "the new parameter");
    if (!moved) return false;
    add(std::move(moved));
    std::size_t place = 0;
    for (const auto& state : syntax_.states) {
      const auto variable = body_.find_variable(state.name.text);
      if (body_.notes[*variable].poisoned) return false;
      const Span span = body_.function.variables[*variable].span;
      typed::ExprPtr value = stepped({use(body_, *variable, span), Open::no}, state_types_[place++], span,
                                     "the state `" + state.name.text + "`");
      if (!value) return false;
      add(std::move(value));
    }
    optimizer_.step.result = {type};
    block.value = make({type}, last->value->span, std::move(result));
    optimizer_.step.body = make({std::move(type)}, step.body.span, std::move(block));
    if (origin_ != Origin::library && !program_.diagnostics.has_errors()) warn_of_unread(body_);
    return true;
  }

  typed::ExprPtr stepped(Value value, const typed::Type& wanted, Span span, const std::string& what) {
    if (!value) return nullptr;
    const typed::Type found = value.type();
    typed::ExprPtr result = fitted(body_, std::move(value), wanted);
    if (!result) program_.report(diagnose(diag::StepType, span, what, text(found)));
    return result;
  }

  Program& program_;
  Origin origin_;
  const ast::OptimizerDecl& syntax_;
  typed::Optimizer& optimizer_;
  Body body_;
  std::vector<typed::Type> state_types_;
};

}  // namespace

typed::ExprPtr closed_scalar(Program& program, Origin origin, const ast::Expr& syntax, Span span,
                             const std::string& name) {
  typed::Function scratch;
  scratch.span = span;
  Body body(program, origin, scratch);
  Value value = check_expr(body, syntax);
  if (!value) return nullptr;
  settle_towards(body, value, tensor(Scalar::real));
  const auto* type = as_tensor(value.type());
  const bool fine =
      type && type->shape.is_scalar() && (is_real(type->scalar) || type->scalar == Scalar::boolean);
  if (fine) return std::move(value.expr);
  program.report(diagnose(diag::DefaultType, syntax.span, name, "real", text(value.type())));
  return nullptr;
}

const typed::Optimizer* optimizer_of(Program& program, Entry& entry) {
  if (entry.progress == Progress::untouched) {
    auto optimizer = std::make_unique<typed::Optimizer>();
    optimizer->name = entry.declaration->name.text;
    optimizer->doc = entry.declaration->doc;
    optimizer->span = entry.declaration->span;
    optimizer->step.name = optimizer->name + ".step";
    optimizer->step.span = optimizer->span;
    const auto& syntax = std::get<ast::OptimizerDecl>(entry.declaration->node);
    entry.progress = Progress::running;
    const bool fine = OptimizerReader(program, entry.origin, syntax, *optimizer).read();
    entry.progress = fine ? Progress::done : Progress::failed;
    entry.optimizer = optimizer.get();
    program.module.optimizers.push_back(std::move(optimizer));
  }
  return entry.progress == Progress::done ? entry.optimizer : nullptr;
}

bool is_schedule_call(const Body& body, const std::string& name) {
  return std::find(body.schedule_names.begin(), body.schedule_names.end(), name) != body.schedule_names.end();
}

Value call_schedule_name(Body& body, const std::string& name, CallSite& site) {
  bool fine = site.arguments.size() == 1;
  for (Argument& each : site.arguments) fine = evaluate(body, each) && fine;
  if (site.arguments.size() != 1)
    body.report(diagnose(diag::TooManyArguments, site.span, name, "one argument"));
  if (!fine) return {};
  body.schedules_called.push_back(name);
  return {use(body, *body.find_variable(name), site.span), Open::no};
}

void supply_schedule_arguments(Body& body, const FunctionRecord& function, CallSite& site) {
  const auto& parameters = function.syntax->parameters;
  const auto is_named = [&](std::size_t k, const char* name) {
    return k < parameters.size() && parameters[k].name.text == name;
  };
  if (!is_named(0, "t")) return;
  std::vector<Argument> supplied;
  const auto supply = [&](typed::VariableId variable) {
    Argument argument;
    argument.span = site.callee;
    argument.ready = {use(body, variable, site.callee), Open::no};
    supplied.push_back(std::move(argument));
  };
  supply(body.step_variable);
  if (is_named(1, "steps")) supply(body.steps_variable);
  for (Argument& each : site.arguments) supplied.push_back(std::move(each));
  site.arguments = std::move(supplied);
}

}  // namespace dp::checker
