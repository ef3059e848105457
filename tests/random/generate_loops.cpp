// Rules for loops and branches.

#include <fmt/format.h>

#include <algorithm>

#include "tests/random/generator.h"

namespace dp::random {
namespace {

constexpr int most_loops = 4;

std::string joined(const std::vector<std::string>& lines, const std::string& value) {
  std::string result;
  for (const std::string& line : lines) result += line + "; ";
  return result + value;
}

}  // namespace

std::string Generator::braces(const Type& type) {
  std::string value;
  const auto lines = scope(false, [&] { value = expression(type); });
  return "{ " + joined(lines, value) + " }";
}

std::string Generator::block(const Type& type, bool may_rebind) {
  std::string value;
  const auto lines = scope(may_rebind, [&] {
    statements(2);
    value = expression(type);
  });
  return lines.empty() ? ": " + value : " { " + joined(lines, value) + " }";
}

std::string Generator::tensor_loop(const Type& type) {
  if (type.shape.empty() || loops_ >= most_loops) return "";
  const auto count =
      1 + choices_.draw(static_cast<std::uint32_t>(std::min<std::size_t>(2, type.shape.size())));
  const std::size_t known = variables_.size();
  std::string binders;
  for (std::size_t k = 0; k < count; ++k) {
    const std::string name = choices_.name("at");
    binders += fmt::format("{}{} in 0..{}", k ? ", " : "", name, type.shape[k].text);
    variables_.push_back({name, {Kind::i64, {}}, false, type.shape[k].text});
  }
  ++loops_;
  const std::string body = block({type.kind, {type.shape.begin() + count, type.shape.end()}}, false);
  --loops_;
  variables_.resize(known);
  return fmt::format("(for {}{})", binders, body);
}

std::string Generator::reducer(const Type& type) {
  static constexpr const char* names[] = {"sum", "sum", "prod", "max", "min", "mean", "logsumexp"};
  if (!type.shape.empty() || loops_ >= most_loops) return "";
  const std::size_t known = variables_.size();
  const Dim range = some_dim();
  const std::string index = choices_.name("at");
  variables_.push_back({index, {Kind::i64, {}}, false, range.text});
  const std::uint32_t which = choices_.draw(type.kind == Kind::real ? std::size(names) : 3);
  ++loops_;
  std::string filter;
  const auto unused = scope(false, [&] {
    if (which < 3 && choices_.one_in(2)) filter = " if " + scalar(Kind::boolean);
  });
  if (!unused.empty()) filter = fmt::format(" if {} > 0", index);
  std::string body;
  const auto lines = scope(false, [&] { body = expression(type); });
  --loops_;
  variables_.resize(known);
  if (lines.empty())
    return fmt::format("({} {} in 0..{}{}: {})", names[which], index, range.text, filter, body);
  return fmt::format("{}((for {} in 0..{} {{ {} }}))", names[which], index, range.text, joined(lines, body));
}

std::string Generator::next_value(const Variable& carried) {
  const std::string value = expression(carried.type);
  if (carried.type.kind != Kind::real || choices_.one_in(3)) return value;
  return fmt::format("0.5 * {} + tanh({})", carried.name, value);
}

std::string Generator::last_carried(const Type& type) {
  if (loops_ >= most_loops) return "";
  const Variable carried{hoist(expression(type), type), type, true, ""};
  const Dim range = some_dim();
  const std::string index = choices_.name("at");
  ++loops_;
  const auto lines = step([&] {
    variables_.push_back({index, {Kind::i64, {}}, false, range.text});
    statements(3);
    const std::string next = next_value(carried);
    emit(carried.name + " = " + next);
  });
  --loops_;
  emit(fmt::format("for {} in 0..{} {{ {} }}", index, range.text, joined(lines, "")));
  return carried.name;
}

std::string Generator::stacked_steps(const Type& type) {
  if (type.shape.empty() || loops_ >= most_loops) return "";
  const Type part{type.kind, {type.shape.begin() + 1, type.shape.end()}};
  const Variable carried{hoist(expression(part), part), part, true, ""};
  const std::string index = choices_.name("at");
  std::string value;
  ++loops_;
  const auto lines = step([&] {
    variables_.push_back({index, {Kind::i64, {}}, false, type.shape[0].text});
    statements(2);
    const std::string next = next_value(carried);
    emit(carried.name + " = " + next);
    value = expression(part);
  });
  --loops_;
  return hoist(fmt::format("for {} in 0..{} {{ {} }}", index, type.shape[0].text, joined(lines, value)),
               type);
}

std::string Generator::over_elements(const Type& type) {
  if (loops_ >= most_loops) return "";
  const Variable* const found = pick([](const Variable& each) { return !each.type.shape.empty(); });
  if (!found) return "";
  const Variable whole = *found;
  const Variable carried{hoist(expression(type), type), type, true, ""};
  const std::string element = choices_.name("e");
  ++loops_;
  const auto lines = step([&] {
    const Shape& shape = whole.type.shape;
    variables_.push_back({element, {whole.type.kind, {shape.begin() + 1, shape.end()}}, false, ""});
    const std::string next = next_value(carried);
    emit(carried.name + " = " + next);
  });
  --loops_;
  emit(fmt::format("for {} in {} {{ {} }}", element, whole.name, joined(lines, "")));
  return carried.name;
}

std::string Generator::while_loop(const Type& type) {
  if (loops_ >= most_loops) return "";
  const std::string steps = hoist("0", {Kind::i64, {}});
  variables_.back().rebindable = false;
  const Variable carried{hoist(expression(type), type), type, true, ""};
  const std::uint32_t limit = 1 + choices_.draw(5);
  std::string condition;
  const auto unused = scope(false, [&] { condition = scalar(Kind::boolean); });
  if (!unused.empty()) condition = "true";
  ++loops_;
  const auto lines = step([&] {
    statements(2);
    const std::string next = next_value(carried);
    emit(carried.name + " = " + next);
    emit(fmt::format("{} = {} + 1", steps, steps));
  });
  --loops_;
  emit(fmt::format("while {} < {} and {} upto {} {{ {} }}", steps, limit, condition, 1 + choices_.draw(6),
                   joined(lines, "")));
  return carried.name;
}

std::string Generator::branch(const Type& type) {
  const std::string condition = scalar(Kind::boolean);
  const std::string first = braces(type), second = braces(type);
  return hoist(fmt::format("if {} {} else {}", condition, first, second), type);
}

}  // namespace dp::random
