#include "frontend/format_doc.h"

#include <utility>

#include "support/unicode.h"

namespace dp {
namespace {

struct Piece {
  const Doc* doc;
  std::size_t indent;
  bool broken;
};

/// Whether `piece`, unbroken, and what follows it up to the next line of `rest` takes at most `room` columns.
bool fits(Piece piece, const std::vector<Piece>& rest, std::size_t room) {
  std::vector<Piece> todo{piece};
  std::size_t next = rest.size(), used = 0;
  while (used <= room) {
    if (todo.empty()) {
      if (next == 0) return true;
      todo.push_back(rest[--next]);
      if (todo.back().doc->fills) return true;
      continue;
    }
    const Piece top = todo.back();
    todo.pop_back();
    if (top.doc->kind == Doc::Kind::text) {
      used += display_width(top.doc->text);
    } else if (top.doc->kind == Doc::Kind::line) {
      if (top.broken) return true;
      used += top.doc->text.size();
    } else {
      const bool broken = top.doc->kind == Doc::Kind::group ? top.doc->forced : top.broken;
      for (std::size_t i = top.doc->parts.size(); i-- > 0;) todo.push_back({&top.doc->parts[i], 0, broken});
    }
  }
  return false;
}

class Renderer {
 public:
  explicit Renderer(std::size_t width) : width_(width) {}

  std::string run(const Doc& doc) {
    todo_.push_back({&doc, 0, true});
    while (!todo_.empty()) {
      const Piece top = todo_.back();
      todo_.pop_back();
      write(top);
    }
    return std::move(text_);
  }

 private:
  void write(const Piece& piece) {
    const Doc& doc = *piece.doc;
    switch (doc.kind) {
      case Doc::Kind::text: return write_text(doc.text, piece.indent);
      case Doc::Kind::line: return piece.broken ? new_line() : write_text(doc.text, piece.indent);
      case Doc::Kind::sequence: return push(doc, piece.indent, piece.broken);
      case Doc::Kind::indent: return push(doc, piece.indent + 2, piece.broken);
      case Doc::Kind::group: {
        const std::size_t used = at_start_ ? piece.indent : column_;
        const bool fitting = !doc.forced && used <= width_ && fits({&doc, 0, false}, todo_, width_ - used);
        return push(doc, piece.indent, !fitting);
      }
    }
  }

  void push(const Doc& doc, std::size_t indent, bool broken) {
    for (std::size_t i = doc.parts.size(); i-- > 0;) todo_.push_back({&doc.parts[i], indent, broken});
  }

  void write_text(const std::string& words, std::size_t indent) {
    if (words.empty()) return;
    if (std::exchange(at_start_, false)) {
      text_.append(indent, ' ');
      column_ = indent;
    }
    text_ += words;
    column_ += display_width(words);
  }

  void new_line() {
    while (!text_.empty() && text_.back() == ' ') text_.pop_back();
    text_ += '\n';
    at_start_ = true;
    column_ = 0;
  }

  std::size_t width_, column_ = 0;
  bool at_start_ = true;
  std::string text_;
  std::vector<Piece> todo_;
};

Doc make(Doc::Kind kind, Doc part) {
  Doc result;
  result.kind = kind;
  result.add(std::move(part));
  return result;
}

}  // namespace

Doc& Doc::add(Doc part) {
  forced = forced || part.forced;
  parts.push_back(std::move(part));
  return *this;
}

Doc line_or(std::string text) {
  Doc result(std::move(text));
  result.kind = Doc::Kind::line;
  return result;
}

Doc line() { return line_or(" "); }
Doc soft_line() { return line_or(""); }

Doc hard_line() {
  Doc result = line_or("");
  result.forced = true;
  return result;
}

Doc sequence(std::vector<Doc> parts) {
  Doc result;
  for (Doc& part : parts) result.add(std::move(part));
  return result;
}

Doc indent(Doc part) { return make(Doc::Kind::indent, std::move(part)); }
Doc group(Doc part) { return make(Doc::Kind::group, std::move(part)); }

Doc fill(Doc part) {
  Doc result = group(sequence({line(), std::move(part)}));
  result.fills = true;
  return result;
}

Doc group(Doc part, bool broken) {
  Doc result = group(std::move(part));
  result.forced = result.forced || broken;
  return result;
}

std::string render(const Doc& doc, std::size_t width) { return Renderer(width).run(doc); }

}  // namespace dp
