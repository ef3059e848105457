#include "codegen/messages.h"

#include <bit>
#include <cstring>

#include "ir/interpret_machine.h"
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

using interpreter::BitsMachine;

/// A word as `dp_fail` and `dp_print` are given it: reals are doubles there.
std::string word_text(Dtype dtype, std::int64_t word) {
  if (dtype != Dtype::f32) return BitsMachine::text(static_cast<Bits>(word), dtype);
  return BitsMachine::text(to_element(static_cast<float>(std::bit_cast<double>(word))), dtype);
}

/// A tensor as a nested literal; `axis` is written next, `position` is where its elements begin.
std::string tensor_text(const Type& type, const std::vector<std::int64_t>& extents, const std::byte* memory,
                        std::size_t axis, std::size_t& position) {
  if (axis == extents.size()) {
    Bits bits = 0;
    std::memcpy(&bits, memory + position++ * size_of(type.dtype), size_of(type.dtype));
    return BitsMachine::text(bits, type.dtype);
  }
  std::string text = "[";
  for (std::int64_t k = 0; k < extents[axis]; ++k) {
    text += (k == 0 ? "" : ", ") + tensor_text(type, extents, memory, axis + 1, position);
  }
  return text + "]";
}

/// A scalar is the word itself, of a tensor it is the address.
std::string printed(const Type& type, std::int64_t word) {
  if (type.shape.empty()) return word_text(type.dtype, word);
  std::size_t position = 0;
  return tensor_text(type, constants(type.shape).value(), reinterpret_cast<const std::byte*>(word), 0,
                     position);
}

}  // namespace

Messages::Messages(const Module& module) : sites_(module.sites) {
  for (const Function& function : module.functions) collect_types(module, function.body, check_types_);
}

Diagnostic Messages::failure(const dp_error& error) const {
  const auto site = static_cast<std::uint32_t>(error.site);
  std::vector<std::string> texts;
  for (const Dtype dtype : check_types_.at(site)) {
    if (texts.size() == std::size(error.values)) break;
    texts.push_back(word_text(dtype, error.values[texts.size()]));
  }
  return check_failure(sites_.at(site), texts);
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
