#include "codegen/emitter.h"
#include "runtime/dp_runtime.h"

namespace dp::codegen {
namespace {

using namespace loops;

}  // namespace

void Emitter::leave_on_failure() {
  if (function->getReturnType()->isVoidTy()) {
    builder.CreateRetVoid();
  } else {
    builder.CreateRet(builder.getInt32(DP_CHECK_FAILED));
  }
}

void Emitter::emit_if(const If& branch) {
  const Value condition = evaluate(branch.condition);
  const BufferSet stored = stored_in(branch.then);
  llvm::Value* mask = scope().mask;
  llvm::Value* any = condition.get();
  if (condition.type()->isVectorTy()) {
    mask = mask == nullptr ? condition.get() : builder.CreateAnd(mask, condition.get());
    any = builder.CreateOrReduce(mask);
  }
  when(any, mask, stored, [&] { emit(branch.then); });
}

void Emitter::emit_check(const Check& check) {
  const Value holds = evaluate(check.condition);
  llvm::Value* fails = builder.CreateNot(holds.get());
  if (!holds.type()->isVectorTy()) {
    when(fails, scope().mask, {}, [&] { fail(check, nullptr); });
    return;
  }
  if (scope().mask != nullptr) fails = builder.CreateAnd(fails, scope().mask);
  when(builder.CreateOrReduce(fails), scope().mask, {}, [&] {
    if (count_checks(*lanes_->body) > 1) {
      fail_in_order();
      return;
    }
    llvm::Value* bits = builder.CreateBitCast(fails, builder.getIntNTy(lanes_->count));
    llvm::Value* first =
        builder.CreateIntrinsic(llvm::Intrinsic::cttz, {bits->getType()}, {bits, builder.getTrue()});
    fail(check, builder.CreateZExtOrTrunc(first, builder.getInt32Ty()));
  });
}

void Emitter::fail(const Check& check, llvm::Value* lane) {
  llvm::Value* values = message_values(check.values, lane);
  builder.CreateCall(program.runtime(RuntimeCall::fail),
                     {roots.context, builder.getInt32(DP_CHECK_FAILED), builder.getInt32(check.site), values,
                      builder.getInt32(static_cast<unsigned>(check.values.size()))});
  leave_on_failure();
}

// Some lane fails some check; which is the first, iteration by iteration, is found by running them once more,
// one by one.
void Emitter::fail_in_order() {
  const Lanes lanes = *lanes_;
  const auto values = values_;
  const Binding base = variables_.at(lanes.variable);
  llvm::Value* behind = builder.CreateAdd(base.value, number(lanes.count));
  llvm::Value* is_inside = builder.CreateICmpSLT(behind, number(lanes.extent));
  llvm::Value* end = builder.CreateSelect(is_inside, behind, number(lanes.extent));
  without_lanes([&] {
    counted_loop(base.value, end, 1, {}, stored_in(*lanes.body),
                 [&](llvm::Value* index, const Values& carried) {
                   bind_variable(lanes.variable, index);
                   emit(*lanes.body);
                   return carried;
                 });
  });
  leave_on_failure();
  variables_[lanes.variable] = base;
  values_ = values;
}

void Emitter::emit_print(const Print& print) {
  llvm::Value* values = printed_values(print);
  builder.CreateCall(program.runtime(RuntimeCall::print),
                     {roots.context, builder.getInt32(print.site), values,
                      builder.getInt32(static_cast<unsigned>(print.values.size()))});
}

/// An array of i64 as dp_fail takes it; of lanes, those of one.
llvm::Value* Emitter::message_values(std::span<const ExprId> values, llvm::Value* lane) {
  Values words;
  for (const ExprId value : values) words.push_back(message_value(value, lane));
  return word_list(words);
}

/// As dp_print takes it: of a tensor its address.
llvm::Value* Emitter::printed_values(const Print& print) {
  const auto& types = program.loops.sites[print.site].types;
  Values words;
  for (const ExprId value : print.values) {
    const auto* load = std::get_if<LoadExpr>(&program.loops.expressions[value].node);
    const bool is_tensor =
        load != nullptr && words.size() < types.size() && !types[words.size()].shape.empty();
    if (is_tensor) {
      llvm::Value* first = address(load->buffer, linear(program.loops, load->index));
      words.push_back(builder.CreatePtrToInt(first, builder.getInt64Ty()));
    } else {
      words.push_back(message_value(value, nullptr));
    }
  }
  return word_list(words);
}

llvm::Value* Emitter::word_list(const Values& words) {
  llvm::Type* word = builder.getInt64Ty();
  llvm::Value* list = stack(word, std::max<std::int64_t>(1, static_cast<std::int64_t>(words.size())));
  for (std::size_t k = 0; k < words.size(); ++k) {
    builder.CreateStore(words[k], builder.CreateConstInBoundsGEP1_64(word, list, k));
  }
  return list;
}

llvm::Value* Emitter::message_value(ExprId id, llvm::Value* lane) {
  llvm::Value* value = evaluate(id).get();
  if (value->getType()->isVectorTy()) value = builder.CreateExtractElement(value, lane);
  if (value->getType()->isFloatTy()) value = builder.CreateFPExt(value, builder.getDoubleTy());
  if (value->getType()->isDoubleTy()) return builder.CreateBitCast(value, builder.getInt64Ty());
  const bool is_truth = value->getType()->isIntegerTy(1);
  return is_truth ? builder.CreateZExt(value, builder.getInt64Ty())
                  : builder.CreateSExt(value, builder.getInt64Ty());
}

}  // namespace dp::codegen
