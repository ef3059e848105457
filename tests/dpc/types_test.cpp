// Structs, stacked copies, functions as arguments and recursion: programs and what they give.

#include <catch2/catch.hpp>

#include "tests/dpc/run_text.h"

using dp::tests::check_rows;

TEST_CASE("structs are built by name, taken apart and computed with leaf by leaf", "[programs]") {
  check_rows({
      {"struct P { x: real, y: real[2] }\nfn main() { p = P(y = [2.0, 3.0], x = 1.0); p.y * p.x + p.y[0] }",
       "[4.0, 5.0]"},
      {"struct P { x: real, y: real }\nfn main() { p = P(x = 1, y = 2); q = p + 2 * p - p / 2; (q.x, q.y) }",
       "(2.5, 5.0)"},
      {"struct P { x: real, y: real }\nstruct Q { a: P, b: real }\n"
       "fn main() { q = Q(a = P(x = 1, y = 2), b = 3); q.a.y * q.b }",
       "6.0"},
      {"struct P { x: real, y: real }\nfn length(p: P) -> real = sqrt(p.x^2 + p.y^2)\n"
       "fn moved(p: P, by: real) -> P = P(x = p.x + by, y = p.y)\nfn main() = length(moved(P(x = 2, y = 4), "
       "1))",
       "5.0"},
      {"struct P { x: real, y: real }\nfn main() { p = P(x = 3, y = 4); g = grad p.x^2 * p.y wrt p; (g.x, "
       "g.y) }",
       "(24.0, 9.0)"},
      {"struct P { x: real, y: real }\nfn main() { p = P(x = 3, y = 4); grad p.x^2 * p.y wrt p.y }", "9.0"},
      {"struct P { x: real, n: i64 }\nfn main() { p = P(x = 3, n = 4); g = grad p.x^2 wrt p; (g.x, g.n) }",
       "(6.0, 0)"},
      {"struct P { x: real, y: real[2] }\nfn main() { p = P(x = 1, y = [1.0, 2.0]); q = P(x = 1, y = [1.0, "
       "2.5]); "
       "(p == p, p == q, p != q, p ~= q, 1.0 * p ~= p) }",
       "(true, false, true, false, true)"},
      {"fn main() { t = (1.0, [2.0, 3.0]); u = t + t; (t == t, u ~= 2 * t) }", "(true, true)"},
      {"dim n = 3\nstruct P { v: real[n] }\nfn main() { p = P(v = [1.0, 2.0, 3.0]); sum(p.v) }", "6.0"},
  });
}

TEST_CASE("stacked structs hold their fields as tensors", "[programs]") {
  check_rows({
      {"struct P { x: real, y: real[2] }\nfn all(ps: P[n]) -> real[n] = ps.x + ps.y[:, 1]\n"
       "fn main() { ps = [P(x = 1, y = [2.0, 3.0]), P(x = 4, y = [5.0, 6.0])]; all(ps) }",
       "[4.0, 10.0]"},
      {"struct P { x: real, y: real[2] }\n"
       "fn main() { ps = [P(x = 1, y = [2.0, 3.0]), P(x = 4, y = [5.0, 6.0])]; p = ps[1]; p.y * p.x }",
       "[20.0, 24.0]"},
      {"struct P { x: real }\nstruct Q { p: P, z: real }\n"
       "fn main() { qs = [Q(p = P(x = 1), z = 2), Q(p = P(x = 3), z = 4)]; (qs.p.x, qs[1].p.x, qs.p[0].x) }",
       "([1.0, 3.0], 3.0, 1.0)"},
      {"struct P { x: real }\nfn main() { ps = [P(x = 1), P(x = 3)]; grad sum(ps.x^2) wrt ps[1].x }", "6.0"},
      {"struct P { x: real }\nfn main() { ps = [P(x = 1), P(x = 3)]; g = grad sum(ps.x^3) wrt ps; g.x }",
       "[3.0, 27.0]"},
      {"struct P { x: real }\nfn main() { ps = [P(x = 1), P(x = 3)]; jvp ps.x^2 wrt ps[1].x along 1.0 }",
       "[0.0, 6.0]"},
  });
}

TEST_CASE("functions are passed by name and inlined", "[programs]") {
  const std::string twice = "fn twice(f: fn(real) -> real, x: real) -> real = f(f(x))\n";
  CHECK(dp::tests::run_text(twice + "fn inc(x: real) -> real = x + 1\nfn main() = twice(inc, 1)") == "3.0");
  CHECK(dp::tests::run_text(twice + "fn main() = twice(sqrt, 16.0)") == "2.0");
  CHECK(dp::tests::run_text(twice + "fn main() { x = 2.0; grad twice(square, x) wrt x }\n"
                                    "fn square(x: real) -> real = x * x") == "32.0");
  check_rows({
      {"fn apply(f: fn(real[n]) -> real[m], x: real[n]) -> real[m] = f(x)\nfn main() = apply(softmax, [1.0, "
       "1.0])",
       "[0.5, 0.5]"},
      {"fn apply(f: fn(real[n]) -> real, x: real[n]) -> real = f(x)\nfn main() = apply(sum, [1.0, 2.0])",
       "3.0"},
      {"fn apply(f: fn(real[n]) -> real[n], x: real[n]) -> real[n] = f(x)\nfn main() = apply(relu, [-1.0, "
       "2.0])",
       "[0.0, 2.0]"},
      {"fn slope(f: fn(real) -> real, x: real) -> real = grad f(x) wrt x\n"
       "fn cube(x: real) -> real = x^3\nfn main() = slope(cube, 2)",
       "12.0"},
      {"fn outer(f: fn(real) -> real, x: real) -> real = inner(f, x) + f(x)\n"
       "fn inner(g: fn(real) -> real, y: real) -> real = g(y) * 10\n"
       "fn inc(x: real) -> real = x + 1\nfn main() = outer(inc, 1)",
       "22.0"},
      {"fn apply(x: real, f: fn(real) -> real = exp) -> real = f(x)\nfn main() = (apply(0.0), apply(1.0, "
       "sqrt))",
       "(1.0, 1.0)"},
      {"fn both(f: fn(real, real) -> (real, real), a: real) -> real { (x, y) = f(a, a + 1); x * y }\n"
       "fn swap(a: real, b: real) -> (real, real) = (b, a)\nfn main() = both(swap, 2)",
       "6.0"},
      {"fn apply(f: fn(real) -> real, x: real) -> real = f(x)\nfn scaled(x: real, by: real = 3) -> real = by "
       "* x\n"
       "fn main() = apply(scaled, 2)",
       "6.0"},
      {"fn apply(f: fn(real) -> real, x: real) -> real = f(x)\nfn main() = 2.0 |> apply(sqrt, 4.0)", "E0304"},
      {"fn apply(f: fn(real) -> real, x: real) -> real = f(x)\nfn main() = apply(sum, 2.0)", "2.0"},
      {"fn apply(f: fn(real) -> real, x: real) -> real = f(x)\nfn g(x: real) -> bool = x > 0\n"
       "fn main() = apply(g, 2.0)",
       "E0201"},
      {"fn apply(f: fn(real) -> real, x: real) -> real { g = f; x }\nfn main() = apply(exp, 2.0)", "E0311"},
      {"fn apply(f: fn(real) -> real, x: real) -> real = f(x, x)\nfn main() = apply(exp, 2.0)", "E0304"},
      {"fn apply(f: fn(real) -> real, x: real) -> real = f((x, x))\nfn main() = apply(exp, 2.0)", "E0201"},
      {"fn apply(f: fn(real) -> real, x: real) -> real = x\nfn main() = apply(nothing, 2.0)", "E0301"},
  });
}

TEST_CASE("recursion ends at compile time", "[programs]") {
  check_rows({
      {"fn total(x: real[n]) -> real where 1 <= n = if n == 1 { x[0] } else { x[0] + total(x[1..]) }\n"
       "fn main() = total([1.0, 2.0, 3.0, 4.0])",
       "10.0"},
      {"fn even(x: real[n]) -> real = if n == 0 { 1.0 } else { odd(x[1..]) }\n"
       "fn odd(x: real[n]) -> real = if n == 0 { 0.0 } else { even(x[1..]) }\nfn main() = even([1.0, 2.0, "
       "3.0])",
       "0.0"},
      {"fn even(x: real[n]) = if n == 0 { 1.0 } else { odd(x[1..]) }\n"
       "fn odd(x: real[n]) = if n == 0 { 0.0 } else { even(x[1..]) }\nfn main() = even([1.0, 2.0, 3.0])",
       "E0312"},
      {"fn power(x: real[n]) -> real where 1 <= n = if n == 1 { x[0] } else { x[0] * power(x[1..]) }\n"
       "fn main() { x = [2.0, 3.0, 4.0]; grad power(x) wrt x }",
       "[12.0, 8.0, 6.0]"},
      {"fn f(x: real[n]) -> real[n] = if n == 1 { [2 * x[0]] } else { 3 * x }\nfn main() = (f([1.0]), "
       "f([1.0, 2.0]))",
       "([2.0], [3.0, 6.0])"},
      {"fn f(x: real[n]) -> (real[n], real) { if n == 1 { ([x[0]], 1.0) } else { (x, 2.0) } }\nfn main() = "
       "f([4.0])",
       "([4.0], 1.0)"},
      {"fn fact(n: i64) -> i64 = if n <= 1 { 1 } else { n * fact(n - 1) }\nfn main() = fact(10)", "3628800"},
      {"fn endless(x: real) -> real = endless(x + 1)\nfn main() = endless(1.0)", "E4010"},
      {"fn wide(x: real) -> real = wide(x) + wide(x + 1)\nfn main() = wide(1.0)", "E4010"},
      {"fn tree(x: real[n]) -> real = if n == 0 { 1.0 } else { tree(x[1..]) + tree(x[..n - 1]) }\n"
       "fn main() = tree(zeros([20]))",
       "E4011"},
  });
}

TEST_CASE("a misuse of structs and functions is told by its code", "[programs]") {
  check_rows({
      {"struct P { x: real, y: real }\nfn main() = P(1.0, 2.0).x", "E0507"},
      {"struct P { x: real, y: real }\nfn main() = P(x = 1.0).x", "E0303"},
      {"struct P { x: real, y: real }\nfn main() = P(x = 1, x = 2, y = 1).x", "E0306"},
      {"struct P { x: real, y: real }\nfn main() = P(x = 1, z = 2, y = 1).x", "E0305"},
      {"struct P { x: real, y: real[2] }\nfn main() = P(x = true, y = [1.0]).x", "E0201 E0201"},
      {"struct P { x: real, n: i64 }\nfn main() { p = P(x = 1, n = 2); (p + p).x }", "E0219"},
      {"struct P { x: real }\nfn main() { ps = [P(x = 1), P(x = 2)]; ps[2].x }", "E0213"},
      {"struct P { x: real }\nfn main() { ps = [P(x = 1), P(x = 2)]; ps[0, 0].x }", "E0211"},
      {"struct P { x: real }\nfn main() { p = P(x = 1); p[0].x }", "E0221"},
      {"struct P { p: P }\nfn main() = 1", "E0313"},
      {"fn f() -> fn(real) -> real = exp\nfn main() = 1", "E0317"},
  });
}

TEST_CASE("functions of scalars that are arguments apply elementwise", "[programs]") {
  check_rows({
      {"fn twice(f: fn(real) -> real, x: real[n]) -> real[n] = f(f(x))\n"
       "fn square(x: real) -> real = x * x\n"
       "fn main() = twice(square, [1.0, 2.0])",
       "[1.0, 16.0]"},
      {"fn both(f: fn(real, real) -> real, x: real[n], y: real) -> real[n] = f(x, y)\n"
       "fn larger(a: real, b: real) -> real = if a > b { a } else { b }\n"
       "fn main() { x = [1.0, 5.0]; (both(larger, x, 3.0), grad sum(both(larger, x, 3.0)) wrt x) }",
       "([3.0, 5.0], [0.0, 1.0])"},
  });
}

TEST_CASE("a name bound in a step of a loop is no earlier step's", "[programs]") {
  check_rows({
      {"fn main() { s = 1.0; g = 0.0; for i in 0..3 { a = 2.0; s = s * a; g = g + (grad s wrt a) }; (s, g) }",
       "(8.0, 7.0)"},
      {"fn main() { x = 2.0; s = 1.0; g = 0.0; for i in 0..3 { s = s * x; g = g + (grad s wrt x) }; g }",
       "E0412"},
  });
}

TEST_CASE("copies are walked and read at run time", "[programs]") {
  check_rows({
      {"struct P { x: real, y: real }\nfn f(p: P) -> real = p.x * p.y\n"
       "fn main() { ps = [P(x = 1, y = 2), P(x = 3, y = 4)]; (for p in ps: f(p), for i: ps[i].x, sum i: "
       "f(ps[i])) }",
       "([2.0, 12.0], [1.0, 3.0], 14.0)"},
      {"struct P { x: real }\nfn main() { ps = for i in 0..3: P(x = real(i)); ps.x }", "[0.0, 1.0, 2.0]"},
      {"struct P { x: real }\nfn main() { p = P(x = 1); for i in 0..3 { p = p + p }; p.x }", "8.0"},
      {"fn vm(f: fn(real[n]) -> real, xs: real[m, n]) -> real[m] = for i: f(xs[i])\n"
       "fn main() = vm(mean, [[1.0, 2.0], [3.0, 4.0]])",
       "[1.5, 3.5]"},
      {"fn main() { ks = split(key(1), 3); a = for k in ks: uniform(k); b = for i: uniform(ks[i]); all(a == "
       "b) }",
       "true"},
      {"fn f(x: real) -> real = x * x\nadjoint f(x; y, dy) = 100 * dy\n"
       "fn main() { x = 1.0; s = x; for i in 0..3 { s = f(s) + 1 }; grad s wrt x }",
       "1000000.0"},
  });
}

TEST_CASE("jacobians and hessians", "[programs]") {
  check_rows({
      {"fn main() { x = [1.0, 2.0, 3.0]; jacobian x * x wrt x }",
       "[[2.0, 0.0, 0.0],\n [0.0, 4.0, 0.0],\n [0.0, 0.0, 6.0]]"},
      {"fn main() { x = [1.0, 2.0]; hessian x[0]^2 * x[1] wrt x }", "[[4.0, 2.0],\n [2.0, 0.0]]"},
      {"fn main() { x = 2.0; hessian x^3 wrt x }", "12.0"},
      {"fn main() { x = 2.0; jacobian [x, x^2, x^3] wrt x }", "[1.0, 4.0, 12.0]"},
      {"fn main() { x = [1.0, 2.0, 3.0]; jacobian sum(x * x) wrt x }", "[2.0, 4.0, 6.0]"},
      {"fn main() { x = [1.0, 2.0]; a = 3.0; jacobian a * x wrt (x, a) }",
       "([[3.0, 0.0],\n  [0.0, 3.0]], [1.0, 2.0])"},
      {"fn main() { x = [1.0, 2.0]; jacobian (sum(x), x[0] * x) wrt x }",
       "([1.0, 1.0], [[2.0, 0.0],\n  [2.0, 1.0]])"},
      {"fn main() { x = [[1.0, 2.0]]; jacobian x[0, 0] * x[0] wrt x }", "[[[2.0, 0.0]],\n [[2.0, 1.0]]]"},
      {"struct P { a: real, b: real[2] }\nfn main() { p = P(a = 2, b = [3.0, 4.0]); "
       "j = jacobian p.a * p.b wrt p; (j.a, j.b) }",
       "([3.0, 4.0], [[2.0, 0.0],\n  [0.0, 2.0]])"},
      {"fn main() { x = [1.0, 2.0]; g = hessian sum(exp(x)) wrt x; g[0, 1] }", "0.0"},
      {"fn main() { x = [1.0, 2.0]; hessian x wrt x }", "E0404"},
      {"fn main() { x = 1.0; y = 2.0; hessian x * y wrt (x, y) }", "E0408"},
  });
}

TEST_CASE("random draws come from keys", "[programs]") {
  check_rows({
      {"fn main() { k = key(7); a = uniform(k, [1000]); (all(a > 0) and all(a < 1), abs(mean(a) - 0.5) < "
       "0.05) }",
       "(true, true)"},
      {"fn main() { a = normal(key(7), [2000]); (abs(mean(a)) < 0.1, abs(std(a) - 1) < 0.1) }",
       "(true, true)"},
      {"fn main() { k = key(7); all(uniform(k, [5]) == uniform(k, [5])) }", "true"},
      {"fn main() { ks = split(key(7), 3); any(uniform(ks[0], [5]) == uniform(ks[1], [5])) }", "false"},
      {"fn main() { b = bernoulli(key(1), 0.25, [2000]); abs(mean(real(b)) - 0.25) < 0.05 }", "true"},
      {"fn main() { c = categorical(key(1), zeros([2000, 4])); (max(c), min(c), abs(mean(real(c)) - 1.5) < "
       "0.1) }",
       "(3, 0, true)"},
      {"fn main() { r = randint(key(3), -2, 3, [2000]); (min(r), max(r), abs(mean(real(r))) < 0.2) }",
       "(-2, 2, true)"},
      {"fn main() { d = dropout(ones([2000]), 0.5, key(3)); (max(d), min(d), abs(mean(d) - 1) < 0.1) }",
       "(2.0, 0.0, true)"},
      {"precision f64\nfn main() { a = normal(key(7), [2000]); abs(mean(a)) < 0.1 }", "true"},
      {"fn main() { p = permutation(key(5), 50); (all(sort(p) == iota(50)), all(p == iota(50))) }",
       "(true, false)"},
      {"fn main() { x = linspace(0.0, 9.0, 10); y = x[permutation(key(5), 10)]; (sum(y), y[0] == 0) }",
       "(45.0, false)"},
      {"fn main() = uniform(7, [2])", "E0206"},
      {"fn main() = split(key(7), [2, 3])", "E0706"},
  });
}
