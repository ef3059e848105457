#include "frontend/check_numbers.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontend/check_notes.h"
#include "frontend/typed_text.h"

namespace dp::checker {

using typed::Scalar;

namespace {

Scalar scalar_of(const Value& value) { return as_tensor(value.type())->scalar; }

std::string_view wanted(Numbers kind) {
  switch (kind) {
    case Numbers::any: return "numbers";
    case Numbers::reals: return "real numbers";
    case Numbers::integers: return "integers";
    case Numbers::compared: return "numbers";
    case Numbers::bools: return "bools";
  }
  return "";
}

bool allowed(Scalar scalar, Numbers kind) {
  switch (kind) {
    case Numbers::any: return is_real(scalar) || is_integer(scalar);
    case Numbers::reals: return is_real(scalar);
    case Numbers::integers: return is_integer(scalar);
    case Numbers::compared: return is_real(scalar) || is_integer(scalar) || scalar == Scalar::boolean;
    case Numbers::bools: return scalar == Scalar::boolean;
  }
  return false;
}

void report_wrong(Body& body, const Value& value, Numbers kind, std::string_view what) {
  auto diagnostic = diagnose(diag::WrongScalar, value.span(), std::string(what), std::string(wanted(kind)),
                             text(value.type()));
  const Scalar scalar = scalar_of(value);
  const bool converts = is_integer(scalar) || scalar == Scalar::boolean;
  const bool to_real = kind == Numbers::reals || (kind == Numbers::any && scalar == Scalar::boolean);
  if (converts && to_real) diagnostic.fixes.push_back("real(" + source_text(body, value.span()) + ")");
  if (kind == Numbers::bools && converts)
    diagnostic.fixes.push_back(operand_text(body, value.span()) + " != 0");
  body.report(std::move(diagnostic));
}

/// The whole number that a name was bound to: `s = 0`, perhaps carried through a loop since.
const typed::Expr* whole_number_behind(const Body& body, const typed::Expr& expression) {
  const auto* variable = std::get_if<typed::VariableExpr>(&expression.node);
  if (!variable) return nullptr;
  const VariableNote& note = body.notes[variable->variable];
  const bool carried = !note.definition && !note.sources.empty();
  const typed::Expr* definition = carried ? body.notes[note.sources.front()].definition : note.definition;
  return definition && literal_integer(*definition) ? definition : nullptr;
}

void report_mixed(Body& body, const Value& left, const Value& right, Span span, std::string_view what) {
  const Scalar a = scalar_of(left), b = scalar_of(right);
  auto diagnostic =
      diagnose(diag::MixedScalars, span, std::string(what), text(left.type()), text(right.type()));
  diagnostic.labels.push_back({left.span(), std::string(typed::name(a))});
  diagnostic.labels.push_back({right.span(), std::string(typed::name(b))});
  const bool widens = a == Scalar::i32 && b == Scalar::i64;
  const bool narrower_right = a == Scalar::i64 && b == Scalar::i32;
  const bool change_left = !narrower_right && (is_integer(a) || a == Scalar::boolean);
  const bool changes_left = change_left && (widens || !is_integer(b));
  const Value& changed = changes_left ? left : right;
  const Scalar target = changes_left ? b : a;
  const std::string text = source_text(body, changed.span());
  const typed::Expr* whole = is_real(target) ? whole_number_behind(body, *changed.expr) : nullptr;
  if (whole)
    diagnostic.fixes.push_back(
        fmt::format("begin with a real: `{} = {}.0`", text, source_text(body, whole->span)));
  else
    diagnostic.fixes.push_back(fmt::format("{}({})", typed::name(target), text));
  body.report(std::move(diagnostic));
}

/// Compared integers of different width, and bools, become i64.
void widen(std::vector<Value*>& operands) {
  for (Value* each : operands) {
    each->expr = convert(std::move(each->expr), Scalar::i64);
    each->open = Open::no;
  }
}

bool all_integers(const std::vector<Value*>& operands) {
  for (const Value* each : operands) {
    if (!is_integer(scalar_of(*each))) return false;
  }
  return true;
}

/// The operand whose scalar type the others take: the first that is settled, else the first open real.
const Value* leader(const std::vector<Value*>& operands) {
  for (const Value* each : operands) {
    if (each->open == Open::no) return each;
  }
  for (const Value* each : operands) {
    if (each->open == Open::real) return each;
  }
  return operands.front();
}

}  // namespace

bool require_tensors(Body& body, const std::vector<Value*>& operands, Span, std::string_view what) {
  for (const Value* each : operands) {
    if (as_tensor(each->type())) continue;
    body.report(diagnose(diag::WrongScalar, each->span(), std::string(what), "tensors", text(each->type())));
    return false;
  }
  return true;
}

bool unify(Body& body, std::vector<Value*> operands, Numbers kind, Span span, std::string_view what) {
  if (!require_tensors(body, operands, span, what)) return false;
  const bool needs_reals = kind == Numbers::reals;
  for (Value* each : operands) {
    const bool becomes_real = needs_reals && each->open == Open::integer;
    if (becomes_real) {
      settle(body, *each, Scalar::real);
      each->open = Open::real;
    }
    if (!allowed(scalar_of(*each), kind)) {
      report_wrong(body, *each, kind, what);
      return false;
    }
  }
  const Value* chosen = leader(operands);
  const Scalar target = scalar_of(*chosen);
  const Open open = chosen->open;
  for (Value* each : operands) {
    if (scalar_of(*each) == target) continue;
    const bool adapts = each->open == Open::integer ? target != Scalar::boolean && target != Scalar::key
                                                    : each->open == Open::real && is_real(target);
    if (!adapts) {
      if (kind == Numbers::compared && all_integers(operands)) {
        widen(operands);
        return true;
      }
      const bool in_order = std::find(operands.begin(), operands.end(), each) >
                            std::find(operands.begin(), operands.end(), chosen);
      report_mixed(body, in_order ? *chosen : *each, in_order ? *each : *chosen, span, what);
      return false;
    }
    // A dimension may exceed i32: integers that are compared meet in i64.
    if (kind == Numbers::compared && target == Scalar::i32 && !literal_integer(*each->expr)) {
      widen(operands);
      return true;
    }
    settle(body, *each, target);
    each->open = open;
  }
  if (kind == Numbers::compared && target == Scalar::boolean) widen(operands);
  if (open == Open::no) {
    for (Value* each : operands) each->open = Open::no;
  }
  return true;
}

}  // namespace dp::checker
