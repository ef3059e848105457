#include <algorithm>

#include "support/diagnostic.h"
#include "support/unicode.h"

namespace dp {
namespace {

std::u32string code_points(std::string_view text) {
  std::u32string result;
  for (std::size_t offset = 0; offset < text.size();) {
    const CodePoint point = decode_utf8(text, offset);
    result.push_back(point.value);
    offset += point.bytes;
  }
  return result;
}

/// Damerau–Levenshtein distance without repeated edits of one part ("optimal string alignment"): insertions,
/// deletions, substitutions and swaps of neighbours count one each.
std::size_t edit_distance(std::u32string_view left, std::u32string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1), last(right.size() + 1), row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t substituted = last[j - 1] + (left[i - 1] != right[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[right.size()];
}

std::u32string lower_case(std::u32string text) {
  for (char32_t& each : text) {
    if (each >= U'A' && each <= U'Z') each += U'a' - U'A';
  }
  return text;
}

}  // namespace

std::string_view did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::u32string wanted = code_points(name);
  std::string_view best;
  std::size_t best_distance = ~std::size_t{0};
  for (const std::string& candidate : candidates) {
    const std::u32string offered = code_points(candidate);
    // One wrong letter in three may still be meant; a change of case alone always is, most of all.
    const std::size_t longest = std::max(wanted.size(), offered.size());
    const std::size_t shortest = std::min(wanted.size(), offered.size());
    if (longest - shortest > longest / 3) continue;
    const bool differs_in_case = lower_case(wanted) == lower_case(offered);
    const std::size_t distance = differs_in_case ? 0 : edit_distance(wanted, offered);
    const bool is_near = differs_in_case || distance <= longest / 3;
    // Of equally near ones the first of the alphabet, in whatever order they come.
    const bool is_better = distance < best_distance || (distance == best_distance && candidate < best);
    if (is_near && is_better && candidate != name) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace dp
