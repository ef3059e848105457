#include "support/array.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "support/assert.h"

namespace dp {
namespace {

// Large arrays lie on huge pages: 5 to 12 % of a matrix product, see docs/performance.md.
constexpr std::size_t huge_page = std::size_t{2} << 20;

std::byte* allocate_zeroed(std::size_t bytes) {
  const std::size_t alignment = bytes >= huge_page ? huge_page : array_alignment;
  // Whole vectors may be read at the end, and an array without elements still has an address.
  const std::size_t padded =
      (std::max<std::size_t>(bytes, 1) + array_alignment - 1) / array_alignment * array_alignment;
  const std::size_t reserved = (padded + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, reserved);
  if (memory == nullptr) throw std::bad_alloc();
  if (alignment == huge_page) madvise(memory, reserved, MADV_HUGEPAGE);  // a wish: failure changes nothing
  std::memset(memory, 0, padded);
  return static_cast<std::byte*>(memory);
}

template <class T>
T load(const std::byte* data, std::int64_t position) {
  T value;
  std::memcpy(&value, data + position * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
  return value;
}

template <class T>
void store(std::byte* data, std::int64_t position, T value) {
  std::memcpy(data + position * static_cast<std::int64_t>(sizeof(T)), &value, sizeof(T));
}

/// The element as `To`, whatever type it is kept in.
template <class To>
To read(Dtype dtype, const std::byte* data, std::int64_t position) {
  switch (dtype) {
    case Dtype::f32: return static_cast<To>(load<float>(data, position));
    case Dtype::f64: return static_cast<To>(load<double>(data, position));
    case Dtype::i32: return static_cast<To>(load<std::int32_t>(data, position));
    case Dtype::i64: return static_cast<To>(load<std::int64_t>(data, position));
    case Dtype::boolean: return static_cast<To>(load<std::uint8_t>(data, position));
    case Dtype::key: return static_cast<To>(load<std::int64_t>(data, position));
  }
  DP_ASSERT(false, "dtype {}", static_cast<int>(dtype));
  return {};
}

template <class From>
void write(Dtype dtype, std::byte* data, std::int64_t position, From value) {
  switch (dtype) {
    case Dtype::f32: return store(data, position, static_cast<float>(value));
    case Dtype::f64: return store(data, position, static_cast<double>(value));
    case Dtype::i32: return store(data, position, static_cast<std::int32_t>(value));
    case Dtype::i64: return store(data, position, static_cast<std::int64_t>(value));
    case Dtype::boolean: return store(data, position, static_cast<std::uint8_t>(value != 0));
    case Dtype::key: return store(data, position, static_cast<std::int64_t>(value));
  }
  DP_ASSERT(false, "dtype {}", static_cast<int>(dtype));
}

}  // namespace

Array::Array(Dtype dtype, std::vector<std::int64_t> shape) : dtype_(dtype), shape_(std::move(shape)) {
  const auto count = checked_element_count(shape_, size_of(dtype));
  DP_ASSERT(count.has_value(), "the shape of an array was not checked");
  count_ = *count;
  data_ = std::shared_ptr<std::byte[]>(allocate_zeroed(bytes()), Free{});
}

void Array::Free::operator()(std::byte* memory) const { std::free(memory); }

Array Array::clone() const {
  if (data_ == nullptr) return {};
  Array copy(dtype_, shape_);
  std::memcpy(copy.data(), data(), bytes());
  return copy;
}

double Array::real(std::int64_t position) const { return read<double>(dtype_, data(), position); }
std::int64_t Array::integer(std::int64_t position) const {
  return read<std::int64_t>(dtype_, data(), position);
}
void Array::set_real(std::int64_t position, double value) { write(dtype_, data(), position, value); }
void Array::set_integer(std::int64_t position, std::int64_t value) { write(dtype_, data(), position, value); }

std::optional<std::int64_t> checked_element_count(std::span<const std::int64_t> shape,
                                                  std::size_t element_bytes) {
  // A zero extent does not excuse the others: 0 x 2^62 x 2^62 is refused, whatever the order.
  std::int64_t bytes_without_zeros = static_cast<std::int64_t>(element_bytes);
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    if (__builtin_mul_overflow(bytes_without_zeros, std::max<std::int64_t>(extent, 1),
                               &bytes_without_zeros)) {
      return std::nullopt;
    }
    count = count * extent;
  }
  return count;
}

}  // namespace dp
