#pragma once
// The state of printing one graph, shared by the source_*.cpp files. A value is written where it is needed:
// by its name, by a literal, or inline; whatever needs a statement of its own gets it before the line that
// uses it. What cannot be said is thrown and caught at the door of source.h; it never leaves this folder.

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "ir/source.h"
#include "ir/source_names.h"

namespace dp {

struct CannotSay {
  std::string what;
};

/// How tightly an expression's outermost operator binds.
enum class Binding : int { loop, as, or_, and_, not_, compare, range, sum, product, sign, power, postfix };

struct Phrase {
  std::string text;
  Binding binding = Binding::postfix;

  /// The text, in parentheses where it binds less tightly.
  std::string at(Binding least) const { return binding < least ? "(" + text + ")" : text; }
};

/// A text of the language, in quotes.
std::string quoted(const std::string& text);

/// Whether the operand is one number, known beforehand, for all elements.
bool is_splat(const Node& node);

/// `a, b` as shape: "[a, b]".
std::string shape_text(const Shape& shape);

class SourceWriter {
 public:
  SourceWriter(const Graph& graph, const SourceOptions& options);
  /// Of a loop's body, whose inputs are called so.
  SourceWriter(const Graph& body, std::span<const std::string> inputs, const SourceWriter& around);
  std::string write();

 private:
  // ---- statements (source.cpp)
  void count_uses();
  bool is_inline(Id id) const;
  void statements();
  void statement(Id id);
  std::string operation_text(Id id, std::size_t name_width);
  void line(const std::string& text);
  void bind(const std::string& name, const std::string& text);
  std::string signature() const;
  /// A size that must not exceed another: a clause, where it may.
  void require_at_most(const Dim& left, const Dim& right);
  std::string results();
  std::string type_text(const Type& type, const Dim* bound = nullptr) const;
  std::string_view scalar_text(Dtype dtype) const;

  // ---- effects (source_effect.cpp)
  void effect(Id id);
  void effects_before(Id loop);
  void print(const Node& node);
  void check(const Node& node);
  /// The check of that op on that operand; where it holds always or says so itself, it is said by what uses
  /// the operand.
  std::optional<Id> check_of(Op op, Id operand) const;
  bool is_always(Id taken) const;
  bool is_said(Op op, Id operand, const Dim* extent = nullptr);

  // ---- loops (source_loop.cpp)
  struct LoopText;
  void loop(Id id);
  void begin_loop(Id id, LoopText& text);
  std::string carried_name(const LoopText& text, std::size_t slot) const;
  void name_results(Id id, LoopText& text);
  std::string loop_header(const LoopText& text) const;
  std::vector<std::string> read_names(const Node& node, std::size_t carries);
  void step(const LoopText& text);
  void leave_step(const LoopText& text);
  bool changes_in_place(Id id) const;
  /// The new value of what is carried; of a part, the index and the value: `[i] = v`.
  struct Rebinding {
    std::string name, text;
    bool is_part;
  };
  void rebind(std::vector<Rebinding> pending);
  bool is_deferred(Id id) const;

  // ---- positions (source_index.cpp)
  Phrase gather(const Node& node);
  std::optional<std::string> window(const Node& node);
  Phrase take(const Node& node);
  void scatter(Id id);
  std::string changed(Id id);
  std::string set_part(const Node& node);
  void add_parts(const std::string& name, const Node& node);
  std::string element(Id id, const std::vector<std::string>& indices);
  /// The position as an index of an axis of that extent: moved inside, where it may lie outside.
  std::string position(Id id, const Dim& extent, std::optional<std::string> text = std::nullopt);
  bool never_negative(const Dim& dim) const;
  bool is_inside(Id id, const Dim& extent) const;
  /// All elements of integers lie between the two.
  std::optional<std::pair<Dim, Dim>> range(Id id) const;

  // ---- values (source_value.cpp)
  /// The value in its own shape.
  Phrase value(Id id);
  /// The value by a name.
  std::string named(Id id);
  Phrase literal(Id id, bool typed) const;
  Phrase numbers(Id id) const;
  Phrase spread(Id id);
  Phrase spread(Id id, const Phrase& narrow, const Shape& from, const std::vector<std::int64_t>& axes);

  // ---- calls (source_call.cpp)
  Phrase call(Id id);
  Phrase in_order(Id id);
  Phrase guarded_dot(const Node& node);
  /// A function of numbers at each index of tensors.
  Phrase at_each_index(const Node& node, const std::string& function, const std::string& more = "");

  // ---- operations (source_point.cpp, source_move.cpp, source_dot.cpp)
  Phrase operation(Id id);
  Phrase point(Id id);
  Phrase point_of(const Node& node, const std::vector<Phrase>& operands) const;
  Phrase conversion(const Node& node, const std::string& operand) const;
  Phrase guarded(const Node& node, std::size_t k, Phrase operand);
  std::vector<Phrase> point_operands(const Node& node);
  Phrase shielded(const Node& node, std::size_t k, Phrase operand) const;
  bool is_narrow(Id id) const;
  Phrase move(Id id);
  Phrase slice(const Node& node);
  Phrase pad(const Node& node);
  Phrase strided_slice(const Node& node);
  void spread_out(Id id);
  Phrase reduction(const Node& node);
  Phrase transposed(Phrase x, const std::vector<std::int64_t>& permutation) const;
  Phrase reshaped(Phrase x, const Shape& from, const Shape& to) const;
  Phrase dot(const Node& node);
  Phrase product_of_each(const Node& node, const std::vector<std::int64_t>& rest_x);
  /// The operand with its axes in the order of the groups; a group that is to be one axis becomes one.
  struct Group {
    std::vector<std::int64_t> axes;
    bool merge;
  };
  Phrase arranged(Id id, const std::vector<Group>& groups);

  [[noreturn]] static void cannot_say(std::string what) { throw CannotSay{std::move(what)}; }

  const Graph& graph_;
  const SourceOptions& options_;
  const SourceWriter* around_ = nullptr;  // of a loop's body: the program that the loop stands in
  const Node* loop_ = nullptr;            // which loop
  std::string indent_ = "  ";
  std::vector<Id> live_;
  std::vector<std::size_t> uses_;
  SourceNames names_;
  std::vector<std::pair<Dim, Dim>> at_most_;
  std::set<Id> said_;             // checks that an operation says again
  std::size_t effects_said_ = 0;  // how many of the graph's effects have been
  bool inline_allowed_ = true;
  std::string lines_;
};

/// In how many ways (2 stands for more) the dimensions of `small` are found in `large` in order; `axes`: the
/// first.
int embeddings(const Shape& small, const Shape& large, std::vector<std::int64_t>& axes);

}  // namespace dp
