#pragma once
// A tensor in memory: scalar type, shape, elements in row-major order, aligned for the widest vectors. What
// the interpreter computes with, what array files are read into, what compiled code is called on.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "support/dtype.h"

namespace dp {

class Array {
 public:
  Array() = default;
  /// Zero-filled. The shape must have passed `checked_element_count`.
  Array(Dtype dtype, std::vector<std::int64_t> shape);

  /// The same elements in memory of its own; a plain copy shares them.
  Array clone() const;

  Dtype dtype() const { return dtype_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::int64_t count() const { return count_; }
  std::size_t bytes() const { return static_cast<std::size_t>(count_) * size_of(dtype_); }
  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }

  /// Elements as `T`, whose size must be that of the dtype.
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(data_.get()), static_cast<std::size_t>(count_)};
  }
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(data_.get()), static_cast<std::size_t>(count_)};
  }

  /// The element at a row-major position, converted (a key is its 64 bits).
  double real(std::int64_t position) const;
  std::int64_t integer(std::int64_t position) const;
  void set_real(std::int64_t position, double value);
  void set_integer(std::int64_t position, std::int64_t value);

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  Dtype dtype_ = Dtype::f32;
  std::vector<std::int64_t> shape_;
  std::int64_t count_ = 0;
  std::shared_ptr<std::byte[]> data_;
};

inline constexpr std::size_t array_alignment = 64;

/// The product of the extents, or nothing where an extent is negative or the bytes overflow.
std::optional<std::int64_t> checked_element_count(std::span<const std::int64_t> shape,
                                                  std::size_t element_bytes);

}  // namespace dp
