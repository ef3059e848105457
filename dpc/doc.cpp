// dpc doc FILE: documentation of a file's declarations, or of the standard library, as Markdown or HTML.

#include <cstdio>

#include "dpc/commands.h"
#include "dpc/documentation.h"
#include "dpc/usage.h"

namespace dp {
namespace {

struct DocOptions : CommonOptions {
  bool library = false;
};

void print(const DocPage& page, const std::string& format) {
  std::fputs((format == "html" ? to_html(page) : to_markdown(page)).c_str(), stdout);
}

int doc(const DocOptions& options) {
  if (options.library) {
    print(document_library(), options.format);
    return Exit::fine;
  }
  if (options.file.empty())
    return report(Program{}, diagnose(diag::MissingWord, {}, "doc", "a file, or `--library`"));
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  print(document(*program), options.format);
  return Exit::fine;
}

}  // namespace

void add_doc(CLI::App& app, Action& action) {
  auto options = std::make_shared<DocOptions>();
  options->format = "markdown";
  auto* command =
      app.add_subcommand("doc", "documentation of a file's declarations, from their `##` comments");
  command->add_option("file", options->file, "a .dp file");
  command->add_flag("--library", options->library, "of the standard library instead");
  command->add_option("--format", options->format, "markdown or html")->check(one_of({"markdown", "html"}));
  command->callback([&action, options] { action = [options] { return doc(*options); }; });
}

}  // namespace dp
