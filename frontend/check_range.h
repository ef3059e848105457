#pragma once
// The ranges of loop indices. A binder without a range gets it from the axes that it indexes alone, all of
// one size, or in a sum of binders what the others leave; so it is known when the body has been checked.

#include <optional>
#include <string>
#include <vector>

#include "frontend/ast.h"
#include "frontend/typed.h"

namespace dp::checker {

struct Body;

/// What is known of one index.
struct IndexRange {
  struct Use {
    Dim extent;
    Span span;
  };
  struct Sum {
    Dim form;  // a sum of indices by `atom`
    Dim extent;
    Span span;
  };
  std::string name;
  Span span;
  bool written = false;
  std::optional<Dim> extent;
  std::optional<Use> first_use;  // the axis that gave the extent
  std::vector<Sum> sums;
  bool reported = false;
};

/// The name that stands for a variable in a `form`.
std::string atom(typed::VariableId variable);
/// An integer expression as a polynomial of dimensions and atoms: variables, and for anything else its text.
Dim form_of(Body& body, const ast::Expr& expression);
/// Whether atoms occur in it: then it is known at run time only.
bool has_atoms(const Dim& form);

/// What the index expression says of the ranges of the binders in it, used on an axis of that extent.
void note_position(Body& body, const ast::Expr& position, const Dim& extent);
/// Looks ahead for an axis that a binder without a range indexes alone, in a variable from outside of the
/// body that the loop does not rebind.
void guess_range(Body& body, typed::VariableId binder, const ast::For& loop,
                 const std::vector<std::string>& rebound);
/// The extents of a loop's binders, when its body has been checked; false where one cannot be told.
bool settle_ranges(Body& body, const std::vector<typed::VariableId>& binders);

}  // namespace dp::checker
