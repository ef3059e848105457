#include <algorithm>
#include <optional>
#include <unordered_map>

#include "stdlib/library.h"

namespace dp {
namespace {

bool is_word_byte(char byte) {
  const auto is_in = [&](char first, char last) { return first <= byte && byte <= last; };
  return is_in('a', 'z') || is_in('A', 'Z') || is_in('0', '9') || byte == '_' || (byte & 0x80) != 0;
}

/// The first word of `text`, which goes on behind it; empty at the end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(static_cast<std::size_t>(std::ranges::find_if(text, is_word_byte) - text.begin()));
  const auto end = std::ranges::find_if_not(text, is_word_byte);
  const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  return word;
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

struct Declaration {
  std::size_t file = 0;
  LibraryPart part;
  std::string_view text, name;
  bool is_needed = false;
};

/// What the line declares, where it begins a declaration: with a letter in its first column, or behind
/// annotations such as `@remat`. Of a test its name is empty.
std::optional<std::string_view> declared_by(std::string_view line) {
  while (line.starts_with('@')) {
    take_word(line);
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ')));
  }
  if (line.empty() || !is_word_byte(line.front())) return std::nullopt;
  if (take_word(line) == "test") return std::string_view();
  const std::string_view name = take_word(line);
  return name == "unchecked" ? take_word(line) : name;
}

/// The declarations of a file. Comments and blank lines in the first column belong to what stands below them.
std::vector<Declaration> declarations_of(std::size_t file) {
  const std::string_view text = library_files()[file].text;
  std::vector<Declaration> result;
  std::optional<std::size_t> lead;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t begin = text.size() - rest.size();
    const std::string_view line = take_line(rest);
    const auto name = declared_by(line);
    if (line.empty() || line.front() == '#' || (line.front() == '@' && !name)) {
      lead = lead.value_or(begin);
      continue;
    }
    if (name) {
      const auto start = static_cast<std::uint32_t>(lead.value_or(begin));
      if (!result.empty()) result.back().part.end = start;
      result.push_back({file, {start, static_cast<std::uint32_t>(text.size())}, {}, *name});
    }
    lead.reset();
  }
  for (Declaration& each : result) each.text = text.substr(each.part.begin, each.part.end - each.part.begin);
  return result;
}

/// All declarations, and which of them have been asked for.
class Needs {
 public:
  Needs() {
    for (std::size_t file = 0; file < library_files().size(); ++file) {
      for (Declaration& each : declarations_of(file)) all_.push_back(each);
    }
    for (std::size_t k = 0; k < all_.size(); ++k) enter(all_[k].name, k);
  }

  void ask(std::string_view text) {
    std::vector<std::string_view> texts = {text};
    while (!texts.empty()) {
      std::string_view rest = texts.back();
      texts.pop_back();
      for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) mark(word, texts);
    }
  }

  std::vector<std::vector<LibraryPart>> parts() const {
    std::vector<std::vector<LibraryPart>> result(library_files().size());
    for (const Declaration& each : all_) {
      if (each.is_needed) result[each.file].push_back(each.part);
    }
    return result;
  }

 private:
  void enter(std::string_view name, std::size_t number) {
    if (name.empty()) return;
    by_word_[name].push_back(number);
    for (std::size_t at = name.find('_'); at != std::string_view::npos; at = name.find('_', at + 1))
      by_word_[name.substr(0, at)].push_back(number);
  }
  void mark(std::string_view word, std::vector<std::string_view>& texts) {
    const auto found = by_word_.find(word);
    if (found == by_word_.end()) return;
    for (const std::size_t number : found->second) {
      if (!all_[number].is_needed) texts.push_back(all_[number].text);
      all_[number].is_needed = true;
    }
  }

  std::vector<Declaration> all_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_word_;
};

}  // namespace

std::vector<std::vector<LibraryPart>> needed_library(std::span<const std::string_view> texts) {
  Needs needs;
  for (const std::string_view text : texts) needs.ask(text);
  return needs.parts();
}

}  // namespace dp
