#include "codegen/emitter.h"

namespace dp::codegen {

Emitter::Emitter(Program& program, llvm::Function* function, int scratch_slots, bool is_part)
    : program(program),
      builder(program.context),
      function(function),
      scratch_slots_(scratch_slots),
      is_part_(is_part) {
  builder.SetInsertPoint(llvm::BasicBlock::Create(program.context, "entry", function));
  if (program.options.fast_math) {
    llvm::FastMathFlags flags;
    flags.setAllowReassoc();
    flags.setAllowContract();
    flags.setAllowReciprocal();
    builder.setFastMathFlags(flags);
  }
  scopes_.emplace_back();
}

Values Emitter::counted_loop(llvm::Value* begin, llvm::Value* end, std::int64_t step, Values carried,
                             const BufferSet& stored, const LoopBody& body) {
  const auto* first = llvm::dyn_cast<llvm::ConstantInt>(begin);
  const auto* bound = llvm::dyn_cast<llvm::ConstantInt>(end);
  if (first != nullptr && bound != nullptr && first->getSExtValue() + step >= bound->getSExtValue()) {
    if (first->getSExtValue() >= bound->getSExtValue()) return carried;
    return straight_line(begin, carried, stored, body);
  }
  llvm::BasicBlock* before = builder.GetInsertBlock();
  llvm::BasicBlock* header = llvm::BasicBlock::Create(program.context, "loop", function);
  builder.CreateBr(header);
  builder.SetInsertPoint(header);
  llvm::PHINode* index = builder.CreatePHI(builder.getInt64Ty(), 2, "i");
  index->addIncoming(begin, before);
  Values current;
  for (llvm::Value* initial : carried) {
    llvm::PHINode* phi = builder.CreatePHI(initial->getType(), 2);
    phi->addIncoming(initial, before);
    current.push_back(phi);
  }
  Scope inner;
  inner.before = before;
  inner.mask = scope().mask;
  inner.stored = stored;
  Values last;
  with_scope(std::move(inner), [&] { last = body(index, current); });
  llvm::Value* next = builder.CreateAdd(index, number(step), "", /*HasNUW=*/true, /*HasNSW=*/true);
  llvm::BasicBlock* latch = builder.GetInsertBlock();
  index->addIncoming(next, latch);
  for (std::size_t k = 0; k < carried.size(); ++k)
    llvm::cast<llvm::PHINode>(current[k])->addIncoming(last[k], latch);
  llvm::BasicBlock* after = llvm::BasicBlock::Create(program.context, "after", function);
  builder.CreateCondBr(builder.CreateICmpSLT(next, end), header, after);
  builder.SetInsertPoint(after);
  return last;
}

Values Emitter::straight_line(llvm::Value* index, const Values& carried, const BufferSet& stored,
                              const LoopBody& body) {
  Scope inner;
  inner.mask = scope().mask;
  inner.stored = stored;
  Values last;
  with_scope(std::move(inner), [&] { last = body(index, carried); });
  return last;
}

Values Emitter::counted_loop(std::int64_t begin, std::int64_t end, std::int64_t step, Values carried,
                             const BufferSet& stored, const LoopBody& body) {
  return counted_loop(number(begin), number(end), step, std::move(carried), stored, body);
}

void Emitter::with_scope(Scope scope, const std::function<void()>& body) {
  scopes_.push_back(std::move(scope));
  body();
  scopes_.pop_back();
}

void Emitter::when(llvm::Value* condition, llvm::Value* mask, const BufferSet& stored,
                   const std::function<void()>& body) {
  Scope inner;
  inner.before = builder.GetInsertBlock();
  inner.conditional = true;
  inner.mask = mask;
  inner.stored = stored;
  llvm::BasicBlock* then = llvm::BasicBlock::Create(program.context, "then", function);
  llvm::BasicBlock* after = llvm::BasicBlock::Create(program.context, "after", function);
  builder.CreateCondBr(condition, then, after);
  builder.SetInsertPoint(then);
  with_scope(std::move(inner), body);
  if (builder.GetInsertBlock()->getTerminator() == nullptr) builder.CreateBr(after);
  builder.SetInsertPoint(after);
}

void Emitter::with_lanes(Lanes lanes, llvm::Value* base, llvm::Value* mask, const BufferSet& stored,
                         const std::function<void()>& body) {
  const auto outer = std::exchange(lanes_, lanes);
  Scope inner;
  inner.mask = mask;
  inner.stored = stored;
  with_scope(std::move(inner), [&] {
    bind_variable(lanes.variable, base);
    body();
  });
  lanes_ = outer;
}

void Emitter::without_lanes(const std::function<void()>& body) {
  const auto outer = std::exchange(lanes_, std::nullopt);
  with_scope({}, body);
  lanes_ = outer;
}

void Emitter::bind_variable(loops::VariableId variable, llvm::Value* value) {
  bind_variable(variable, value, 0, depth());
}

void Emitter::bind_variable(loops::VariableId variable, llvm::Value* base, std::int64_t offset,
                            unsigned level) {
  const bool varying = lanes_ && lanes_->variable == variable;
  variables_[variable] = {base, {depth(), varying}, offset, level};
}

llvm::Value* Emitter::variable(loops::VariableId id) {
  const Binding& binding = variables_.at(id);
  return binding.offset == 0 ? binding.value : builder.CreateNSWAdd(binding.value, number(binding.offset));
}

void Emitter::bind_value(loops::ValueId id, llvm::Value* value) {
  values_[id] = {value, {depth(), value->getType()->isVectorTy()}};
}

// Code for an outer scope goes to where the next scope inside it begins.
void Emitter::place_builder(unsigned level) {
  for (unsigned inner = level + 1; inner < scopes_.size(); ++inner) {
    if (scopes_[inner].before == nullptr) continue;
    builder.SetInsertPoint(scopes_[inner].before->getTerminator());
    return;
  }
}

}  // namespace dp::codegen
