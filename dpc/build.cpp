// dpc build FILE [FN…] [DIM=SIZE…] -o libNAME.so: functions as a library for C, C++ and Python.

#include <cstdio>
#include <filesystem>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "dpc/library_names.h"
#include "dpc/library_plan.h"
#include "dpc/library_text.h"
#include "dpc/link_library.h"
#include "runtime/files/atomic_write.h"
#include "support/diagnostics/library.h"

namespace dp {
namespace {

namespace fs = std::filesystem;

struct BuildLibraryOptions : CommonOptions {
  std::vector<std::string> words;  // [FN…] [DIM=SIZE…]
  bool python = false;
};

/// NAME of libNAME.so and NAME.a.
Result<std::string> stem_of(const BuildLibraryOptions& options) {
  const fs::path path = options.output;
  const std::string name = path.stem().string();
  const bool is_shared = path.extension() == ".so";
  if (!is_shared && path.extension() != ".a")
    return diagnose(diag::LibraryName, {}, options.output, "it ends neither in .so nor in .a");
  if (is_shared && (!name.starts_with("lib") || name.size() == 3))
    return diagnose(diag::LibraryName, {}, options.output, "a shared library is called libNAME.so");
  if (!is_shared && options.python)
    return diagnose(diag::LibraryName, {}, options.output, "Python needs a shared library, libNAME.so");
  return name.starts_with("lib") && name.size() > 3 ? name.substr(3) : name;
}

Result<LibraryParts> compile_library(Program& program, const Library& library, const CommonOptions& options) {
  LibraryParts parts{.source = library_source(library, program.sources)};
  for (std::size_t k = 0; k < library.functions.size(); ++k) {
    auto object = program.watch.measure("compile", [&] {
      return emit_object(library.functions[k].module, compile_options(options), entry_name(k));
    });
    if (!object) return object.error();
    parts.objects.push_back(std::move(*object));
  }
  return parts;
}

Status write_text(const std::string& path, std::string_view text) {
  return write_file_atomically(path, {as_bytes(text)});
}

Status write_library(Program& program, const Library& library, const BuildLibraryOptions& options) {
  const auto parts = compile_library(program, library, options);
  if (!parts) return parts.error();
  const fs::path path = options.output;
  const auto bytes = program.watch.measure("link", [&] {
    return path.extension() == ".so" ? link_shared(*parts, path.filename().string()) : link_static(*parts);
  });
  if (!bytes) return bytes.error();
  if (auto status = write_text(options.output, *bytes); !status) return status;
  const std::string beside = (path.parent_path() / library.stem).string();
  if (auto status = write_text(beside + ".h", library_header(library)); !status) return status;
  return options.python ? write_text(beside + ".py", library_python(library)) : Status(Done{});
}

Status build_files(Program& program, const BuildLibraryOptions& options) {
  const auto stem = stem_of(options);
  if (!stem) return stem.error();
  std::vector<std::string> skipped;
  auto library =
      program.watch.measure("plan", [&] { return plan_library(program, options.words, options, skipped); });
  if (!library) return library.error();
  for (const std::string& why : skipped) fmt::print(stderr, "left out: {}\n", why);
  library->stem = *stem;
  library->prefix = c_name(*stem);
  return write_library(program, *library, options);
}

int build_command(const BuildLibraryOptions& options) {
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  const Status status = build_files(*program, options);
  if (options.time) program->watch.print();
  return status ? Exit::fine : report(*program, status.error());
}

}  // namespace

void add_build(CLI::App& app, Action& action) {
  auto options = std::make_shared<BuildLibraryOptions>();
  auto* command = app.add_subcommand("build", "makes a library for C, C++ and Python");
  command->add_option("file", options->file, "a .dp file")->required();
  command->add_option("words", options->words,
                      "[FN…] [DIM=SIZE…]; without FN, what is marked `@export`, or all");
  command->add_flag("--python", options->python, "write NAME.py too, for NumPy arrays");
  add_common(*command, *options);
  command->get_option("-o")->description("libNAME.so or NAME.a; NAME.h is written beside it")->required();
  command->callback([&action, options] { action = [options] { return build_command(*options); }; });
}

}  // namespace dp
