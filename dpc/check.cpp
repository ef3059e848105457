// dpc check FILE: types and shapes only; says nothing when all is well.

#include "dpc/commands.h"
#include "dpc/program.h"

namespace dp {

void add_check(CLI::App& app, Action& action) {
  auto options = std::make_shared<CommonOptions>();
  auto* command = app.add_subcommand("check", "types and shapes only; no output when all is well");
  command->add_option("file", options->file, "a .dp file")->required();
  add_common(*command, *options);
  command->callback([&action, options] {
    action = [options] {
      const auto program = load(*options);
      const int code = report(*program);
      if (options->time) program->watch.print();
      return code;
    };
  });
}

}  // namespace dp
