// No text takes long, and none is the end of the compiler: whatever the bytes are, there is an answer within
// two seconds for 64 KiB.

#include <catch2/catch.hpp>
#include <ctime>
#include <random>

#include "tests/frontend/frontend_samples.h"

using namespace dp;

namespace {

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::size_t errors_in_time(const std::string& text) {
  const std::clock_t start = std::clock();  // of this process alone: the machine may be busy
  const std::size_t errors = tests::error_codes(text).size();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CHECK(seconds < 2.0);
  return errors;
}

}  // namespace

TEST_CASE("pathological texts are rejected in time", "[parse][stress]") {
  const std::string f = "fn f() -> real = ";
  const std::string texts[] = {
      repeat("(", 20000),
      f + repeat("([{", 7000),
      f + repeat("-", 65000) + "1",
      f + repeat("not ", 10000) + "1",
      f + repeat("1+", 30000) + "1",
      f + repeat("1^", 30000) + "1",
      f + "a" + repeat(".a", 30000),
      f + "f" + repeat("()", 30000),
      f + "f" + repeat("[1]", 20000),
      f + "f" + repeat("|>g", 20000),
      f + repeat("for i:", 10000) + "1",
      f + repeat("sum i:", 10000) + "1",
      f + repeat("grad ", 12000) + "1",
      f + repeat("if a ", 12000),
      repeat("fn ", 20000),
      "fn f() {" + repeat("x=;", 20000) + "}",
      repeat("x=;\n", 16000),
      "fn f() {" + repeat(":", 60000) + "}",
      "fn f() = g(" + repeat(",", 60000) + ")",
      repeat("@a ", 20000) + "fn f() = 1",
      f + repeat("a.b.c.d ", 8000),
      "fn f() { " + repeat("a ", 30000) + "}",
      "fn f() { " + repeat("x² ", 12000) + "}",
      repeat("\"", 60001),
      "fn f() {\n" + repeat("(\n)", 15000) + "}",
      "fn f(x: i32" + repeat("<", 60000) + ") = 1",
      "fn f() = " + repeat("a if ", 13000),
      "fn f() {" + repeat("{", 200) + repeat("a b;", 10000) + repeat("}", 200) + "}",
      repeat("train t { param ", 100),
      "fn f() = \xff\xfe",
      std::string(60000, '\0'),
      repeat("'", 60001),
  };
  for (const std::string& text : texts) {
    INFO(text.substr(0, 60));
    CHECK(errors_in_time(text) > 0);
  }
}

TEST_CASE("long texts are accepted in time", "[parse][stress]") {
  const std::string texts[] = {
      "fn f() -> real = [" + repeat("1,", 30000) + "1]",
      "fn f() {" + repeat(";", 60000) + "}",
      "fn f() {" + repeat("x=1;", 15000) + "}",
      "fn f() -> real = " + repeat("if a { 1 } else ", 4000) + "{ 1 }",
      repeat("\n", 60000),
      repeat("#", 65000),
      repeat("fn f() = 1\n", 5500),
      "fn f() { " + repeat("θ = Δ; ", 7000) + "}",
  };
  for (const std::string& text : texts) {
    INFO(text.substr(0, 60));
    CHECK(errors_in_time(text) == 0);
  }
}

TEST_CASE("random texts have an answer", "[parse][stress]") {
  std::mt19937 random(7);
  const char* const words[] = {
      "fn",  "layer", "x",   "y",   "i32", "<",     ">",    "=",     "==",   "(",   ")",   "[",
      "]",   "{",     "}",   ",",   ";",   ":",     ".",    "..",    "+",    "-",   "*",   "/",
      "^",   "|>",    "as",  "for", "in",  "if",    "else", "while", "grad", "wrt", "sum", "1",
      "2.5", "\"a\"", "not", "and", "\n",  "train", "data", "@",     "0x"};
  for (int round = 0; round < 200; ++round) {
    std::string text = round % 2 == 0 ? "fn f() { " : "";
    const std::size_t count = 1 + random() % 400;
    for (std::size_t i = 0; i < count; ++i) text += std::string(words[random() % std::size(words)]) + " ";
    errors_in_time(text);
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i)
      bytes += static_cast<char>(random() % (round % 3 == 0 ? 256 : 128));
    errors_in_time(bytes);
  }
}

TEST_CASE("every prefix of a program, and the program without any one line, has an answer",
          "[parse][stress]") {
  for (const auto& path : tests::syntax_files("tests/golden/syntax", ".dp")) {
    const std::string text = tests::read_text(path);
    for (std::size_t size = 0; size < text.size(); size += 7) errors_in_time(text.substr(0, size));
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin) + 1;
      errors_in_time(text.substr(0, begin) + text.substr(end));
      begin = end;
    }
  }
}
