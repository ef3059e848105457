// Statements: bindings, updates of parts, branches, scans, prints, tuples and structs.

#include <fmt/format.h>

#include "tests/random/generator.h"

namespace dp::random {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string result;
  for (const std::string& line : lines) result += (result.empty() ? "" : "; ") + line;
  return result;
}

}  // namespace

void Generator::statements(std::uint32_t most) {
  choices_.part([&] {
    const std::uint32_t count = fuel_ > 0 ? choices_.draw(most + 1) : 0;
    for (std::uint32_t k = 0; k < count; ++k) choices_.part([&] { statement(); });
    return 0;
  });
}

void Generator::statement() {
  static constexpr void (Generator::* kinds[])() = {
      &Generator::bind,   &Generator::rebind,           &Generator::rebind,     &Generator::update,
      &Generator::update, &Generator::branch_statement, &Generator::say,        &Generator::scan_statement,
      &Generator::bind,   &Generator::take_apart,       &Generator::make_struct};
  (this->*kinds[choices_.draw(std::size(kinds))])();
}

void Generator::bind() {
  const Type type = draw_type(3);
  hoist(expression(type), type);
}

void Generator::rebind() {
  const Variable* const found = pick([&](const Variable& each) {
    return each.rebindable && each.below.empty() &&
           static_cast<std::size_t>(&each - variables_.data()) >= first_rebindable_;
  });
  if (!found) return bind();
  const Variable x = *found;
  const std::string value = next_value(x);
  if (x.type.kind == Kind::real && choices_.one_in(4))
    emit(fmt::format("{} {} {}", x.name, choices_.draw(2) ? "*=" : "+=", value));
  else
    emit(fmt::format("{} = {}", x.name, value));
}

std::string Generator::part_of(const Variable& x, Type& part) {
  part = {x.type.kind, {}};
  std::string index;
  for (std::size_t k = 0; k < x.type.shape.size(); ++k) {
    const Dim& dim = x.type.shape[k];
    index += k ? ", " : "";
    if (choices_.one_in(3)) {
      index += ":";
      part.shape.push_back(dim);
    } else if (dim.is_sum() && choices_.one_in(2)) {
      const std::string less = dim.text.substr(0, dim.text.find(' '));
      index += choices_.draw(2) ? "1.." : "0.." + less;
      part.shape.push_back({less, dim.size - 1});
    } else if (dim.size >= 2 && choices_.one_in(4)) {
      index += "0..2";
      part.shape.push_back({"2", 2});
    } else {
      index += position(dim);
    }
  }
  return fmt::format("{}[{}]", x.name, index);
}

void Generator::update() {
  static constexpr const char* signs[] = {"=", "+=", "*=", "-="};
  const Variable* const found = pick([&](const Variable& each) {
    return each.rebindable && !each.type.shape.empty() &&
           static_cast<std::size_t>(&each - variables_.data()) >= first_rebindable_;
  });
  if (!found) return bind();
  const Variable x = *found;
  Type part;
  const std::string place = part_of(x, part);
  const std::string value = expression(part);
  emit(fmt::format("{} {} {}", place, signs[x.type.kind == Kind::boolean ? 0 : choices_.draw(4)], value));
}

void Generator::branch_statement() {
  const std::string condition = scalar(Kind::boolean);
  auto lines = scope(true, [&] {
    choices_.part([&] {
      rebind();
      return 0;
    });
  });
  std::string line = fmt::format("if {} {{ {} }}", condition, joined(lines));
  if (choices_.draw(2)) {
    lines = scope(true, [&] {
      choices_.part([&] {
        choices_.draw(2) ? update() : rebind();
        return 0;
      });
    });
    line += fmt::format(" else {{ {} }}", joined(lines));
  }
  emit(line);
}

void Generator::scan_statement() { last_carried(draw_type(2)); }

void Generator::say() {
  if (choices_.draw(3) == 0) {
    emit(fmt::format("assert {} or {}", scalar(Kind::boolean), choices_.one_in(20) ? "false" : "true"));
    return;
  }
  const Variable* const found = pick([](const Variable&) { return true; });
  if (found) emit(fmt::format("print(\"{}\", {})", choices_.name("say"), found->name));
}

void Generator::take_apart() {
  const Type first = draw_type(2), second = draw_type(2);
  const std::string x = expression(first), y = expression(second);
  const std::string a = choices_.name("a"), b = choices_.name("b");
  emit(fmt::format("({}, {}) = ({}, {})", a, b, x, y));
  variables_.push_back({a, first, true, ""});
  variables_.push_back({b, second, true, ""});
}

void Generator::make_struct() {
  pairs_ = true;
  const Type a{Kind::real, {{"2", 2}}}, b{Kind::real, {}};
  const std::string x = expression(a), y = expression(b);
  std::string name = choices_.name("p");
  emit(fmt::format("{} = Pair(a = {}, b = {})", name, x, y));
  const std::uint32_t form = choices_.draw(3);
  variables_.push_back({name + ".a", a, false, ""});
  variables_.push_back({name + ".b", b, false, ""});
  if (form == 0 || gradients_ > 0) return;
  const std::string other = choices_.name("q");
  if (form == 1) {
    emit(fmt::format("{} = {} - 0.1 * {}", other, name, name));
  } else {
    const std::string of = scalar(Kind::real);
    emit(fmt::format("{} = grad {} + sum({}.a * {}.b) wrt {}", other, of, name, name, name));
  }
  variables_.push_back({other + ".a", a, false, ""});
  variables_.push_back({other + ".b", b, false, ""});
}

}  // namespace dp::random
