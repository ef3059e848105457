// What binds to what: single expressions and their trees.

#include <catch2/catch.hpp>

#include "frontend/print_ast.h"
#include "tests/frontend/frontend_samples.h"

using namespace dp;

namespace {

std::string tree(const std::string& text) {
  Sources sources;
  Diagnostics diagnostics;
  const auto value = parse_value(sources.add("<value>", text), sources, diagnostics);
  if (!value) return std::string(diagnostics.all().empty() ? "nothing" : diagnostics.all().front().code);
  return dump(**value);
}

struct Row {
  const char* text;
  const char* tree;
};

}  // namespace

TEST_CASE("operators bind as the table of the language says", "[parse]") {
  const Row rows[] = {
      {"a + b * c", "(+ a (* b c))"},
      {"a * b + c", "(+ (* a b) c)"},
      {"a - b - c", "(- (- a b) c)"},
      {"a / b % c @ d", "(@ (% (/ a b) c) d)"},
      {"a^b^c", "(^ a (^ b c))"},
      {"-a^2", "(negative (^ a 2))"},
      {"2^-1", "(^ 2 (negative 1))"},
      {"2^-a^b * c", "(* (^ 2 (negative (^ a b))) c)"},
      {"-a * b", "(* (negative a) b)"},
      {"a - -b", "(- a (negative b))"},
      {"(a + b) * c", "(* (+ a b) c)"},
      {"0..n + 1", "(.. 0 (+ n 1))"},
      {"a..b == c", "(== (.. a b) c)"},
      {"not a == b and c", "(and (not (== a b)) c)"},
      {"not not a", "(not (not a))"},
      {"a or b and c or d", "(or (or a (and b c)) d)"},
      {"a ~= b + c", "(~= a (+ b c))"},
      {"a + b |> f |> g(c)", "(|> (|> (+ a b) f) (call g [ (argument - c)]))"},
      {"x as [n] |> f as [.., 2]", "(as (|> (as x no [ n]) f) yes [ 2])"},
      {"f(x).y[i](z)", "(call (index (field (call f [ (argument - x)]) y) [ (at i -)]) [ (argument - z)])"},
      {"x.T @ y", "(@ (field x T) y)"},
      {"f(a, b = 2)", "(call f [ (argument - a) (argument b 2)])"},
      {"()", "(tuple [])"},
      {"(a,)", "(tuple [ a])"},
      {"(a)", "a"},
      {"[1, [2]]", "(stack [ 1 (stack [ 2])])"},
      {"x[:, .., a.., ..b, a..b, i]",
       "(index x [ (all - -) (ellipsis - -) (slice a -) (slice - b) (slice a b) (at i -)])"},
      {"x[(a..b)]", "(index x [ (at (.. a b) -)])"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(tree(row.text) == row.tree);
  }
}

TEST_CASE("what reaches far to the right takes all of it", "[parse]") {
  const Row rows[] = {
      {"for i: a + b", "(for - [ (binder i -)] - (block [ (do (+ a b))]))"},
      {"for i: x |> f", "(for - [ (binder i -)] - (block [ (do (|> x f))]))"},
      {"for i in 0..n, x in xs: i", "(for - [ (binder i (.. 0 n)) (binder x xs)] - (block [ (do i)]))"},
      {"sum k: a * b", "(for sum [ (binder k -)] - (block [ (do (* a b))]))"},
      {"m.pool i, j: a", "(for (field m pool) [ (binder i -) (binder j -)] - (block [ (do a)]))"},
      {"sum s if s < r: s", "(for sum [ (binder s -)] (< s r) (block [ (do s)]))"},
      {"sum s in 0..n if s: s", "(for sum [ (binder s (.. 0 n))] s (block [ (do s)]))"},
      {"for i: sum j: i",
       "(for - [ (binder i -)] - (block [ (do (for sum [ (binder j -)] - (block [ (do i)])))]))"},
      {"grad a + b wrt x", "(grad (+ a b) x -)"},
      {"grad grad s wrt x wrt y", "(grad (grad s x -) y -)"},
      {"vjp y wrt (a, n.b[3].c) with d + e",
       "(vjp y (tuple [ a (field (index (field n b) [ (at 3 -)]) c)]) (+ d e))"},
      {"jvp y wrt x along d", "(jvp y x d)"},
      {"hessian s wrt x", "(hessian s x -)"},
      {"jacobian s wrt (x)", "(jacobian s x -)"},
      {"if a { b } else if c { d } else { e }",
       "(if [ (branch a (block [ (do b)])) (branch c (block [ (do d)]))] (block [ (do e)]))"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(tree(row.text) == row.tree);
  }
}

TEST_CASE("literals have their values", "[parse]") {
  const Row rows[] = {
      {"1_000", "1000"},
      {"0xff", "255"},
      {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
      {"1.5", "0x1.8p+0"},
      {"1e-3", "0x1.0624dd2f1a9fcp-10"},
      {"2_5.0e0_1", "0x1.f4p+7"},
      {"1e-400", "0x0p+0"},
      {"inf", "inf"},
      {"nan", "nan"},
      {"true", "true"},
      {"\"a\\n\\t\\\"\\\\\\u{e9}\"", "\"a\n\t\"\\é\""},
      {"\"\\u{1F600}\"", "\"😀\""},
      {"-2", "(negative 2)"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(tree(row.text) == row.tree);
  }
}

TEST_CASE("a value is one expression and nothing else", "[parse]") {
  CHECK(tree("") == "E0110");
  CHECK(tree("1 2") == "E0123");
  CHECK(tree("x = 1") == "E0110");
  CHECK(tree("[1, 2") == "E0101");
  CHECK(tree("\xff") == "E0103");
}

TEST_CASE("names may be of any script, and words of a block are names elsewhere", "[parse]") {
  CHECK(tree("Δx + θ₁ * 变量") == "(+ Δx (* θ₁ 变量))");
  for (const char* word : {"where",  "upto",   "given",    "unchecked",  "precision", "state", "param",
                           "frozen", "freeze", "minimize", "maximize",   "metric",    "using", "run",
                           "every",  "save",   "split",    "columns",    "column",    "from",  "over",
                           "batch",  "epochs", "steps",    "accumulate", "stop"}) {
    const std::string text = std::string("fn f(") + word + ": real) -> real {\n  " + word + " = " + word +
                             "\n  " + word + "(" + word + ")[" + word + "] + " + word + "\n}\n";
    INFO(text);
    CHECK(tests::error_codes(text).empty());
  }
}
