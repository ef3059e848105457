#include "dpc/side_by_side.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace dp {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines result;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    result.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return result;
}

bool is_continued(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The first `width` characters.
std::string_view first_characters(std::string_view text, std::size_t width) {
  std::size_t bytes = 0, characters = 0;
  while (bytes < text.size() && (characters < width || is_continued(text[bytes])))
    if (!is_continued(text[bytes++])) ++characters;
  return text.substr(0, bytes);
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continued(c); }));
}

class Columns {
 public:
  explicit Columns(std::size_t width) : width_(width) {}

  void add(std::string_view left, char mark, std::string_view right) {
    do {
      const std::string_view l = first_characters(left, width_), r = first_characters(right, width_);
      left.remove_prefix(l.size());
      right.remove_prefix(r.size());
      std::string line(l);
      line += std::string(width_ - character_count(l), ' ') + " " + mark + " " + std::string(r);
      text_ += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    } while (!left.empty() || !right.empty());
  }
  /// Lines that have no equal: those of both sides face each other as far as they go.
  void add_changed(const Lines& left, const Lines& right) {
    for (std::size_t k = 0; k < std::max(left.size(), right.size()); ++k) {
      if (k >= left.size())
        add("", '>', right[k]);
      else
        add(left[k], k < right.size() ? '|' : '<', k < right.size() ? right[k] : "");
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::size_t width_;
  std::string text_;
};

/// lengths[i * (columns) + j]: of the longest common subsequence of the lines from i and from j on.
std::vector<std::uint32_t> common_lengths(const Lines& left, const Lines& right) {
  const std::size_t columns = right.size() + 1;
  std::vector<std::uint32_t> lengths((left.size() + 1) * columns, 0);
  for (std::size_t i = left.size(); i-- > 0;)
    for (std::size_t j = right.size(); j-- > 0;)
      lengths[i * columns + j] = left[i] == right[j]
                                     ? lengths[(i + 1) * columns + j + 1] + 1
                                     : std::max(lengths[(i + 1) * columns + j], lengths[i * columns + j + 1]);
  return lengths;
}

}  // namespace

std::string side_by_side(std::string_view left_text, std::string_view right_text, std::size_t width) {
  const Lines left = lines_of(left_text), right = lines_of(right_text);
  const std::vector<std::uint32_t> lengths = common_lengths(left, right);
  const std::size_t columns = right.size() + 1;
  Columns out(width);
  Lines only_left, only_right;
  std::size_t i = 0, j = 0;
  const auto leave_changed = [&] {
    out.add_changed(only_left, only_right);
    only_left.clear();
    only_right.clear();
  };
  while (i < left.size() || j < right.size()) {
    const bool both = i < left.size() && j < right.size();
    if (both && left[i] == right[j]) {
      leave_changed();
      out.add(left[i++], ' ', right[j++]);
    } else if (j == right.size() ||
               (both && lengths[(i + 1) * columns + j] >= lengths[i * columns + j + 1])) {
      only_left.push_back(left[i++]);
    } else {
      only_right.push_back(right[j++]);
    }
  }
  leave_changed();
  return out.take();
}

}  // namespace dp
