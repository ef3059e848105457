#pragma once
// Facts about the loop IR that emission decides by: what a body stores, what it needs from outside, how much
// work it is. Counted on the loop IR, before any LLVM exists.

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/loops.h"

namespace dp::codegen {

using BufferSet = std::unordered_set<loops::BufferId>;

/// Buffers stored to in a body or deeper, or carried by loops in it.
BufferSet stored_in(const loops::Body& body);

/// The loop variables and values that a statement uses but does not bind.
struct FreeNames {
  std::vector<loops::VariableId> variables;
  std::vector<loops::ValueId> values;
};
FreeNames free_names(const loops::Module& module, const loops::Stmt& statement);

/// Buffers that expressions load from, found once for each.
class LoadedBuffers {
 public:
  explicit LoadedBuffers(const loops::Module& module) : module_(module) {}
  const BufferSet& operator()(loops::ExprId expr);

 private:
  const loops::Module& module_;
  std::unordered_map<loops::ExprId, BufferSet> known_;
};

int count_checks(const loops::Body& body);
bool contains_print(const loops::Body& body);

/// Instructions of one op on one vector, roughly.
double weight(Op op);
/// Instructions of one iteration of a body, roughly, each expression counted once a statement list; loops
/// inside count times their iterations.
double work(const loops::Module& module, const loops::Stmt& statement);
/// The same without what inner loops repeat: the size of the code.
double code_size(const loops::Module& module, const loops::Body& body);
double code_size(const loops::Module& module, loops::ExprId expr);

/// Bytes of the widest real that a body computes with; 4 where there is none.
std::size_t widest_real(const loops::Module& module, const loops::Body& body);
std::size_t widest_real(const loops::Module& module, loops::ExprId expr);

}  // namespace dp::codegen
