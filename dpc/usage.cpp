#include "dpc/usage.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace dp {
namespace {

constexpr std::string_view later_commands[] = {"explore", "repl", "lsp", "new"};
constexpr std::string_view later_options[] = {"--check-nan", "--no-cache"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// The command that was read, or the whole program before there was one.
const CLI::App& chosen(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : *parsed.front();
}

Diagnostic with_nearest(Diagnostic diagnostic, const std::string& word,
                        const std::vector<std::string>& known) {
  if (const auto near = did_you_mean(word, known); !near.empty()) diagnostic.fixes.emplace_back(near);
  return diagnostic;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

Diagnostic unknown_word(const CLI::App& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  if (!word.starts_with("-")) return diagnose(diag::UnexpectedWord, {}, word);
  if (contains(later_options, name)) return diagnose(diag::LaterCommand, {}, name);
  const bool has_command = command.get_parent() != nullptr;
  auto mistake = has_command ? diagnose(diag::NoSuchOption, {}, command.get_name(), name)
                             : diagnose(diag::NoSuchCommand, {}, name);
  return with_nearest(std::move(mistake), name, option_names(command));
}

/// How a command is written.
std::string form_of(const std::string& command) {
  if (command == "run") return "dpc run FILE [FN] [NAME=VALUE …]";
  if (command == "build") return "dpc build FILE [FN…] [DIM=SIZE…] -o libNAME.so";
  if (command == "train") return "dpc train FILE [TRAIN]";
  if (command == "test") return "dpc test FILE…";
  if (command == "emit") return "dpc emit FILE [FN or TRAIN] --stage=S";
  if (command == "opt") return "dpc opt FILE.ir --pass=P[,P…]";
  if (command == "gradcheck") return "dpc gradcheck FILE FN [NAME=VALUE …]";
  if (command == "check") return "dpc check FILE [--requirements]";
  if (command == "doc") return "dpc doc FILE [--format html]";
  if (command == "grad") return "dpc grad FILE FN --wrt x[,w…]";
  if (command == "fmt") return "dpc fmt FILE… [--check]";
  if (command == "explain") return "dpc explain CODE or OP or kinks";
  return "dpc " + command + " FILE";
}

/// `file is required` → `dpc run` needs a file.
Diagnostic missing_word(const CLI::App& command, const std::string& what) {
  const std::string word = what.substr(0, what.find(' '));
  const std::string needed = word.starts_with("file") ? "a file"
                             : word.starts_with("-")  ? "`" + word + "`"
                                                      : "a " + word;
  return diagnose(diag::MissingWord, {}, command.get_name(), needed).fix(form_of(command.get_name()));
}

/// `--threads: a whole number …` → option and what it takes.
Diagnostic bad_value(const std::string& what) {
  const auto colon = what.find(": ");
  if (colon == std::string::npos) return diagnose(diag::OptionValue, {}, "dpc", what);
  return diagnose(diag::OptionValue, {}, what.substr(0, colon), what.substr(colon + 2));
}

}  // namespace

std::optional<Diagnostic> find_command_mistake(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2) return diagnose(diag::NoCommand, {});
  const std::string word = argv[1];
  const std::vector<std::string> known = command_names(app);
  if (word.starts_with("-") || std::find(known.begin(), known.end(), word) != known.end())
    return std::nullopt;
  if (contains(later_commands, word)) return diagnose(diag::LaterCommand, {}, "dpc " + word);
  return with_nearest(diagnose(diag::NoSuchCommand, {}, word), word, known);
}

Diagnostic usage_mistake(const CLI::App& app, const CLI::Error& error) {
  const CLI::App& command = chosen(app);
  const std::string what = error.what();
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  if (kind == CLI::ExitCodes::ExtrasError) {  // "…: --treads 3"
    const std::string rest = what.substr(what.rfind(": ") + 2);
    return unknown_word(command, rest.substr(0, rest.find(' ')));
  }
  if (kind == CLI::ExitCodes::RequiredError) {
    // A misspelt option hides what it was to give: it is the mistake.
    for (const std::string& word : app.remaining(true))
      if (word.starts_with("-")) return unknown_word(command, word);
    return missing_word(command, what);
  }
  if (kind == CLI::ExitCodes::ArgumentMismatch)
    return diagnose(diag::OptionValue, {}, what.substr(0, what.find_first_of(": ")), "one value");
  return bad_value(what);
}

std::function<std::string(const std::string&)> whole_number(std::int64_t least, std::int64_t most) {
  return [least, most](const std::string& word) -> std::string {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (failure == std::errc() && end == word.data() + word.size() && value >= least && value <= most)
      return "";
    const std::string range =
        most == INT64_MAX ? fmt::format("of at least {}", least) : fmt::format("from {} to {}", least, most);
    return fmt::format("a whole number {}, not `{}`", range, word);
  };
}

std::optional<std::int64_t> bytes_of_text(const std::string& text) {
  static const std::map<std::string, double> units = {
      {"", 1},         {"B", 1},        {"kB", 1e3},     {"MB", 1e6},     {"GB", 1e9},
      {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}, {"TB", 1e12}};
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto unit = units.find(std::string(end, text.data() + text.size()));
  const bool fine =
      failure == std::errc() && number > 0 && unit != units.end() && number * unit->second < 0x1p62;
  return fine ? std::optional(static_cast<std::int64_t>(number * unit->second)) : std::nullopt;
}

std::function<std::string(const std::string&)> memory_size() {
  return [](const std::string& word) -> std::string {
    return bytes_of_text(word) ? "" : fmt::format("a size such as 4GiB or 500MB, not `{}`", word);
  };
}

std::function<std::string(const std::string&)> one_of(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& word) -> std::string {
    if (std::find(words.begin(), words.end(), word) != words.end()) return "";
    return fmt::format("{}, not `{}`", fmt::join(words, " or "), word);
  };
}

}  // namespace dp
