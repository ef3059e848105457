#pragma once
// The state of printing one graph, shared by the source_*.cpp files. A value is written where it is needed:
// by its name, by a literal, or inline; whatever needs a statement of its own gets it before the line that
// uses it. What cannot be said is thrown and caught at the door of source.h; it never leaves this folder.

#include <optional>
#include <string>
#include <vector>

#include "ir/source.h"
#include "ir/source_names.h"

namespace dp {

struct CannotSay {
  std::string what;
};

/// How tightly an expression's outermost operator binds.
enum class Binding : int { as, or_, and_, not_, compare, range, sum, product, sign, power, postfix };

struct Phrase {
  std::string text;
  Binding binding = Binding::postfix;

  /// The text, in parentheses where it binds less tightly.
  std::string at(Binding least) const { return binding < least ? "(" + text + ")" : text; }
};

/// `a, b` as shape: "[a, b]".
std::string shape_text(const Shape& shape);

class SourceWriter {
 public:
  SourceWriter(const Graph& graph, const SourceOptions& options);
  std::string write();

 private:
  // ---- statements (source.cpp)
  void count_uses();
  bool is_inline(Id id) const;
  void statement(Id id);
  void bind(const std::string& name, const std::string& text);
  void effect(Id id);
  std::string signature() const;
  /// A size that must not exceed another: a clause, where it may.
  void require_at_most(const Dim& left, const Dim& right);
  std::string results();
  std::string type_text(const Type& type, const Dim* bound = nullptr) const;
  std::string_view scalar_text(Dtype dtype) const;

  // ---- values (source_value.cpp)
  /// The value in its own shape.
  Phrase value(Id id);
  /// The value by a name.
  std::string named(Id id);
  Phrase literal(Id id, bool typed) const;
  Phrase numbers(Id id) const;
  Phrase spread(Id id);
  Phrase spread(Id id, Phrase narrow, const Shape& from, const std::vector<std::int64_t>& axes);
  Phrase neutral(const Type& type) const;

  // ---- operations (source_point.cpp, source_move.cpp, source_dot.cpp)
  Phrase operation(Id id);
  Phrase point(Id id);
  Phrase point_of(const Node& node, const std::vector<Phrase>& operands) const;
  std::vector<Phrase> point_operands(const Node& node);
  Phrase shielded(const Node& node, std::size_t k, Phrase operand) const;
  bool is_narrow(Id id) const;
  Phrase move(Id id);
  Phrase slice(const Node& node);
  Phrase pad(const Node& node);
  Phrase reduction(const Node& node);
  Phrase transposed(Phrase x, const std::vector<std::int64_t>& permutation) const;
  Phrase reshaped(Phrase x, const Shape& from, const Shape& to) const;
  Phrase dot(const Node& node);
  /// The operand with its axes in the order of the groups; a group that is to be one axis becomes one.
  struct Group {
    std::vector<std::int64_t> axes;
    bool merge;
  };
  Phrase arranged(Id id, const std::vector<Group>& groups);

  [[noreturn]] static void cannot_say(std::string what) { throw CannotSay{std::move(what)}; }

  const Graph& graph_;
  const SourceOptions& options_;
  std::vector<Id> live_;
  std::vector<std::size_t> uses_;
  SourceNames names_;
  std::vector<std::pair<Dim, Dim>> at_most_;
  bool inline_allowed_ = true;
  std::string lines_;
};

/// In how many ways (2 stands for more) the dimensions of `small` are found in `large` in order; `axes`: the
/// first.
int embeddings(const Shape& small, const Shape& large, std::vector<std::int64_t>& axes);

}  // namespace dp
