// dpc fmt FILE… [--check]: the canonical layout, in place.

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/program.h"
#include "dpc/read_file.h"
#include "frontend/format.h"
#include "frontend/parse.h"
#include "runtime/files/atomic_write.h"

namespace dp {
namespace {

struct FmtOptions {
  std::vector<std::string> files;
  bool check = false;
};

/// Formats one file. A file with syntax errors is left as it is.
int format_file(const std::string& path, bool check_only) {
  Program program;
  program.path = path;
  auto text = read_text_file(path);
  if (!text) return report(program, text.error());
  const FileId file = program.sources.add(path, *text);
  const auto module = parse(file, program.sources, program.diagnostics);
  if (const int code = report(program); !module || code != Exit::fine)
    return code == Exit::fine ? Exit::program_error : code;
  const std::string formatted = format(*module, program.sources);
  if (formatted == *text) return Exit::fine;
  if (check_only) {
    fmt::print("{}: not formatted\n", path);
    return Exit::program_error;
  }
  const Status status = write_file_atomically(path, {std::as_bytes(std::span(formatted))});
  return status ? Exit::fine : report(program, status.error());
}

}  // namespace

void add_fmt(CLI::App& app, Action& action) {
  auto options = std::make_shared<FmtOptions>();
  auto* command = app.add_subcommand("fmt", "formats files in place");
  command->add_option("files", options->files, "the .dp files")->required();
  command->add_flag("--check", options->check, "only say which files are not formatted");
  command->callback([&action, options] {
    action = [options] {
      int worst = Exit::fine;
      for (const std::string& file : options->files)
        worst = std::max(worst, format_file(file, options->check));
      return worst;
    };
  });
}

}  // namespace dp
