#pragma once
// The scalar types that exist at run time, shared by the graph, the array files and the runtime.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dp {

enum class Dtype : std::uint8_t { f32, f64, i32, i64, boolean, key };

std::string_view name(Dtype dtype);  // "f32", "bool", …
std::optional<Dtype> dtype_from_name(std::string_view name);
bool is_real(Dtype dtype);
bool is_integer(Dtype dtype);
/// Bytes of one element in memory; a bool takes one, a key eight.
std::size_t size_of(Dtype dtype);

}  // namespace dp
