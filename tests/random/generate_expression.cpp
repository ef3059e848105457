// How an expression of a type is drawn: by one of the rules for its kind, or as something that is there.

#include <fmt/format.h>

#include <algorithm>

#include "tests/random/generator.h"

namespace dp::random {
namespace {

constexpr int deepest = 6;

/// In how many ways the axes of `part` can be found in `whole`, in order. Literals and names of one size are
/// counted as alike.
int embeddings(const Shape& part, const Shape& whole, std::size_t p = 0, std::size_t w = 0) {
  if (p == part.size()) return 1;
  if (w == whole.size()) return 0;
  const bool alike = part[p] == whole[w] ||
                     ((part[p].is_literal() || whole[w].is_literal()) && part[p].size == whole[w].size);
  return embeddings(part, whole, p, w + 1) + (alike ? embeddings(part, whole, p + 1, w + 1) : 0);
}

}  // namespace

std::string list(const Shape& shape) {
  std::string result;
  for (const Dim& dim : shape) result += (result.empty() ? "" : ", ") + dim.text;
  return "[" + result + "]";
}

std::string text(const Type& type) {
  static constexpr const char* names[] = {"real", "i64", "i32", "bool"};
  return names[static_cast<int>(type.kind)] + (type.shape.empty() ? "" : list(type.shape));
}

std::vector<std::size_t> Generator::find(const std::function<bool(const Variable&)>& fits) const {
  std::vector<std::size_t> result;
  for (std::size_t k = 0; k < variables_.size(); ++k)
    if (fits(variables_[k])) result.push_back(k);
  return result;
}

const Variable* Generator::pick(const std::function<bool(const Variable&)>& fits) {
  const auto found = find(fits);
  if (found.empty()) return nullptr;
  std::vector<std::string> names;
  for (const std::size_t each : found) names.push_back(variables_[each].name);
  return &variables_[found[choices_.pick(names)]];
}

std::string Generator::hoist(const std::string& value, const Type& type) {
  const std::string name = choices_.name("v");
  emit(name + " = " + value);
  variables_.push_back({name, type, true, ""});
  return name;
}

std::string Generator::literal(Kind kind) {
  static constexpr const char* reals[] = {"1.0",  "0.5", "-0.7", "2.0",   "0.0",
                                          "-1.5", "0.3", "1.25", "-0.05", "3.0"};
  if (kind == Kind::real) return reals[choices_.draw(std::size(reals))];
  if (kind == Kind::boolean) return choices_.draw(2) ? "false" : "true";
  const int value = static_cast<int>(choices_.draw(7)) - (choices_.one_in(3) ? 4 : 0);
  return kind == Kind::i32 ? fmt::format("i32({})", value) : fmt::format("{}", value);
}

std::string Generator::leaf(const Type& type) {
  if (!choices_.one_in(4)) {
    if (const Variable* found = pick([&](const Variable& each) { return each.type == type; }))
      return found->name;
  }
  if (type.shape.empty()) {
    if (type.kind == Kind::i64 && choices_.one_in(4)) return some_dim().operand();
    return literal(type.kind);
  }
  return fmt::format("full({}, {})", list(type.shape), literal(type.kind));
}

std::string Generator::by_rule(std::span<const Weighted> rules, const Type& type) {
  std::uint32_t total = 0;
  for (const Weighted& each : rules) total += each.weight;
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::uint32_t drawn = choices_.draw(total);
    std::size_t k = 0;
    while (drawn >= rules[k].weight) drawn -= rules[k++].weight;
    if (std::string result = (this->*rules[k].rule)(type); !result.empty()) return result;
  }
  return leaf(type);
}

std::string Generator::expression(const Type& type) {
  return choices_.part([&] {
    if (fuel_ <= 0 || depth_ >= deepest) return leaf(type);
    --fuel_;
    ++depth_;
    std::string result = type.kind == Kind::real      ? of_real(type)
                         : type.kind == Kind::boolean ? of_bool(type)
                                                      : of_integer(type);
    --depth_;
    return result;
  });
}

std::string Generator::of_real(const Type& type) {
  using G = Generator;
  static constexpr Weighted rules[] = {
      {&G::leaf, 6},          {&G::unary, 10},     {&G::binary, 14},       {&G::choice, 4},
      {&G::converted, 2},     {&G::lifted, 2},     {&G::reduction, 7},     {&G::product, 5},
      {&G::reshaped, 2},      {&G::transposed, 3}, {&G::slice, 3},         {&G::window, 2},
      {&G::concatenated, 2},  {&G::stacked, 3},    {&G::gathered, 4},      {&G::indexed, 6},
      {&G::along_axis, 3},    {&G::outer, 1},      {&G::solved, 1},        {&G::called, 4},
      {&G::tensor_loop, 7},   {&G::reducer, 4},    {&G::last_carried, 4},  {&G::stacked_steps, 4},
      {&G::over_elements, 2}, {&G::while_loop, 2}, {&G::branch, 3},        {&G::gradient, 4},
      {&G::forward, 2},       {&G::backward, 2},   {&G::two_gradients, 1},
  };
  return by_rule(rules, type);
}

std::string Generator::of_integer(const Type& type) {
  using G = Generator;
  static constexpr Weighted rules[] = {
      {&G::leaf, 8},          {&G::integer_operation, 8},
      {&G::choice, 2},        {&G::converted, 2},
      {&G::reduction, 2},     {&G::argument_position, 2},
      {&G::rounded, 2},       {&G::gathered, 2},
      {&G::indexed, 4},       {&G::tensor_loop, 4},
      {&G::last_carried, 2},  {&G::branch, 1},
      {&G::concatenated, 1},  {&G::slice, 1},
      {&G::stacked_steps, 1}, {&G::transposed, 1},
      {&G::stacked, 1},       {&G::reducer, 1},
  };
  return by_rule(rules, type);
}

std::string Generator::of_bool(const Type& type) {
  using G = Generator;
  static constexpr Weighted rules[] = {
      {&G::leaf, 2},    {&G::comparison, 10}, {&G::logic, 4},        {&G::reduction, 2},
      {&G::indexed, 3}, {&G::tensor_loop, 2}, {&G::last_carried, 1}, {&G::gathered, 1},
  };
  return by_rule(rules, type);
}

std::pair<std::string, std::string> Generator::operands(const Type& type) {
  Type smaller = type;
  const std::uint32_t form = choices_.draw(4);
  if (form == 1) smaller.shape.clear();
  if (form >= 2 && !type.shape.empty()) {
    const auto dropped = choices_.draw(static_cast<std::uint32_t>(type.shape.size()));
    smaller.shape.erase(smaller.shape.begin() + dropped);
    if (embeddings(smaller.shape, type.shape) != 1) smaller = type;
  }
  std::string first = expression(type), second = expression(smaller);
  if (choices_.one_in(2)) std::swap(first, second);
  return {first, second};
}

std::string Generator::position(const Dim& dim) {
  const std::uint32_t form = choices_.draw(4);
  if (form >= 2) {
    if (const Variable* index = pick([&](const Variable& each) { return each.below == dim.text; }))
      return index->name;
  }
  if (form == 0) return "0";
  return fmt::format("{} % {}", scalar(Kind::i64), dim.operand());
}

}  // namespace dp::random
