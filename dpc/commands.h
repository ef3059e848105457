#pragma once
// The subcommands: each adds itself to the command line and, when chosen, runs and gives an exit code. One
// file each.

#include <CLI/CLI.hpp>

#include <functional>

#include "dpc/options.h"

namespace dp {

/// Set by the subcommand that was chosen.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_build(CLI::App& app, Action& action);
void add_train(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_test(CLI::App& app, Action& action);
void add_emit(CLI::App& app, Action& action);
void add_opt(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_grad(CLI::App& app, Action& action);
void add_gradcheck(CLI::App& app, Action& action);
void add_doc(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_fmt(CLI::App& app, Action& action);

/// The options that all compiling commands share.
void add_common(CLI::App& command, CommonOptions& options);

}  // namespace dp
