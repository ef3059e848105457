// The `dpc` command: chooses a subcommand; the last net under our own mistakes.

#include <CLI/CLI.hpp>

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/reproducer.h"
#include "support/assert.h"

namespace dp {

void add_common(CLI::App& command, CommonOptions& options) {
  command.add_option("--precision", options.precision, "f32 or f64: what `real` is")
      ->check(CLI::IsMember({"f32", "f64"}));
  command.add_option("--threads", options.threads, "how many threads; results do not depend on it")
      ->check(CLI::Range(1, 1024));
  command.add_option("-O", options.optimize, "how much to optimise, 0 to 3; results do not depend on it")
      ->check(CLI::Range(0, 3));
  command.add_flag("--fast-math", options.fast_math, "let results differ in their last bits for speed");
  command.add_flag("--interpret", options.interpret, "run the reference interpreter");
  command.add_flag("--verify", options.verify, "check the program's form after each pass");
  command.add_flag("--time", options.time, "print the time of each phase");
  command.add_option("--cpu", options.cpu, "the processor to compile for: native, x86-64-v3, …");
  command.add_option("--format", options.format, "of results: dp or json")
      ->check(CLI::IsMember({"dp", "json"}));
  command.add_option("-o", options.output, "write the result to a file: .npy, .npz, .safetensors");
}

namespace {

int run_command(int argc, char** argv) {
  CLI::App app{"dpc: compiles and runs programs of dp, a language for differentiable programming."};
  app.set_version_flag("--version", "dpc " DP_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  Action action;
  for (auto add : {add_run, add_train, add_check, add_test, add_emit, add_opt, add_explain, add_fmt})
    add(app, action);
  auto* help = app.add_subcommand("help", "help on a command");
  std::string topic;
  help->add_option("command", topic, "the command");
  help->callback([&] {
    action = [&] {
      const CLI::App* about = &app;
      for (const CLI::App* command : app.get_subcommands({}))
        if (command->get_name() == topic) about = command;
      std::fputs(about->help().c_str(), stdout);
      return static_cast<int>(Exit::fine);
    };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? Exit::fine : Exit::usage_error; }
  return action();
}

}  // namespace
}  // namespace dp

int main(int argc, char** argv) {
  try {
    return dp::run_command(argc, argv);
  } catch (const std::exception& error) {
    const std::string file = dp::write_reproducer(argc, argv, error.what());
    fmt::print(stderr,
               "internal error: {}\nThis is a mistake in dpc, not in your program. To reproduce it: {}\n",
               error.what(), file);
    return dp::Exit::internal;
  }
}
