#include "ir/interpret_machine.h"

#include <quadmath.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "ir/interpret_tensor.h"
#include "ir/math.h"
#include "ir/scalar.h"
#include "support/assert.h"
#include "support/number_text.h"
#include "support/philox.h"

namespace dp::interpreter {
namespace {

std::uint64_t word_pair(const PhiloxBlock& block) {
  return block[0] | (static_cast<std::uint64_t>(block[1]) << 32);
}

std::uint64_t random_word(Op op, std::uint64_t key, std::uint64_t number) {
  if (op == Op::make_key) return key;
  if (op == Op::fold_key) return word_pair(philox(number, key, fold_stream));
  return philox(number / 4, key)[number % 4];
}

std::string shortest(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

/// Truncated; the nearest that there is where it lies outside, 0 of NaN.
Quad saturated(Quad value, Dtype to) {
  const Quad limit = ldexpq(1, to == Dtype::i32 ? 31 : 63);
  if (value != value) return 0;
  return value >= limit ? limit - 1 : value < -limit ? -limit : truncq(value);
}

using namespace dp::math;

enum class Class { REAL, NUMBER, INTEGER, COMPARE, TEST, LOGIC };

/// Depends on S, so that texts which do not hold for reals are not compiled.
template <class S>
constexpr bool takes_reals(Class types) {
  return types != Class::INTEGER && types != Class::LOGIC;
}

/// A meaning text on reals of quad precision; integers go through the machine of bits.
template <class S>
Quad evaluate_real(Op op, std::span<const Quad> operands) {
  std::array<Quad, 3> padded{};
  std::copy(operands.begin(), operands.end(), padded.begin());
  [[maybe_unused]] const S x{padded[0]}, y{padded[1]}, z{padded[2]};
  switch (op) {
    // clang-format off
#define EVAL(name, parameters, types, meaning, ...)                                               \
  case Op::name:                                                                                  \
    if constexpr (takes_reals<S>(Class::types))                                                   \
      return static_cast<Quad>((meaning).value);                                                  \
    break;
#define STRUCTURAL(...)
#include "ir/ops_structural.inc"
#include "ir/ops.def"
#include "ir/ops_end.inc"
    // clang-format on
    default: break;
  }
  internal_error(__FILE__, __LINE__, "op", fmt::format("`{}` of a real", name(op)));
}

}  // namespace

BitsMachine::Element BitsMachine::literal(const Literal& literal, std::size_t position, Dtype dtype) {
  return element_of(literal, position, dtype);
}

BitsMachine::Element BitsMachine::of_integer(std::int64_t value, Dtype dtype) {
  return dtype == Dtype::i32 ? to_element(static_cast<std::int32_t>(value)) : to_element(value);
}

std::int64_t BitsMachine::integer(Element element, Dtype dtype) {
  return dtype == Dtype::i32 ? from_element<std::int32_t>(element) : from_element<std::int64_t>(element);
}

BitsMachine::Element BitsMachine::evaluate(Op op, Dtype from, Dtype to, std::span<const Element> operands,
                                           std::int64_t exponent) {
  return dp::evaluate(op, from, to, operands, exponent);
}

BitsMachine::Element BitsMachine::random(Op op, std::span<const Element> operands) {
  return random_word(op, operands[0], operands.size() > 1 ? operands[1] : 0);
}

std::string BitsMachine::text(Element element, Dtype dtype) {
  if (dtype == Dtype::f32) return number_text(from_element<float>(element), dtype);
  if (dtype == Dtype::f64) return number_text(from_element<double>(element), dtype);
  if (dtype == Dtype::boolean) return element != 0 ? "true" : "false";
  return std::to_string(integer(element, dtype));
}

bool BitsMachine::is_nan(Element element, Dtype dtype) {
  if (!is_real(dtype)) return false;
  return dtype == Dtype::f32 ? std::isnan(from_element<float>(element))
                             : std::isnan(from_element<double>(element));
}

bool BitsMachine::fits(Element element, Dtype from, Dtype to) {
  const double value = from == Dtype::f32 ? from_element<float>(element) : from_element<double>(element);
  return QuadMachine::fits(value, from, to);
}

bool QuadMachine::fits(Element element, Dtype, Dtype to) {
  const int bits = to == Dtype::i32 ? 31 : 63;
  return element > -ldexpq(1, bits) - 1 && element < ldexpq(1, bits);
}

QuadMachine::Element QuadMachine::literal(const Literal& literal, std::size_t position, Dtype) {
  return std::visit([&](const auto& elements) { return static_cast<Quad>(elements[position]); },
                    literal.elements);
}

QuadMachine::Element QuadMachine::evaluate(Op op, Dtype from, Dtype to, std::span<const Element> operands,
                                           std::int64_t exponent) {
  if (op == Op::select) return operands[0] != 0 ? operands[1] : operands[2];
  if (is_real(from) && op == Op::power) return power(Real<Quad>{operands[0]}, exponent).value;
  if (is_real(from) && op == Op::convert) return is_real(to) ? operands[0] : saturated(operands[0], to);
  if (is_real(from)) return evaluate_real<Real<Quad>>(op, operands);
  if (op == Op::convert) return operands[0];
  std::vector<Bits> bits;
  for (Quad operand : operands)
    bits.push_back(BitsMachine::of_integer(static_cast<std::int64_t>(operand), from));
  return static_cast<Quad>(BitsMachine::integer(dp::evaluate(op, from, to, bits, exponent), to));
}

QuadMachine::Element QuadMachine::random(Op op, std::span<const Element> operands) {
  const auto key = static_cast<std::uint64_t>(static_cast<std::int64_t>(operands[0]));
  const auto number =
      operands.size() > 1 ? static_cast<std::uint64_t>(static_cast<std::int64_t>(operands[1])) : 0;
  const std::uint64_t word = random_word(op, key, number);
  return op == Op::random_bits ? static_cast<Quad>(static_cast<std::int32_t>(word))
                               : static_cast<Quad>(static_cast<std::int64_t>(word));
}

std::string QuadMachine::text(Element element, Dtype) { return shortest(static_cast<double>(element)); }

QuadMachine::Reduction::Reduction(Combine combine, ReduceOrder, Dtype dtype)
    : combine_(combine), dtype_(dtype) {
  if (combine == Combine::prod || combine == Combine::all) best_ = 1;
  if (combine == Combine::max) best_ = -HUGE_VALQ;
  if (combine == Combine::min) best_ = HUGE_VALQ;
}

void QuadMachine::Reduction::feed(Element x, Element y, std::int64_t) {
  const bool nan_x = x != x, nan_best = best_ != best_;
  switch (combine_) {
    case Combine::sum: best_ += x; break;
    case Combine::multiply_add: best_ += x * y; break;
    case Combine::prod: best_ *= x; break;
    case Combine::any: best_ = best_ != 0 || x != 0; break;
    case Combine::all: best_ = best_ != 0 && x != 0; break;
    case Combine::max: best_ = nan_x || best_ < x ? x : best_; break;
    case Combine::min: best_ = nan_x || x < best_ ? x : best_; break;
    case Combine::argmax:
    case Combine::argmin: {
      const bool better = combine_ == Combine::argmax ? best_ < x : x < best_;
      if (fed_ > 0 && !better && (!nan_x || nan_best)) break;
      best_ = x;
      position_ = fed_;
    }
  }
  ++fed_;
}

QuadMachine::Element QuadMachine::Reduction::result() {
  return combine_ == Combine::argmax || combine_ == Combine::argmin ? static_cast<Quad>(position_) : best_;
}

std::vector<std::int64_t> remaining_axes(std::size_t rank, const std::vector<std::int64_t>& first,
                                         const std::vector<std::int64_t>& second) {
  std::vector<std::int64_t> out;
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(rank); ++axis) {
    const auto is_axis = [axis](std::int64_t other) { return other == axis; };
    if (std::none_of(first.begin(), first.end(), is_axis) &&
        std::none_of(second.begin(), second.end(), is_axis))
      out.push_back(axis);
  }
  return out;
}

}  // namespace dp::interpreter
