#include "frontend/check_calls.h"

#include <algorithm>
#include <set>

#include "frontend/check_broadcast.h"
#include "frontend/check_declarations.h"
#include "frontend/check_dims.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_layers.h"
#include "frontend/check_match.h"
#include "frontend/check_notes.h"
#include "frontend/check_optimizer.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

std::vector<std::string> parameter_names(const FunctionRecord& function) {
  std::vector<std::string> result;
  for (const ast::Parameter& each : function.syntax->parameters) result.push_back(each.name.text);
  return result;
}

/// The dimension names in a tensor type.
std::set<std::string> dims_of(const typed::Type& type) {
  std::set<std::string> result;
  const auto* leaf = as_tensor(type);
  if (!leaf) return result;
  for (const Dim& dim : leaf->shape.dims) result.merge(dim.names());
  if (leaf->bound) result.merge(leaf->bound->names());
  return result;
}

bool is_lifted(const typed::Function& callee, const std::vector<Value>& values) {
  if (!callee.lifts) return false;
  return std::any_of(values.begin(), values.end(), [](const Value& each) {
    const auto* type = each ? as_tensor(each.type()) : nullptr;
    return type && !type->shape.is_scalar();
  });
}

/// One call on its way: values, matched types, and the expression that it becomes.
class FunctionCall {
 public:
  FunctionCall(Body& body, FunctionRecord& function, CallSite site)
      : body_(body), function_(function), callee_(*function.typed), site_(std::move(site)) {}

  Value run(Value self) {
    const bool is_method = bool(self);
    if (is_method) values_.push_back(std::move(self));
    if (!evaluate_arguments()) return {};
    const bool lifted = is_lifted(callee_, values_);
    Matcher matcher(body_, callee_, lifted);
    if (!match(matcher)) return {};
    if (const auto unsolved = matcher.unsolved()) {
      body_.report(diagnose(diag::UnsolvedDimension, site_.callee, site_.name, *unsolved));
      return {};
    }
    instance_ = std::move(matcher.instance());
    if (!dp::checker::check_clauses(body_, callee_, instance_, site_)) return {};
    if (!settle_arguments()) return {};
    if (body_.record) body_.record->calls.emplace_back(&function_, site_.span);
    return lifted ? lifted_call() : plain_call();
  }

 private:
  /// Evaluates what is given, in the order of the parameters; a parameter left to its default stays empty.
  bool evaluate_arguments() {
    const std::vector<std::string> names = parameter_names(function_);
    std::unique_ptr<bool[]> optional(new bool[names.size()]);
    for (std::size_t k = 0; k < names.size(); ++k)
      optional[k] = function_.syntax->parameters[k].initial != nullptr;
    const auto placed = place_arguments(body_, site_, names, {optional.get(), names.size()});
    bool fine = placed.has_value();
    if (!fine) {  // the arguments' own mistakes are independent of where they go
      for (Argument& each : site_.arguments) evaluate(body_, each);
      return false;
    }
    for (Argument* each : *placed) {
      values_.push_back(each ? evaluate(body_, *each) : Value{});
      if (each && !values_.back()) fine = false;
      if (each && values_.back() && each->syntax) values_.back().expr->span = tip(*each->syntax);
    }
    return fine;
  }

  const typed::Type& parameter_type(std::size_t k) const {
    return callee_.variables[callee_.parameters[k]].type;
  }

  bool match(Matcher& matcher) {
    std::vector<std::size_t> order;
    for (std::size_t k = 0; k < values_.size(); ++k) {
      if (!values_[k]) continue;
      order.push_back(k);
      if (!matcher.match(parameter_type(k), values_[k])) return refuse(matcher, k, order);
    }
    if (const auto wrong = matcher.solve_rest()) return refuse(matcher, order[*wrong], order);
    return true;
  }

  bool refuse(const Matcher& matcher, std::size_t k, const std::vector<std::size_t>& order) {
    Mismatch mismatch{function_, site_, k, matcher.shown(parameter_type(k)), values_[k], nullptr, false, {}};
    if (function_.layer) mismatch.self = &values_.front();
    mismatch.last_axis_only = matcher.mismatched_last_axis();
    for (const std::string& dim : dims_of(parameter_type(k))) {
      const auto told = matcher.told_by(dim);
      if (!told || order[*told] == k) continue;
      const std::string& by = callee_.variables[callee_.parameters[order[*told]]].name;
      const std::string size = matcher.solved(dim).text();
      mismatch.reasons.push_back("`" + dim + "` of `" + site_.name + "` is " + size + " by `" + by + "`");
    }
    report_mismatch(body_, mismatch);
    return false;
  }

  bool settle_arguments() {
    for (std::size_t k = 0; k < values_.size(); ++k) {
      const typed::Type wanted = substitute(parameter_type(k), instance_);
      if (!values_[k]) {
        values_[k].expr = default_value(body_, function_, k, instance_, site_.span);
        if (!values_[k]) return false;
        continue;
      }
      if (!check_literal_bound(wanted, values_[k])) return false;
      settle_towards(body_, values_[k], wanted);
    }
    return true;
  }

  /// Numbers written out for `i32<c>` lie in 0 .. c-1.
  bool check_literal_bound(const typed::Type& wanted, const Value& value) {
    const auto* leaf = as_tensor(wanted);
    if (!leaf || !leaf->bound || value.open == Open::no) return true;
    const auto limit = constant_size(body_, *leaf->bound);
    const auto* numbers = std::get_if<typed::NumbersExpr>(&value.expr->node);
    std::vector<std::int64_t> wholes;
    if (numbers && numbers->values.index() == 1) wholes = std::get<1>(numbers->values);
    if (const auto one = literal_integer(*value.expr)) wholes.push_back(*one);
    for (const std::int64_t each : wholes) {
      if (each >= 0 && (!limit || each < *limit)) continue;
      body_.report(diagnose(diag::NumberRange, value.span(), std::to_string(each), text(wanted)));
      return false;
    }
    return true;
  }

  typed::ExprPtr call(typed::Type type, bool lifted) {
    typed::CallExpr node{&callee_, {}, std::move(instance_), lifted};
    for (Value& each : values_) node.arguments.push_back(std::move(each.expr));
    return make(std::move(type), site_.span, std::move(node));
  }

  Value plain_call() {
    typed::Type type = substitute(callee_.result, instance_);
    return {call(std::move(type), false), Open::no};
  }

  /// A function of scalars on tensors: the operands are repeated to one shape, which the result takes.
  Value lifted_call() {
    const auto shape = common_shape(body_, values_, site_.span, site_.name);
    if (!shape) return {};
    for (Value& each : values_) each.expr = spread(body_, std::move(each.expr), *shape);
    typed::Type type = substitute(callee_.result, instance_);
    if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) leaf->shape = *shape;
    if (auto* tuple = std::get_if<typed::TupleType>(&type.node)) {
      for (typed::Type& each : tuple->elements) {
        if (auto* leaf = std::get_if<typed::TensorType>(&each.node)) leaf->shape = *shape;
      }
    }
    return {call(std::move(type), true), Open::no};
  }

  Body& body_;
  FunctionRecord& function_;
  const typed::Function& callee_;
  CallSite site_;
  std::vector<Value> values_;
  typed::Instance instance_;
};

Value call_entry(Body& body, Entry& entry, CallSite site) {
  const auto& node = entry.declaration->node;
  if (std::holds_alternative<ast::Function>(node)) {
    FunctionRecord* function = function_of(body.program, entry);
    if (function == nullptr) return {};
    return call_function(body, *function, {}, std::move(site));
  }
  if (std::holds_alternative<ast::StructDecl>(node)) return build_struct(body, entry, std::move(site));
  if (std::holds_alternative<ast::LayerDecl>(node)) {
    body.report(diagnose(diag::LayerAsValue, site.span));
    return {};
  }
  body.report(diagnose(diag::NotCallable, site.callee, site.name));
  return {};
}

Value call_name(Body& body, const std::string& name, CallSite site) {
  if (const auto variable = body.find_variable(name)) {
    if (is_schedule_call(body, name)) return call_schedule_name(body, name, site);
    if (body.notes[*variable].poisoned) return {};
    return call_value(body, {use(body, *variable, site.callee), Open::no}, std::move(site));
  }
  if (Value field = check_layer_name(body, name, site.callee))
    return call_value(body, std::move(field), std::move(site));
  if (FunctionRecord* method = method_of(body.program, body.layer, name)) {
    return call_function(body, *method, {use(body, 0, site.callee), Open::no}, std::move(site));
  }
  if (Entry* entry = body.program.find(body.origin, name)) return call_entry(body, *entry, std::move(site));
  if (is_intrinsic(name)) return call_intrinsic(body, std::move(site));
  Value unknown = check_name(body, name, site.callee);  // a dimension, or nothing at all
  if (unknown) body.report(diagnose(diag::NotCallable, site.callee, name));
  for (Argument& each : site.arguments) evaluate(body, each);
  return {};
}

Value call_method(Body& body, const ast::Field& callee, CallSite site) {
  Value object = check_expr(body, *callee.object);
  if (!object) return {};
  if (const auto* layer = std::get_if<typed::LayerType>(&object.type().node)) {
    LayerRecord* record = body.program.layer_records.at(layer->declaration);
    if (FunctionRecord* method = method_of(body.program, record, callee.field.text)) {
      return call_function(body, *method, std::move(object), std::move(site));
    }
  }
  const Span span = site.callee;
  return call_value(body, field_of(body, std::move(object), callee.field, span), std::move(site));
}

}  // namespace

Value call_callee(Body& body, const ast::Expr& callee, CallSite site) {
  site.name = source_text(body, callee.span);
  site.callee = callee.span;
  if (const auto* name = std::get_if<ast::NameUse>(&callee.node))
    return call_name(body, name->name, std::move(site));
  if (const auto* field = std::get_if<ast::Field>(&callee.node))
    return call_method(body, *field, std::move(site));
  return call_value(body, check_expr(body, callee), std::move(site));
}

Value call_function(Body& body, FunctionRecord& function, Value self, CallSite site) {
  if (!need_result(body.program, function, body, site.span)) return {};
  if (body.in_schedule) supply_schedule_arguments(body, function, site);
  if (!self) {
    if (auto over = find_over(function, site)) return call_over(body, function, *over, std::move(site));
  }
  return call_directly(body, function, std::move(self), std::move(site));
}

Value call_directly(Body& body, FunctionRecord& function, Value self, CallSite site) {
  return FunctionCall(body, function, std::move(site)).run(std::move(self));
}

Value call_value(Body& body, Value callee, CallSite site) {
  if (!callee) return {};
  const auto* layer = std::get_if<typed::LayerType>(&callee.type().node);
  if (layer == nullptr) {
    body.report(
        diagnose(diag::NotCallable, site.callee, site.name).note("its type is " + text(callee.type())));
    return {};
  }
  if (!layer->copies.is_scalar()) return unsupported(body, site.span, "a call of stacked layers");
  LayerRecord* record = body.program.layer_records.at(layer->declaration);
  FunctionRecord* nameless = method_of(body.program, record, "");
  if (nameless == nullptr) {
    body.report(diagnose(diag::LayerNotCallable, site.callee, layer->declaration->name));
    return {};
  }
  return call_function(body, *nameless, std::move(callee), std::move(site));
}

Value check_call(Body& body, const ast::Call& call, Span span) {
  if (body.columns == &call) return {use(body, 0, span), Open::no};
  CallSite site{"", span, span, arguments_of(call)};
  return call_callee(body, *call.callee, std::move(site));
}

Value check_pipe(Body& body, const ast::Pipe& pipe, Span span) {
  Argument first;
  first.ready = check_expr(body, *pipe.value);
  first.span = tip(*pipe.value);
  if (!first.ready) return {};
  first.ready.expr->span = first.span;
  const auto* call = std::get_if<ast::Call>(&pipe.target->node);
  CallSite site{"", span, span, {}};
  site.arguments.push_back(std::move(first));
  if (call) {
    for (Argument& each : arguments_of(*call)) site.arguments.push_back(std::move(each));
  }
  return call_callee(body, call ? *call->callee : *pipe.target, std::move(site));
}

}  // namespace dp::checker
