#pragma once
// What the compiler says to its user. A `Diagnostic` is a value: code, place, message, labels, notes and
// fixes. The catalogue (`diagnostics/*.def`) holds the code, the argument types, the message and the
// explanation of every kind, one row each; a diagnostic can only be made from a row, so a code without a page
// cannot exist.

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/source.h"

namespace dp {

enum class Severity { error, warning };

struct Label {
  Span span;
  std::string text;
};

struct Diagnostic {
  std::string_view code;  // "E0203"
  Severity severity = Severity::error;
  std::string message;
  Span at;
  std::string caret;          // text behind the carets under `at`
  std::vector<Label> labels;  // further places
  std::vector<std::string> notes;
  std::vector<std::string> fixes;

  Diagnostic&& under(std::string text) && {
    caret = std::move(text);
    return std::move(*this);
  }
  Diagnostic&& label(Span span, std::string text) && {
    labels.push_back({span, std::move(text)});
    return std::move(*this);
  }
  Diagnostic&& note(std::string text) && {
    notes.push_back(std::move(text));
    return std::move(*this);
  }
  Diagnostic&& fix(std::string text) && {
    fixes.push_back(std::move(text));
    return std::move(*this);
  }
};

/// A row of the catalogue: `Args` are the types of the `{}` in the message.
template <class... Args>
struct DiagnosticKind {
  std::string_view code;
  fmt::format_string<const Args&...> message;
};

/// `diagnose(diag::UnknownName, span, "foo")`: a diagnostic of that kind. Codes `W…` are warnings.
template <class... Args>
Diagnostic diagnose(const DiagnosticKind<Args...>& kind, Span at, const std::type_identity_t<Args>&... args) {
  Diagnostic result;
  result.code = kind.code;
  result.severity = kind.code.front() == 'W' ? Severity::warning : Severity::error;
  result.message = fmt::format(kind.message, args...);
  result.at = at;
  return result;
}

namespace diag {
#define DIAGNOSTIC(code, name, arguments, message, explanation) \
  inline constexpr DiagnosticKind<DP_DIAGNOSTIC_ARGUMENTS arguments> name{#code, message};
#define DP_DIAGNOSTIC_ARGUMENTS(...) __VA_ARGS__
#include "support/diagnostics/all.def"
#undef DP_DIAGNOSTIC_ARGUMENTS
#undef DIAGNOSTIC
}  // namespace diag

/// What the catalogue says about one code, for `dpc explain`.
struct CatalogueEntry {
  std::string_view code;
  std::string_view name;
  std::string_view message;
  std::string_view explanation;  // Markdown; its first ```dp block is a program that gives this code
};
std::span<const CatalogueEntry> catalogue();
const CatalogueEntry* find_in_catalogue(std::string_view code);

/// The exit code of `dpc` for a code, by its family: E0 → 1, E1 and E2 → 2, E3 → 3, E4 → 4.
int exit_code(std::string_view code);

/// Collects what is reported, drops exact repetitions, keeps the order of the source.
class Diagnostics {
 public:
  void report(Diagnostic diagnostic);
  bool has_errors() const;
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
};

struct RenderOptions {
  bool colour = false;
  std::size_t limit = 20;  // diagnostics shown
};

/// The text a user sees: message, file and line, source excerpt with carets and labels, notes and fixes.
std::string render(const Diagnostic& diagnostic, const Sources& sources, const RenderOptions& options = {});
std::string render(const Diagnostics& diagnostics, const Sources& sources, const RenderOptions& options = {});

/// The candidate nearest to `name` by edit distance, or empty where none is near enough to be meant.
std::string_view did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace dp
