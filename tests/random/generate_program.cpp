// The program around the statements: precision, dimensions, functions, inputs and results.

#include <fmt/format.h>

#include <random>

#include "tests/random/generator.h"

namespace dp::random {

Sample generate(Choices& choices) { return Generator(choices).run(); }

Sample Generator::run() {
  choices_.part([&] {
    draw_sizes();
    return 0;
  });
  const std::uint32_t count = choices_.draw(4);
  for (std::uint32_t k = 0; k < count; ++k)
    choices_.part([&] {
      draw_function(static_cast<int>(k));
      return 0;
    });
  choices_.part([&] {
    draw_main();
    return 0;
  });
  if (pairs_) declarations_ = "struct Pair { a: real[2], b: real }\n" + declarations_;
  sample_.text = fmt::format("precision {}\n{}", sample_.f64 ? "f64" : "f32", declarations_) + sample_.text;
  return std::move(sample_);
}

void Generator::draw_sizes() {
  sample_.f64 = choices_.draw(3) != 0;
  symbolic_ = choices_.draw(2);
  static constexpr const char* names[] = {"n", "m", "w"};
  static constexpr int sizes[] = {2, 3, 4, 5, 3, 2, 7, 6, 65, 70, 130};
  int large = 0;
  for (const char* name : names) {
    int size = sizes[choices_.draw(std::size(sizes) - (large ? 3 : 0))];
    large += size > 10;
    if (!symbolic_ && choices_.one_in(8)) size = 1;
    dims_.push_back({name, size});
  }
  if (!symbolic_)
    declarations_ = fmt::format("dim n = {}, m = {}, w = {}\n", dims_[0].size, dims_[1].size, dims_[2].size);
  dims_.push_back({"2", 2});
  dims_.push_back({"3", 3});
}

Type Generator::draw_type(std::uint32_t most_axes) {
  static constexpr Kind kinds[] = {Kind::real, Kind::real, Kind::real,    Kind::real,
                                   Kind::real, Kind::i64,  Kind::boolean, Kind::i32};
  Type type{kinds[choices_.draw(std::size(kinds))], {}};
  const std::uint32_t axes = choices_.draw(most_axes + 1);
  for (std::uint32_t k = 0; k < axes; ++k) {
    const Dim& dim = some_dim();
    int large = dim.size > 10;
    for (const Dim& each : type.shape) large += each.size > 10;
    if (large < 2) type.shape.push_back(dim);
  }
  return type;
}

std::string Generator::clause() const {
  std::string result;
  for (const Dim& dim : dims_)
    if (!dim.is_literal()) result += fmt::format("{}{} >= 2", result.empty() ? " where " : ", ", dim.text);
  return result;
}

std::string Generator::write_body(const std::vector<std::string>& lines, const std::string& value) const {
  std::string result = " {\n";
  for (const std::string& line : lines) result += "  " + line + "\n";
  return result + "  " + value + "\n}\n";
}

void Generator::draw_function(int number) {
  Function function{fmt::format("f{}", number), {}, {}, {}};
  const std::vector<Dim> outside = dims_;
  const bool scalars = choices_.one_in(3);
  fuel_ = scalars ? 6 : 12;
  if (scalars) {
    dims_ = {{"2", 2}, {"3", 3}};
    function.parameters = {{Kind::real, {}}, {Kind::real, {}}};
  } else {
    dims_ = {{"p", 3}, {"q", 4}};
    function.dims = {"p", "q"};
    function.parameters = {{Kind::real, {dims_[0], dims_[1]}}, {Kind::real, {dims_[1]}}, {Kind::real, {}}};
    if (choices_.draw(2)) function.parameters.push_back({Kind::i64, {dims_[0]}});
    const std::uint32_t axes = choices_.draw(3);
    for (std::uint32_t k = 0; k < axes; ++k) function.result.shape.push_back(dims_[choices_.draw(2)]);
  }
  std::string value, parameters;
  const auto lines = scope(true, [&] {
    for (std::size_t k = 0; k < function.parameters.size(); ++k) {
      const std::string name = fmt::format("x{}", k);
      variables_.push_back({name, function.parameters[k], true, ""});
      parameters += fmt::format("{}{}: {}", k ? ", " : "", name, dp::random::text(function.parameters[k]));
    }
    statements(3);
    value = expression(function.result);
  });
  declarations_ += fmt::format("fn {}({}) -> {}{}", function.name, parameters,
                               dp::random::text(function.result), scalars ? "" : clause()) +
                   write_body(lines, value);
  functions_.push_back(function);
  dims_ = outside;
}

/// A literal of the type; `next` gives numbers below 4001.
std::string draw_value(const Type& type, std::size_t axis, const std::function<int()>& next) {
  if (axis == type.shape.size()) {
    const int drawn = next();
    if (type.kind == Kind::boolean) return drawn % 2 ? "false" : "true";
    if (type.kind != Kind::real) return std::to_string(drawn % 15 - 5);
    return fmt::format("{:.3f}", (drawn - 2000) / 1000.0);
  }
  std::string result;
  for (int k = 0; k < type.shape[axis].size; ++k)
    result += (k ? ", " : "") + draw_value(type, axis + 1, next);
  return "[" + result + "]";
}

std::string Generator::slopes() {
  const Variable* const found = some_real(nullptr);
  if (!found || !sample_.f64) return "";
  const Variable x = *found;
  const std::string of = hoist(dependent_scalar(x), {Kind::real, {}});
  const std::string along = hoist(expression(x.type), x.type);
  const std::string slope = hoist(fmt::format("grad {} wrt {}", of, x.name), x.type);
  const std::string forward =
      hoist(fmt::format("jvp {} wrt {} along {}", of, x.name, along), {Kind::real, {}});
  sample_.has_slopes = true;
  const char* const sum = x.type.shape.empty() ? "" : "sum";
  return fmt::format(", {}, {}({} * {}), {}(abs({} * {}))", forward, sum, slope, along, sum, slope, along);
}

void Generator::draw_main() {
  std::vector<Type> inputs = {{Kind::real, {dims_[0], dims_[1]}},
                              {Kind::real, {dims_[2]}},
                              {Kind::real, {}},
                              {Kind::i64, {dims_[0]}},
                              draw_type(2)};
  std::string parameters, results;
  fuel_ = 30;
  const auto lines = scope(true, [&] {
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const std::string name = fmt::format("x{}", k);
      variables_.push_back({name, inputs[k], true, ""});
      parameters += fmt::format("{}{}: {}", k ? ", " : "", name, dp::random::text(inputs[k]));
      std::minstd_rand numbers(1 + choices_.draw(100));
      const auto next = [&] { return static_cast<int>(numbers() % 4001); };
      sample_.values.push_back({name, draw_value(inputs[k], 0, next)});
    }
    statements(6);
    fuel_ += 15;
    results = expression(draw_type(2));
    for (const std::size_t k : find([&](const Variable& each) { return each.name[0] == 'v'; }))
      if (choices_.one_in(3)) results += ", " + variables_[k].name;
    fuel_ += 15;
    if (choices_.one_in(2)) results += slopes();
  });
  sample_.text = fmt::format("fn main({}){}", parameters, symbolic_ ? clause() : "") +
                 write_body(lines, "(" + results + ")");
}

}  // namespace dp::random
