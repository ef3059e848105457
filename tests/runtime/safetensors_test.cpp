#include <catch2/catch.hpp>

#include <cstring>

#include "runtime/files/safetensors.h"
#include "tests/runtime/damage.h"
#include "tests/runtime/temporary_folder.h"

using namespace dp;

namespace {

std::string with_header(const std::string& json, const std::string& data) {
  std::vector<std::byte> length;
  append_little_endian(length, static_cast<std::uint64_t>(json.size()));
  return std::string(as_text(length)) + json + data;
}

std::string tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

std::string refused(const std::string& file) {
  const auto tensors = parse_safetensors(as_bytes(file), "a.safetensors");
  if (tensors) return "no error";
  const std::string& message = tensors.error().message;
  const std::string before = "`a.safetensors` is not a valid .safetensors file: ";
  return message.starts_with(before) ? message.substr(before.size()) : message;
}

std::string refused(const std::string& json, const std::string& data) {
  return refused(with_header(json, data));
}

Array accepted(const std::string& json, const std::string& data) {
  const std::string file = with_header(json, data);
  const auto tensors = parse_safetensors(as_bytes(file), "a.safetensors");
  if (!tensors) FAIL(tensors.error().message);
  return tensors->arrays.at(0).array;
}

std::string small_file() {
  Array x(Dtype::f32, {2}), y(Dtype::i64, {1, 1});
  x.set_real(0, 1.5);
  y.set_integer(0, -3);
  const std::vector<NamedArray> arrays = {{"x", x}, {"net.y", y}};
  return format_safetensors_header(arrays, {{"k", "v"}}) + std::string(as_text(stored_bytes(x))) +
         std::string(as_text(stored_bytes(y)));
}

}  // namespace

TEST_CASE("safetensors: tensors and metadata come back as they were written", "[safetensors]") {
  const test::TemporaryFolder folder;
  std::vector<NamedArray> arrays;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    Array array(dtype, {2, 2});
    for (int i = 0; i < 4; ++i) array.set_integer(i, dtype == Dtype::boolean ? i % 2 : i - 2);
    arrays.push_back({"net." + std::string(name(dtype)), array});
  }
  arrays.push_back({"empty", Array(Dtype::f32, {0, 3})});
  arrays.push_back({"θ \"quoted\"", Array(Dtype::f32, {})});
  REQUIRE(write_safetensors(folder / "a.safetensors", arrays, {{"step", "12"}, {"note", "line\nbreak"}}));
  const auto back = read_safetensors(folder / "a.safetensors");
  REQUIRE(back);
  REQUIRE(back->arrays.size() == arrays.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    CHECK(back->arrays[i].name == arrays[i].name);
    CHECK(back->arrays[i].array.dtype() == arrays[i].array.dtype());
    CHECK(back->arrays[i].array.shape() == arrays[i].array.shape());
    CHECK(std::memcmp(back->arrays[i].array.data(), arrays[i].array.data(), arrays[i].array.bytes()) == 0);
  }
  CHECK(back->metadata == std::map<std::string, std::string>{{"step", "12"}, {"note", "line\nbreak"}});
  const auto metadata = read_safetensors_metadata(folder / "a.safetensors");
  REQUIRE(metadata);
  CHECK(*metadata == back->metadata);
}

TEST_CASE("safetensors: narrow types widen exactly", "[safetensors]") {
  CHECK(accepted(R"({"x":)" + tensor("F16", "[1]", "[0,2]") + "}", {"\x00\xC0", 2}).real(0) == -2);
  CHECK(accepted(R"({"x":)" + tensor("BF16", "[1]", "[0,2]") + "}", {"\x80\x3F", 2}).real(0) == 1);
  CHECK(accepted(R"({"x":)" + tensor("I8", "[1]", "[0,1]") + "}", "\xFE").integer(0) == -2);
  CHECK(accepted(R"({"x":)" + tensor("U8", "[1]", "[0,1]") + "}", "\xFE").integer(0) == 254);
  CHECK(accepted(R"({"x":)" + tensor("I16", "[1]", "[0,2]") + "}", {"\xFE\xFF", 2}).integer(0) == -2);
  CHECK(accepted(R"({"x":)" + tensor("F32", "[]", "[0,4]") + "}   ", std::string(4, '\0')).count() == 1);
}

TEST_CASE("safetensors: files whose header cannot be trusted are refused", "[safetensors]") {
  for (std::size_t length = 0; length < 8; ++length) {
    CHECK(refused(std::string(length, '\0')).starts_with("it is shorter than the length of its header"));
  }
  CHECK(refused(std::string(8, '\0')).starts_with("its header does not begin with {"));
  CHECK(refused({"\x09\x00\x00\x00\x00\x00\x00\x00{}", 10}) == "its header is longer than the file (byte 0)");
  CHECK(refused({"\x00\x00\x00\x00\x00\x00\x00\x80{}", 10}).starts_with("its header is longer than"));
  CHECK(refused({"\x01\xE1\xF5\x05\x00\x00\x00\x00{}", 10})
            .starts_with("its header is longer than"));  // 100,000,001
  CHECK(refused({"\x00\x00\x00\x00\x00\x00\x00\x02{}", 10})
            .starts_with("its header is longer than"));  // big-endian 2
  CHECK(refused(" {}", "").starts_with("its header does not begin with {"));
  CHECK(refused("[]", "").starts_with("its header does not begin with {"));
  CHECK(refused("{\"\xFF\":1}", "") == "its header is not valid UTF-8 (byte 10)");
  CHECK(refused("{\"x\":", "").starts_with("its header is not valid JSON"));
  CHECK(refused("{} {}", "").starts_with("its header is not valid JSON"));
  CHECK(refused("{\"a\":" + std::string(100'000, '['), "")
            .starts_with("its header has a value of the wrong kind"));
  CHECK(refused("{\"a\":" + std::string(1000, '{'), "").starts_with("its header is not valid JSON"));
  CHECK(refused(R"({"a":{"dtype":{"b":{}}}})", "").starts_with("its header has a value of the wrong kind"));
}

TEST_CASE("safetensors: entries that are not as they must be are refused", "[safetensors]") {
  const std::string four(4, '\0');
  const auto one = [&](const std::string& entry) { return refused(R"({"x":)" + entry + "}", four); };
  CHECK(one(tensor("F32", "[1]", "[0,4]")) == "no error");
  CHECK(refused(R"({"x":)" + tensor("F32", "[1]", "[0,4]") + R"(,"x":)" + tensor("F32", "[1]", "[0,4]") + "}",
                four)
            .starts_with("`x` stands twice in the header"));
  CHECK(one(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})")
            .starts_with("`dtype` stands twice"));
  CHECK(refused(R"({"__metadata__":{"a":1}})", "").starts_with("`__metadata__` may hold texts alone"));
  CHECK(refused(R"({"__metadata__":{"a":"1","a":"2"}})", "").starts_with("`a` stands twice"));
  CHECK(refused(R"({"__metadata__":"a"})", "").starts_with("its header has a value of the wrong kind"));
  CHECK(one(R"({"shape":[1],"data_offsets":[0,4]})").starts_with("a tensor lacks dtype"));
  CHECK(one(R"({"dtype":"F32","data_offsets":[0,4]})").starts_with("a tensor lacks dtype"));
  CHECK(one(R"({"dtype":"F32","shape":[1]})").starts_with("a tensor lacks dtype"));
  CHECK(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1})")
            .starts_with("a tensor has the unknown key"));
  CHECK(one(R"({"dtype":1,"shape":[1],"data_offsets":[0,4]})")
            .starts_with("its header has a value of the wrong kind"));
  CHECK(one(R"({"dtype":null,"shape":[1],"data_offsets":[0,4]})")
            .starts_with("its header has a value of the wrong"));
  CHECK(one(R"({"dtype":"F32","shape":"1","data_offsets":[0,4]})")
            .starts_with("`shape` of a tensor must be a list"));
  CHECK(one(R"({"dtype":"F32","shape":["1"],"data_offsets":[0,4]})")
            .starts_with("its header has a value of the wrong"));
  CHECK(one(tensor("F8", "[1]", "[0,4]")).starts_with("elements of type `F8` are not supported"));
  CHECK(one(tensor("F32", "[-1]", "[0,4]")).starts_with("a number of the header is negative"));
  CHECK(one(tensor("F32", "[1.0]", "[0,4]")).starts_with("a number of the header is not whole"));
  CHECK(one(tensor("F32", "[1e0]", "[0,4]")).starts_with("a number of the header is not whole"));
  CHECK(one(tensor("F32", "[18446744073709551616]", "[0,4]"))
            .starts_with("a number of the header is not whole"));
  CHECK(one(tensor("F32", "[18446744073709551615]", "[0,4]")).starts_with("an extent is too large"));
  CHECK(one(tensor("F32", "[1]", "[0]")).starts_with("a tensor lacks"));
  CHECK(one(tensor("F32", "[1]", "[0,4,4]")).starts_with("data_offsets must be two numbers"));
  CHECK(one(tensor("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]")).starts_with("a tensor has more than 8 axes"));
  CHECK(one(tensor("F32", "[1]", "[4,0]")).starts_with("`x` ends before it begins"));
  CHECK(one(tensor("F32", "[1]", "[0,8]")).starts_with("`x` lies outside of the file"));
  CHECK(one(tensor("F32", "[2]", "[0,4]")).starts_with("the bytes of `x` are not those of its shape"));
  CHECK(one(tensor("F32", "[4294967296,4294967296]", "[0,4]")).starts_with("the bytes of `x`"));
  CHECK(one(tensor("F32", "[0,4294967296,4294967296]", "[0,0]")).starts_with("the bytes of `x`"));
  CHECK(one(tensor("F32", "[0]", "[0,0]")) == "there are bytes behind the last tensor (byte 62)");
}

TEST_CASE("safetensors: tensors fill the file without gaps and overlaps", "[safetensors]") {
  const std::string data(8, '\0');
  const auto two = [&](const std::string& x, const std::string& y) {
    return refused(R"({"x":)" + x + R"(,"y":)" + y + "}", data);
  };
  CHECK(two(tensor("F32", "[1]", "[4,8]"), tensor("F32", "[1]", "[0,4]")) == "no error");
  CHECK(two(tensor("F32", "[1]", "[0,4]"), tensor("F32", "[1]", "[0,4]"))
            .starts_with("`y` overlaps another tensor"));
  CHECK(two(tensor("F32", "[2]", "[0,8]"), tensor("F32", "[1]", "[4,8]"))
            .starts_with("`y` overlaps another tensor"));
  CHECK(two(tensor("I8", "[1]", "[0,1]"), tensor("F32", "[1]", "[4,8]"))
            .starts_with("there is a gap before `y`"));
  CHECK(
      two(tensor("I8", "[3]", "[0,3]"), tensor("I8", "[4]", "[3,7]")).starts_with("there are bytes behind"));
  // Elements need not lie where their type would like them, and tensors without elements may share a place.
  CHECK(two(tensor("I8", "[4]", "[0,4]"), tensor("F32", "[1]", "[4,8]")) == "no error");
  CHECK(refused(R"({"x":)" + tensor("F32", "[0]", "[0,0]") + R"(,"y":)" + tensor("F32", "[0]", "[0,0]") + "}",
                "") == "no error");
}

TEST_CASE("safetensors: names are keys, and are held to it", "[safetensors]") {
  const auto named = [](const std::string& name) {
    return refused("{\"" + name + "\":" + tensor("F32", "[0]", "[0,0]") + "}", "");
  };
  CHECK(named("a/b") == "no error");
  CHECK(named("").starts_with("a name is empty"));
  CHECK(named("a\\u0000").starts_with("a name holds control characters"));
  CHECK(named("../a").starts_with("a name leads out of its folder"));
  CHECK(named("a/../../b").starts_with("a name leads out of its folder"));
  CHECK(named(std::string(1 << 20, 'a')).starts_with("a name is longer than 1024 bytes"));
}

TEST_CASE("safetensors: limits", "[safetensors]") {
  ReadLimits limits;
  limits.header_bytes = 10;
  CHECK_FALSE(parse_safetensors(as_bytes(small_file()), "a", limits));
  limits = {};
  limits.memory_bytes = 15;
  CHECK(parse_safetensors(as_bytes(small_file()), "a", limits).error().code == "E1008");
  limits.memory_bytes = 16;
  CHECK(parse_safetensors(as_bytes(small_file()), "a", limits));
  std::string many = "{";
  for (int i = 0; i <= 100'000; ++i)
    many += fmt::format("{}\"{}\":{}", i ? "," : "", i, tensor("F32", "[0]", "[0,0]"));
  CHECK(refused(many + "}", "").starts_with("it has more than 100000 tensors"));
}

TEST_CASE("safetensors: damaged files give a value or an error", "[safetensors]") {
  const std::string file = small_file();
  REQUIRE(refused(file) == "no error");
  test::for_each_truncation(file, [](Bytes damaged) { CHECK_FALSE(parse_safetensors(damaged, "a")); });
  CHECK_FALSE(parse_safetensors(as_bytes(file + "x"), "a"));
  int errors = 0;
  test::for_each_bit_flip(file, [&](Bytes damaged) { errors += !parse_safetensors(damaged, "a"); });
  CHECK(errors > 500);
}
