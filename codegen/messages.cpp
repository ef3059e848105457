#include "codegen/messages.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "ir/loops_walk.h"

namespace dp::codegen {
namespace {

using namespace loops;

void collect_types(const Module& module, const Body& body,
                   std::unordered_map<std::uint32_t, std::vector<Dtype>>& types) {
  for (const Stmt& statement : body) {
    if (const auto* check = std::get_if<Check>(&statement.node)) {
      std::vector<Dtype>& list = types[check->site];
      list.clear();
      for (const ExprId value : check->values) list.push_back(module.expressions[value].dtype);
    }
    if (const Body* inner = body_of(statement)) collect_types(module, *inner, types);
  }
}

/// A word as `dp_fail` and `dp_print` are given it.
std::string word_text(Dtype dtype, std::int64_t word) {
  switch (dtype) {
    case Dtype::f32: return fmt::format("{}", static_cast<float>(std::bit_cast<double>(word)));
    case Dtype::f64: return fmt::format("{}", std::bit_cast<double>(word));
    case Dtype::boolean: return word != 0 ? "true" : "false";
    default: return fmt::format("{}", word);
  }
}

template <class T>
T element(const std::byte* memory, std::int64_t position) {
  T value;
  std::memcpy(&value, memory + static_cast<std::size_t>(position) * sizeof(T), sizeof(T));
  return value;
}

/// As in a .dp literal: whole reals as `1.0`.
std::string real_text(auto value) {
  std::string text = fmt::format("{}", value);
  if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string element_text(Dtype dtype, const std::byte* memory, std::int64_t position) {
  switch (dtype) {
    case Dtype::f32: return real_text(element<float>(memory, position));
    case Dtype::f64: return real_text(element<double>(memory, position));
    case Dtype::i32: return fmt::format("{}", element<std::int32_t>(memory, position));
    case Dtype::boolean: return element<std::uint8_t>(memory, position) != 0 ? "true" : "false";
    default: return fmt::format("{}", element<std::int64_t>(memory, position));
  }
}

/// A tensor as a nested literal; `axis` is the one that is written next, `position` where its elements begin.
std::string tensor_text(const Type& type, const std::vector<std::int64_t>& extents, const std::byte* memory,
                        std::size_t axis, std::int64_t& position) {
  if (axis == extents.size()) return element_text(type.dtype, memory, position++);
  std::string text = "[";
  for (std::int64_t k = 0; k < extents[axis]; ++k) {
    text += k == 0 ? "" : ", ";
    text += tensor_text(type, extents, memory, axis + 1, position);
  }
  return text + "]";
}

std::string printed(const Type& type, std::int64_t word) {
  if (type.shape.empty()) {
    if (type.dtype == Dtype::f32) return real_text(static_cast<float>(std::bit_cast<double>(word)));
    return type.dtype == Dtype::f64 ? real_text(std::bit_cast<double>(word)) : word_text(type.dtype, word);
  }
  std::int64_t position = 0;
  return tensor_text(type, constants(type.shape).value(), reinterpret_cast<const std::byte*>(word), 0,
                     position);
}

}  // namespace

Messages::Messages(const Module& module) : sites_(module.sites) {
  for (const Function& function : module.functions) collect_types(module, function.body, check_types_);
}

Diagnostic Messages::failure(const dp_error& error) const {
  const auto site = static_cast<std::uint32_t>(error.site);
  std::string message = sites_.at(site).message;
  std::size_t from = 0, next = 0;
  for (const Dtype dtype : check_types_.at(site)) {
    const std::size_t at = message.find("{}", from);
    if (at == std::string::npos || next == std::size(error.values)) break;
    const std::string text = word_text(dtype, error.values[next++]);
    message.replace(at, 2, text);
    from = at + text.size();
  }
  return diagnose(diag::RuntimeCheck, sites_.at(site).span, message);
}

std::string Messages::print(std::int32_t number, std::span<const std::int64_t> values) const {
  const Site& site = sites_.at(static_cast<std::uint32_t>(number));
  std::string line;
  std::size_t next = 0;
  for (const char letter : site.message) {
    if (letter != '\0') {
      line += letter;
    } else if (next < values.size()) {
      line += printed(site.types.at(next), values[next]);
      ++next;
    }
  }
  for (; next < values.size(); ++next) line += printed(site.types.at(next), values[next]);
  return line + "\n";
}

}  // namespace dp::codegen
