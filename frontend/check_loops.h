#pragma once
// Loops, branches and what they rebind. A name from outside that a loop's body binds again is carried from
// step to step; one that a branch binds again is merged behind the branches.

#include <functional>

#include "frontend/check_calls.h"
#include "frontend/check_value.h"

namespace dp::checker {

/// The names from outside that the blocks bind again, in the order of the text (check_rebound.cpp).
std::vector<std::string> rebound_names(const Body& body, const std::vector<const ast::Block*>& blocks,
                                       const std::vector<ast::Binder>& binders = {});

/// What a loop carries. `enter` in the scope of the loop, `leave` in its end, `finish` behind it.
class CarriedNames {
 public:
  CarriedNames(Body& body, std::vector<std::string> names);
  void enter();
  /// False where a name has another type than before; told.
  bool leave();
  std::vector<typed::Carried> finish();
  const std::vector<std::string>& names() const { return names_; }

 private:
  bool keeps_type(const typed::Carried& each, const std::string& name);

  Body& body_;
  std::vector<std::string> names_;
  std::vector<typed::Carried> carried_;
};

Value check_for(Body& body, const ast::For& loop, Span span);  // check_loops.cpp
/// `for i in 0..steps { … }` whose number of steps only the run knows; null where `loop` is none
/// (check_counted.cpp).
std::optional<Value> check_counted(Body& body, const ast::For& loop, Span span);
/// `f i, j if c: e` (check_reducers.cpp).
Value check_reducer(Body& body, const ast::For& loop, Span span);
void check_while(Body& body, const ast::While& loop, Span span, std::vector<typed::Statement>& statements);

/// What a loop's body gives, when it is checked inside the loop; for filters, which add to it.
using CheckInside = std::function<Value(Body&)>;
/// The loop over these binders; `inside` checks its body in its scope.
Value loop_over(Body& body, const ast::For& loop, Span span, const CheckInside& inside);

/// A scalar bool; null where it is none, which is told (check_if.cpp).
typed::ExprPtr check_condition(Body& body, const ast::Expr& expression);

/// `x[i] = e` and `x[i] += e` (check_update.cpp).
void check_update(Body& body, const ast::Bind& bind, Span span, std::vector<typed::Statement>& statements);
/// `(x[i], y) = e`: a value that is known already.
void update_part(Body& body, const ast::Target& target, Value value, Span span,
                 std::vector<typed::Statement>& statements);

}  // namespace dp::checker
