// The `dpc` command: chooses a subcommand; the last net under our own mistakes.

#include <CLI/CLI.hpp>

#include <cstdio>
#include <new>

#include "dpc/commands.h"
#include "dpc/program.h"
#include "dpc/reproducer.h"
#include "dpc/usage.h"
#include "support/assert.h"

namespace dp {

namespace {

/// `dpc help`, `dpc help COMMAND`.
int print_help(CLI::App& app, const std::string& topic) {
  if (topic.empty()) {
    const auto form = app.get_formatter();  // `app.help()` would tell about `help` alone
    std::fputs(form->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal).c_str(), stdout);
    return Exit::fine;
  }
  const char* const words[] = {"dpc", topic.c_str()};
  if (const auto mistake = find_command_mistake(app, 2, words)) return report(Program{}, *mistake);
  std::fputs(app.get_subcommand(topic)->help("dpc").c_str(), stdout);
  return Exit::fine;
}

int run_command(int argc, char** argv) {
  CLI::App app{"dpc: compiles and runs programs of dp, a language for differentiable programming."};
  app.set_version_flag("--version", "dpc " DP_VERSION);
  app.name("dpc");
  app.require_subcommand(1);
  Action action;
  for (auto add : {add_run, add_train, add_check, add_test, add_emit, add_opt, add_grad, add_gradcheck,
                   add_build, add_bench, add_report, add_explain, add_doc, add_fmt})
    add(app, action);
  auto* help = app.add_subcommand("help", "help on a command");
  std::string topic;
  help->add_option("command", topic, "the command");
  help->callback([&] { action = [&] { return print_help(app, topic); }; });
  if (const auto mistake = find_command_mistake(app, argc, argv)) return report(Program{}, *mistake);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) { return report(Program{}, usage_mistake(app, error)); }
  return action();
}

}  // namespace
}  // namespace dp

int main(int argc, char** argv) {
  try {
    return dp::run_command(argc, argv);
  } catch (const std::bad_alloc&) {
    return dp::report(dp::Program{}, dp::diagnose(dp::diag::OutOfMemory, {}));
  } catch (const std::exception& error) {
    const std::string file = dp::write_reproducer(argc, argv, error.what());
    fmt::print(stderr,
               "internal error: {}\nThis is a mistake in dpc, not in your program. To reproduce it: {}\n",
               error.what(), file);
    return dp::Exit::internal;
  }
}
