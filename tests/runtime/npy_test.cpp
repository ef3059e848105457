#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>

#include "runtime/files/npy.h"
#include "tests/runtime/damage.h"
#include "tests/runtime/temporary_folder.h"

using namespace dp;

namespace {

std::string npy(const std::string& header, const std::string& data, char version = 1) {
  std::string file = "\x93NUMPY";
  file += {version, '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  if (version > 1) file += std::string(2, '\0');
  return file + header + data;
}

std::string header(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

/// The reason that a file is refused for, with its byte.
std::string refused(const std::string& file) {
  const auto array = parse_npy(as_bytes(file), "a.npy");
  if (array) return "no error";
  const std::string& message = array.error().message;
  const std::string before = "`a.npy` is not a valid .npy file: ";
  CHECK(message.starts_with(before));
  return message.substr(before.size());
}

Array accepted(const std::string& file) {
  auto array = parse_npy(as_bytes(file), "a.npy");
  if (!array) FAIL(array.error().message);
  return *array;
}

}  // namespace

TEST_CASE("npy: every type comes back as it was written", "[npy]") {
  const test::TemporaryFolder folder;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{}, {3}, {2, 3}, {0, 4}, {1, 2, 1, 2}}) {
      Array array(dtype, shape);
      for (std::int64_t i = 0; i < array.count(); ++i)
        array.set_integer(i, dtype == Dtype::boolean ? i % 2 : 3 * i - 5);
      REQUIRE(write_npy(folder / "a.npy", array));
      const auto back = read_npy(folder / "a.npy");
      REQUIRE(back);
      CHECK(back->dtype() == dtype);
      CHECK(back->shape() == shape);
      CHECK(std::memcmp(back->data(), array.data(), array.bytes()) == 0);
    }
  }
}

TEST_CASE("npy: elements begin at a multiple of 64 bytes", "[npy]") {
  CHECK(format_npy_header(Array(Dtype::f32, {3})).size() % 64 == 0);
  CHECK(format_npy_header(Array(Dtype::f32, {10, 1, 100, 1, 1, 10})).size() % 64 == 0);
  CHECK(format_npy_header(Array(Dtype::f32, {3})).substr(10, 58) ==
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } ");
}

TEST_CASE("npy: other byte orders, other widths, other orders of axes", "[npy]") {
  CHECK(accepted(npy(header("'>f4'", "(1,)"), {"\x3F\xC0\x00\x00", 4})).real(0) == 1.5);
  CHECK(accepted(npy(header("'>i2'", "()"), {"\xFF\xFE", 2})).integer(0) == -2);
  CHECK(accepted(npy(header("'<f2'", "(3,)"), {"\x00\x3C\x01\x00\x00\xFC", 6})).real(0) == 1.0);
  CHECK(accepted(npy(header("'<f2'", "(3,)"), {"\x00\x3C\x01\x00\x00\xFC", 6})).real(1) == 0x1p-24);
  CHECK(std::isinf(accepted(npy(header("'<f2'", "(3,)"), {"\x00\x3C\x01\x00\x00\xFC", 6})).real(2)));
  CHECK(accepted(npy(header("'|u1'", "(1,)"), "\xFF")).integer(0) == 255);
  CHECK(accepted(npy(header("'|i1'", "(1,)"), "\xFF")).integer(0) == -1);
  CHECK(accepted(npy(header("'|b1'", "(1,)"), "\x02")).as<std::uint8_t>()[0] == 1);
  const Array transposed = accepted(npy(header("'|i1'", "(2, 3)", "True"), "\x01\x02\x03\x04\x05\x06"));
  const std::int64_t expected[] = {1, 3, 5, 2, 4, 6};
  for (int i = 0; i < 6; ++i) CHECK(transposed.integer(i) == expected[i]);
  CHECK(accepted(npy(header("'<f4'", "(1,)"), std::string(4, '\0'), 3)).count() == 1);
  CHECK(accepted(
            npy("{\"shape\": (), \"descr\": \"<f4\", \"fortran_order\": False}   \n", std::string(4, '\0')))
            .count() == 1);
}

TEST_CASE("npy: malformed files are refused, with reason and byte", "[npy]") {
  const std::string four(4, '\0');
  CHECK(refused("") == "it does not begin with \\x93NUMPY (byte 0)");
  CHECK(refused("\x93NUMPX") == "it does not begin with \\x93NUMPY (byte 0)");
  CHECK(refused("\x93NUMPY\x01") == "it ends within the header (byte 7)");
  CHECK(refused(npy(header("'<f4'", "(1,)"), four, 4)) == "its version is unknown (byte 6)");
  CHECK(refused(npy(header("'<f4'", "(1,)"), four, 0)) == "its version is unknown (byte 6)");
  CHECK(refused({"\x93NUMPY\x01\x00\xFF\x00{", 11}) == "it ends within the header (byte 11)");
  CHECK(refused({"\x93NUMPY\x01\x00\xFF\xFF{", 11}) == "its header is longer than 10000 bytes (byte 8)");
  CHECK(refused({"\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{", 13}) ==
        "its header is longer than 10000 bytes (byte 8)");
  const std::string whole = header("'<f4'", "(1,)");
  CHECK(refused(npy(whole.substr(0, whole.size() - 1), four)) ==
        "the header does not end in a newline (byte 67)");
  CHECK(refused(npy("{'descr': '<f4', 'shape': (1,)}\n", four)) ==
        "the header lacks descr, fortran_order or shape (byte 41)");
  CHECK(refused(npy("{'descr': '<f4', 'descr': '<f4'}\n", four)) == "the header has a key twice (byte 35)");
  CHECK(refused(npy("{'descr': '<f4', 'more': 1}\n", four)) == "the header has an unknown key (byte 34)");
  CHECK(refused(npy("[]\n", four)) == "`{` is missing in the header (byte 10)");
  const auto shape = [&](const std::string& text) { return refused(npy(header("'<f4'", text), four)); };
  CHECK(shape("(-1,)").starts_with("an extent is not a whole number from 0 up"));
  CHECK(shape("(1.0,)").starts_with("a shape of one extent needs a comma"));
  CHECK(shape("(True,)").starts_with("an extent is not a whole number from 0 up"));
  CHECK(shape("(1)").starts_with("a shape of one extent needs a comma"));
  CHECK(shape("((1,),)").starts_with("an extent is not a whole number from 0 up"));
  CHECK(shape("(1L,)").starts_with("a shape of one extent needs a comma"));
  CHECK(shape("(1, 1L)").starts_with("`)` is missing"));
  CHECK(shape("(99999999999999999999,)").starts_with("an extent is not a whole number from 0 up"));
  CHECK(shape("(4294967296, 4294967296)").starts_with("its shape has too many elements"));
  CHECK(shape("(0, 4294967296, 4294967296)").starts_with("its shape has too many elements"));
  CHECK(shape("(1, 1, 1, 1, 1, 1, 1, 1, 1)").starts_with("the array has more than 8 axes"));
  CHECK(shape("(" + std::string(9000, '(')).starts_with("an extent is not a whole number from 0 up"));
  const auto descr = [&](const std::string& text) { return refused(npy(header(text, "(1,)"), four)); };
  CHECK(descr("'|O'").starts_with("pickled arrays of objects are refused"));
  CHECK(descr("[('a', '<f4')]").starts_with("arrays of structures are refused"));
  CHECK(descr("'<f16'").starts_with("elements of type `<f16` are not supported"));
  CHECK(descr("'<U3'").starts_with("elements of type `<U3` are not supported"));
  CHECK(descr("'<c8'").starts_with("elements of type `<c8` are not supported"));
  CHECK(descr("'|f4'").starts_with("the byte order of the elements is missing"));
  CHECK(descr("''").starts_with("elements of type `` are not supported"));
  CHECK(descr("'<f\\x34'").starts_with("escapes in the header are refused"));
  CHECK(refused(npy(header("'<f4'", "(1,)", "1"), four)).starts_with("fortran_order must be True or False"));
  CHECK(refused(npy(whole, "abc")) == "1 bytes of elements are missing (byte 71)");
  CHECK(refused(npy(whole, "abcde")) == "1 bytes too many (byte 72)");
}

TEST_CASE("npy: what does not fit into memory is refused before memory is reserved", "[npy]") {
  ReadLimits limits;
  limits.memory_bytes = 100;
  const auto array =
      parse_npy(as_bytes(npy(header("'|u1'", "(30,)"), std::string(30, 'x'))), "a.npy", limits);
  REQUIRE_FALSE(array);
  CHECK(array.error().code == "E1008");
  CHECK(array.error().message == "`a.npy`: the array needs 120 bytes of memory, 100 are allowed");
}

TEST_CASE("npy: damaged files give a value or an error", "[npy]") {
  Array array(Dtype::f32, {2, 2});
  const std::string file = format_npy_header(array) + std::string(as_text(stored_bytes(array)));
  test::for_each_truncation(file, [](Bytes damaged) { CHECK_FALSE(parse_npy(damaged, "a.npy")); });
  int errors = 0;
  test::for_each_bit_flip(file, [&](Bytes damaged) { errors += !parse_npy(damaged, "a.npy"); });
  CHECK(errors > 300);
}

TEST_CASE("only regular files are read", "[npy]") {
  const test::TemporaryFolder folder;
  CHECK(read_npy(folder / "none.npy").error().code == "E1001");
  CHECK(read_npy(folder.path()).error().message.ends_with("it is not a regular file"));
  CHECK(read_npy("/dev/zero").error().message.ends_with("it is not a regular file"));
}
