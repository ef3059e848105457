// The `dpc` command: chooses a subcommand; the last net under our own mistakes.

#include <CLI/CLI.hpp>

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/reproducer.h"
#include "support/assert.h"

namespace dp {

namespace {

int run_command(int argc, char** argv) {
  CLI::App app{"dpc: compiles and runs programs of dp, a language for differentiable programming."};
  app.set_version_flag("--version", "dpc " DP_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  Action action;
  for (auto add :
       {add_run, add_train, add_check, add_test, add_emit, add_opt, add_grad, add_explain, add_fmt})
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
