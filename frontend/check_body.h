#pragma once
// What is known while one body is checked: the function that it becomes, the names in scope, the dimensions
// in scope and what clauses say about them. Signatures, constants, initial values and training blocks are
// bodies too.

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontend/check_program.h"
#include "frontend/check_range.h"

namespace dp::checker {

/// Where a dimension name comes from, for notes: "`n` is a dimension of `affine`, line 3".
struct DimOrigin {
  Span span;
  std::string text;  // "a dimension of `affine`"
};

/// What `where` clauses state. `rewrites` are the equalities solved for one name each.
struct Facts {
  std::vector<std::pair<Dim, Dim>> equalities, at_most;
  DimBindings rewrites;
};

/// Beside each variable of the function: what warnings and gradients need to know.
struct VariableNote {
  bool read = false;
  bool parameter = false;   // may stay unread
  bool poisoned = false;    // its value did not check: whoever reads it stays silent
  bool keeps_type = false;  // a loop or branch may rebind it, but to its type only
  const typed::Expr* definition = nullptr;
  std::vector<typed::VariableId> sources;  // what it may be besides: carried, or merged behind branches
  std::optional<typed::VariableId>
      unpacked_with;  // the first of the names that one tuple was taken apart into
};

struct Body {
  Body(Program& program, Origin origin, typed::Function& function);

  Program& program;
  Origin origin;
  typed::Function& function;
  FunctionRecord* record = nullptr;    // null outside functions
  LayerRecord* layer = nullptr;        // whose fields and arguments are in scope
  bool has_self = false;               // variable 0 is the layer
  bool binds_dims = false;             // a signature is being read: a new name in a shape is a new dimension
  const ast::Call* columns = nullptr;  // of a data field: the call that is variable 0
  bool in_schedule = false;            // a hyperparameter is being read: schedules get the step by themselves
  typed::VariableId step_variable = 0, steps_variable = 0;
  std::vector<std::string> schedules_called;  // of an optimizer: its hyperparameters used as `lr(t)`
  std::vector<std::string> schedule_names;    // of an optimizer: names that may be called so
  std::vector<std::unordered_map<std::string, typed::VariableId>> scopes;
  std::vector<VariableNote> notes;  // parallel to function.variables
  std::unordered_map<std::string, DimOrigin> dims;
  Facts facts;
  std::map<typed::VariableId, IndexRange> ranges;  // of the indices of loops
  std::size_t rebindings = 0;                      // names that loops and branches have rebound so far

  typed::VariableId add_variable(std::string name, typed::Type type, Span span);
  /// Adds a variable and makes the name mean it from here on.
  typed::VariableId bind(const std::string& name, typed::Type type, Span span, const typed::Expr* definition);
  /// The same where the name is known: there; a new name is one of the innermost scope.
  typed::VariableId assign(const std::string& name, typed::Type type, Span span,
                           const typed::Expr* definition);
  void bind_poisoned(const std::string& name, Span span);
  std::optional<typed::VariableId> find_variable(const std::string& name) const;
  void report(Diagnostic diagnostic) { program.report(std::move(diagnostic)); }
};

/// Opens a scope of names for its own lifetime.
class ScopeGuard {
 public:
  explicit ScopeGuard(Body& body) : body_(body) { body_.scopes.emplace_back(); }
  ~ScopeGuard() { body_.scopes.pop_back(); }
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;

 private:
  Body& body_;
};

/// Warns of bindings that nothing reads.
void warn_of_unread(Body& body);

}  // namespace dp::checker
