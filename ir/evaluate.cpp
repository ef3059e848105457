#include "ir/evaluate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ir/math.h"
#include "ir/scalar.h"
#include "support/assert.h"

namespace dp {
namespace {

using namespace dp::math;

template <class T>
using Word = decltype(T::value);

template <class S>
S unpacked(Bits bits) {
  return S{from_element<Word<S>>(bits)};
}
template <class S>
Bits packed(S scalar) {
  return to_element(scalar.value);
}

template <class S>
constexpr bool is_real_model = S::kind == Kind::real;

enum class Class { REAL, NUMBER, INTEGER, COMPARE, TEST, LOGIC };

/// Whether ops of that class take numbers of the model `S`.
template <class S>
constexpr bool takes(Class types) {
  if (types == Class::LOGIC) return false;
  if (types == Class::REAL || types == Class::TEST) return is_real_model<S>;
  return types != Class::INTEGER || !is_real_model<S>;
}

// The meaning texts name their operands x, y and z; a row uses as many as it has.
template <class S>
Bits evaluate_number(Op op, std::span<const Bits> operands) {
  [[maybe_unused]] const S x = unpacked<S>(operands[0]), y = unpacked<S>(operands[1]),
                           z = unpacked<S>(operands[2]);
  switch (op) {
    // clang-format off
#define EVAL(name, parameters, types, meaning, ...)               \
  case Op::name:                                                  \
    if constexpr (takes<S>(Class::types)) return packed(meaning); \
    break;
#define STRUCTURAL(...)
#include "ir/ops_structural.inc"
#include "ir/ops.def"
#include "ir/ops_end.inc"
      // clang-format on
    default: break;
  }
  internal_error(__FILE__, __LINE__, "op", fmt::format("`{}` of a scalar it does not take", name(op)));
}

Bits evaluate_truth(Op op, std::span<const Bits> operands) {
  const bool x = operands[0] != 0, y = operands[1] != 0;
  if (op == Op::not_) return x ? 0 : 1;
  return (op == Op::and_ ? x && y : x || y) ? 1 : 0;
}

template <class S>
Bits evaluate_power(S x, std::int64_t exponent) {
  return packed(power(x, exponent));
}

double as_double(Dtype from, Bits bits) {
  return from == Dtype::f32 ? from_element<float>(bits) : from_element<double>(bits);
}
std::int64_t as_integer(Dtype from, Bits bits) {
  return from == Dtype::i32 ? from_element<std::int32_t>(bits) : from_element<std::int64_t>(bits);
}

/// Truncated; the nearest that there is where it lies outside, 0 of NaN.
template <class I>
I saturated(double value) {
  constexpr double limit = -static_cast<double>(std::numeric_limits<I>::min());
  if (value >= limit) return std::numeric_limits<I>::max();
  if (value < -limit) return std::numeric_limits<I>::min();
  return std::isnan(value) ? I{0} : static_cast<I>(value);
}

Bits converted(Dtype from, Dtype to, Bits bits) {
  if (is_real(from)) {
    const double value = as_double(from, bits);
    if (to == Dtype::f64) return to_element(value);
    if (to == Dtype::f32) return to_element(static_cast<float>(value));
    return to == Dtype::i32 ? to_element(saturated<std::int32_t>(value))
                            : to_element(saturated<std::int64_t>(value));
  }
  const std::int64_t value = as_integer(from, bits);
  if (to == Dtype::f32) return to_element(static_cast<float>(value));
  if (to == Dtype::f64) return to_element(static_cast<double>(value));
  return to == Dtype::i32 ? to_element(static_cast<std::int32_t>(value)) : to_element(value);
}

}  // namespace

Bits element_of(const Literal& literal, std::size_t position, Dtype dtype) {
  if (const auto* reals = std::get_if<std::vector<double>>(&literal.elements)) {
    const double value = (*reals)[position];
    return dtype == Dtype::f32 ? to_element(static_cast<float>(value)) : to_element(value);
  }
  const std::int64_t value = std::get<std::vector<std::int64_t>>(literal.elements)[position];
  return dtype == Dtype::i32 ? to_element(static_cast<std::int32_t>(value)) : to_element(value);
}

Bits evaluate(Op op, Dtype from, Dtype to, std::span<const Bits> operands, std::int64_t exponent) {
  std::array<Bits, 3> padded{};
  std::ranges::copy(operands, padded.begin());
  if (op == Op::select) return operands[0] != 0 ? operands[1] : operands[2];
  if (op == Op::bits || op == Op::from_bits) return operands[0];
  if (op == Op::convert) return converted(from, to, operands[0]);
  if (from == Dtype::boolean) return evaluate_truth(op, padded);
  const auto with = [&]<class S>(S) {
    return op == Op::power ? evaluate_power(unpacked<S>(operands[0]), exponent)
                           : evaluate_number<S>(op, padded);
  };
  switch (from) {
    case Dtype::f32: return with(Real<float>());
    case Dtype::f64: return with(Real<double>());
    case Dtype::i32: return with(Integer<std::int32_t>());
    default: return with(Integer<std::int64_t>());
  }
}

Literal evaluate(Op op, const Attributes& attributes, std::span<const Literal> operands, Dtype from,
                 Dtype to) {
  std::int64_t exponent = 0;
  for (const Attribute& attribute : attributes)
    if (attribute.name == "exponent") exponent = std::get<std::int64_t>(attribute.value);
  std::vector<Bits> bits;
  for (std::size_t k = 0; k < operands.size(); ++k)
    bits.push_back(element_of(operands[k], 0, op == Op::select && k == 0 ? Dtype::boolean : from));
  return literal_of(evaluate(op, from, to, bits, exponent), to);
}

Literal literal_of(Bits bits, Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return {std::vector<double>{from_element<float>(bits)}};
    case Dtype::f64: return {std::vector<double>{from_element<double>(bits)}};
    case Dtype::i32: return {std::vector<std::int64_t>{from_element<std::int32_t>(bits)}};
    default: return {std::vector<std::int64_t>{from_element<std::int64_t>(bits)}};
  }
}

}  // namespace dp
