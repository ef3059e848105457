#pragma once
// Draws a program of the language, as text: functions with symbolic dimensions, structs, loops of all kinds,
// branches, updates, gradients at several levels. Expressions are drawn towards a type, so that the text is
// well typed by construction; what needs statements puts them before the statement being written. The checker
// must accept every program, and every way of running it must give the same bits.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dpc/values.h"
#include "tests/random/choices.h"

namespace dp::random {

struct Sample {
  std::string text;                // with a function `main`
  std::vector<NamedValue> values;  // of its parameters
  bool f64 = false;
  /// The last three results are a slope forward, the same in reverse, and the size of its terms.
  bool has_slopes = false;
};

/// The program of these choices.
Sample generate(Choices& choices);

enum class Kind { real, i64, i32, boolean };

/// A dimension of one function; two are the same where their texts are.
struct Dim {
  std::string text;
  int size = 1;
  bool operator==(const Dim& other) const { return text == other.text; }
  bool is_literal() const { return text.find_first_not_of("0123456789") == std::string::npos; }
  bool is_sum() const { return text.find(' ') != std::string::npos; }
  /// As an operand.
  std::string operand() const { return is_sum() ? "(" + text + ")" : text; }
};
using Shape = std::vector<Dim>;

struct Type {
  Kind kind = Kind::real;
  Shape shape;
  bool operator==(const Type&) const = default;
};
std::string text(const Type& type);
std::string list(const Shape& shape);  // `[n, 2]`

struct Variable {
  std::string name;  // or the path of a field
  Type type;
  bool rebindable = true;
  std::string below;  // for the index of a loop: its range; else empty
};

/// A function declared before.
struct Function {
  std::string name;
  std::vector<std::string> dims;
  std::vector<Type> parameters;
  Type result;
};

class Generator {
 public:
  explicit Generator(Choices& choices) : choices_(choices) {}
  Sample run();

 private:
  using Rule = std::string (Generator::*)(const Type&);
  struct Weighted {
    Rule rule;
    std::uint32_t weight;
  };

  // generate_program.cpp
  void draw_sizes();
  void draw_function(int number);
  void draw_main();
  std::string clause() const;
  std::string slopes();
  Type draw_type(std::uint32_t most_axes);
  std::string write_body(const std::vector<std::string>& lines, const std::string& value) const;

  // generate_expression.cpp
  std::string expression(const Type& type);
  std::string by_rule(std::span<const Weighted> rules, const Type& type);
  std::string leaf(const Type& type);
  std::string literal(Kind kind);
  std::string of_real(const Type& type);
  std::string of_integer(const Type& type);
  std::string of_bool(const Type& type);
  /// Operands that broadcast to the type.
  std::pair<std::string, std::string> operands(const Type& type);
  std::string scalar(Kind kind) { return expression({kind, {}}); }
  std::string position(const Dim& dim);  // an integer from 0 below the dimension

  // generate_elementwise.cpp
  std::string unary(const Type& type);
  std::string binary(const Type& type);
  std::string choice(const Type& type);
  std::string converted(const Type& type);
  std::string lifted(const Type& type);
  std::string integer_operation(const Type& type);
  std::string rounded(const Type& type);
  std::string argument_position(const Type& type);
  std::string comparison(const Type& type);
  std::string logic(const Type& type);
  std::string reduction(const Type& type);

  // generate_shapes.cpp
  std::string product(const Type& type);
  std::string reshaped(const Type& type);
  std::string transposed(const Type& type);
  std::string slice(const Type& type);
  std::string window(const Type& type);
  std::string concatenated(const Type& type);
  std::string stacked(const Type& type);
  std::string gathered(const Type& type);
  std::string indexed(const Type& type);
  std::string along_axis(const Type& type);
  std::string outer(const Type& type);
  std::string solved(const Type& type);
  std::string called(const Type& type);

  // generate_loops.cpp
  std::string tensor_loop(const Type& type);
  std::string reducer(const Type& type);
  std::string last_carried(const Type& type);
  std::string stacked_steps(const Type& type);
  std::string over_elements(const Type& type);
  std::string while_loop(const Type& type);
  std::string branch(const Type& type);
  std::string next_value(const Variable& carried);
  std::string block(const Type& type, bool may_rebind);  // `: e` or `{ …; e }`
  std::string braces(const Type& type);                  // `{ …; e }`

  // generate_gradients.cpp
  std::string gradient(const Type& type);
  std::string two_gradients(const Type& type);
  std::string forward(const Type& type);
  std::string backward(const Type& type);
  std::string dependent_scalar(const Variable& x);
  const Variable* some_real(const Type* type);

  // generate_statements.cpp
  void statements(std::uint32_t most);
  void statement();
  void bind();
  void rebind();
  void update();
  void branch_statement();
  void scan_statement();
  void say();
  void take_apart();
  void make_struct();
  std::string part_of(const Variable& x, Type& part);

  const Dim& some_dim() { return dims_[choices_.draw(static_cast<std::uint32_t>(dims_.size()))]; }
  void emit(std::string line) { lines_.push_back(std::move(line)); }
  /// Binds a new name to the value.
  std::string hoist(const std::string& value, const Type& type);
  /// Runs `work` in a scope of its own; gives the statements that it wrote.
  template <class F>
  std::vector<std::string> scope(bool may_rebind, F&& work);
  /// The body of a scan.
  template <class F>
  std::vector<std::string> step(F&& work);
  std::vector<std::size_t> find(const std::function<bool(const Variable&)>& fits) const;
  const Variable* pick(const std::function<bool(const Variable&)>& fits);

  Choices& choices_;
  std::vector<Dim> dims_;
  std::vector<Function> functions_;
  std::vector<Variable> variables_;
  std::vector<std::string> lines_;
  std::size_t first_rebindable_ = 0, first_of_step_ = 0;
  std::string declarations_;
  Sample sample_;
  bool symbolic_ = false, pairs_ = false;
  int fuel_ = 0, depth_ = 0, gradients_ = 0, loops_ = 0;
};

template <class F>
std::vector<std::string> Generator::scope(bool may_rebind, F&& work) {
  const std::size_t known = variables_.size(), first = first_rebindable_;
  std::vector<std::string> outside = std::move(lines_);
  lines_.clear();
  if (!may_rebind) first_rebindable_ = known;
  work();
  std::vector<std::string> inside = std::move(lines_);
  lines_ = std::move(outside);
  variables_.resize(known);
  first_rebindable_ = first;
  return inside;
}

template <class F>
std::vector<std::string> Generator::step(F&& work) {
  const std::size_t first = first_of_step_;
  first_of_step_ = variables_.size();
  auto lines = scope(true, work);
  first_of_step_ = first;
  return lines;
}

}  // namespace dp::random
