// The normal form of dimensions: equal sizes are equal values.

#include "ir/dim.h"

#include <catch2/catch.hpp>

#include <limits>

namespace dp {
namespace {

Dim parsed(std::string_view text) {
  const std::optional<Dim> dim = parse_dim(text);
  REQUIRE(dim);
  return *dim;
}

TEST_CASE("dimensions that are equal for all sizes are one value", "[dim]") {
  const auto [left, right] = GENERATE(table<std::string, std::string>({
      {"n + n", "2*n"},
      {"(n + 1)*(n + 1)", "n*n + 2*n + 1"},
      {"n*m", "m*n"},
      {"n - n", "0"},
      {"heads*(d/heads)", "d"},
      {"batch*heads*(d/heads)*2", "2*batch*d"},
      {"t*(d/heads)", "t*d/heads"},
      {"(t*d)/(t*heads)", "d/heads"},
      {"(2*d)/(4*heads)", "d/(2*heads)"},
      {"(n*n + n)/(n + 1)", "n"},
      {"(n - 2)/2 + 1", "n/2"},
      {"n/2 + n/2", "n"},
      {"(a/h)*(b/k)", "(a*b)/(h*k)"},
      {"(a/h)*(h/k)", "a/k"},
      {"d/(d/heads)", "heads"},
      {"-d/-h", "d/h"},
      {"floor_div(2*n + 1, 2)", "n"},
      {"floor_div(n*k + r, k)", "n + floor_div(r, k)"},
      {"(n*k + r) % k", "r % k"},
      {"7 % -3", "-2"},
      {"floor_div(-7, 2)", "-4"},
      {"floor_div(7, -2)", "-4"},
  }));
  CAPTURE(left, right, parsed(left).text(), parsed(right).text());
  CHECK(parsed(left) == parsed(right));
  CHECK(parsed(left).hash() == parsed(right).hash());
  const bool ordered_equal = (parsed(left) <=> parsed(right)) == 0;
  CHECK(ordered_equal);
}

TEST_CASE("dimensions that may differ are different values", "[dim]") {
  const auto [left, right] = GENERATE(table<std::string, std::string>({{"n", "m"},
                                                                       {"n*m", "n + m"},
                                                                       {"n/2", "floor_div(n, 2)"},
                                                                       {"n % 2", "n % 3"},
                                                                       {"d/h", "h/d"},
                                                                       {"n", "n*n"}}));
  CHECK(parsed(left) != parsed(right));
}

TEST_CASE("a dimension prints as a user would write it, and reads back", "[dim]") {
  const auto [source, expected] = GENERATE(table<std::string, std::string>({
      {"n", "n"},
      {"1 + n", "n + 1"},
      {"1 - n", "1 - n"},
      {"n - k + 1", "n - k + 1"},
      {"-n", "-n"},
      {"3*n/2", "3*n/2"},
      {"(n - 1)/2", "(n - 1)/2"},
      {"7/2", "7/2"},
      {"t*(d/heads)", "d*t/heads"},
      {"(h + 2*p - k)/s + 1", "(h + 2*p - k)/s + 1"},
      {"n - d/h", "n - d/h"},
      {"x*(n % 2)", "x*(n % 2)"},
      {"n % (m + 1)", "n % (m + 1)"},
      {"floor_div(n, 2) * 3", "3*floor_div(n, 2)"},
      {"a/(b*c)", "a/(b*c)"},
      {"n*n", "n*n"},
      {"1/0", "?"},
      {"Linear.n' + 1", "Linear.n' + 1"},
  }));
  CHECK(parsed(source).text() == expected);
  CHECK(parsed(expected) == parsed(source));
}

TEST_CASE("text that is no dimension is refused", "[dim]") {
  const std::string text =
      GENERATE("", "n +", "(n", "n)", "2n", "9223372036854775808", "floor_div(n)", "n ^ 2", "*");
  CHECK_FALSE(parse_dim(text));
  CHECK_FALSE(parse_dim(std::string(100000, '(')));
  CHECK_FALSE(parse_dim(std::string(100000, '-')));
}

TEST_CASE("what goes beyond 64 bits is undefined, and stays so", "[dim]") {
  const Dim large = std::numeric_limits<std::int64_t>::max();
  CHECK((large + 1).is_undefined());
  CHECK((large * large).is_undefined());
  CHECK((large * Dim::name("n") + large * Dim::name("n")).is_undefined());
  CHECK(((large + 1) * 0).is_undefined());
  CHECK_FALSE((large + 1).constant());
  CHECK_FALSE((large + 1).provably_nonnegative());
  CHECK(Dim::quotient(3, 0).is_undefined());
  CHECK(Dim::floor_quotient(std::numeric_limits<std::int64_t>::min(), -1).is_undefined());
}

TEST_CASE("substitution carries quotients out", "[dim]") {
  const Dim width = parsed("d/heads + d % 3");
  CHECK(width.substitute({{"d", 64}, {"heads", 8}}) == Dim(9));
  CHECK(width.substitute({{"d", parsed("3*m*heads")}}) == parsed("3*m"));
  CHECK_FALSE(width.substitute({{"d", 7}, {"heads", 2}}).is_constant());
  CHECK(width.substitute({{"d", 7}, {"heads", 0}}).is_undefined());
  CHECK(parsed("(n + 1)/2").substitute({{"n", 5}}) == Dim(3));
}

TEST_CASE("a dimension is solved for a name in which it is linear", "[dim]") {
  CHECK(parsed("2*m + 1").solve("m", 7) == Dim(3));
  CHECK(parsed("n*m").solve("m", parsed("n*k")) == parsed("k"));
  CHECK(parsed("d/heads").solve("d", 64) == parsed("64*heads"));
  CHECK(parsed("d/heads").solve("heads", parsed("k")) == parsed("d/k"));
  CHECK(parsed("n - k + 1").solve("k", parsed("m")) == parsed("n - m + 1"));
  CHECK_FALSE(parsed("2*m").solve("m", 7));
  CHECK_FALSE(parsed("m*m").solve("m", 9));
  CHECK_FALSE(parsed("m % 2").solve("m", 1));
  CHECK_FALSE(parsed("n").solve("m", 1));
}

TEST_CASE("sizes that no value makes negative are known", "[dim]") {
  CHECK(parsed("2*n + m*k + 3").provably_nonnegative());
  CHECK(parsed("n/2 + n % 3").provably_nonnegative());
  CHECK(parsed("floor_div(n, k)").provably_nonnegative());
  CHECK_FALSE(parsed("n - 1").provably_nonnegative());
  CHECK_FALSE(parsed("-n").provably_nonnegative());
}

TEST_CASE("names are found wherever they stand", "[dim]") {
  CHECK(parsed("a/b + floor_div(c, d) * e").names() == std::set<std::string>{"a", "b", "c", "d", "e"});
  CHECK(parsed("n").as_name() == "n");
  CHECK_FALSE(parsed("2*n").as_name());
  CHECK(Dim(3).constant() == 3);
}

TEST_CASE("a shape prints its extents and counts its elements", "[dim]") {
  const Shape shape = {Dim::name("batch"), parsed("2*d"), 3};
  CHECK(text(shape) == "[batch, 2*d, 3]");
  CHECK(text(Shape{}) == "[]");
  CHECK(element_count(shape) == parsed("6*batch*d"));
  CHECK(element_count({}) == Dim(1));
  CHECK(constants({2, 3}) == std::vector<std::int64_t>{2, 3});
  CHECK_FALSE(constants(shape));
}

}  // namespace
}  // namespace dp
