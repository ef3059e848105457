#include "support/render_excerpt.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "support/render_row.h"

namespace dp {
namespace {

constexpr std::size_t widest_line = 140;    // columns of source shown; longer lines are cut around the marks
constexpr std::size_t context_of_cut = 30;  // columns kept before the first mark of a cut line
constexpr std::uint32_t tallest_span = 5;   // lines of a multi-line span shown whole

/// A mark with its place in lines and bytes of lines.
struct Placed {
  const Mark* mark;
  std::uint32_t first_line, last_line;
  std::size_t begin, end;  // bytes in the first and in the last line; end > begin on one line
  std::size_t bar = 0;     // of a multi-line mark: its column in the margin
  bool starts_line = false;

  bool is_multi_line() const { return first_line != last_line; }
  Style style() const {
    if (!mark->is_main) return Style::label;
    return mark->is_error ? Style::error : Style::warning;
  }
  char sign() const { return mark->is_main ? '^' : '-'; }
};

Placed place(const Mark& mark, const Sources& sources) {
  const Span span = mark.span;
  const auto& starts = sources[span.file].line_starts;
  const std::uint32_t last_byte = span.end > span.begin ? span.end - 1 : span.begin;
  Placed placed = {&mark, sources.position(span.file, span.begin).line,
                   sources.position(span.file, last_byte).line};
  placed.begin = span.begin - starts[placed.first_line - 1];
  placed.end = last_byte + 1 - starts[placed.last_line - 1];
  const std::string_view line = sources.line(span.file, placed.first_line);
  placed.starts_line = line.find_first_not_of(" \t") == placed.begin;
  return placed;
}

/// What of a line is shown, and where in the row: `[begin, end)` in columns of the printable line.
struct Window {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Excerpt {
 public:
  Excerpt(const std::vector<Mark>& marks, const Sources& sources, const ExcerptOptions& options)
      : sources_(sources), options_(options), file_(marks.front().span.file) {
    for (const Mark& mark : marks) placed_.push_back(place(mark, sources));
    for (Placed& placed : placed_) {
      if (placed.is_multi_line()) placed.bar = bars_++;
    }
    margin_ = bars_ == 0 ? 0 : bars_ + 1;
  }

  std::string text() {
    emit("", RenderRow{});
    std::uint32_t previous = 0;
    for (const std::uint32_t line : lines_shown()) {
      if (previous != 0 && line > previous + 1) emit_gap(previous);
      draw_line(line);
      previous = line;
    }
    return std::move(text_);
  }

 private:
  std::set<std::uint32_t> lines_shown() const;
  void draw_line(std::uint32_t line);
  void draw_single_line_marks(std::uint32_t line);
  void draw_stacked_texts(std::uint32_t line, const std::vector<const Placed*>& stacked);
  void draw_multi_line_ends(std::uint32_t line);
  void choose_window(std::uint32_t line);

  RenderRow row_with_bars(std::uint32_t line, bool below) const;
  std::size_t column(std::size_t byte) const;
  void emit(std::string_view number, const RenderRow& row);
  void emit_gap(std::uint32_t after);

  const Sources& sources_;
  const ExcerptOptions& options_;
  FileId file_;
  std::vector<Placed> placed_;
  std::size_t bars_ = 0;
  std::size_t margin_ = 0;
  PrintableLine printable_;  // of the line being drawn
  Window window_;
  std::string text_;
};

std::set<std::uint32_t> Excerpt::lines_shown() const {
  std::set<std::uint32_t> lines;
  for (const Placed& placed : placed_) {
    const bool is_short = placed.last_line - placed.first_line < tallest_span;
    for (std::uint32_t line = placed.first_line; is_short && line <= placed.last_line; ++line)
      lines.insert(line);
    lines.insert({placed.first_line, placed.last_line});
    if (!is_short) lines.insert(placed.first_line + 1);
  }
  const std::vector<std::uint32_t> sparse(lines.begin(), lines.end());
  for (std::size_t i = 1; i < sparse.size(); ++i) {
    if (sparse[i] == sparse[i - 1] + 2)
      lines.insert(sparse[i] - 1);  // a line is no longer than the dots for it
  }
  return lines;
}

void Excerpt::emit(std::string_view number, const RenderRow& row) {
  const std::string head = fmt::format("{:<{}} |", number, options_.gutter);
  const std::string body = row.text(options_.colour);
  text_ += styled(head, Style::gutter, options_.colour) + (body.empty() ? "" : " " + body) + "\n";
}

void Excerpt::emit_gap(std::uint32_t after) {
  RenderRow row = row_with_bars(after, true);
  const std::string bars = row.text(options_.colour);
  const std::string head = fmt::format("{:<{}}", "...", options_.gutter + 2);
  text_ += bars.empty() ? styled("...", Style::gutter, options_.colour)
                        : styled(head, Style::gutter, options_.colour) + " " + bars;
  text_ += "\n";
}

/// The bars of the multi-line marks that are open at a line, or below its text.
RenderRow Excerpt::row_with_bars(std::uint32_t line, bool below) const {
  RenderRow row;
  for (const Placed& placed : placed_) {
    if (!placed.is_multi_line()) continue;
    const bool opened =
        line > placed.first_line || (below && placed.starts_line && line == placed.first_line);
    const bool closed = below ? line >= placed.last_line : line > placed.last_line;
    if (opened && !closed) row.put(placed.bar, "|", placed.style());
    if (!below && placed.starts_line && line == placed.first_line) row.put(placed.bar, "/", placed.style());
  }
  return row;
}

void Excerpt::choose_window(std::uint32_t line) {
  const std::size_t width = printable_.column_of_byte.back();
  window_ = {0, width};
  if (width <= widest_line) return;
  std::size_t first = width;
  for (const Placed& placed : placed_) {
    if (placed.first_line == line) first = std::min(first, printable_.column(placed.begin));
    if (placed.last_line == line) first = std::min(first, printable_.column(placed.end));
  }
  window_.begin = first > context_of_cut ? std::min(first - context_of_cut, width - widest_line) : 0;
  window_.end = std::min(width, window_.begin + widest_line);
}

/// The column in the row of a byte of the line being drawn; what was cut away lies at the edges.
std::size_t Excerpt::column(std::size_t byte) const {
  const std::size_t whole = printable_.column(byte);
  const std::size_t dots = window_.begin > 0 ? 3 : 0;
  if (whole < window_.begin) return margin_;
  return margin_ + dots + std::min(whole, window_.end) - window_.begin;
}

void Excerpt::draw_line(std::uint32_t line) {
  const std::string_view source = sources_.line(file_, line);
  printable_ = printable_line(source);
  choose_window(line);
  RenderRow row = row_with_bars(line, false);
  const std::size_t cut_end = printable_.column_of_byte.back();
  std::string shown;
  for (std::size_t byte = 0; byte < source.size(); ++byte) {
    const std::size_t at = printable_.column(byte);
    if (at >= window_.begin && at < window_.end) shown += source[byte];
  }
  const std::string_view head = window_.begin > 0 ? "..." : "";
  const std::string_view tail = window_.end < cut_end ? "..." : "";
  row.put(margin_, std::string(head) + printable_line(shown).text + std::string(tail), Style::plain);
  emit(std::to_string(line), row);
  draw_single_line_marks(line);
  draw_multi_line_ends(line);
}

void Excerpt::draw_single_line_marks(std::uint32_t line) {
  std::vector<const Placed*> here;
  for (const Placed& placed : placed_) {
    if (!placed.is_multi_line() && placed.first_line == line) here.push_back(&placed);
  }
  if (here.empty()) return;
  // Right to left; the main mark is drawn last, over labels that it overlaps.
  std::ranges::stable_sort(here, std::greater{}, &Placed::begin);
  RenderRow row = row_with_bars(line, true);
  const auto draw = [&](const Placed& placed) {
    const std::size_t begin = column(placed.begin);
    const std::size_t end = std::max(begin + 1, column(placed.end));
    row.put(begin, std::string(end - begin, placed.sign()), placed.style());
  };
  for (const Placed* placed : here) {
    if (!placed->mark->is_main) draw(*placed);
  }
  for (const Placed* placed : here) {
    if (placed->mark->is_main) draw(*placed);
  }
  // The text of the last mark stands behind it, unless another mark reaches as far.
  const bool is_last = std::ranges::all_of(
      here, [&](const Placed* other) { return other == here.front() || other->end <= here.front()->begin; });
  std::vector<const Placed*> stacked;
  for (const Placed* placed : here) {
    if (placed->mark->text.empty()) continue;
    if (placed == here.front() && is_last) {
      row.put(row.width() + 1, placed->mark->text, placed->style());
    } else {
      stacked.push_back(placed);
    }
  }
  emit("", row);
  draw_stacked_texts(line, stacked);
}

/// Each text on a row of its own, from the right; the marks still to come are led down by bars.
void Excerpt::draw_stacked_texts(std::uint32_t line, const std::vector<const Placed*>& stacked) {
  for (std::size_t i = 0; i < stacked.size(); ++i) {
    RenderRow row = row_with_bars(line, true);
    for (std::size_t later = i + 1; later < stacked.size(); ++later) {
      row.put(column(stacked[later]->begin), "|", stacked[later]->style());
    }
    row.put(column(stacked[i]->begin), stacked[i]->mark->text, stacked[i]->style());
    emit("", row);
  }
}

void Excerpt::draw_multi_line_ends(std::uint32_t line) {
  for (const Placed& placed : placed_) {
    const bool starts = placed.first_line == line && !placed.starts_line;
    if (!placed.is_multi_line() || (!starts && placed.last_line != line)) continue;
    RenderRow row = row_with_bars(line, true);
    const std::size_t corner = starts ? column(placed.begin) : std::max(column(placed.end), margin_ + 1) - 1;
    if (!starts) row.put(placed.bar, "|", placed.style());
    row.fill(placed.bar + 1, corner, '_', placed.style());
    row.put(corner, std::string(1, placed.sign()), placed.style());
    if (!starts && !placed.mark->text.empty()) row.put(corner + 2, placed.mark->text, placed.style());
    emit("", row);
  }
}

}  // namespace

std::string render_excerpt(const std::vector<Mark>& marks, const Sources& sources,
                           const ExcerptOptions& options) {
  return Excerpt(marks, sources, options).text();
}

}  // namespace dp
