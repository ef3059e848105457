#pragma once
// Turns the body of one loop-IR function into one LLVM function. The state that all emission shares is here:
// where instructions go, what has been computed already and at which depth of loops, which variable the
// vector lanes run along. Its methods are split by subject over emit_*.cpp.
//
// Every expression is computed once, as far out as its loop variables, values and loads allow: a load stays
// inside the loops that store to its buffer and inside the conditions around it. Within a vector loop what
// depends on its variable is a vector ("varying"), all else a scalar, splatted where the two meet. Loads move
// towards the beginning only, so buffers that share memory by the plan stay as correct as in program order.

#include <functional>
#include <map>

#include "codegen/linear.h"
#include "codegen/program.h"
#include "codegen/value.h"
#include "codegen/vector_shape.h"

namespace dp::codegen {

/// Where an expression can be computed, and whether its lanes differ.
struct Fact {
  unsigned level = 0;  // the innermost scope that it needs
  bool varying = false;
};

/// Part of an address: a value times a coefficient, in elements.
struct Stride {
  llvm::Value* value = nullptr;
  std::int64_t coefficient = 0;
  auto operator<=>(const Stride&) const = default;
};
/// An address without its constant part: the buffer and what has been added.
using AddressKey = std::pair<loops::BufferId, std::vector<Stride>>;

/// A loop, a condition, or a stretch of code of its own; what was computed in it is known until it ends.
struct Scope {
  llvm::BasicBlock* before =
      nullptr;                  // code for outer scopes goes before its terminator; null: straight-line code
  bool conditional = false;     // loads must not move out of it
  llvm::Value* mask = nullptr;  // the lanes that are present; null: all
  BufferSet stored;             // buffers stored to within it
  std::unordered_map<loops::ExprId, llvm::Value*> computed;
  std::unordered_map<loops::ExprId, Fact> facts;
  std::unordered_map<llvm::Value*, llvm::Value*> splats;
  std::map<AddressKey, llvm::Value*> addresses;
};

/// The vector loop that we are in: lane l computes for `variable` = its scalar binding + l.
struct Lanes {
  loops::VariableId variable = 0;
  unsigned count = 1;
  std::int64_t extent = 0;            // of the variable: lanes at or above it are absent
  const loops::Body* body = nullptr;  // what runs in the lanes
};

/// What a variable or value stands for. A variable may be `value` + `offset`: then addresses of neighbours
/// share all but their constant part, which is made where `value` is, at `level`.
struct Binding {
  llvm::Value* value = nullptr;
  Fact fact;
  std::int64_t offset = 0;
  unsigned level = 0;
};

/// The pointers that a compiled function is called with.
struct Roots {
  llvm::Value* context = nullptr;
  llvm::Value* inputs = nullptr;
  llvm::Value* outputs = nullptr;
  llvm::Value* arena = nullptr;
};

using Values = std::vector<llvm::Value*>;

class Emitter {
 public:
  /// Opens the function's entry block. The part of a parallel loop has no parallel loops inside, and begins
  /// with the number of scratch slots that are in use around it.
  Emitter(Program& program, llvm::Function* function, int scratch_slots, bool is_part);

  Program& program;
  llvm::IRBuilder<> builder;
  llvm::Function* function;
  Roots roots;

  void emit(const loops::Body& body);
  void emit(const loops::Stmt& statement);
  /// Leaves a function that failed.
  void leave_on_failure();

  // --- scopes and loops: emit_scopes.cpp ---
  using LoopBody = std::function<Values(llvm::Value* index, const Values& carried)>;
  /// `for index = begin, begin + step, … < end`, at least once, in a scope of its own. `body` is called once,
  /// with the carried values at the begin of an iteration, and gives those at its end; the last ones are
  /// returned. With known bounds there is no loop around one iteration, and nothing at all where there is
  /// none.
  Values counted_loop(llvm::Value* begin, llvm::Value* end, std::int64_t step, Values carried,
                      const BufferSet& stored, const LoopBody& body);
  Values counted_loop(std::int64_t begin, std::int64_t end, std::int64_t step, Values carried,
                      const BufferSet& stored, const LoopBody& body);
  void with_scope(Scope scope, const std::function<void()>& body);
  /// `body` in a scope of its own, run where the scalar `condition` holds.
  void when(llvm::Value* condition, llvm::Value* mask, const BufferSet& stored,
            const std::function<void()>& body);
  /// `body` with lanes along `variable` from `base` on, those in `mask` present.
  void with_lanes(Lanes lanes, llvm::Value* base, llvm::Value* mask, const BufferSet& stored,
                  const std::function<void()>& body);
  /// `body` without lanes, in a scope of its own, in which the lane variable must be bound anew.
  void without_lanes(const std::function<void()>& body);
  Scope& scope() { return scopes_.back(); }
  unsigned depth() const { return static_cast<unsigned>(scopes_.size()) - 1; }
  const std::optional<Lanes>& lanes() const { return lanes_; }
  bool is_part() const { return is_part_; }
  int scratch_slots() const { return scratch_slots_; }
  void bind_variable(loops::VariableId variable, llvm::Value* value);
  /// As `base` + `offset`, where `base` belongs to the scope at `level`; needs a scope of its own.
  void bind_variable(loops::VariableId variable, llvm::Value* base, std::int64_t offset, unsigned level);
  /// A vector varies, a scalar does not.
  void bind_value(loops::ValueId id, llvm::Value* value);
  llvm::Value* variable(loops::VariableId id);
  llvm::Value* value(loops::ValueId id) const { return values_.at(id).value; }

  // --- expressions: emit_expressions.cpp ---
  Fact fact(loops::ExprId expr);
  /// A scalar, or a vector of the present lanes where the expression varies.
  Value evaluate(loops::ExprId expr);
  /// With lanes in any case, where there are lanes.
  Value evaluate_lanes(loops::ExprId expr);
  Value wrap(llvm::Value* value) { return {builder, value}; }
  llvm::ConstantInt* number(std::int64_t value) {
    return builder.getInt64(static_cast<std::uint64_t>(value));
  }

  // --- memory: emit_memory.cpp ---
  llvm::Value* base_pointer(loops::BufferId buffer);
  /// The scalar address of an element. A lane variable counts as its base.
  llvm::Value* address(loops::BufferId buffer, const Linear& index);
  Value load(loops::BufferId buffer, loops::ExprId index);
  void store(loops::BufferId buffer, loops::ExprId index, loops::ExprId expr);
  /// `count` elements in a row, those in `mask` (null: all); the others read as zero, or stay as they are in
  /// memory.
  Value load_row(Dtype dtype, llvm::Value* pointer, unsigned count, llvm::Value* mask);
  void store_row(Dtype dtype, llvm::Value* pointer, Value value, llvm::Value* mask);
  Value load_element(Dtype dtype, llvm::Value* pointer);
  void store_element(Dtype dtype, llvm::Value* pointer, Value value);
  /// The lanes below `present` of `count`; null where that is all of them.
  llvm::Value* prefix_mask(unsigned count, std::int64_t present);
  llvm::Value* prefix_mask(unsigned count, llvm::Value* present);
  /// Memory of one call on the stack, aligned to 64.
  llvm::Value* stack(llvm::Type* type, std::int64_t count);
  /// Memory of the calling thread that stays until its next call for the same slot, aligned to 64.
  llvm::Value* scratch(std::int64_t bytes);
  /// 0, stride, 2 stride, … for the present lanes.
  llvm::Constant* lane_numbers(llvm::Type* integer, std::int64_t stride);
  /// Something was stored: what was loaded from that buffer before is no longer known.
  void forget(loops::BufferId buffer);

  // --- parallel loops: emit_parallel.cpp ---
  /// Emits into a part of a parallel loop: iterations `begin` to `end`, at least one. `outer` are the values
  /// that were handed to `run_in_parallel`, as they are called there.
  using PartBody =
      std::function<void(Emitter& part, llvm::Value* begin, llvm::Value* end, const Values& outer)>;
  /// Runs `count` iterations of what `statement` does, `grain` or more to a part; leaves where one failed.
  void run_in_parallel(const loops::Stmt& statement, std::int64_t count, std::int64_t grain,
                       const Values& outer, const PartBody& body);
  bool pays_in_parallel(const loops::Stmt& statement) const;
  std::int64_t grain(const loops::Stmt& statement, std::int64_t count) const;

  // --- statements ---
  void emit_for(const loops::Stmt& statement);     // emit_loops.cpp
  void emit_reduce(const loops::Reduce& reduce);   // emit_reduce.cpp
  void emit_matmul(const loops::Stmt& statement);  // emit_matmul.cpp
  void emit_if(const loops::If& branch);           // emit_effects.cpp
  void emit_check(const loops::Check& check);
  void emit_print(const loops::Print& print);
  void emit_call(const loops::Call& call);  // emit_call.cpp

 private:
  Values straight_line(llvm::Value* index, const Values& carried, const BufferSet& stored,
                       const LoopBody& body);
  llvm::Value* distance(std::span<const Stride> strides);
  std::map<unsigned, std::vector<Stride>> strides_by_level(const Linear& index, std::int64_t& constant);
  llvm::Value* lane_addresses(loops::BufferId buffer, loops::ExprId index, const Linear& where);
  bool is_affine_in_lanes(const Linear& index);
  Value from_memory(Dtype dtype, llvm::Value* elements);
  llvm::Value* to_memory(Dtype dtype, Value value);
  void emit_one_by_one(const loops::For& loop);
  void emit_parallel(const loops::Stmt& statement);
  void emit_parallel_vector(const loops::Stmt& statement);
  void emit_vector(const loops::For& loop);
  void emit_vector_blocks(const loops::For& loop, const VectorShape& shape, llvm::Value* begin,
                          llvm::Value* end);
  void emit_vector_rest(const loops::For& loop, const VectorShape& shape);
  void fail(const loops::Check& check, llvm::Value* lane);
  void fail_in_order();
  llvm::Value* message_values(std::span<const loops::ExprId> values, llvm::Value* lane);
  llvm::Value* message_value(loops::ExprId value, llvm::Value* lane);
  llvm::Value* printed_values(const loops::Print& print);
  llvm::Value* word_list(const Values& words);
  Value compute(loops::ExprId id, const loops::Expr& expr, bool varying);
  Value operand(loops::ExprId id, bool varying);
  std::optional<Value> divide_simply(const loops::OpExpr& op, std::span<const Value> operands);
  void place_builder(unsigned level);

  std::vector<Scope> scopes_;
  std::optional<Lanes> lanes_;
  std::unordered_map<loops::VariableId, Binding> variables_;
  std::unordered_map<loops::ValueId, Binding> values_;
  std::unordered_map<loops::BufferId, llvm::Value*> bases_;
  int scratch_slots_ = 0;
  bool is_part_ = false;
};

/// The meaning of a pointwise op of operands that have lanes alike; `to` is the result's element type.
Value apply(Op op, std::span<const Value> operands, std::int64_t exponent, llvm::Type* to);

}  // namespace dp::codegen
