#include "codegen/value.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Intrinsics.h>

namespace dp::codegen {
namespace {

using llvm::CmpInst;
using llvm::Intrinsic::ID;

/// Truth values compare as unsigned, numbers as signed; an unordered real comparison is false, except `!=`.
Value compare(Value x, Value y, CmpInst::Predicate real, CmpInst::Predicate integer) {
  if (x.is_real()) return x.with(x.builder().CreateFCmp(real, x.get(), y.get()));
  const auto predicate = x.bits() == 1 ? llvm::ICmpInst::getUnsignedPredicate(integer) : integer;
  return x.with(x.builder().CreateICmp(predicate, x.get(), y.get()));
}

Value unary(Value x, ID id) { return x.with(x.builder().CreateUnaryIntrinsic(id, x.get())); }

/// `shifted` where y, unsigned, is below the width, else 0.
Value within_width(Value x, Value y, llvm::Value* shifted) {
  llvm::IRBuilderBase& builder = x.builder();
  llvm::Value* inside = builder.CreateICmpULT(y.get(), llvm::ConstantInt::get(y.type(), x.bits()));
  return x.with(builder.CreateSelect(inside, shifted, llvm::Constant::getNullValue(x.type())));
}

}  // namespace

Value literal(Value like, double number) {
  if (like.is_real()) return like.with(llvm::ConstantFP::get(like.type(), number));
  return literal(like, static_cast<std::int64_t>(number));
}

Value literal(Value like, std::int64_t number) {
  if (like.is_real()) return literal(like, static_cast<double>(number));
  return like.with(
      llvm::ConstantInt::get(like.type(), static_cast<std::uint64_t>(number), /*IsSigned=*/true));
}

Value operator-(Value x) {
  return x.with(x.is_real() ? x.builder().CreateFNeg(x.get()) : x.builder().CreateNeg(x.get()));
}
Value operator+(Value x, Value y) {
  llvm::IRBuilderBase& builder = x.builder();
  return x.with(x.is_real() ? builder.CreateFAdd(x.get(), y.get()) : builder.CreateAdd(x.get(), y.get()));
}
Value operator-(Value x, Value y) {
  llvm::IRBuilderBase& builder = x.builder();
  return x.with(x.is_real() ? builder.CreateFSub(x.get(), y.get()) : builder.CreateSub(x.get(), y.get()));
}
Value operator*(Value x, Value y) {
  llvm::IRBuilderBase& builder = x.builder();
  return x.with(x.is_real() ? builder.CreateFMul(x.get(), y.get()) : builder.CreateMul(x.get(), y.get()));
}
Value operator/(Value x, Value y) { return x.with(x.builder().CreateFDiv(x.get(), y.get())); }
Value operator&(Value x, Value y) { return x.with(x.builder().CreateAnd(x.get(), y.get())); }
Value operator|(Value x, Value y) { return x.with(x.builder().CreateOr(x.get(), y.get())); }
Value operator^(Value x, Value y) { return x.with(x.builder().CreateXor(x.get(), y.get())); }
Value operator!(Value x) { return x.with(x.builder().CreateNot(x.get())); }

Value operator==(Value x, Value y) { return compare(x, y, CmpInst::FCMP_OEQ, CmpInst::ICMP_EQ); }
Value operator!=(Value x, Value y) { return compare(x, y, CmpInst::FCMP_UNE, CmpInst::ICMP_NE); }
Value operator<(Value x, Value y) { return compare(x, y, CmpInst::FCMP_OLT, CmpInst::ICMP_SLT); }
Value operator<=(Value x, Value y) { return compare(x, y, CmpInst::FCMP_OLE, CmpInst::ICMP_SLE); }
Value operator>(Value x, Value y) { return compare(x, y, CmpInst::FCMP_OGT, CmpInst::ICMP_SGT); }
Value operator>=(Value x, Value y) { return compare(x, y, CmpInst::FCMP_OGE, CmpInst::ICMP_SGE); }

Value select(Value condition, Value x, Value y) {
  return x.with(x.builder().CreateSelect(condition.get(), x.get(), y.get()));
}

Value sqrt(Value x) { return unary(x, llvm::Intrinsic::sqrt); }
Value floor(Value x) { return unary(x, llvm::Intrinsic::floor); }
Value ceil(Value x) { return unary(x, llvm::Intrinsic::ceil); }
Value trunc(Value x) { return unary(x, llvm::Intrinsic::trunc); }
Value round_even(Value x) { return unary(x, llvm::Intrinsic::roundeven); }

Value fma(Value x, Value y, Value z) {
  if (!x.is_real()) return x * y + z;
  return x.with(x.builder().CreateIntrinsic(llvm::Intrinsic::fma, {x.type()}, {x.get(), y.get(), z.get()}));
}

Value abs(Value x) {
  if (x.is_real()) return unary(x, llvm::Intrinsic::fabs);
  llvm::Value* wraps = x.builder().getFalse();
  return x.with(x.builder().CreateIntrinsic(llvm::Intrinsic::abs, {x.type()}, {x.get(), wraps}));
}

Value copysign(Value x, Value y) {
  return x.with(x.builder().CreateBinaryIntrinsic(llvm::Intrinsic::copysign, x.get(), y.get()));
}

Value quotient(Value x, Value y) { return x.with(x.builder().CreateSDiv(x.get(), y.get())); }

Value shift_left(Value x, Value y) { return within_width(x, y, x.builder().CreateShl(x.get(), y.get())); }
Value shift_right(Value x, Value y) { return within_width(x, y, x.builder().CreateLShr(x.get(), y.get())); }
Value shift_right_arithmetic(Value x, Value y) { return x.with(x.builder().CreateAShr(x.get(), y.get())); }

Value to_bits(Value x) { return x.with(x.builder().CreateBitCast(x.get(), x.integer_type())); }
Value from_bits(Value bits) {
  llvm::IRBuilderBase& builder = bits.builder();
  llvm::Type* real = bits.bits() == 32 ? builder.getFloatTy() : builder.getDoubleTy();
  return bits.with(builder.CreateBitCast(bits.get(), bits.type_of(real)));
}

Value splat(Value scalar, unsigned lanes) {
  return scalar.with(scalar.builder().CreateVectorSplat(lanes, scalar.get()));
}

}  // namespace dp::codegen
