// Numbers and messages as text, for built libraries: what ir/print_line.h and support/number_text.h say in
// dpc, without the C++ library. A test compares what both print; where two texts of one length are equally
// near to a number, next to powers of two, their last digits may differ.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bit>

#include "runtime/dp_library.h"
#include "support/dtype.h"

namespace {

/// Text that is counted whether or not there is room for it.
struct Writer {
  char* text;
  std::int64_t capacity;
  std::int64_t length = 0;

  void put(char letter) {
    if (length + 1 < capacity) text[length] = letter;
    ++length;
  }
  void put(const char* letters) {
    for (; *letters != '\0'; ++letters) put(*letters);
  }
  void end() {
    if (capacity > 0) text[length < capacity ? length : capacity - 1] = '\0';
  }
};

constexpr int most_digits = 17;

struct Decimal {
  char digits[most_digits + 1];
  int count;
  int exponent;
};

bool reads_back(const char* text, double value, bool is_single) {
  return is_single ? strtof(text, nullptr) == static_cast<float>(value) : strtod(text, nullptr) == value;
}

/// The fewest digits that read back as the value, nearest to it. Whatever the locale's decimal point is, it
/// is passed over.
Decimal shortest(double magnitude, bool is_single) {
  char text[64];
  for (int digits = 1; digits <= most_digits; ++digits) {
    snprintf(text, sizeof text, "%.*e", digits - 1, magnitude);
    if (reads_back(text, magnitude, is_single)) break;
  }
  Decimal result{};
  const char* letter = text;
  for (; *letter != 'e'; ++letter)
    if (*letter >= '0' && *letter <= '9') result.digits[result.count++] = *letter;
  result.exponent = atoi(letter + 1);
  return result;
}

void put_scientific(Writer& out, const Decimal& number) {
  out.put(number.digits[0]);
  if (number.count > 1) out.put('.');
  for (int k = 1; k < number.count; ++k) out.put(number.digits[k]);
  char text[16];
  snprintf(text, sizeof text, "e%+03d", number.exponent);
  out.put(text);
}

void put_positional(Writer& out, const Decimal& number) {
  if (number.exponent < 0) {
    out.put("0.");
    for (int k = -1; k > number.exponent; --k) out.put('0');
    for (int k = 0; k < number.count; ++k) out.put(number.digits[k]);
    return;
  }
  const int whole = number.exponent + 1;
  for (int k = 0; k < number.count || k < whole; ++k) {
    if (k == whole) out.put('.');
    out.put(k < number.count ? number.digits[k] : '0');
  }
  if (number.count <= whole) out.put(".0");
}

void put_real(Writer& out, double value, bool is_single) {
  if (value != value) return out.put("nan");
  if (std::bit_cast<std::uint64_t>(value) >> 63 != 0) out.put('-');
  const double magnitude = value < 0 ? -value : value == 0 ? 0.0 : value;
  if (magnitude > 1.7976931348623157e308) return out.put("inf");
  const Decimal number = shortest(magnitude, is_single);
  constexpr int least = -4, most = 15;
  const bool is_positional = number.exponent >= least && number.exponent <= most;
  is_positional ? put_positional(out, number) : put_scientific(out, number);
}

void put_word(Writer& out, dp::Dtype dtype, std::int64_t word) {
  if (dp::Dtype::f32 == dtype || dp::Dtype::f64 == dtype)
    return put_real(out, std::bit_cast<double>(word), dtype == dp::Dtype::f32);
  if (dtype == dp::Dtype::boolean) return out.put(word != 0 ? "true" : "false");
  char text[32];
  snprintf(text, sizeof text, "%lld", static_cast<long long>(word));
  out.put(text);
}

template <class T>
T load(const unsigned char*& memory) {
  T value;
  memcpy(&value, memory, sizeof value);
  memory += sizeof value;
  return value;
}

void put_element(Writer& out, dp::Dtype dtype, const unsigned char*& memory) {
  switch (dtype) {
    case dp::Dtype::f32: return put_real(out, static_cast<double>(load<float>(memory)), true);
    case dp::Dtype::f64: return put_real(out, load<double>(memory), false);
    case dp::Dtype::i32: return put_word(out, dtype, load<std::int32_t>(memory));
    case dp::Dtype::boolean: return put_word(out, dtype, load<std::uint8_t>(memory));
    default: return put_word(out, dtype, load<std::int64_t>(memory));
  }
}

void put_nested(Writer& out, const dp_value_type& type, std::int32_t axis, const unsigned char*& memory) {
  if (axis == type.rank) return put_element(out, static_cast<dp::Dtype>(type.dtype), memory);
  out.put('[');
  for (std::int64_t k = 0; k < type.shape[axis]; ++k) {
    if (k > 0) out.put(", ");
    put_nested(out, type, axis + 1, memory);
  }
  out.put(']');
}

void put_value(Writer& out, const dp_value_type& type, std::int64_t word) {
  if (type.rank == 0) return put_word(out, static_cast<dp::Dtype>(type.dtype), word);
  const auto* memory = reinterpret_cast<const unsigned char*>(word);
  put_nested(out, type, 0, memory);
}

void put_print(Writer& out, const dp_site& site, const std::int64_t* values, std::int32_t count) {
  std::int32_t next = 0;
  for (std::int32_t k = 0; k < site.text_bytes; ++k) {
    if (site.text[k] != '\0') {
      out.put(site.text[k]);
    } else if (next < count) {
      put_value(out, site.values[next], values[next]);
      ++next;
    }
  }
  for (; next < count; ++next) put_value(out, site.values[next], values[next]);
  out.put('\n');
}

void put_check(Writer& out, const dp_site& site, const std::int64_t* values, std::int32_t count) {
  char code[16];
  snprintf(code, sizeof code, "E%04d: ", site.code);
  out.put(code);
  std::int32_t next = 0;
  for (std::int32_t k = 0; k < site.text_bytes; ++k) {
    if (next < count && site.text[k] == '{' && site.text[k + 1] == '}') {
      put_value(out, site.values[next], values[next]);
      ++next;
      ++k;
    } else {
      out.put(site.text[k]);
    }
  }
  out.put(" (");
  out.put(site.place);
  out.put(')');
}

}  // namespace

std::int64_t dp_describe(const dp_site* site, const std::int64_t* values, std::int32_t count, char* text,
                         std::int64_t capacity) {
  Writer out{text, capacity};
  const std::int32_t known = count < site->value_count ? count : site->value_count;
  if (site->code == 0)
    put_print(out, *site, values, known);
  else
    put_check(out, *site, values, known);
  out.end();
  return out.length;
}
