#pragma once
// The JSON header of a .safetensors file, read event by event: no tree is built, so a hostile header costs no
// more memory than the tensors that it describes. A part of the .safetensors reader.

#include <map>

#include "runtime/files/npy.h"

namespace dp {

struct TensorEntry {
  std::string name;
  ElementType type = ElementType::f4;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // bytes behind the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;
  std::map<std::string, std::string> metadata;
};

/// Offsets of faults count from the start of the JSON text. Sizes and places are not checked yet.
std::variant<SafetensorsHeader, Malformed> parse_safetensors_header(std::string_view json);

}  // namespace dp
