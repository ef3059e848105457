// The grammar of .npy headers: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, keys in any
// order.

#include <charconv>

#include "runtime/files/npy.h"

namespace dp {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = 10'000;  // as NumPy itself
constexpr std::size_t highest_rank = 8;

class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::size_t offset) : text_(text), offset_(offset) {}

  std::variant<NpyHeader, Malformed> parse() {
    const bool well_formed = parse_dictionary();
    if (well_formed) return header_;
    return Malformed{reason_, offset_ + position_};
  }

 private:
  bool fail(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
    return false;
  }
  void skip_blanks() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t')) ++position_;
  }
  bool accept(char wanted) {
    skip_blanks();
    if (position_ >= text_.size() || text_[position_] != wanted) return false;
    ++position_;
    return true;
  }
  bool expect(char wanted) {
    return accept(wanted) || fail(std::string("`") + wanted + "` is missing in the header");
  }

  bool parse_dictionary() {
    if (!expect('{')) return false;
    while (!accept('}')) {
      if (!parse_entry()) return false;
      if (accept('}')) break;
      if (!expect(',')) return false;
    }
    if (!has_descr_ || !has_order_ || !has_shape_)
      return fail("the header lacks descr, fortran_order or shape");
    return parse_padding();
  }

  bool parse_padding() {
    skip_blanks();
    if (position_ + 1 == text_.size() && text_[position_] == '\n') return true;
    return fail("the header does not end in a newline");
  }

  bool parse_entry() {
    std::string_view key;
    if (!parse_string(key) || !expect(':')) return false;
    if (key == "descr") return once(has_descr_) && parse_descr();
    if (key == "fortran_order") return once(has_order_) && parse_boolean(header_.fortran_order);
    if (key == "shape") return once(has_shape_) && parse_shape();
    return fail("the header has an unknown key");
  }

  bool once(bool& seen) {
    if (seen) return fail("the header has a key twice");
    seen = true;
    return true;
  }

  bool parse_string(std::string_view& value) {
    skip_blanks();
    const char quote = position_ < text_.size() ? text_[position_] : ' ';
    if (quote != '\'' && quote != '"') return fail("a quoted string is expected in the header");
    const std::size_t end = text_.find(quote, position_ + 1);
    if (end == std::string_view::npos) return fail("a string of the header does not end");
    value = text_.substr(position_ + 1, end - position_ - 1);
    if (value.find_first_of("\\\n") != std::string_view::npos)
      return fail("escapes in the header are refused");
    position_ = end + 1;
    return true;
  }

  bool parse_boolean(bool& value) {
    skip_blanks();
    const std::string_view rest = text_.substr(position_);
    value = rest.starts_with("True");
    if (!value && !rest.starts_with("False")) return fail("fortran_order must be True or False");
    position_ += value ? 4 : 5;
    return true;
  }

  bool parse_descr() {
    skip_blanks();
    if (position_ < text_.size() && text_[position_] == '[') return fail("arrays of structures are refused");
    std::string_view descr;
    if (!parse_string(descr)) return false;
    const std::string_view name = descr.substr(std::min<std::size_t>(1, descr.size()));
    if (name.starts_with('O')) return fail("pickled arrays of objects are refused");
    const std::string_view orders = "<>|=";
    const auto type = element_from_npy(name);
    if (descr.empty() || orders.find(descr.front()) == std::string_view::npos || !type) {
      return fail("elements of type `" + std::string(descr.substr(0, 20)) + "` are not supported");
    }
    if (descr.front() == '|' && facts(*type).bytes > 1)
      return fail("the byte order of the elements is missing");
    header_.type = *type;
    header_.swap = descr.front() == '>' && facts(*type).bytes > 1;
    return true;
  }

  bool parse_shape() {
    if (!expect('(')) return false;
    while (!accept(')')) {
      if (!parse_extent()) return false;
      const bool more = accept(',');
      if (!more && header_.shape.size() == 1) return fail("a shape of one extent needs a comma: (3,)");
      if (more) continue;
      if (!expect(')')) return false;
      break;
    }
    return true;
  }

  bool parse_extent() {
    skip_blanks();
    std::int64_t extent = 0;
    const char* begin = text_.data() + position_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), extent);
    if (error != std::errc{} || extent < 0 || *begin == '-')
      return fail("an extent is not a whole number from 0 up");
    if (header_.shape.size() == highest_rank) return fail("the array has more than 8 axes");
    position_ += static_cast<std::size_t>(end - begin);
    header_.shape.push_back(extent);
    return true;
  }

  std::string_view text_;
  std::size_t offset_;
  std::size_t position_ = 0;
  std::string reason_;
  NpyHeader header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

}  // namespace

std::variant<std::size_t, Malformed> npy_header_bytes(Bytes start) {
  if (!as_text(start).starts_with(magic)) return Malformed{"it does not begin with \\x93NUMPY", 0};
  if (start.size() < 10) return Malformed{"it ends within the header", start.size()};
  const auto major = std::to_integer<int>(start[6]);
  if (major < 1 || major > 3 || std::to_integer<int>(start[7]) != 0)
    return Malformed{"its version is unknown", 6};
  const std::size_t before = major == 1 ? 10 : 12;
  if (start.size() < before) return Malformed{"it ends within the header", start.size()};
  const std::size_t length =
      major == 1 ? read_little_endian<std::uint16_t>(start, 8) : read_little_endian<std::uint32_t>(start, 8);
  if (length > longest_header) return Malformed{"its header is longer than 10000 bytes", 8};
  return before + length;
}

std::variant<NpyHeader, Malformed> parse_npy_header(Bytes start) {
  const auto length = npy_header_bytes(start);
  if (const auto* malformed = std::get_if<Malformed>(&length)) return *malformed;
  const std::size_t end = std::get<std::size_t>(length);
  if (end > start.size()) return Malformed{"it ends within the header", start.size()};
  const std::size_t begin = std::to_integer<int>(start[6]) == 1 ? 10 : 12;
  auto parsed = HeaderParser(as_text(start.subspan(begin, end - begin)), begin).parse();
  auto* header = std::get_if<NpyHeader>(&parsed);
  if (header == nullptr) return parsed;
  // Eight bytes an element bound the memory as well as the file: narrow elements widen to no more.
  const auto bytes = checked_element_count(header->shape, 8);
  if (!bytes) return Malformed{"its shape has too many elements", begin};
  header->bytes = end;
  header->data_bytes = static_cast<std::size_t>(*bytes) * facts(header->type).bytes;
  return *header;
}

}  // namespace dp
