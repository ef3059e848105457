#include <catch2/catch.hpp>

#include "support/assert.h"
#include "support/source.h"
#include "support/unicode.h"

using namespace dp;

TEST_CASE("positions count lines and code points from 1", "[source]") {
  Sources sources;
  const FileId file = sources.add("a.dp", "θ = 1\r\n\nb = é2");
  const auto at = [&](std::uint32_t offset) {
    const Position position = sources.position(file, offset);
    return std::pair(position.line, position.column);
  };
  CHECK(at(0) == std::pair(1u, 1u));
  CHECK(at(2) == std::pair(1u, 2u));  // θ takes two bytes
  CHECK(at(8) == std::pair(2u, 1u));
  CHECK(at(9) == std::pair(3u, 1u));
  CHECK(at(15) == std::pair(3u, 6u));
  CHECK(at(16) == std::pair(3u, 7u));  // the end of the text
  CHECK(sources.line(file, 1) == "θ = 1");
  CHECK(sources.line(file, 2).empty());
  CHECK(sources.line(file, 4).empty());
  CHECK(sources.text({file, 9, 10}) == "b");
  CHECK(sources.where({file, 9, 10}) == "a.dp:3:1");
}

TEST_CASE("file 0 is an empty file", "[source]") {
  const Sources sources;
  CHECK(sources.text({}).empty());
  CHECK(sources.position(0, 0).line == 1);
}

TEST_CASE("joined spans hold both; of two files they cannot be", "[source]") {
  CHECK(join({1, 5, 7}, {1, 2, 3}) == Span{1, 2, 7});
  CHECK_THROWS_AS(join({1, 0, 1}, {2, 0, 1}), InternalError);
}

TEST_CASE("UTF-8 is decoded strictly", "[unicode]") {
  CHECK(decode_utf8("é", 0).value == 0xE9);
  CHECK(decode_utf8("😀", 0).value == 0x1F600);
  for (const std::string text :
       {"\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"}) {
    CHECK_FALSE(decode_utf8(text, 0).valid);
    CHECK(valid_utf8_prefix("ab" + text) == 2);
  }
  for (const char32_t value : {U'a', U'é', U'中', U'😀'})
    CHECK(decode_utf8(encode_utf8(value), 0).value == value);
  CHECK(display_width("a中e\xCC\x81") == 4);
}
