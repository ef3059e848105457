#include <catch2/catch.hpp>

#include "support/array.h"
#include "support/assert.h"
#include "support/philox.h"

using namespace dp;

TEST_CASE("arrays are zero-filled, aligned, and read as their type", "[array]") {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean, Dtype::key}) {
    Array array(dtype, {2, 3});
    CHECK(array.count() == 6);
    CHECK(array.bytes() == 6 * size_of(dtype));
    CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % 64 == 0);
    CHECK(array.integer(5) == 0);
    array.set_integer(4, 1);
    CHECK(array.integer(4) == 1);
    CHECK(array.real(4) == 1.0);
    CHECK(array.integer(3) == 0);
  }
  const Array large(Dtype::f32, {1 << 20});
  CHECK(reinterpret_cast<std::uintptr_t>(large.data()) % (2 << 20) == 0);
}

TEST_CASE("scalars and empty arrays", "[array]") {
  CHECK(Array(Dtype::f32, {}).count() == 1);
  const Array empty(Dtype::f32, {3, 0});
  CHECK(empty.count() == 0);
  CHECK(empty.data() != nullptr);
}

TEST_CASE("a copy shares elements, a clone does not", "[array]") {
  Array first(Dtype::i32, {2});
  Array copy = first, clone = first.clone();
  first.set_integer(0, 7);
  CHECK(copy.integer(0) == 7);
  CHECK(clone.integer(0) == 0);
}

TEST_CASE("element counts are checked, whatever hides behind a zero", "[array]") {
  const auto count = [](std::vector<std::int64_t> shape) { return checked_element_count(shape, 4); };
  CHECK(count({}) == 1);
  CHECK(count({2, 0, 3}) == 0);
  CHECK(count({std::int64_t{1} << 40}) == std::int64_t{1} << 40);
  CHECK_FALSE(count({-1}));
  CHECK_FALSE(count({std::int64_t{1} << 32, std::int64_t{1} << 32}));
  CHECK_FALSE(count({std::int64_t{1} << 61}));
  CHECK_FALSE(count({0, std::int64_t{1} << 62, 4}));
}

TEST_CASE("Philox 4x32-10 gives the known answers", "[philox]") {
  // Random123 1.14, tests/kat_vectors.
  CHECK(philox(0, 0) == PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox(~0ull, ~0ull, ~0ull) == PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox(PhiloxBlock{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
               PhiloxKey{0xa4093822, 0x299f31d0}) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}
