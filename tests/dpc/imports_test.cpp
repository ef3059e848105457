// Imports: names of other files, and what is not opened.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "dpc/engine.h"
#include "dpc/values.h"
#include "tests/runtime/temporary_folder.h"

using namespace dp;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

void write(const std::filesystem::path& folder, const Files& files) {
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
  }
}

/// `main` of main.dp, or the codes of what was said.
std::string run(const std::filesystem::path& folder, std::string* said = nullptr) {
  CommonOptions options;
  options.file = (folder / "main.dp").string();
  options.interpret = true;
  const auto program = load(options);
  std::string codes;
  for (const Diagnostic& each : program->diagnostics.all())
    codes += (codes.empty() ? "" : " ") + std::string(each.code);
  if (said) *said = render(program->diagnostics, program->sources);
  if (!program->module) return codes;
  const typed::Function* function = program->module->find_function("main");
  REQUIRE(function);
  auto graph = build(*program->module, *function, program->build_options());
  REQUIRE(graph);
  auto engine = Engine::create(*graph, options, program->watch);
  REQUIRE(engine);
  auto results = engine->run({});
  REQUIRE(results);
  return print_literal(function->result, *results);
}

}  // namespace

TEST_CASE("imported names are seen as one's own, or behind the file's name", "[imports]") {
  const test::TemporaryFolder folder;
  write(folder.path(), {{"nets/parts.dp",
                         "dim width = 3\nconst half = 0.5\nimport \"deep/more.dp\"\n"
                         "struct P { v: real[width] }\n"
                         "fn twice(x: real) -> real = more(x) * 2\n"
                         "layer Scale(n) { w: real[n] = 2\n fn (x: real[n]) -> real[n] = w * x }"},
                        {"nets/deep/more.dp", "fn more(x: real) -> real = x + 1"}});
  write(folder.path(), {{"main.dp", "import \"nets/parts.dp\"\nfn main() = twice(half)"}});
  CHECK(run(folder.path()) == "3.0");
  write(folder.path(), {{"main.dp",
                         "import \"nets/parts.dp\" as parts\nfn apply(f: fn(real) -> real) -> real = f(1)\n"
                         "fn size(p: parts.P, s: parts.Scale(parts.width)) -> real[parts.width] = s(p.v)\n"
                         "fn main() = (parts.twice(parts.half), apply(parts.twice), 2.0 |> parts.twice, "
                         "parts.P(v = ones([parts.width])).v)"}});
  CHECK(run(folder.path()) == "(3.0, 4.0, 6.0, [1.0, 1.0, 1.0])");
  write(folder.path(), {{"main.dp", "import \"nets/parts.dp\"\nfn main() = more(1)"}});
  CHECK(run(folder.path()) == "E0301");  // what a file imports is not handed on
  write(folder.path(), {{"main.dp", "import \"nets/parts.dp\" as parts\nfn main() = parts.nothing(1)"}});
  CHECK(run(folder.path()) == "E0301");
}

TEST_CASE("a user's declaration goes before the library's, in its own file alone", "[imports]") {
  const test::TemporaryFolder folder;
  write(folder.path(),
        {{"own.dp", "fn relu(x: real) -> real = 7\nfn seven(x: real) -> real = relu(x)"},
         {"main.dp", "import \"own.dp\" as own\nfn main() = (own.seven(1), own.relu(1), relu(1.0))"}});
  CHECK(run(folder.path()) == "(7.0, 7.0, 1.0)");
}

TEST_CASE("two files of one name and a file imported twice stay what they are", "[imports]") {
  const test::TemporaryFolder folder;
  write(folder.path(),
        {{"a/x.dp", "dim n = 2\nimport \"../base.dp\"\nfn a() -> real[n] = base() * ones([n])"},
         {"b/x.dp", "dim n = 3\nimport \"../base.dp\"\nfn b() -> real[n] = base() * ones([n])"},
         {"base.dp", "fn base() -> real = 4"},
         {"main.dp",
          "import \"a/x.dp\"\nimport \"b/x.dp\" as b\nimport \"base.dp\"\n"
          "fn main() = (a(), b.b(), base())"}});
  CHECK(run(folder.path()) == "([4.0, 4.0], [4.0, 4.0, 4.0], 4.0)");
}

TEST_CASE("a mistake in an imported file is told there", "[imports]") {
  const test::TemporaryFolder folder;
  write(folder.path(), {{"part.dp", "fn f(x: real) -> real = x + missing"},
                        {"main.dp", "import \"part.dp\"\nfn main() = f(1)"}});
  std::string said;
  CHECK(run(folder.path(), &said) == "E0301");
  CHECK(said.find("part.dp:1:29") != std::string::npos);
}

TEST_CASE("nothing outside of the program's folder is opened", "[imports]") {
  const test::TemporaryFolder folder;
  const std::filesystem::path inside = folder / "inside";
  write(folder.path(), {{"outside.dp", "fn f() -> real = 1"}});
  write(inside, {{"cycle_a.dp", "import \"cycle_b.dp\""},
                 {"cycle_b.dp", "import \"cycle_a.dp\""},
                 {"f.dp", "fn f() -> real = 1"},
                 {"sub/up.dp", "import \"../f.dp\"\nfn g() -> real = f()"}});
  std::filesystem::create_symlink(folder / "outside.dp", inside / "link.dp");
  std::filesystem::create_symlink(inside / "f.dp", inside / "near.dp");
  const std::vector<std::pair<std::string, std::string>> rows{
      {"import \"../outside.dp\"\nfn main() = f()", "E0804"},
      {"import \"" + (inside / "f.dp").string() + "\"\nfn main() = f()", "E0804"},
      {"import \"sub/../../outside.dp\"\nfn main() = f()", "E0804"},
      {"import \"link.dp\"\nfn main() = f()", "E0804"},
      {"import \"sub\"\nfn main() = 1", "E0804"},
      {"import \"/dev/zero\"\nfn main() = 1", "E0804"},
      {"import \"missing.dp\"\nfn main() = 1", "E0803"},
      {"import \"cycle_a.dp\"\nfn main() = 1", "E0805"},
      {"import \"main.dp\"\nfn main() = 1", "E0805"},
      {"import \"f.dp\"\nfn f() -> real = 2\nfn main() = f()", "E0806"},
      {"import \"near.dp\"\nimport \"f.dp\"\nfn main() = f()", "1.0"},
      {"import \"sub/up.dp\"\nfn main() = g()", "1.0"},
      {"import \"sub/../f.dp\"\nfn main() = f()", "1.0"},
  };
  for (const auto& [text, gives] : rows) {
    write(inside, {{"main.dp", text}});
    INFO(text);
    CHECK(run(inside) == gives);
  }
}

TEST_CASE("the number and the depth of imports have limits", "[imports]") {
  const test::TemporaryFolder folder;
  for (int k = 0; k < 40; ++k)
    write(folder.path(), {{fmt::format("chain{}.dp", k), fmt::format("import \"chain{}.dp\"", k + 1)}});
  write(folder.path(), {{"main.dp", "import \"chain0.dp\"\nfn main() = 1"}});
  CHECK(run(folder.path()) == "E4012");
  std::string many;
  for (int k = 0; k < 256; ++k) {
    write(folder.path(), {{fmt::format("flat{}.dp", k), ""}});
    many += fmt::format("import \"flat{}.dp\"\n", k);
  }
  write(folder.path(), {{"main.dp", many + "fn main() = 1"}});
  CHECK(run(folder.path()) == "E4012");
}
