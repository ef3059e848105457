#pragma once
// A handle to an LLVM scalar or vector that computes: the code generator's model of the scalar concept
// (ir/scalar.h). The meaning texts of ops.def and the functions of ir/math.h, instantiated with it, append
// instructions at the builder's place instead of computing. One class stands for reals, integers and truth
// values; which it is, and how many lanes it has, is the LLVM type's matter. Operands of one operation must
// have the same type.

#include <llvm/IR/IRBuilder.h>

#include <concepts>

#include "codegen/rare_branch.h"
#include "ir/scalar.h"

namespace dp::codegen {

template <class T>
concept Number = std::integral<T> || std::floating_point<T>;

class Value {
 public:
  static constexpr math::Kind kind = math::Kind::mixed;

  Value(llvm::IRBuilderBase& builder, llvm::Value* value) : builder_(&builder), value_(value) {}

  llvm::Value* get() const { return value_; }
  llvm::Type* type() const { return value_->getType(); }
  llvm::IRBuilderBase& builder() const { return *builder_; }
  Value with(llvm::Value* value) const { return {*builder_, value}; }

  bool is_real() const { return type()->isFPOrFPVectorTy(); }
  unsigned bits() const { return type()->getScalarSizeInBits(); }
  /// The same lanes with elements of another type.
  llvm::Type* type_of(llvm::Type* element) const { return type()->getWithNewType(element); }
  /// The integer type of the same width and lanes.
  llvm::Type* integer_type() const { return type_of(builder_->getIntNTy(bits())); }

 private:
  llvm::IRBuilderBase* builder_;
  llvm::Value* value_;
};

Value literal(Value like, double number);
Value literal(Value like, std::int64_t number);
template <Number L>
Value constant(Value like, L number) {
  if constexpr (std::integral<L>)
    return literal(like, static_cast<std::int64_t>(number));
  else
    return literal(like, static_cast<double>(number));
}

Value operator-(Value x);
Value operator+(Value x, Value y);
Value operator-(Value x, Value y);
Value operator*(Value x, Value y);
Value operator/(Value x, Value y);
Value operator&(Value x, Value y);
Value operator|(Value x, Value y);
Value operator^(Value x, Value y);
Value operator!(Value x);
Value operator==(Value x, Value y);
Value operator!=(Value x, Value y);
Value operator<(Value x, Value y);
Value operator<=(Value x, Value y);
Value operator>(Value x, Value y);
Value operator>=(Value x, Value y);

// Every binary operator also takes a literal for one operand.
#define DP_WITH_LITERAL(op)         \
  template <Number L>               \
  Value operator op(Value x, L y) { \
    return x op constant(x, y);     \
  }                                 \
  template <Number L>               \
  Value operator op(L x, Value y) { \
    return constant(y, x) op y;     \
  }
DP_WITH_LITERAL(+)
DP_WITH_LITERAL(-)
DP_WITH_LITERAL(*)
DP_WITH_LITERAL(/)
DP_WITH_LITERAL(&)
DP_WITH_LITERAL(|)
DP_WITH_LITERAL(^)
DP_WITH_LITERAL(==)
DP_WITH_LITERAL(!=)
DP_WITH_LITERAL(<)
DP_WITH_LITERAL(<=)
DP_WITH_LITERAL(>)
DP_WITH_LITERAL(>=)
#undef DP_WITH_LITERAL

Value select(Value condition, Value x, Value y);
template <Number L>
Value select(Value condition, Value x, L y) {
  return select(condition, x, constant(x, y));
}
template <Number L>
Value select(Value condition, L x, Value y) {
  return select(condition, constant(y, x), y);
}

/// Where no lane takes the first arm it will not be computed: see codegen/rare_branch.h.
template <class Function>
Value select_rare(Value condition, Function rare, Value common) {
  const Value result = select(condition, rare(), common);
  mark_rare(result.get());
  return result;
}

Value sqrt(Value x);
Value fma(Value x, Value y, Value z);
Value floor(Value x);
Value ceil(Value x);
Value trunc(Value x);
Value round_even(Value x);
Value abs(Value x);
Value copysign(Value x, Value y);
Value quotient(Value x, Value y);
Value shift_left(Value x, Value y);
Value shift_right(Value x, Value y);
Value shift_right_arithmetic(Value x, Value y);
template <Number L>
Value fma(Value x, Value y, L z) {
  return fma(x, y, constant(x, z));
}
template <Number L>
Value fma(Value x, L y, Value z) {
  return fma(x, constant(x, y), z);
}
template <Number L>
Value copysign(L x, Value y) {
  return copysign(constant(y, x), y);
}
template <Number L>
Value quotient(Value x, L y) {
  return quotient(x, constant(x, y));
}
template <Number L>
Value shift_left(Value x, L y) {
  return shift_left(x, constant(x, y));
}
template <Number L>
Value shift_right(Value x, L y) {
  return shift_right(x, constant(x, y));
}
template <Number L>
Value shift_right_arithmetic(Value x, L y) {
  return shift_right_arithmetic(x, constant(x, y));
}

Value to_bits(Value x);
Value from_bits(Value bits);

inline bool is_single(Value x) { return x.bits() == 32; }
inline bool is_integer(Value x) { return !x.is_real(); }

/// A scalar in every lane.
Value splat(Value scalar, unsigned lanes);

}  // namespace dp::codegen
