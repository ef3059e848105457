// The meanings of the op table over `Value`: the same texts that the interpreter compiles, pasted once more.

#include "codegen/emitter.h"
#include "ir/math.h"

namespace dp::codegen {
namespace {

/// A text names its operands x, y and z; a row uses as many as it has.
Value apply_meaning(Op op, std::span<const Value> operands) {
  using namespace dp::math;
  [[maybe_unused]] const Value x = operands[0], y = operands[operands.size() > 1 ? 1 : 0],
                               z = operands[operands.size() > 2 ? 2 : 0];
  switch (op) {
    // clang-format off
#define EVAL(name, parameters, types, meaning, ...) case Op::name: return meaning;
#define STRUCTURAL(...)
#include "ir/ops_structural.inc"
#include "ir/ops.def"
#include "ir/ops_end.inc"
    // clang-format on
    default: break;
  }
  internal_error(__FILE__, __LINE__, "op", fmt::format("`{}` has no meaning at an index", name(op)));
}

/// Reals become integers by truncation, the nearest representable where out of range, 0 of NaN.
Value to_integer(Value x, llvm::Type* type) {
  return x.with(x.builder().CreateIntrinsic(llvm::Intrinsic::fptosi_sat, {type, x.type()}, {x.get()}));
}

Value convert(Value x, llvm::Type* element) {
  llvm::IRBuilderBase& builder = x.builder();
  llvm::Type* type = x.type_of(element);
  if (element->isIntegerTy(1)) return x != 0;
  if (element->isIntegerTy()) {
    if (x.is_real()) return to_integer(x, type);
    return x.with(x.bits() == 1 ? builder.CreateZExt(x.get(), type)
                                : builder.CreateSExtOrTrunc(x.get(), type));
  }
  if (x.is_real()) return x.with(builder.CreateFPCast(x.get(), type));
  return x.with(x.bits() == 1 ? builder.CreateUIToFP(x.get(), type) : builder.CreateSIToFP(x.get(), type));
}

}  // namespace

Value apply(Op op, std::span<const Value> operands, std::int64_t exponent, llvm::Type* to) {
  switch (op) {
    case Op::select: return select(operands[0], operands[1], operands[2]);
    case Op::convert: return convert(operands[0], to);
    case Op::power: return math::power(operands[0], exponent);
    case Op::bits: return to_bits(operands[0]);
    case Op::from_bits: return from_bits(operands[0]);
    default: return apply_meaning(op, operands);
  }
}

}  // namespace dp::codegen
