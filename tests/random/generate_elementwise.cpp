// Rules for what works element by element, and for sums over axes.

#include <fmt/format.h>

#include "tests/random/generator.h"

namespace dp::random {
namespace {

template <std::size_t count>
std::string fill(Choices& choices, const char* const (&formats)[count], const std::string& x,
                 const std::string& y = "") {
  return fmt::format(fmt::runtime(formats[choices.draw(count)]), fmt::arg("x", x), fmt::arg("y", y));
}

}  // namespace

std::string Generator::unary(const Type& type) {
  static constexpr const char* formats[] = {"(-{x})",
                                            "tanh({x})",
                                            "sin({x})",
                                            "cos({x})",
                                            "sigmoid({x})",
                                            "relu({x})",
                                            "abs({x})",
                                            "({x} ^ 2)",
                                            "({x} ^ 3)",
                                            "exp(-abs({x}))",
                                            "sqrt({x} ^ 2 + 0.1)",
                                            "log(abs({x}) + 0.5)",
                                            "softplus({x})",
                                            "gelu({x})",
                                            "silu({x})",
                                            "erf({x})",
                                            "sign({x})",
                                            "floor({x})",
                                            "clamp({x}, -1, 1)",
                                            "(1 / (1 + {x} ^ 2))",
                                            "leaky_relu({x})",
                                            "expm1({x})",
                                            "log1p(abs({x}))",
                                            "atan({x})",
                                            "stop({x})",
                                            "exp({x})",
                                            "sqrt({x})",
                                            "log({x})",
                                            "round({x})",
                                            "real(f32({x}))",
                                            "real(f64({x}))",
                                            "cbrt({x})",
                                            "elu({x})",
                                            "tan({x})",
                                            "sqrt({x} ^ 2)",
                                            "log(exp({x}))",
                                            "log(1 + exp({x}))",
                                            "hardswish({x})"};
  return fill(choices_, formats, expression(type));
}

std::string Generator::binary(const Type& type) {
  static constexpr const char* formats[] = {
      "({x} + {y})",        "({x} - {y})",     "({x} * {y})",      "({x} * {y})",
      "({x} / {y})",        "max({x}, {y})",   "min({x}, {y})",    "({x} / (1.5 + abs({y})))",
      "atan2({x}, {y})",    "hypot({x}, {y})", "(abs({x}) ^ {y})", "({x} % {y})",
      "lerp({x}, {y}, 0.3)"};
  const auto [x, y] = operands(type);
  return fill(choices_, formats, x, y);
}

std::string Generator::choice(const Type& type) {
  const std::string condition = expression({Kind::boolean, type.shape});
  const auto [x, y] = operands(type);
  return fmt::format("where({}, {}, {})", condition, x, y);
}

std::string Generator::converted(const Type& type) {
  static constexpr const char* names[] = {"real", "i64", "i32"};
  static constexpr Kind sources[][2] = {
      {Kind::i64, Kind::boolean}, {Kind::i32, Kind::boolean}, {Kind::i64, Kind::boolean}};
  const Kind source = sources[static_cast<int>(type.kind)][choices_.draw(2)];
  return fmt::format("{}({})", names[static_cast<int>(type.kind)], expression({source, type.shape}));
}

std::string Generator::lifted(const Type& type) {
  std::vector<std::string> names;
  for (const Function& each : functions_)
    if (each.dims.empty() && each.result.shape.empty()) names.push_back(each.name);
  if (names.empty()) return "";
  const auto [x, y] = operands(type);
  return fmt::format("{}({}, {})", names[choices_.pick(names)], x, y);
}

std::string Generator::integer_operation(const Type& type) {
  static constexpr const char* formats[] = {
      "({x} + {y})",       "({x} - {y})",   "({x} * {y})",    "({x} % 3 + {y})", "({x} / 2 - {y})",
      "min({x}, {y})",     "max({x}, {y})", "abs({x} - {y})", "({x} ^ 2 + {y})", "(clamp({x}, 0, 3) * {y})",
      "bit_xor({x}, {y})", "(-{x} + {y})"};
  const auto [x, y] = operands(type);
  return fill(choices_, formats, x, y);
}

std::string Generator::rounded(const Type& type) {
  const char* const name = type.kind == Kind::i32 ? "i32" : "i64";
  return fmt::format("{}(5 * sin(clamp(stop({}), -9, 9)))", name, expression({Kind::real, type.shape}));
}

std::string Generator::argument_position(const Type& type) {
  if (type.kind != Kind::i64 || type.shape.size() > 2) return "";
  Type operand{Kind::real, type.shape};
  const auto at = choices_.draw(static_cast<std::uint32_t>(type.shape.size() + 1));
  operand.shape.insert(operand.shape.begin() + at, some_dim());
  return fmt::format("{}(stop({}), over = {})", choices_.draw(2) ? "argmin" : "argmax", expression(operand),
                     at);
}

std::string Generator::comparison(const Type& type) {
  static constexpr const char* signs[] = {"<", "<=", ">", ">=", "==", "!="};
  const Kind kind = choices_.one_in(3) ? Kind::i64 : Kind::real;
  const auto [x, y] = operands({kind, type.shape});
  return fmt::format("({} {} {})", x, signs[choices_.draw(kind == Kind::real ? 4 : 6)], y);
}

std::string Generator::logic(const Type& type) {
  static constexpr const char* formats[] = {"({x} and {y})", "({x} or {y})", "(not {x} or {y})"};
  if (choices_.one_in(4)) return fmt::format("(not {})", expression(type));
  const auto [x, y] = operands(type);
  return fill(choices_, formats, x, y);
}

std::string Generator::reduction(const Type& type) {
  static constexpr const char* of_reals[] = {"sum",  "sum",       "mean", "max", "min",
                                             "norm", "logsumexp", "prod", "var", "norm1"};
  static constexpr const char* of_integers[] = {"sum", "max", "min", "prod"};
  static constexpr const char* of_bools[] = {"any", "all"};
  if (type.shape.size() > 3) return "";
  Type operand = type;
  const auto at = choices_.draw(static_cast<std::uint32_t>(type.shape.size() + 1));
  operand.shape.insert(operand.shape.begin() + at, some_dim());
  const bool two = choices_.one_in(4) && operand.shape.size() < 3;
  if (two) operand.shape.insert(operand.shape.begin() + at, some_dim());
  const char* const name = type.kind == Kind::real      ? of_reals[choices_.draw(std::size(of_reals))]
                           : type.kind == Kind::boolean ? of_bools[choices_.draw(std::size(of_bools))]
                                                        : of_integers[choices_.draw(std::size(of_integers))];
  const std::string x = expression(operand);
  if (type.shape.empty()) return fmt::format("{}({})", name, x);
  if (two) return fmt::format("{}({}, over = ({}, {}))", name, x, at, at + 1);
  return fmt::format("{}({}, over = {})", name, x, at);
}

}  // namespace dp::random
