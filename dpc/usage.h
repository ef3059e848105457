#pragma once
// Mistakes on the command line, told as diagnostics: what the library that reads the command line throws
// becomes a code, a message in the command's own words, and the word that was probably meant.

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>

#include "support/diagnostic.h"

namespace dp {

/// Before anything is read: no command, or one that does not exist. Nothing where the words begin with a
/// command or an option of `app`.
std::optional<Diagnostic> find_command_mistake(const CLI::App& app, int argc, const char* const* argv);

/// What `error` is in the command's own words; `app` has tried to read the command line.
Diagnostic usage_mistake(const CLI::App& app, const CLI::Error& error);

/// For options: a whole number of at least `least`, at most `most` where that is given.
std::function<std::string(const std::string&)> whole_number(std::int64_t least,
                                                            std::int64_t most = INT64_MAX);
/// `4GiB`, `500MB`, `1024`: bytes; nothing where the text is no size.
std::optional<std::int64_t> bytes_of_text(const std::string& text);
/// For options: such a size.
std::function<std::string(const std::string&)> memory_size();
/// For options: one of these words.
std::function<std::string(const std::string&)> one_of(std::vector<std::string> words);

}  // namespace dp
