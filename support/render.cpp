#include <algorithm>
#include <map>

#include "support/diagnostic.h"
#include "support/render_excerpt.h"
#include "support/render_row.h"

namespace dp {
namespace {

/// The places of a diagnostic, file by file: the main one's file first. File 0 is no place.
std::vector<std::vector<Mark>> marks_by_file(const Diagnostic& diagnostic) {
  std::vector<std::vector<Mark>> groups;
  const auto add = [&](Mark mark) {
    if (mark.span.file == 0) return;
    const auto same_file = [&](const auto& group) { return group.front().span.file == mark.span.file; };
    auto group = std::ranges::find_if(groups, same_file);
    if (group == groups.end()) group = groups.insert(groups.end(), std::vector<Mark>{});
    group->push_back(std::move(mark));
  };
  const bool is_error = diagnostic.severity == Severity::error;
  add({diagnostic.at, diagnostic.caret, true, is_error});
  for (const Label& label : diagnostic.labels) add({label.span, label.text, false, is_error});
  return groups;
}

std::size_t gutter_width(const std::vector<std::vector<Mark>>& groups, const Sources& sources) {
  std::uint32_t last = 0;
  for (const auto& group : groups) {
    for (const Mark& mark : group) {
      const std::uint32_t last_byte = std::max(mark.span.end, mark.span.begin + 1) - 1;
      last = std::max(last, sources.position(mark.span.file, last_byte).line);
    }
  }
  return last == 0 ? 1 : std::to_string(last).size();
}

/// `   = text`, further lines of the text under the first.
std::string attached(std::size_t gutter, std::string_view head, Style style, std::string_view text,
                     bool colour) {
  std::string result = std::string(gutter + 1, ' ') + styled("=", Style::gutter, colour) + " ";
  result += styled(head, style, colour);
  const std::string indent(gutter + 3 + head.size(), ' ');
  RenderRow row;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    row = {};
    row.put(0, text.substr(begin, end - begin), Style::plain);
    result += (begin == 0 ? "" : indent) + row.text(false) + "\n";
    begin = end + 1;
  }
  return result;
}

std::string headline(const Diagnostic& diagnostic, bool colour) {
  const bool is_error = diagnostic.severity == Severity::error;
  const std::string kind = fmt::format("{}[{}]", is_error ? "error" : "warning", diagnostic.code);
  RenderRow message;  // makes control characters harmless
  message.put(0, ": " + diagnostic.message, Style::strong);
  return styled(kind, is_error ? Style::error : Style::warning, colour) + message.text(colour) + "\n";
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string summary(const Diagnostics& diagnostics) {
  const auto errors =
      static_cast<std::size_t>(std::ranges::count(diagnostics.all(), Severity::error, &Diagnostic::severity));
  const std::size_t warnings = diagnostics.all().size() - errors;
  if (warnings == 0) return counted(errors, "error") + "\n";
  if (errors == 0) return counted(warnings, "warning") + "\n";
  return counted(errors, "error") + ", " + counted(warnings, "warning") + "\n";
}

}  // namespace

std::string render(const Diagnostic& diagnostic, const Sources& sources, const RenderOptions& options) {
  std::string result = headline(diagnostic, options.colour);
  const auto groups = marks_by_file(diagnostic);
  const ExcerptOptions excerpt = {options.colour, gutter_width(groups, sources)};
  std::string_view arrow = "-->";
  for (const auto& group : groups) {
    result += std::string(excerpt.gutter, ' ') + styled(arrow, Style::gutter, options.colour) + " " +
              sources.where(group.front().span) + "\n";
    result += render_excerpt(group, sources, excerpt);
    arrow = ":::";
  }
  for (const std::string& note : diagnostic.notes) {
    result += attached(excerpt.gutter, "", Style::plain, note, options.colour);
  }
  for (const std::string& fix : diagnostic.fixes) {
    result += attached(excerpt.gutter, "fix: ", Style::fix, fix, options.colour);
  }
  return result;
}

std::string render(const Diagnostics& diagnostics, const Sources& sources, const RenderOptions& options) {
  // Errors are not to be pushed out of sight by warnings: where not all fit, errors come first.
  std::vector<const Diagnostic*> shown;
  for (const Diagnostic& each : diagnostics.all()) shown.push_back(&each);
  const std::size_t hidden = shown.size() > options.limit ? shown.size() - options.limit : 0;
  if (hidden > 0)
    std::ranges::stable_sort(shown, std::less{}, [](const Diagnostic* each) { return each->severity; });
  shown.resize(shown.size() - hidden);
  std::string result;
  for (const Diagnostic* each : shown)
    result += (result.empty() ? "" : "\n") + render(*each, sources, options);
  if (hidden > 0) result += fmt::format("\n… and {} more\n", hidden);
  if (diagnostics.all().size() > 1) result += "\n" + summary(diagnostics);
  return result;
}

}  // namespace dp
