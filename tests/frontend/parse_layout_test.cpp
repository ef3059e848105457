// Where a statement ends: pairs of texts that mean the same.

#include <catch2/catch.hpp>

#include "frontend/print_ast.h"
#include "tests/frontend/frontend_samples.h"

using namespace dp;

namespace {

std::string module_tree(const std::string& text) {
  const tests::Parsed parsed(text);
  INFO(render(parsed.diagnostics, parsed.sources));
  CHECK_FALSE(parsed.diagnostics.has_errors());
  return parsed.module ? dump(*parsed.module) : "";
}

std::string body_tree(const std::string& body) { return module_tree("fn f() {\n" + body + "\n}\n"); }

}  // namespace

TEST_CASE("a statement goes on where it cannot have ended", "[parse]") {
  const std::pair<const char*, const char*> same[] = {
      {"x = 1 +\n 2", "x = 1 + 2"},
      {"x =\n\n # comment\n 2", "x = 2"},
      {"x = a\n  |> f\n  |> g", "x = a |> f |> g"},
      {"x = a\n  as [n]", "x = a as [n]"},
      {"x = grad s\n  wrt y", "x = grad s wrt y"},
      {"if c { a }\n\nelse { b }", "if c { a } else { b }"},
      {"if c\n{ a }", "if c { a }"},
      {"x = f(\n1\n,\n2\n)", "x = f(1, 2)"},
      {"x = [1,\n2]", "x = [1, 2]"},
      {"x = a and\nnot\nb", "x = a and not b"},
      {"for i in\n0..n: i", "for i in 0..n: i"},
      {"for i:\n i", "for i: i"},
      {"(a,\n b) = c", "(a, b) = c"},
      {"x = a.\nb", "x = a.b"},
      {"x = 1;; y = 2;", "x = 1\n\ny = 2"},
      {"\n\n; x = 1", "x = 1"},
      {"x = (if c {\n y = 1\n y\n} else { 2 })", "x = (if c { y = 1; y } else { 2 })"},
      {"x = 1 # a ; b", "x = 1"},
      {"x = 1\r\ny = 2", "x = 1; y = 2"},
  };
  for (const auto& [left, right] : same) {
    INFO(left);
    CHECK(body_tree(left) == body_tree(right));
  }
}

TEST_CASE("a statement ends with its line otherwise", "[parse]") {
  CHECK(body_tree("x = a\n-b") == body_tree("x = a; -b"));
  CHECK(body_tree("x = a\n(b)") == body_tree("x = a; (b)"));
  CHECK(body_tree("x = a\n[b]") == body_tree("x = a; [b]"));
  CHECK(body_tree("x = i32(a) >\nb") == body_tree("x = i32(a) > b"));
}

TEST_CASE("signatures may stand on several lines", "[parse]") {
  const std::string plain = module_tree("@remat @export fn f(x: real[n]) -> real where n > 0, n < 9 { x }");
  CHECK(module_tree(
            "@remat\n@export\nfn f(\n  x: real[n],\n)\n  -> real\n  where n > 0,\n  n < 9\n{\n  x\n}") ==
        plain);
  CHECK(module_tree("layer L(n)\n{\n w: i32<n>\n v: i32<2 * n>= 3\n}") ==
        module_tree("layer L(n) { w: i32<n>; v: i32<2 * n> = 3 }"));
}

TEST_CASE("documentation belongs to the declaration below it", "[parse]") {
  const tests::Parsed parsed(
      "## lost\n\n## First\n##   second\n@remat\nfn f() = 1\n# plain\nfn g() = 1\n## h\nfn h() = 1 ## no\n");
  REQUIRE(parsed.module->declarations.size() == 3);
  CHECK(parsed.module->declarations[0].doc == "First\n  second");
  CHECK(parsed.module->declarations[1].doc.empty());
  CHECK(parsed.module->declarations[2].doc == "h");
  CHECK(parsed.module->comments.size() == 6);
}

TEST_CASE("every node has the place of its text", "[parse]") {
  const tests::Parsed parsed("# θ\nfn f(x: real) -> real = (x + 1) * x[0]\n");
  const ast::Decl& declaration = parsed.module->declarations.at(0);
  CHECK(parsed.sources.text(declaration.span) == "fn f(x: real) -> real = (x + 1) * x[0]");
  const auto& function = std::get<ast::Function>(declaration.node);
  const auto& body = *std::get<ast::ExprStmt>(function.body.statements.at(0).node).value;
  CHECK(parsed.sources.text(body.span) == "(x + 1) * x[0]");
  const auto& product = std::get<ast::Binary>(body.node);
  CHECK(parsed.sources.text(product.op_span) == "*");
  CHECK(parsed.sources.text(product.left->span) == "(x + 1)");
  CHECK(product.left->parenthesised);
}
