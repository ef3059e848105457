#include "codegen/messages.h"

#include <bit>
#include <cstring>

#include "ir/interpret_machine.h"
#include "ir/loops_walk.h"
#include "ir/print_line.h"

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

/// A scalar is the word itself, of a tensor it is the address.
std::string printed(const Type& type, std::int64_t word) {
  if (type.shape.empty()) return word_text(type.dtype, word);
  const auto* memory = reinterpret_cast<const std::byte*>(word);
  return nested_text(constants(type.shape).value(), [&] {
    Bits bits = 0;
    std::memcpy(&bits, memory, size_of(type.dtype));
    memory += size_of(type.dtype);
    return BitsMachine::text(bits, type.dtype);
  });
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
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < values.size(); ++k) texts.push_back(printed(site.types.at(k), values[k]));
  return print_line(site.message, texts);
}

}  // namespace dp::codegen
