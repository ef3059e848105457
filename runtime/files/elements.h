#pragma once
// The element types that array files know, and their conversion to those that exist at run time: narrow
// integers widen to i32 or i64, half precision to f32. All conversions are exact.

#include <optional>
#include <string_view>

#include "runtime/files/read_file.h"

namespace dp {

enum class ElementType : std::uint8_t { f2, bf16, f4, f8, i1, i2, i4, i8, u1, u2, u4, b1 };

struct ElementFacts {
  ElementType type;
  std::string_view npy;          // "f4"
  std::string_view safetensors;  // "F32"
  std::size_t bytes;
  Dtype dtype;  // what it becomes
};

const ElementFacts& facts(ElementType type);
/// What an array of that dtype is written as; a key as its 64 bits.
ElementType stored_type(Dtype dtype);
std::optional<ElementType> element_from_npy(std::string_view name);
std::optional<ElementType> element_from_safetensors(std::string_view name);

/// The array of that shape from `raw`, whose size must be that of its elements. `swap`: big end first.
Array convert_elements(ElementType type, bool swap, std::vector<std::int64_t> shape, Bytes raw);

/// The elements of an array as little-endian bytes, as they lie in memory.
inline Bytes stored_bytes(const Array& array) { return {array.data(), array.bytes()}; }

}  // namespace dp
