#include "codegen/rare_branch.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/MDBuilder.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace dp::codegen {
namespace {

constexpr const char* mark = "dp.rare";
/// Below this many instructions a branch is not worth its while.
constexpr std::size_t least_instructions = 8;

bool can_move(const llvm::Instruction& instruction) {
  return !llvm::isa<llvm::PHINode>(instruction) && !instruction.mayReadOrWriteMemory() &&
         !instruction.isTerminator();
}

/// What only the first arm of the select needs, of the block that it stands in, in order.
std::vector<llvm::Instruction*> arm_of(llvm::SelectInst& select) {
  std::vector<llvm::Instruction*> arm;
  std::unordered_set<const llvm::User*> inside;
  const auto is_inside = [&](const llvm::Use& use) {
    if (use.getUser() == &select) return use.getOperandNo() == 1;
    return inside.contains(use.getUser());
  };
  for (llvm::Instruction* at = select.getPrevNode(); at != nullptr; at = at->getPrevNode()) {
    if (!can_move(*at) || !llvm::all_of(at->uses(), is_inside)) continue;
    inside.insert(at);
    arm.push_back(at);
  }
  std::ranges::reverse(arm);
  return arm;
}

llvm::Value* in_any_lane(llvm::IRBuilder<>& builder, llvm::Value* condition) {
  return condition->getType()->isVectorTy() ? builder.CreateOrReduce(condition) : condition;
}

void branch_around(llvm::SelectInst& select, const std::vector<llvm::Instruction*>& arm) {
  llvm::BasicBlock* head = select.getParent();
  llvm::BasicBlock* tail = head->splitBasicBlock(select.getNextNode(), "common");
  llvm::BasicBlock* rare = llvm::BasicBlock::Create(head->getContext(), "rare", head->getParent(), tail);
  llvm::IRBuilder<> builder(head->getTerminator());
  builder.CreateCondBr(in_any_lane(builder, select.getCondition()), rare, tail,
                       llvm::MDBuilder(head->getContext()).createUnlikelyBranchWeights());
  head->getTerminator()->eraseFromParent();
  builder.SetInsertPoint(rare);
  llvm::Instruction* end = builder.CreateBr(tail);
  for (llvm::Instruction* instruction : arm) instruction->moveBefore(end);
  select.moveBefore(end);
  builder.SetInsertPoint(tail, tail->begin());
  llvm::PHINode* result = builder.CreatePHI(select.getType(), 2);
  select.replaceAllUsesWith(result);
  result->addIncoming(&select, rare);
  result->addIncoming(select.getFalseValue(), head);
}

}  // namespace

void mark_rare(llvm::Value* select) {
  auto* instruction = llvm::dyn_cast<llvm::SelectInst>(select);
  if (instruction == nullptr) return;
  instruction->setMetadata(mark, llvm::MDNode::get(instruction->getContext(), {}));
}

void branch_around_rare(llvm::Function& function) {
  std::vector<llvm::SelectInst*> marked;
  for (llvm::BasicBlock& block : function) {
    for (llvm::Instruction& instruction : block) {
      auto* select = llvm::dyn_cast<llvm::SelectInst>(&instruction);
      if (select != nullptr && select->getMetadata(mark) != nullptr) marked.push_back(select);
    }
  }
  for (llvm::SelectInst* select : marked) {
    select->setMetadata(mark, nullptr);
    const auto arm = arm_of(*select);
    if (arm.size() >= least_instructions) branch_around(*select, arm);
  }
}

}  // namespace dp::codegen
