#include "support/dtype.h"

#include <array>

namespace dp {
namespace {

struct Row {
  Dtype dtype;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<Row, 6> rows = {{{Dtype::f32, "f32", 4},
                                      {Dtype::f64, "f64", 8},
                                      {Dtype::i32, "i32", 4},
                                      {Dtype::i64, "i64", 8},
                                      {Dtype::boolean, "bool", 1},
                                      {Dtype::key, "key", 8}}};

const Row& row(Dtype dtype) { return rows[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::string_view name(Dtype dtype) { return row(dtype).name; }

std::optional<Dtype> dtype_from_name(std::string_view name) {
  for (const Row& candidate : rows) {
    if (candidate.name == name) return candidate.dtype;
  }
  return std::nullopt;
}

bool is_real(Dtype dtype) { return dtype == Dtype::f32 || dtype == Dtype::f64; }

bool is_integer(Dtype dtype) { return dtype == Dtype::i32 || dtype == Dtype::i64; }

std::size_t size_of(Dtype dtype) { return row(dtype).size; }

}  // namespace dp
