#include "frontend/parse_layout.h"

#include <algorithm>
#include <array>
#include <optional>

#include "support/assert.h"

namespace dp {
namespace {

using enum TokenKind;

template <std::size_t n>
bool one_of(TokenKind kind, const std::array<TokenKind, n>& kinds) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

// A statement goes on after these: nothing can end with them.
// clang-format off
constexpr std::array open_ended = std::to_array(
    {plus_, minus_, star_, slash_, percent_, at_, caret_, dots_, equal_, not_equal_, less_, less_equal_,
     greater_, greater_equal_, close_, and_, or_, not_, pipe_, as_, assign_, add_assign_, subtract_assign_,
     multiply_assign_, divide_assign_, comma_, arrow_, colon_, dot_, wrt_, with_, along_, in_, bound_open_,
     end_, lbrace_});
// clang-format on
// A statement goes on before these: nothing can start with them.
constexpr std::array continuing = std::to_array({pipe_, as_, else_, wrt_, with_, along_, lbrace_, rbrace_});
// A word first in an item is a name after all if one of these follows.
constexpr std::array makes_it_a_name = std::to_array(
    {assign_, add_assign_, subtract_assign_, multiply_assign_, divide_assign_, dot_, comma_, colon_, end_});

enum class Follow { word, expression };

/// A word that starts an item of a block.
struct StartWord {
  std::string_view text;
  BlockKind block;
  TokenKind kind;
  Follow follow;
};
constexpr std::array start_words = std::to_array<StartWord>({
    {"precision", BlockKind::module, precision_, Follow::word},
    {"state", BlockKind::layer, state_, Follow::word},
    {"split", BlockKind::data, split_, Follow::word},
    {"param", BlockKind::train, param_, Follow::word},
    {"frozen", BlockKind::train, frozen_, Follow::word},
    {"freeze", BlockKind::train, freeze_, Follow::word},
    {"metric", BlockKind::train, metric_, Follow::word},
    {"stop", BlockKind::train, stop_, Follow::word},
    {"minimize", BlockKind::train, minimize_, Follow::expression},
    {"maximize", BlockKind::train, maximize_, Follow::expression},
    {"using", BlockKind::train, using_, Follow::expression},
    {"run", BlockKind::train, run_, Follow::expression},
    {"every", BlockKind::train, every_, Follow::expression},
    {"accumulate", BlockKind::train, accumulate_, Follow::expression},
    {"save", BlockKind::every, save_, Follow::expression},
    {"metric", BlockKind::every, metric_, Follow::word},
});

/// A word inside a statement that starts with `head`.
struct InnerWord {
  std::string_view text;
  TokenKind head;
  TokenKind kind;
  TokenKind before = eof_;  // the token it must follow; eof: the end of an operand
};
constexpr std::array inner_words = std::to_array<InnerWord>({
    {"upto", while_, upto_},
    {"where", fn_, where_},
    {"given", test_, given_},
    {"unchecked", adjoint_, unchecked_, adjoint_},
    {"from", data_, from_},
    {"from", param_, from_},
    {"from", frozen_, from_},
    {"batch", data_, batch_, comma_},
    {"epochs", run_, epochs_},
    {"epochs", every_, epochs_},
    {"steps", run_, steps_},
    {"steps", every_, steps_},
});

struct BlockOf {
  TokenKind head;
  BlockKind block;
};
constexpr std::array block_of = std::to_array<BlockOf>({
    {fn_, BlockKind::statements},
    {test_, BlockKind::statements},
    {adjoint_, BlockKind::statements},
    {const_, BlockKind::statements},
    {dim_, BlockKind::statements},
    {struct_, BlockKind::fields},
    {layer_, BlockKind::layer},
    {data_, BlockKind::data},
    {train_, BlockKind::train},
    {every_, BlockKind::every},
    {optimizer_, BlockKind::optimizer},
});

class Layouter {
 public:
  Layouter(std::span<const Token> tokens, const TokenSource& source) : tokens_(tokens), source_(source) {
    frames_.push_back({eof_, BlockKind::module});
    result_.reserve(tokens.size());
  }

  std::vector<Token> run() {
    for (next_ = 0; next_ < tokens_.size(); ++next_) {
      const Token token = tokens_[next_];
      if (token.kind == newline_) {
        if (!newline_at_) newline_at_ = token.begin;
      } else if (token.kind != comment_) {
        if (newline_at_ && ends_before(token)) end_statement(*newline_at_, *newline_at_);
        newline_at_.reset();
        take(token);
      }
    }
    if (!result_.empty() && result_.back().kind == end_) result_.pop_back();
    return std::move(result_);
  }

 private:
  struct Frame {
    TokenKind opening;  // `(`, `[`, `{`, or eof for the file
    BlockKind block = BlockKind::unknown;
    TokenKind head = eof_;  // the first word of the present statement
    bool at_start = true;
    bool in_signature = false;  // between `fn` and its `=` or `{`
    bool in_bound = false;      // between the < and > of `i32<n>`
  };

  Frame& frame() { return frames_.back(); }
  bool in_block() { return frame().opening == lbrace_ || frame().opening == eof_; }
  TokenKind last() const { return result_.empty() ? end_ : result_.back().kind; }

  bool ends_before(const Token& token) {
    if (starts_next_declaration(token)) return true;
    if (!in_block() || one_of(last(), open_ended) || one_of(token.kind, continuing)) return false;
    const bool after_annotation = frame().head == at_ && last() == name_ && result_.size() >= 2 &&
                                  result_[result_.size() - 2].kind == at_;
    const bool in_signature =
        frame().in_signature && (token.kind == arrow_ || token.kind == assign_ || source_(token) == "where");
    return !after_annotation && !in_signature;
  }

  /// However the line before it ends: `x = 1 +` is the mistake, not what follows.
  bool starts_next_declaration(const Token& token) {
    return frame().opening == eof_ && !result_.empty() && frame().head != at_ &&
           starts_declaration(token.kind);
  }

  void end_statement(std::uint32_t begin, std::uint32_t end) {
    if (last() != end_ && last() != lbrace_) result_.push_back({.kind = end_, .begin = begin, .end = end});
    frame().head = eof_;
    frame().at_start = true;
    frame().in_signature = frame().in_bound = false;
  }

  void take(Token token) {
    if (token.kind == semicolon_ && in_block()) return end_statement(token.begin, token.end);
    if (is_closing(token.kind)) return close(token);
    if (token.kind == name_) token.kind = meaning(token);
    if (take_bound(token)) return;
    start(token);
    if (token.kind == assign_) frame().in_signature = false;
    if (token.kind == lbrace_) token.block = block_kind();
    result_.push_back(token);
    if (is_opening(token.kind)) open(token);
  }

  /// Notes the first word of a statement; the word after annotations is the one that counts.
  void start(const Token& token) {
    const bool first = frame().at_start || (frame().head == at_ && token.kind == fn_);
    frame().at_start = false;
    if (!first) return;
    frame().head = token.kind;
    frame().in_signature = token.kind == fn_;
  }

  void open(const Token& token) {
    frame().in_signature = frame().in_signature && token.kind != lbrace_;
    frames_.push_back({token.kind, token.block});
  }

  void close(const Token& token) {
    DP_ASSERT(frames_.size() > 1, "unmatched `{}` after the check of brackets", source_(token));
    if (token.kind == rbrace_ && last() == end_) result_.pop_back();
    frames_.pop_back();
    frame().at_start = false;
    result_.push_back(token);
  }

  BlockKind block_kind() {
    const auto row = std::ranges::find(block_of, frame().head, &BlockOf::head);
    const bool plain = frame().block == BlockKind::module || frame().block == BlockKind::unknown;
    const BlockKind otherwise = plain && in_block() ? BlockKind::unknown : BlockKind::statements;
    if (row == block_of.end()) return otherwise;
    const bool batch_line = row->head == data_ && frame().block != BlockKind::module;
    return batch_line ? BlockKind::unknown : row->block;
  }

  /// `i32<n>`: its `<` and `>` are brackets, not comparisons. `i32<n>= e` has a `>` and a `=`.
  bool take_bound(Token token) {
    const bool closes = frame().in_bound && (token.kind == greater_ || token.kind == greater_equal_);
    const bool opens = token.kind == less_ && last() == name_ && is_bounded_type(source_(result_.back()));
    if (!closes && !opens) return false;
    frame().in_bound = opens;
    const bool with_assign = token.kind == greater_equal_;
    token.kind = opens ? bound_open_ : bound_close_;
    if (with_assign) --token.end;
    result_.push_back(token);
    if (with_assign) result_.push_back({.kind = assign_, .begin = token.end, .end = token.end + 1});
    return true;
  }

  static bool is_bounded_type(std::string_view name) { return name == "i32" || name == "i64"; }

  /// The kind of a name where it stands.
  TokenKind meaning(const Token& token) {
    const std::string_view text = source_(token);
    return frame().at_start ? meaning_at_start(text) : meaning_inside(text);
  }

  TokenKind meaning_at_start(std::string_view text) {
    for (const StartWord& word : start_words) {
      if (word.text != text || word.block != frame().block) continue;
      const TokenKind after = following();
      const bool fits = word.follow == Follow::word ? after == name_ || is_reserved(after)
                                                    : !one_of(after, makes_it_a_name);
      return fits || (word.kind == save_ && after == end_) ? word.kind : name_;
    }
    return name_;
  }

  TokenKind meaning_inside(std::string_view text) {
    for (const InnerWord& word : inner_words) {
      if (word.text != text || word.head != frame().head) continue;
      const bool fits = word.before == eof_ ? ends_operand(last()) : word.before == last();
      if (fits && (word.head != fn_ || frame().in_signature)) return word.kind;
    }
    return name_;
  }

  /// The kind of the token behind the present one on its line; end where the line ends.
  TokenKind following() const {
    if (next_ + 1 >= tokens_.size()) return end_;
    const TokenKind kind = tokens_[next_ + 1].kind;
    const bool ends = kind == newline_ || kind == comment_ || kind == semicolon_ || kind == rbrace_;
    return ends ? end_ : kind;
  }

  std::span<const Token> tokens_;
  const TokenSource& source_;
  std::size_t next_ = 0;
  std::optional<std::uint32_t> newline_at_;
  std::vector<Frame> frames_;
  std::vector<Token> result_;
};

}  // namespace

std::vector<Token> layout(std::span<const Token> tokens, const TokenSource& source) {
  return Layouter(tokens, source).run();
}

}  // namespace dp
