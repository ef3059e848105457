#pragma once
// Turns the body of one loop-IR function into one LLVM function. The state that all emission shares is here: where
// instructions go, what has been computed already and at which depth of loops, which variable the vector lanes run
// along. Its methods are split by subject over emit_*.cpp.
//
// Every expression is computed once, as far out as its loop variables, values and loads allow: a load stays inside the
// loops that store to its buffer and inside the conditions around it. Within a vector loop what depends on its variable
// is a vector ("varying"), all else a scalar, splatted where the two meet.

#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "codegen/linear.h"
#include "codegen/program.h"
#include "codegen/value.h"

namespace dp::codegen {

/// Where an expression can be computed, and whether its lanes differ.
struct Fact {
  unsigned level = 0;  // the innermost scope that it needs
  bool varying = false;
};

using BufferSet = std::unordered_set<loops::BufferId>;
/// An address without its constant part: the buffer and the terms that have been added.
using AddressKey = std::pair<loops::BufferId, std::vector<Term>>;

/// A loop, a condition, or a stretch of code of its own; what was computed in it is known until it ends.
struct Scope {
  llvm::BasicBlock* before = nullptr;  // code for outer scopes goes before its terminator; null: straight-line code
  bool conditional = false;            // loads must not move out of it
  llvm::Value* mask = nullptr;         // the lanes that are present; null: all
  BufferSet stored;                    // buffers stored to within it
  std::unordered_map<loops::ExprId, llvm::Value*> computed;
  std::unordered_map<loops::ExprId, Fact> facts;
  std::map<AddressKey, llvm::Value*> addresses;
};

/// The vector loop that we are in: lane l computes for `variable` = its scalar binding + l.
struct Lanes {
  loops::VariableId variable = 0;
  unsigned count = 1;
};

struct Binding {
  llvm::Value* value = nullptr;
  Fact fact;
};

/// The pointers that a compiled function is called with.
struct Roots {
  llvm::Value* context = nullptr;
  llvm::Value* inputs = nullptr;
  llvm::Value* outputs = nullptr;
  llvm::Value* arena = nullptr;
};

class Emitter {
 public:
  Emitter(Program& program, llvm::Function* function, Roots roots);

  void emit(const loops::Body& body);

  // --- scopes and loops (emit_scopes.cpp) ---
  using LoopBody = std::function<std::vector<llvm::Value*>(llvm::Value* index, std::vector<llvm::Value*> carried)>;
  /// `for index = begin, begin + step, … < end`, at least once. Pushes a scope. Gives the carried values at its end.
  std::vector<llvm::Value*> counted_loop(llvm::Value* begin, llvm::Value* end, std::int64_t step,
                                         std::vector<llvm::Value*> carried, BufferSet stored, const LoopBody& body);
  std::vector<llvm::Value*> counted_loop(std::int64_t begin, std::int64_t end, std::int64_t step,
                                         std::vector<llvm::Value*> carried, BufferSet stored, const LoopBody& body);
  void with_scope(Scope scope, const std::function<void()>& body);
  /// A scope inside the present one, of straight-line code.
  Scope inner_scope() const;
  unsigned depth() const { return static_cast<unsigned>(scopes_.size()) - 1; }
  Scope& scope() { return scopes_.back(); }
  void bind_variable(loops::VariableId variable, llvm::Value* value) { variables_[variable] = {value, {depth(), false}}; }
  void bind_value(loops::ValueId id, llvm::Value* value, Fact fact) { values_[id] = {value, fact}; }
  void bind_value(loops::ValueId id, llvm::Value* value) {
    bind_value(id, value, {depth(), value->getType()->isVectorTy()});
  }
  /// Runs `body` with lanes along `variable`, whose scalar binding is `base`, `mask` saying which are present.
  void with_lanes(loops::VariableId variable, unsigned count, llvm::Value* base, llvm::Value* mask, BufferSet stored,
                  const std::function<void()>& body);
  /// The mask of `present` first lanes of `count`; null where that is all.
  llvm::Value* prefix_mask(unsigned count, llvm::Value* present);
  llvm::Value* prefix_mask(unsigned count, std::int64_t present);

  // --- expressions (emit_expressions.cpp) ---
  Fact fact(loops::ExprId expr);
  /// A scalar, or a vector of the present lanes where the expression varies.
  Value evaluate(loops::ExprId expr);
  /// With the present lanes in any case.
  Value evaluate_lanes(loops::ExprId expr);

  // --- memory (emit_memory.cpp) ---
  llvm::Value* base_pointer(loops::BufferId buffer);
  /// The scalar address of an index all of whose symbols are bound to scalars (a lane variable: to its base).
  llvm::Value* address(loops::BufferId buffer, const Linear& index);
  Value load(loops::BufferId buffer, loops::ExprId index);
  void store(loops::BufferId buffer, loops::ExprId index, Value value);
  /// Elements of memory as what is computed with, and back: a bool takes a byte there.
  Value load_vector(loops::Dtype dtype, llvm::Value* pointer, unsigned count, llvm::Value* mask, std::size_t align = 0);
  void store_vector(loops::Dtype dtype, llvm::Value* pointer, Value value, llvm::Value* mask, std::size_t align = 0);
  /// Something was stored: what was loaded from that buffer is no longer known.
  void forget(loops::BufferId buffer);

  // --- statements ---
  void emit(const loops::Stmt& statement);
  void emit_for(const loops::For& loop);             // emit_loops.cpp
  void emit_parallel(const loops::For& loop, std::int64_t grain);  // emit_parallel.cpp
  void emit_reduce(const loops::Reduce& reduce);     // emit_reduce.cpp
  void emit_matmul(const loops::Matmul& product);    // emit_matmul.cpp
  void emit_if(const loops::If& branch);             // emit_effects.cpp
  void emit_check(const loops::Check& check);
  void emit_print(const loops::Print& print);

  Program& program() { return program_; }
};

}  // namespace dp::codegen
