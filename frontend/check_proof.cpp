#include "frontend/check_proof.h"

#include "frontend/check_notes.h"
#include "frontend/check_value.h"

namespace dp::checker {
namespace {

Dim rewritten(const Body& body, const Dim& dim) {
  return body.facts.rewrites.empty() ? dim : dim.substitute(body.facts.rewrites);
}

/// Sizes of the declared names that occur in `dim` but not in `other`.
DimBindings sizes_only_in(const Body& body, const Dim& dim, const Dim& other) {
  DimBindings result;
  const std::set<std::string> others = other.names();
  for (const std::string& name : dim.names()) {
    const auto size = body.program.sizes.find(name);
    const bool is_own = body.dims.contains(name);  // a name of the signature hides a declared one
    if (!is_own && size != body.program.sizes.end() && !others.contains(name))
      result.emplace(name, size->second);
  }
  return result;
}

bool same_argument(const Body& body, const typed::LayerArgument& left, const typed::LayerArgument& right) {
  const auto* left_dim = std::get_if<Dim>(&left);
  const auto* right_dim = std::get_if<Dim>(&right);
  if (left_dim && right_dim) return agree(body, *left_dim, *right_dim);
  return left == right;
}

bool same_arguments(const Body& body, const typed::LayerType& left, const typed::LayerType& right) {
  if (left.arguments.size() != right.arguments.size()) return false;
  for (std::size_t k = 0; k < left.arguments.size(); ++k) {
    if (!same_argument(body, left.arguments[k], right.arguments[k])) return false;
  }
  return true;
}

bool same_types(const Body& body, const std::vector<typed::Type>& left,
                const std::vector<typed::Type>& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t k = 0; k < left.size(); ++k) {
    if (!agree(body, left[k], right[k])) return false;
  }
  return true;
}

/// Whether `size`, and so `size - (right - left)` for some clause left <= right, is never negative.
bool never_negative(const Body& body, const Dim& size) {
  if (with_sizes(body, size).provably_nonnegative()) return true;
  for (const auto& [left, right] : body.facts.at_most) {
    const Dim gap = rewritten(body, right) - rewritten(body, left);
    if (with_sizes(body, size - gap).provably_nonnegative()) return true;
  }
  return false;
}

}  // namespace

bool agree(const Body& body, const Dim& left, const Dim& right) {
  if (left == right) return true;
  const Dim a = rewritten(body, left), b = rewritten(body, right);
  if (a == b) return true;
  if (body.program.sizes.empty()) return false;
  return a.substitute(sizes_only_in(body, a, b)) == b || a == b.substitute(sizes_only_in(body, b, a));
}

bool agree(const Body& body, const typed::TensorShape& left, const typed::TensorShape& right) {
  if (left.pack != right.pack || left.dims.size() != right.dims.size()) return false;
  for (std::size_t k = 0; k < left.dims.size(); ++k) {
    if (!agree(body, left.dims[k], right.dims[k])) return false;
  }
  return true;
}

bool agree(const Body& body, const typed::Type& left, const typed::Type& right) {
  if (left.node.index() != right.node.index()) return false;
  if (const auto* a = as_tensor(left)) {
    const auto* b = as_tensor(right);
    return a->scalar == b->scalar && agree(body, a->shape, b->shape);
  }
  if (const auto* a = std::get_if<typed::LayerType>(&left.node)) {
    const auto& b = std::get<typed::LayerType>(right.node);
    return a->declaration == b.declaration && same_arguments(body, *a, b) && agree(body, a->copies, b.copies);
  }
  if (const auto* a = std::get_if<typed::StructType>(&left.node)) {
    const auto& b = std::get<typed::StructType>(right.node);
    return a->declaration == b.declaration && agree(body, a->copies, b.copies);
  }
  if (const auto* a = std::get_if<typed::TupleType>(&left.node)) {
    return same_types(body, a->elements, std::get<typed::TupleType>(right.node).elements);
  }
  if (const auto* a = std::get_if<typed::FunctionType>(&left.node)) {
    const auto& b = std::get<typed::FunctionType>(right.node);
    return same_types(body, a->parameters, b.parameters) && agree(body, *a->result, *b.result);
  }
  return true;
}

Dim with_sizes(const Body& body, const Dim& dim) {
  if (dim.is_constant()) return dim;
  return dim.substitute(sizes_only_in(body, dim, Dim(0)));
}

std::optional<std::int64_t> constant_size(const Body& body, const Dim& dim) {
  return with_sizes(body, rewritten(body, dim)).constant();
}

Verdict prove_equal(const Body& body, const Dim& left, const Dim& right) {
  if (agree(body, left, right)) return Verdict::proven;
  const auto difference = with_sizes(body, rewritten(body, left) - rewritten(body, right)).constant();
  if (difference) return *difference == 0 ? Verdict::proven : Verdict::refuted;
  const Dim gap = rewritten(body, left) - rewritten(body, right);
  for (const auto& [a, b] : body.facts.equalities) {
    if (gap == a - b || gap == b - a) return Verdict::proven;
  }
  return Verdict::open;
}

Verdict prove_at_most(const Body& body, const Dim& left, const Dim& right) {
  const Dim gap = rewritten(body, right) - rewritten(body, left);
  if (never_negative(body, gap)) return Verdict::proven;
  if (with_sizes(body, -gap - Dim(1)).provably_nonnegative()) return Verdict::refuted;
  return Verdict::open;
}

void assume_equal(Body& body, const Dim& left, const Dim& right) {
  body.facts.equalities.emplace_back(left, right);
  const auto solve = [&](const Dim& name, const Dim& value) {
    const auto text = name.as_name();
    if (!text || value.names().contains(*text) || body.facts.rewrites.contains(*text)) return false;
    const DimBindings one{{*text, rewritten(body, value)}};
    for (auto& [known, dim] : body.facts.rewrites) dim = dim.substitute(one);
    body.facts.rewrites.insert(*one.begin());
    return true;
  };
  if (!solve(right, left)) solve(left, right);
}

void assume_at_most(Body& body, const Dim& left, const Dim& right) {
  body.facts.at_most.emplace_back(left, right);
}

bool check_size(Body& body, const Dim& size, Span span) {
  const Verdict verdict = prove_at_most(body, Dim(0), size);
  if (verdict == Verdict::proven) return true;
  if (verdict == Verdict::refuted) {
    body.report(with_origins(diagnose(diag::NegativeSize, span, size.text()), body, {size}));
    return false;
  }
  body.report(with_origins(diagnose(diag::MaybeNegativeSize, span, size.text()), body, {size})
                  .fix("add the clause `where " + at_most_text(Dim(0), size) + "`"));
  assume_at_most(body, Dim(0), size);  // one missing clause is one mistake
  return false;
}

}  // namespace dp::checker
