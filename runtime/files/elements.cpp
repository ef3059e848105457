#include "runtime/files/elements.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace dp {
namespace {

static_assert(std::endian::native == std::endian::little, "array files are written as they lie in memory");

constexpr auto table = std::to_array<ElementFacts>({
    {ElementType::f2, "f2", "F16", 2, Dtype::f32},
    {ElementType::bf16, "", "BF16", 2, Dtype::f32},
    {ElementType::f4, "f4", "F32", 4, Dtype::f32},
    {ElementType::f8, "f8", "F64", 8, Dtype::f64},
    {ElementType::i1, "i1", "I8", 1, Dtype::i32},
    {ElementType::i2, "i2", "I16", 2, Dtype::i32},
    {ElementType::i4, "i4", "I32", 4, Dtype::i32},
    {ElementType::i8, "i8", "I64", 8, Dtype::i64},
    {ElementType::u1, "u1", "U8", 1, Dtype::i32},
    {ElementType::u2, "u2", "U16", 2, Dtype::i32},
    {ElementType::u4, "u4", "U32", 4, Dtype::i64},
    {ElementType::b1, "b1", "BOOL", 1, Dtype::boolean},
});

/// IEEE 754 binary16 to binary32, every value exactly.
float from_half(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1F;
  const std::uint32_t fraction = bits & 0x3FF;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

/// Element by element: `From` as it lies in the file, `To` in memory.
template <class From, class To, class Convert>
void convert_all(Bytes raw, bool swap, Array& array, Convert convert) {
  std::array<std::byte, sizeof(From)> bytes;
  To* out = array.as<To>().data();
  for (std::int64_t i = 0; i < array.count(); ++i) {
    std::memcpy(bytes.data(), raw.data() + static_cast<std::size_t>(i) * sizeof(From), sizeof(From));
    if (swap) std::ranges::reverse(bytes);
    out[i] = convert(std::bit_cast<From>(bytes));
  }
}

template <class From, class To>
void widen(Bytes raw, bool swap, Array& array) {
  convert_all<From, To>(raw, swap, array, [](From value) { return static_cast<To>(value); });
}

}  // namespace

const ElementFacts& facts(ElementType type) { return table[static_cast<std::size_t>(type)]; }

ElementType stored_type(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return ElementType::f4;
    case Dtype::f64: return ElementType::f8;
    case Dtype::i32: return ElementType::i4;
    case Dtype::i64: return ElementType::i8;
    case Dtype::boolean: return ElementType::b1;
    case Dtype::key: return ElementType::i8;
  }
  DP_ASSERT(false, "dtype {}", static_cast<int>(dtype));
  return ElementType::f4;
}

std::optional<ElementType> element_from_npy(std::string_view name) {
  const auto found = std::ranges::find(table, name, &ElementFacts::npy);
  if (found == table.end() || name.empty()) return std::nullopt;
  return found->type;
}

std::optional<ElementType> element_from_safetensors(std::string_view name) {
  const auto found = std::ranges::find(table, name, &ElementFacts::safetensors);
  if (found == table.end()) return std::nullopt;
  return found->type;
}

Array convert_elements(ElementType type, bool swap, std::vector<std::int64_t> shape, Bytes raw) {
  Array array(facts(type).dtype, std::move(shape));
  DP_ASSERT(raw.size() == static_cast<std::size_t>(array.count()) * facts(type).bytes, "{} bytes of elements",
            raw.size());
  const auto from_bfloat = [](std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); };
  switch (type) {
    case ElementType::f2: convert_all<std::uint16_t, float>(raw, swap, array, from_half); break;
    case ElementType::bf16: convert_all<std::uint16_t, float>(raw, swap, array, from_bfloat); break;
    case ElementType::f4:
      widen<std::uint32_t, std::uint32_t>(raw, swap, array);
      break;  // bits: keeps any NaN
    case ElementType::f8: widen<std::uint64_t, std::uint64_t>(raw, swap, array); break;
    case ElementType::i1: widen<std::int8_t, std::int32_t>(raw, swap, array); break;
    case ElementType::i2: widen<std::int16_t, std::int32_t>(raw, swap, array); break;
    case ElementType::i4: widen<std::int32_t, std::int32_t>(raw, swap, array); break;
    case ElementType::i8: widen<std::int64_t, std::int64_t>(raw, swap, array); break;
    case ElementType::u1: widen<std::uint8_t, std::int32_t>(raw, swap, array); break;
    case ElementType::u2: widen<std::uint16_t, std::int32_t>(raw, swap, array); break;
    case ElementType::u4: widen<std::uint32_t, std::int64_t>(raw, swap, array); break;
    case ElementType::b1:
      convert_all<std::uint8_t, std::uint8_t>(raw, swap, array,
                                              [](std::uint8_t value) { return value != 0; });
      break;
  }
  return array;
}

}  // namespace dp
