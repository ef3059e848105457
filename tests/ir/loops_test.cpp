#include "ir/loops.h"

#include <catch2/catch.hpp>

#include "tests/support/loops_text.h"

using namespace dp;
using namespace dp::test;

TEST_CASE("a module printed is the text it was parsed from", "[loops]") {
  const std::string text =
      module_of("f32[6], i64[3]", "\"a.b\": f32[6], \"\": bool",
                "  site E3003 \"index {} of \\\"x\\\"\\n\" at 1:20:31\n"
                "  site \"loss \\x00 and \\x00\" at 0:0:0 of f32, f32[6]\n"
                "  input net.w: f32[6] 0\n"
                "  input labels: i64[3] 1\n"
                "  output y_2: f32[6] 0\n"
                "  output done: bool[1] 1\n"
                "  arena t: f64[8] +64\n"
                "  constant c: f64[4] = [1.0, -0.0, inf, nan]\n"
                "  constant d: i32[2] = [-3]\n"
                "  constant e: bool[2] = [true, false]\n"
                "  local l: f32[6]\n",
                "    let a = -1.5:f64 + 2.25:f64 * 1e-30:f64\n"
                "    let b = 1.5 - (2.5 - 3.5) - 4.5\n"
                "    let v = b < 1.0 & not(b < 2.0) | true\n"
                "    let p = power(b, -3)\n"
                "    let n = nan(0xfff8000000000000):f64\n"
                "    let g = f32(labels[2] // 3 % 2)\n"
                "    let f = select(v, neg(b), relu(b) * 2.0)\n"
                "    let w = random_bits(fold_key(make_key(7), 1), 5)\n"
                "    unroll for i in 0..2 {\n"
                "      for j in 0..3 {\n"
                "        store y_2[i * 3 + j] = net.w[max(i * 3 + j - 1, 0)]\n"
                "      }\n"
                "    }\n"
                "    reduce blocks o in 0..6 {\n"
                "      m = argmax(net.w[o])\n"
                "      d_2 = multiply_add(net.w[o], y_2[o])\n"
                "    }\n"
                "    reduce sequential o_2 in 0..2, _ in 0..1 {\n"
                "      s = sum(net.w[o_2])\n"
                "    }\n"
                "    reduce lanes r in 0..2, q in 0..3 {\n"
                "      any_2 = any(net.w[r * 3 + q] < 0.0)\n"
                "    }\n"
                "    parallel matmul _ in 0..1, row in 0..2, column in 0..2, k in 0..3 {\n"
                "      x = net.w[row * 3 + k]\n"
                "      y = net.w[k * 2 + column]\n"
                "      accumulator r_2\n"
                "      store l[row * 2 + column] = r_2\n"
                "    }\n"
                "    if any_2 {\n"
                "      check 0 < labels[0] 0(labels[0])\n"
                "    }\n"
                "    print 1(s, net.w[0])\n"
                "    store done[0] = v\n");
  const std::string canonical = loops::print(parsed(text));
  CHECK(loops::print(parsed(canonical)) == canonical);
  std::string expected = text;
  // An inner extent that is not there is not printed.
  expected.replace(expected.find(", _ in 0..1 {"), 11, "");
  CHECK(canonical == expected);
  CHECK(loops::verify(parsed(canonical)).empty());
}

TEST_CASE("names that cannot stand in a text are changed, once", "[loops]") {
  loops::Module module = parsed(softmax);
  module.buffers[0].name = "net fc1..w";
  module.buffers[1].name = "reduce";
  module.buffers[2].name = "0.1";
  for (std::string& name : module.value_names) name = "m";
  for (std::string& name : module.variable_names) name = name.empty() ? "" : "exp";
  module.name.clear();
  const std::string text = loops::print(module);
  CHECK(loops::print(parsed(text)) == text);
  CHECK(text.find("input net_fc1_w: f32") != std::string::npos);
  CHECK(text.find("output reduce_2: f32") != std::string::npos);
  CHECK(text.find("local _0.1: f32") != std::string::npos);
}

TEST_CASE("malformed loop text is refused with its line", "[loops]") {
  const auto error = [](std::string from, std::string to) {
    std::string text = softmax;
    text.replace(text.find(from), from.size(), to);
    const auto module = loops::parse(text);
    return module ? std::string("accepted") : module.error().message;
  };
  CHECK(error("e[j] / s", "e[j] / t") == "loop text, line 19: no value `t` in sight");
  CHECK(error("e[j] / s", "e[q] / s") == "loop text, line 19: no value `q` in sight");
  CHECK(error("e[j] / s", "f[j] / s") == "loop text, line 19: no buffer `f` in sight");
  CHECK(error("e[j] / s", "ex(s)") == "loop text, line 19: no op `ex`");
  CHECK(error("e[j] / s", "exp(s, s)") == "loop text, line 19: `exp` takes 1 operands");
  CHECK(error("let v", "let m") == "loop text, line 14: `m` is there already");
  CHECK(error("max(x", "most(x") == "loop text, line 11: no reduction `most`");
  CHECK(error("0..32", "1..32") == "loop text, line 9: ranges begin at 0");
  CHECK(error("arena 256", "arena x") == "loop text, line 4: an integer expected, `x` found");
}

TEST_CASE("the verifier names the invariant that is broken", "[loops]") {
  const auto reason = [](std::string from, std::string to) {
    std::string text = softmax;
    text.replace(text.find(from), from.size(), to);
    const auto reasons = loops::verify(parsed(text));
    return reasons.empty() ? std::string("sound") : reasons.front();
  };
  CHECK(loops::verify(parsed(softmax)).empty());
  CHECK(reason("store y[i * 10 + j]", "store x[i * 10 + j]") == "writable: kernel k0: a store into `x`");
  CHECK(reason("e[j] / s", "e[j] < s") == "store-type: kernel k0: into `y`");
  CHECK(reason("e[j] / s", "e[s] / s") == "type: kernel k0: index of type f32");
  CHECK(reason("output y: f32[320] 0", "output y: f32[320] 1") == "argument: module: `y` is number 1 of 1");
  CHECK(reason("output y: f32[320] 0", "output y: f32[32] 0") == "argument: module: `y` is not f32[320]");
  CHECK(reason("local e: f32[10]", "arena e: f32[10] +32") == "alignment: module: `e` begins at 32");
  CHECK(reason("local e: f32[10]", "arena e: f32[100] +0") == "arena: module: `e` ends at 400 of 256 bytes");
  CHECK(reason("vector for j in 0..10 {", "vector for j in 0..10 {\n for z in 0..1 { }") ==
        "vector-body: kernel k0: a loop, a product or a print inside");
  CHECK(reason("reduce lanes k in", "reduce blocks o in 0..2, k in") ==
        "reduce-extent: kernel k0: `blocks` with an inner extent");
}

TEST_CASE("the coefficient of a variable in an index", "[loops]") {
  loops::Module module =
      parsed(module_of("f32[1]", "\"\": f32", "  input x: f32[1] 0\n  output y: f32[1] 0\n",
                       "    for i in 0..2 {\n      for j in 0..2 {\n"
                       "        store y[0] = x[3 + (i - 2 * j) * 4 + i // 2 * 0]\n      }\n    }\n"));
  const auto& outer = std::get<loops::For>(module.functions[0].body[0].node);
  const auto& inner = std::get<loops::For>(outer.body[0].node);
  const auto& store = std::get<loops::Store>(inner.body[0].node);
  const auto& load = std::get<loops::LoadExpr>(module.expressions[store.expr].node);
  CHECK(loops::coefficient(module, load.index, inner.variable) == -8);
  CHECK_FALSE(loops::coefficient(module, load.index, outer.variable).has_value());
}
