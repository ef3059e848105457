// dpc check FILE: types and shapes only; says nothing when all is well. `--requirements` lists what is
// required of dimensions and what is checked while the program runs.

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/program.h"
#include "dpc/requirements.h"

namespace dp {
namespace {

struct CheckOptions : CommonOptions {
  bool requirements = false;
};

int check(const CheckOptions& options) {
  const auto program = load(options);
  const int code = report(*program);
  if (code == Exit::fine && options.requirements) std::fputs(requirements(*program).c_str(), stdout);
  if (options.time) program->watch.print();
  return code;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  auto* command = app.add_subcommand("check", "types and shapes only; no output when all is well");
  command->add_option("file", options->file, "a .dp file")->required();
  command->add_flag("--requirements", options->requirements,
                    "list what is required of dimensions and what is checked at run time, with lines");
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace dp
