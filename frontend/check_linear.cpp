#include "frontend/check_linear.h"

#include "frontend/check_intrinsics.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

bool refuse(Body& body, const CallSite& site, std::string_view wanted, std::string_view parameter,
            const Value& value) {
  body.report(with_origins(diagnose(diag::ArgumentType, value.span(), site.name, std::string(wanted),
                                    std::string(parameter), text(value.type())),
                           body, {value.type()}));
  return false;
}

}  // namespace

const Shape& dims_of(const Value& value) { return as_tensor(value.type())->shape.dims; }

std::optional<std::vector<Value>> values_of(Body& body, CallSite& site,
                                            const std::vector<std::string>& names) {
  const auto placed = intrinsic_arguments(body, site, names, names.size());
  if (!placed) return std::nullopt;
  std::vector<Value> values;
  bool fine = true;
  for (Argument* each : *placed) {
    values.push_back(evaluate(body, *each));
    fine = fine && values.back();
  }
  return fine ? std::optional(std::move(values)) : std::nullopt;
}

bool is_matrix(Body& body, const CallSite& site, const Value& value, bool square) {
  const Shape& dims = dims_of(value);
  const bool fits = dims.size() >= 2 && (!square || agree(body, dims[dims.size() - 2], dims.back()));
  return fits || refuse(body, site, square ? "real[.., n, n]" : "real[.., m, n]", "A", value);
}

bool is_right_side(Body& body, const CallSite& site, const Value& a, const Value& b) {
  typed::TensorShape left = as_tensor(a.type())->shape, right = as_tensor(b.type())->shape;
  left.dims.pop_back();
  if (right.dims.size() == left.dims.size() + 1) right.dims.pop_back();
  if (agree(body, left, right)) return true;
  const std::string rows = text(tensor(as_tensor(a.type())->scalar, left));
  return refuse(body, site, rows + ", or that with columns,", "b", b);
}

std::optional<bool> written_truth(Body& body, const CallSite& site, const Argument* argument,
                                  bool otherwise) {
  if (argument == nullptr) return otherwise;
  const auto* literal = argument->syntax ? std::get_if<ast::BoolLiteral>(&argument->syntax->node) : nullptr;
  if (literal) return literal->value;
  body.report(diagnose(diag::WrongScalar, argument->span, site.name, "true or false, written out",
                       "a value that is known only when the program runs"));
  return std::nullopt;
}

}  // namespace dp::checker
