// Every optimizer of the library makes a small problem smaller, and what a training block may say beside it
// is done.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/runtime/temporary_folder.h"
#include "tests/support/command_line.h"

namespace {

using namespace dp;

std::string trained(const std::string& program, const std::string& words = "") {
  const test::TemporaryFolder folder;
  std::filesystem::copy(std::string(DP_SOURCE_DIR) + "/examples/data/iris.csv", folder.path() + "/iris.csv");
  std::ofstream(folder.path() + "/program.dp") << program;
  return tests::said_by(folder.path(), "train program.dp --quiet --out out" + words);
}

/// The number behind `words` in what was said; huge where they are missing.
double number_behind(const std::string& said, const std::string& words) {
  const auto at = said.find(words);
  return at == std::string::npos ? 1e300 : std::stod(said.substr(at + words.size()));
}

std::string problem(const std::string& loss, const std::string& optimizer, int steps) {
  return "precision f64\n"
         "fn rosenbrock(x: real[2]) -> real = (1 - x[0])^2 + 100 * (x[1] - x[0]^2)^2\n"
         "fn quadratic(x: real[2]) -> real = (x[0] - 1)^2 + 10 * (x[1] + 2)^2\n"
         "fn stairs(x: real[2]) -> real = sum(abs(floor(4 * x)))\n"
         "train fit {\n  param x: real[2] = [-1.2, 1.0]\n  minimize " +
         loss + "(x)\n  using " + optimizer + "\n  run " + std::to_string(steps) + " steps\n}\n";
}

}  // namespace

TEST_CASE("optimizers make small problems smaller", "[optimizers]") {
  struct Row {
    const char* loss;
    const char* optimizer;
    int steps;
    double below;
  };
  for (const Row& row :
       {Row{"quadratic", "sgd(lr = 0.02)", 500, 1e-6},
        Row{"quadratic", "sgd(lr = 0.02, momentum = 0.8, nesterov = true)", 200, 1e-6},
        Row{"rosenbrock", "adam(lr = 0.05)", 1500, 1e-3},
        Row{"quadratic", "adamw(lr = 0.05, weight_decay = 0)", 1000, 1e-3},
        Row{"quadratic", "rmsprop(lr = linear(0.05))", 500, 1e-2},
        Row{"quadratic", "adagrad(lr = 1)", 500, 1e-3},
        Row{"quadratic", "lion(lr = linear(0.05))", 500, 1e-2}, Row{"rosenbrock", "newton", 10, 1e-12},
        Row{"quadratic", "newton", 2, 1e-20}, Row{"rosenbrock", "lbfgs(history = 5)", 60, 1e-12},
        Row{"quadratic", "es", 300, 0.5}, Row{"stairs", "es(sigma = 0.3)", 200, 0.5},
        Row{"stairs", "genetic(mutation = 0.3)", 100, 0.5},
        Row{"rosenbrock", "genetic(mutation = 0.3, spread = 0.1)", 200, 0.1}}) {
    INFO(row.loss << " by " << row.optimizer);
    const std::string program = problem(row.loss, row.optimizer, row.steps);
    const std::string said = trained(program);
    INFO(said);
    CHECK(number_behind(said, "final loss ") < row.below);
  }
}

TEST_CASE("searches have the same bits interpreted", "[optimizers]") {
  for (const char* optimizer : {"newton", "lbfgs", "es(population = 8)", "genetic(population = 8)"}) {
    INFO(optimizer);
    const std::string program = problem("rosenbrock", optimizer, 5);
    CHECK(trained(program) == trained(program, " --interpret"));
  }
}

TEST_CASE("a state may keep the parameter that the step writes over", "[optimizers]") {
  const std::string problem =
      "train fit {\n  param x: real[2] = [-1.2, 1.0]\n  minimize (x[0] - 1)^2 + 3 * (x[1] + 2)^2\n"
      "  using heavy\n  run 5 steps\n}\n";
  for (const char* optimizer :
       {"optimizer heavy(lr = 0.1) {\n  last = zeros([n])\n"
        "  fn search(params, loss, key, t) {\n    value = loss(params)\n"
        "    slope = grad value wrt params\n    old = last\n    last = params\n"
        "    params - lr(t) * slope + where(t > 1, 0.5 * (params - old), 0)\n  }\n}\n",
        "optimizer heavy(lr = 0.1) {\n  last = 0\n  fn step(p, g, t) {\n"
        "    old = last\n    last = p\n"
        "    p - lr(t) * g + where(t > 1, 0.5 * (p - old), 0)\n  }\n}\n"}) {
    const std::string said = trained(optimizer + problem);
    INFO(said);
    CHECK(number_behind(said, "final loss ") < 10);
    CHECK(said == trained(optimizer + problem, " --interpret"));
  }
}

TEST_CASE("a search is a declaration like any other", "[optimizers]") {
  const std::string program =
      "optimizer walk(tries = 16, size = 0.5) {\n  fn search(params, loss, key, t) {\n"
      "    moves = concat([zeros([1, n]), size * normal(key, [tries, n])], over = 0)\n"
      "    losses = for i in 0..tries + 1: loss(params + moves[i])\n    params + moves[argmin(losses)]\n  "
      "}\n}\n"
      "train fit {\n  param a: real = 3\n  param b: real[2] = 1\n  frozen c: real = 2\n"
      "  minimize (a - c)^2 + sum(b * b)\n  using walk(tries = 64, size = 0.2)\n  run 60 steps\n}\n";
  const std::string said = trained(program);
  INFO(said);
  CHECK(number_behind(said, "final loss ") < 0.1);
}

namespace {

std::string iris(const std::string& rest, const std::string& batch) {
  return "data iris from \"iris.csv\" {\n"
         "  x: real[4] = columns(\"sepal_length\", \"sepal_width\", \"petal_length\", \"petal_width\")\n"
         "  y: i32<3> = column(\"species\")\n  split train 0.8, validation 0.2, seed 3\n}\n"
         "train fit {\n  param net: Linear(4, 3)\n  data (x, y) from iris, batch " +
         batch +
         "\n  logits = net(x)\n  minimize cross_entropy(logits, y)\n"
         "  metric accuracy = mean(real(argmax(logits) == y))\n  using sgd(lr = 0.05)\n  " +
         rest + "\n}\n";
}

}  // namespace

TEST_CASE("accumulated batches are one large batch", "[optimizers]") {
  const std::string parts = trained(iris("run 5 epochs\n  accumulate 4", "10"));
  const std::string whole = trained(iris("run 5 epochs", "40"));
  INFO(parts << whole);
  CHECK(number_behind(parts, "final loss ") == Approx(number_behind(whole, "final loss ")).epsilon(1e-4));
}

TEST_CASE("seeds are summed up, and patience ends", "[optimizers]") {
  const std::string seeds = trained(iris("run 3 epochs, seeds = 0..3", "10"));
  INFO(seeds);
  CHECK(seeds.find("accuracy best ") != std::string::npos);
  CHECK(seeds.find("standard deviation") != std::string::npos);
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/program.dp") << "train fit {\n  param w: real = 1\n  minimize w * w\n  "
                                                  "metric still = stop(w * 0)\n  using sgd(lr = 0.1)\n"
                                                  "  run 100 steps\n  stop patience = 3, on = still\n}\n";
  const std::string said = tests::said_by(folder.path(), "train program.dp --quiet --out out");
  std::ifstream rows(folder.path() + "/out/metrics.csv");
  int lines = 0;
  for (std::string line; std::getline(rows, line);) ++lines;
  INFO(said);
  CHECK(lines == 5);  // the names, the first value, and three that are no better
}

TEST_CASE("a step draws anew, the same for the same seed", "[optimizers]") {
  const std::string program =
      "train fit {\n  param w: real[50] = 1\n  minimize sum(dropout(w, 0.5, step_key))\n  using sgd(lr = 0)\n"
      "  run 20 steps\n}\n";
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/program.dp") << program;
  const auto run = [&](const std::string& name) {
    tests::said_by(folder.path(), "train program.dp --quiet --out " + name);
    std::ifstream file(folder.path() + "/" + name + "/metrics.csv");
    std::set<std::string> losses;
    for (std::string line; std::getline(file, line);) losses.insert(line.substr(line.rfind(',')));
    return losses;
  };
  const auto first = run("a");
  CHECK(first.size() > 5);
  CHECK(run("b") == first);
}
