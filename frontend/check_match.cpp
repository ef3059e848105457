#include "frontend/check_match.h"

#include <algorithm>

#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {

using typed::Scalar;

namespace {

constexpr char unsolved_mark = '?';

std::vector<std::string> unknowns(const Dim& dim) {
  std::vector<std::string> result;
  for (const std::string& name : dim.names()) {
    if (name.front() == unsolved_mark) result.push_back(name);
  }
  return result;
}

}  // namespace

bool Matcher::is_callee_dim(const std::string& name) const {
  return std::find(callee_.dims.begin(), callee_.dims.end(), name) != callee_.dims.end();
}

Dim Matcher::known_part(const Dim& pattern) const {
  DimBindings bindings;
  for (const std::string& name : pattern.names()) {
    if (!is_callee_dim(name)) continue;
    const auto solved = instance_.dims.find(name);
    bindings.emplace(name, solved != instance_.dims.end() ? solved->second : Dim::name(unsolved_mark + name));
  }
  return bindings.empty() ? pattern : pattern.substitute(bindings);
}

bool Matcher::match(const typed::Type& pattern, const Value& argument) {
  mismatched_last_axis_ = false;
  const bool result = match_type(pattern, argument.type(), argument.open);
  ++arguments_;
  return result;
}

bool Matcher::match_type(const typed::Type& pattern, const typed::Type& actual, Open open) {
  if (pattern.node.index() != actual.node.index()) return false;
  if (const auto* leaf = as_tensor(pattern)) return match_tensor(*leaf, *as_tensor(actual), open);
  if (const auto* layer = std::get_if<typed::LayerType>(&pattern.node)) {
    return match_layer(*layer, std::get<typed::LayerType>(actual.node));
  }
  if (const auto* structure = std::get_if<typed::StructType>(&pattern.node)) {
    const auto& other = std::get<typed::StructType>(actual.node);
    if (!real_is_bound_ && holds_reals(actual)) real_is_bound_ = true;  // its reals are the file's
    return structure->declaration == other.declaration && match_shape(structure->copies, other.copies);
  }
  if (const auto* tuple = std::get_if<typed::TupleType>(&pattern.node)) {
    const auto& other = std::get<typed::TupleType>(actual.node);
    if (tuple->elements.size() != other.elements.size()) return false;
    for (std::size_t k = 0; k < tuple->elements.size(); ++k) {
      if (!match_type(tuple->elements[k], other.elements[k], Open::no)) return false;
    }
    return true;
  }
  return agree(body_, pattern, actual);
}

bool Matcher::match_tensor(const typed::TensorType& pattern, const typed::TensorType& actual, Open open) {
  if (!match_scalar(pattern.scalar, actual.scalar, open)) return false;
  if (!lifted_ && !match_shape(pattern.shape, actual.shape)) return false;
  return match_bound(pattern, actual, open);
}

bool Matcher::match_scalar(Scalar pattern, Scalar actual, Open open) {
  if (open != Open::no) {
    if (pattern == Scalar::real && callee_.any_scalar && !real_is_bound_) {
      instance_.real = open == Open::integer ? Scalar::i64 : Scalar::real;
      real_is_bound_ = true;
    }
    if (is_real(pattern)) return true;
    return is_integer(pattern) && open == Open::integer;
  }
  if (pattern != Scalar::real) return pattern == actual;
  const bool stands_for = callee_.any_scalar ? actual != Scalar::key : is_real(actual);
  if (!stands_for || actual == Scalar::bf16) return false;
  if (!real_is_bound_) instance_.real = actual;
  real_is_bound_ = true;
  return instance_.real == actual;
}

bool Matcher::match_shape(const typed::TensorShape& pattern, const typed::TensorShape& actual) {
  const std::size_t count = pattern.dims.size();
  if (actual.dims.size() < count) return false;
  const std::size_t leading = actual.dims.size() - count;
  if (!pattern.pack && (leading > 0 || actual.pack)) return false;
  if (pattern.pack) {
    typed::TensorShape run{
        actual.pack, Shape(actual.dims.begin(), actual.dims.begin() + static_cast<std::ptrdiff_t>(leading))};
    if (!instance_.pack)
      instance_.pack = std::move(run);
    else if (!agree(body_, *instance_.pack, run))
      return false;
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (match_dim(pattern.dims[k], actual.dims[leading + k])) continue;
    mismatched_last_axis_ = k + 1 == count;
    return false;
  }
  return true;
}

bool Matcher::match_dim(const Dim& pattern, const Dim& actual) {
  const auto name = pattern.as_name();
  if (name && is_callee_dim(*name)) {
    const auto [found, is_new] = instance_.dims.try_emplace(*name, actual);
    if (is_new) told_by_.emplace(*name, arguments_);
    return is_new || agree(body_, found->second, actual);
  }
  if (unknowns(known_part(pattern)).empty()) return agree(body_, known_part(pattern), actual);
  later_.push_back({pattern, actual, arguments_});
  return true;
}

bool Matcher::match_bound(const typed::TensorType& pattern, const typed::TensorType& actual, Open open) {
  if (!pattern.bound || open != Open::no) return true;
  return actual.bound && match_dim(*pattern.bound, *actual.bound);
}

bool Matcher::match_layer(const typed::LayerType& pattern, const typed::LayerType& actual) {
  if (pattern.declaration != actual.declaration || !match_shape(pattern.copies, actual.copies)) return false;
  if (!real_is_bound_) instance_.real = Scalar::real;
  real_is_bound_ = true;
  for (std::size_t k = 0; k < pattern.arguments.size(); ++k) {
    const auto* wanted = std::get_if<Dim>(&pattern.arguments[k]);
    const auto* given = std::get_if<Dim>(&actual.arguments[k]);
    if (wanted && given && !match_dim(*wanted, *given)) return false;
    const bool any_number = std::holds_alternative<typed::PassedArgument>(pattern.arguments[k]);
    if (!wanted && !any_number && pattern.arguments[k] != actual.arguments[k]) return false;
  }
  return true;
}

std::optional<bool> Matcher::settle_one(const Later& later) {
  const Dim pattern = known_part(later.pattern);
  const auto open = unknowns(pattern);
  if (open.empty()) return agree(body_, pattern, later.actual);
  if (open.size() > 1) return std::nullopt;
  const auto solution = pattern.solve(open.front(), later.actual);
  if (!solution) return std::nullopt;
  instance_.dims.emplace(open.front().substr(1), *solution);
  return true;
}

std::optional<std::size_t> Matcher::solve_rest() {
  std::vector<bool> done(later_.size(), false);
  for (bool progress = true; progress;) {
    progress = false;
    for (std::size_t k = 0; k < later_.size(); ++k) {
      if (done[k]) continue;
      const auto decided = settle_one(later_[k]);
      if (decided && !*decided) return later_[k].argument;
      done[k] = decided.has_value();
      progress = progress || done[k];
    }
  }
  return std::nullopt;
}

std::optional<std::string> Matcher::unsolved() const {
  for (const std::string& name : callee_.dims) {
    if (!instance_.dims.contains(name)) return name;
  }
  return std::nullopt;
}

std::string Matcher::why_unsolved(const std::string& name) const {
  for (const Later& each : later_) {
    const Dim pattern = known_part(each.pattern);
    const std::string unknown = unsolved_mark + name;
    if (!pattern.names().contains(unknown)) continue;
    const std::string meets = "`" + each.pattern.text() + "` is " + each.actual.text() + " here";
    const bool is_linear = pattern.solve(unknown, pattern.substitute({{unknown, Dim(1)}})).has_value();
    if (is_linear && unknowns(pattern).size() == 1)
      return meets + ", and no whole `" + name + "` makes it so";
    return meets + ": a dimension is solved for where it is the only unknown and linear";
  }
  return "";
}

std::optional<std::string> Matcher::unsolved_in(const typed::Type& pattern) const {
  const auto in_shape = [&](const typed::TensorShape& shape) -> std::optional<std::string> {
    if (shape.pack && !instance_.pack) return "..";
    for (const Dim& dim : shape.dims) {
      for (const std::string& name : dim.names())
        if (is_callee_dim(name) && !instance_.dims.contains(name)) return name;
    }
    return std::nullopt;
  };
  if (const auto* leaf = as_tensor(pattern)) return in_shape(leaf->shape);
  if (const auto* structure = std::get_if<typed::StructType>(&pattern.node))
    return in_shape(structure->copies);
  const auto* tuple = std::get_if<typed::TupleType>(&pattern.node);
  for (std::size_t k = 0; tuple && k < tuple->elements.size(); ++k) {
    if (auto name = unsolved_in(tuple->elements[k])) return name;
  }
  return std::nullopt;
}

std::optional<std::size_t> Matcher::told_by(const std::string& dim) const {
  const auto found = told_by_.find(dim);
  return found == told_by_.end() ? std::nullopt : std::optional(found->second);
}

typed::Type Matcher::shown(const typed::Type& pattern) const {
  typed::Instance known = instance_;
  if (!real_is_bound_) known.real = Scalar::real;
  return substitute(pattern, known);
}

}  // namespace dp::checker
