#include "ir/loops.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "tests/support/loops_text.h"

using namespace dp;
using namespace dp::test;

namespace {

Array filled(std::vector<float> values) {
  Array array(Dtype::f32, {static_cast<std::int64_t>(values.size())});
  for (std::size_t k = 0; k < values.size(); ++k) array.as<float>()[k] = values[k];
  return array;
}

std::vector<Array> run(const std::string& text, std::vector<Array> inputs) {
  const loops::Module module = parsed(text);
  REQUIRE(loops::verify(module).empty());
  const auto outputs = loops::interpret(module, inputs);
  if (!outputs) FAIL(outputs.error().message);
  return *outputs;
}

}  // namespace

TEST_CASE("the interpreter computes what the loops say", "[loops]") {
  std::vector<float> x(320);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<float>(k % 7) - 3.0F;
  const std::vector<Array> y = run(softmax, {filled(x)});
  for (std::size_t row = 0; row < 32; ++row) {
    double sum = 0;
    for (std::size_t k = 0; k < 10; ++k) sum += std::exp(static_cast<double>(x[row * 10 + k]));
    for (std::size_t k = 0; k < 10; ++k) {
      CHECK(y[0].as<float>()[row * 10 + k] == Approx(std::exp(static_cast<double>(x[row * 10 + k])) / sum));
    }
  }
}

namespace {

/// The sum of `x` by the loops' rule.
float summed(std::string_view order, const std::vector<float>& x, std::string_view combine = "sum(x[o])") {
  const std::string count = std::to_string(x.size());
  const std::string text =
      module_of("f32[" + count + "]", "\"\": f32", "  input x: f32[" + count + "] 0\n  output y: f32[1] 0\n",
                "    reduce " + std::string(order) + " o in 0.." + count +
                    " {\n      s = " + std::string(combine) + "\n    }\n    store y[0] = s\n");
  return run(text, {filled(x)})[0].as<float>()[0];
}

std::vector<float> awkward(std::size_t count) {
  std::vector<float> x;
  for (std::size_t k = 0; k < count; ++k)
    x.push_back(std::ldexp(static_cast<float>(k * 37 % 101) - 50, k % 13));
  return x;
}

}  // namespace

TEST_CASE("sums go through 64 lanes and a tree, or through blocks of 256", "[loops]") {
  const std::vector<float> x = awkward(1000);
  float lanes[64], total = -0.0F;
  std::fill(std::begin(lanes), std::end(lanes), -0.0F);
  for (std::size_t k = 0; k < x.size(); ++k) lanes[k % 64] += x[k];
  for (std::size_t width = 32; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
  }
  for (std::size_t begin = 0; begin < x.size(); begin += 256) {
    float block = -0.0F;
    for (std::size_t k = begin; k < std::min(begin + 256, x.size()); ++k) block += x[k];
    total += block;
  }
  CHECK(summed("lanes", x) == lanes[0]);
  CHECK(summed("blocks", x) == total);
}

TEST_CASE("sums of nothing are +0.0, of −0.0 they are −0.0", "[loops]") {
  for (const std::string_view order : {"lanes", "blocks", "sequential"}) {
    CHECK_FALSE(std::signbit(summed(order, {})));
    CHECK_FALSE(std::signbit(summed(order, {}, "multiply_add(x[o], x[o])")));
  }
  CHECK(std::signbit(summed("lanes", {-0.0F})));
  CHECK(std::signbit(summed("blocks", {-0.0F, -0.0F})));
  CHECK_FALSE(std::signbit(summed("sequential", {-0.0F})));
}

TEST_CASE("the position of the largest is the first one's, and NaN is largest", "[loops]") {
  const std::string text = module_of(
      "f32[5]", "\"\": i64, \"1\": i64", "  input x: f32[5] 0\n  output y: i64[1] 0\n  output z: i64[1] 1\n",
      "    reduce lanes k in 0..5 {\n      a = argmax(x[k])\n      b = argmin(x[k])\n"
      "    }\n    store y[0] = a\n    store z[0] = b\n");
  const auto positions = [&](std::vector<float> x) {
    const auto out = run(text, {filled(std::move(x))});
    return std::pair(out[0].as<std::int64_t>()[0], out[1].as<std::int64_t>()[0]);
  };
  CHECK(positions({1, 3, 3, -2, -2}) == std::pair<std::int64_t, std::int64_t>(1, 3));
  CHECK(positions({1, 3, NAN, 9, NAN}) == std::pair<std::int64_t, std::int64_t>(2, 2));
}

TEST_CASE("a check that fails stops the program with its message", "[loops]") {
  const std::string text =
      module_of("f32[1]", "\"\": f32",
                "  site E3003 \"index {} of {}\" at 1:2:3\n  input x: f32[1] 0\n  output y: f32[1] 0\n",
                "    check 3 < 2 0(3, 2)\n    store y[0] = x[0]\n");
  const auto outputs = loops::interpret(parsed(text), std::vector<Array>{filled({1})});
  REQUIRE_FALSE(outputs);
  CHECK(outputs.error().message == "index 3 of 2");
  CHECK(outputs.error().code == "E3003");
  CHECK(outputs.error().at == Span{1, 2, 3});
}
