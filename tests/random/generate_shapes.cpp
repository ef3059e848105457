// Rules for products, parts, and other arrangements of tensors, and for calls.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/random/generator.h"

namespace dp::random {
namespace {

Dim one_more(const Dim& dim) {
  if (dim.is_literal()) return {std::to_string(dim.size + 1), dim.size + 1};
  return {dim.text + " + 1", dim.size + 1};
}

Type with_first(const Type& type, const Dim& dim) {
  Type result = type;
  result.shape.insert(result.shape.begin(), dim);
  return result;
}

Type without_first(const Type& type) { return {type.kind, {type.shape.begin() + 1, type.shape.end()}}; }

Type with_first_axis(const Type& type, const Dim& dim) { return with_first(without_first(type), dim); }

std::string whole_axes(std::size_t count) {
  std::string result;
  for (std::size_t k = 0; k < count; ++k) result += ":, ";
  return result;
}

}  // namespace

std::string Generator::product(const Type& type) {
  const Dim k = some_dim();
  const std::size_t axes = type.shape.size();
  Type x{Kind::real, {k}}, y{Kind::real, {k}};
  if (axes == 1 && choices_.draw(2))
    x.shape = {type.shape[0], k};
  else if (axes == 1)
    y.shape = {k, type.shape[0]};
  else if (axes >= 2) {
    x.shape.assign(type.shape.begin(), type.shape.end() - 1);
    y.shape =
        axes == 3 && choices_.draw(2) ? Shape{type.shape[0], k, type.shape[2]} : Shape{k, type.shape.back()};
    x.shape.push_back(k);
  }
  if (axes > 3) return "";
  const std::string left = expression(x), right = expression(y);
  return fmt::format("({} @ {})", left, right);
}

std::string Generator::reshaped(const Type& type) {
  if (type.shape.size() < 2) return "";
  Type operand = type;
  std::rotate(operand.shape.begin(),
              operand.shape.begin() + 1 + choices_.draw(static_cast<std::uint32_t>(type.shape.size() - 1)),
              operand.shape.end());
  return fmt::format("({} as {})", expression(operand), list(type.shape));
}

std::string Generator::transposed(const Type& type) {
  const std::size_t axes = type.shape.size();
  if (axes < 2) return "";
  Type operand = type;
  if (axes == 2) {
    std::swap(operand.shape[0], operand.shape[1]);
    return fmt::format("{}.T", expression(operand));
  }
  const std::size_t turn = 1 + choices_.draw(static_cast<std::uint32_t>(axes - 1));
  std::string order;
  for (std::size_t k = 0; k < axes; ++k) {
    const std::size_t source = (k + turn) % axes;
    operand.shape[source] = type.shape[k];
    order += (k ? ", " : "") + std::to_string(source);
  }
  return fmt::format("transpose({}, [{}])", expression(operand), order);
}

std::string Generator::slice(const Type& type) {
  if (type.shape.empty() || type.shape[0].is_sum()) return "";
  const auto axis = choices_.draw(static_cast<std::uint32_t>(type.shape.size()));
  Type operand = type;
  const Dim dim = type.shape[axis];
  if (dim.is_sum()) return "";
  operand.shape[axis] = one_more(dim);
  const std::string x = expression(operand);
  const std::uint32_t form = choices_.draw(3);
  const std::string range = form == 0   ? fmt::format("0..{}", dim.text)
                            : form == 1 ? "1.."
                                        : fmt::format("..{}", dim.text);
  return fmt::format("{}[{}{}]", x, whole_axes(axis), range);
}

std::string Generator::window(const Type& type) {
  if (type.shape.empty() || type.shape[0].is_sum()) return "";
  const std::string start = hoist(fmt::format("{} % 2", scalar(Kind::i64)), {Kind::i64, {}});
  const Dim dim = type.shape[0];
  const std::string x = expression(with_first_axis(type, one_more(dim)));
  return fmt::format("{}[{} .. {} + {}]", x, start, start, dim.text);
}

std::string Generator::concatenated(const Type& type) {
  if (type.shape.empty()) return "";
  const Dim dim = type.shape[0];
  Dim first = dim;
  if (dim.is_sum())
    first = {dim.text.substr(0, dim.text.find(' ')), dim.size - 1};
  else if (dim.is_literal() && dim.size >= 2)
    first = {std::to_string(dim.size - 1), dim.size - 1};
  else
    return "";
  std::string x = expression(with_first_axis(type, first)), y = expression(with_first_axis(type, {"1", 1}));
  if (choices_.draw(2)) std::swap(x, y);
  return fmt::format("concat([{}, {}], over = 0)", x, y);
}

std::string Generator::stacked(const Type& type) {
  if (type.shape.empty() || !type.shape[0].is_literal() || type.shape[0].size > 4) return "";
  std::string parts;
  for (int k = 0; k < type.shape[0].size; ++k) parts += (k ? ", " : "") + expression(without_first(type));
  return "[" + parts + "]";
}

std::string Generator::gathered(const Type& type) {
  const Dim source = some_dim();
  if (type.shape.empty() || choices_.draw(2)) {
    if (type.shape.size() > 2) return "";
    const std::string x = expression(with_first(type, source));
    return fmt::format("{}[{}]", x, position(source));
  }
  const auto axis = choices_.draw(static_cast<std::uint32_t>(type.shape.size()));
  Type operand = type;
  operand.shape[axis] = source;
  const std::string x = expression(operand);
  return fmt::format("{}[{}{} % {}]", x, whole_axes(axis), expression({Kind::i64, {type.shape[axis]}}),
                     source.operand());
}

std::string Generator::indexed(const Type& type) {
  const Variable* const found = pick([&](const Variable& each) {
    return each.type.kind == type.kind && each.type.shape.size() > type.shape.size();
  });
  if (!found) return "";
  const Variable x = *found;
  std::string index;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < x.type.shape.size(); ++k) {
    const bool needed = kept < type.shape.size() && x.type.shape[k] == type.shape[kept];
    const std::size_t left = x.type.shape.size() - k - 1;
    const bool must = needed && left < type.shape.size() - kept;
    const bool keep = needed && (must || !choices_.draw(2));
    index += (k ? ", " : "") + (keep ? ":" : position(x.type.shape[k]));
    kept += keep;
  }
  return kept == type.shape.size() ? fmt::format("{}[{}]", x.name, index) : "";
}

std::string Generator::along_axis(const Type& type) {
  static constexpr const char* names[] = {"flip", "softmax", "log_softmax", "sort"};
  if (type.shape.empty()) return "";
  const auto axis = choices_.draw(static_cast<std::uint32_t>(type.shape.size()));
  const std::uint32_t which = type.kind == Kind::real ? choices_.draw(std::size(names)) : 0;
  return fmt::format("{}({}, over = {})", names[which], expression(type), axis);
}

std::string Generator::outer(const Type& type) {
  if (type.shape.size() != 2) return "";
  const std::string x = expression({Kind::real, {type.shape[0]}}),
                    y = expression({Kind::real, {type.shape[1]}});
  if (choices_.draw(2)) return fmt::format("outer({}, {})", x, y);
  return fmt::format("einsum(\"a,b->ab\", {}, {})", x, y);
}

std::string Generator::solved(const Type& type) {
  if (type.shape.size() != 1 || type.shape[0].size > 8) return "";
  const Dim n = type.shape[0];
  const std::string matrix = expression({Kind::real, {n, n}}), right = expression(type);
  return fmt::format("solve(tanh({}) + 4.0 * eye({}), {})", matrix, n.text, right);
}

std::string Generator::called(const Type& type) {
  std::vector<std::string> names;
  std::vector<const Function*> fitting;
  for (const Function& each : functions_) {
    if (each.result.shape.size() != type.shape.size()) continue;
    if (std::any_of(type.shape.begin(), type.shape.end(), [](const Dim& dim) { return dim.size < 2; }))
      continue;
    names.push_back(each.name);
    fitting.push_back(&each);
  }
  if (names.empty()) return "";
  const Function function = *fitting[choices_.pick(names)];
  std::map<std::string, Dim> bound;
  for (std::size_t k = 0; k < type.shape.size(); ++k) {
    const auto [place, fresh] = bound.emplace(function.result.shape[k].text, type.shape[k]);
    if (!fresh && !(place->second == type.shape[k])) return "";
  }
  for (const std::string& name : function.dims) {
    if (!bound.count(name)) bound.emplace(name, some_dim());
    if (bound.at(name).size < 2) return "";
  }
  std::string arguments;
  for (Type parameter : function.parameters) {
    for (Dim& dim : parameter.shape)
      if (const auto known = bound.find(dim.text); known != bound.end()) dim = known->second;
    arguments += (arguments.empty() ? "" : ", ") + expression(parameter);
  }
  return fmt::format("{}({})", function.name, arguments);
}

}  // namespace dp::random
