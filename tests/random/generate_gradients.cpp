// Rules for gradients: of a fresh scalar that surely depends on the name, so that none is refused as lost.

#include <fmt/format.h>

#include "tests/random/generator.h"

namespace dp::random {
namespace {

constexpr int most_gradients = 3;

}  // namespace

const Variable* Generator::some_real(const Type* type) {
  // Of something from before the loop a gradient would often reach back through earlier steps, which is
  // refused.
  const std::size_t first = choices_.one_in(4) ? 0 : first_of_step_;
  return pick([&](const Variable& each) {
    return static_cast<std::size_t>(&each - variables_.data()) >= first && each.type.kind == Kind::real &&
           each.below.empty() && (!type || each.type == *type);
  });
}

std::string Generator::dependent_scalar(const Variable& x) {
  const std::string factor = expression(x.type), other = scalar(Kind::real);
  const std::string term = choices_.draw(2) ? fmt::format("tanh({})", x.name) : x.name;
  return fmt::format("{} + {}({} * {})", other, x.type.shape.empty() ? "" : "sum", term, factor);
}

std::string Generator::gradient(const Type& type) {
  if (gradients_ >= most_gradients) return "";
  const Variable* const found = some_real(&type);
  if (!found) return "";
  const Variable x = *found;
  ++gradients_;
  const std::string of = dependent_scalar(x);
  --gradients_;
  const bool named = choices_.draw(2);
  return hoist(fmt::format("grad {} wrt {}", named ? hoist(of, {Kind::real, {}}) : of, x.name), type);
}

std::string Generator::two_gradients(const Type& type) {
  const Variable* const first = some_real(&type);
  if (!first || gradients_ >= most_gradients) return "";
  const Variable x = *first;
  const Variable* const second = some_real(nullptr);
  if (!second) return "";
  const Variable y = *second;
  if (x.name == y.name) return "";
  ++gradients_;
  const std::string a = dependent_scalar(x), b = dependent_scalar(y);
  --gradients_;
  const std::string of = hoist(fmt::format("({}) * ({})", a, b), {Kind::real, {}});
  const std::string by_x = choices_.name("g"), by_y = choices_.name("g");
  emit(fmt::format("({}, {}) = grad {} wrt ({}, {})", by_x, by_y, of, x.name, y.name));
  variables_.push_back({by_x, x.type, true, ""});
  variables_.push_back({by_y, y.type, true, ""});
  return by_x;
}

std::string Generator::forward(const Type& type) {
  const Variable* const found = some_real(nullptr);
  if (!found || gradients_ >= most_gradients) return "";
  const Variable x = *found;
  ++gradients_;
  const std::string along = expression(x.type), of = expression(type);
  --gradients_;
  const std::string term = x.type.shape.empty() ? x.name : fmt::format("sum({})", x.name);
  return hoist(fmt::format("jvp {} + {} wrt {} along {}", of, term, x.name, along), type);
}

std::string Generator::backward(const Type& type) {
  const Variable* const found = some_real(&type);
  if (!found || gradients_ >= most_gradients) return "";
  const Variable x = *found;
  const Type of_type{Kind::real, draw_type(2).shape};
  ++gradients_;
  const std::string with = expression(of_type), of = expression(of_type);
  --gradients_;
  const std::string term = x.type.shape.empty() ? x.name : fmt::format("sum({})", x.name);
  return hoist(fmt::format("vjp {} + {} wrt {} with {}", of, term, x.name, with), type);
}

}  // namespace dp::random
