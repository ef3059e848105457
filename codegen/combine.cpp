#include "codegen/combine.h"

#include <limits>

namespace dp::codegen {
namespace {

using namespace loops;

llvm::Value* in_lanes(llvm::Constant* element, unsigned lanes) {
  if (lanes == 0) return element;
  return llvm::ConstantVector::getSplat(llvm::ElementCount::getFixed(lanes), element);
}

}  // namespace

Reduction::Reduction(Emitter& emitter, const ReduceTerm& term, ReduceOrder order)
    : emitter_(emitter),
      term_(term),
      order_(order),
      type_(emitter.program.type(emitter.program.loops.expressions[term.x].dtype)) {}

bool Reduction::is_position() const {
  return term_.combine == Combine::argmax || term_.combine == Combine::argmin;
}

llvm::Constant* Reduction::element(double real, std::int64_t integer) const {
  if (type_->isFloatingPointTy()) return llvm::ConstantFP::get(type_, real);
  return llvm::ConstantInt::getSigned(type_, integer);
}

// Of sums −0.0, which keeps a −0.0 that is added to it; sequential sums begin at +0.0.
llvm::Constant* Reduction::identity_element() const {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const bool is_wide = type_->getScalarSizeInBits() == 64;
  const std::int64_t lowest =
      is_wide ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int32_t>::min();
  const std::int64_t highest =
      is_wide ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int32_t>::max();
  switch (term_.combine) {
    case Combine::sum:
    case Combine::multiply_add: return element(order_ == ReduceOrder::sequential ? 0.0 : -0.0, 0);
    case Combine::prod: return element(1, 1);
    case Combine::max:
    case Combine::argmax: return element(-inf, lowest);
    case Combine::min:
    case Combine::argmin: return element(inf, highest);
    case Combine::any: return llvm::ConstantInt::getFalse(type_);
    case Combine::all: break;
  }
  return llvm::ConstantInt::getTrue(type_);
}

Values Reduction::identity(unsigned lanes) const {
  Values state = {in_lanes(identity_element(), lanes)};
  if (is_position()) {
    constexpr std::int64_t behind_all = std::numeric_limits<std::int64_t>::max();
    state.push_back(in_lanes(emitter_.number(behind_all), lanes));
  }
  return state;
}

llvm::Value* Reduction::empty(unsigned lanes) const {
  if (is_position()) return in_lanes(emitter_.number(0), lanes);
  const bool is_sum = term_.combine == Combine::sum || term_.combine == Combine::multiply_add;
  return in_lanes(is_sum ? element(0, 0) : identity_element(), lanes);
}

Value Reduction::merged(Value a, Value b) const {
  const Value operands[] = {a, b};
  switch (term_.combine) {
    case Combine::prod: return a * b;
    case Combine::max: return apply(Op::max, operands, 0, type_);
    case Combine::min: return apply(Op::min, operands, 0, type_);
    case Combine::any: return a | b;
    case Combine::all: return a & b;
    default: return a + b;
  }
}

// The first NaN is the best there is, then the larger (smaller), of equals the first.
Value Reduction::is_better(Value x, Value x_position, Value best, Value position) const {
  const Value is_first = x_position < position;
  const Value is_beyond = term_.combine == Combine::argmax ? x > best : x < best;
  const Value better = is_beyond | ((x == best) & is_first);
  if (!x.is_real()) return better;
  return better | ((x != x) & ((best == best) | is_first));
}

Values Reduction::next(const Values& state, llvm::Value* position) const {
  const Value best = emitter_.wrap(state[0]);
  const bool has_lanes = best.type()->isVectorTy();
  const auto evaluated = [&](ExprId expr) {
    return has_lanes ? emitter_.evaluate_lanes(expr) : emitter_.evaluate(expr);
  };
  const Value x = evaluated(term_.x);
  if (term_.combine == Combine::multiply_add) return {fma(x, evaluated(*term_.y), best).get()};
  if (!is_position()) return {merged(best, x).get()};
  const bool must_spread = has_lanes && !position->getType()->isVectorTy();
  if (must_spread) position = emitter_.builder.CreateVectorSplat(emitter_.lanes()->count, position);
  return merged(state, {x.get(), position});
}

Values Reduction::merged(const Values& a, const Values& b) const {
  const Value x = emitter_.wrap(a[0]), y = emitter_.wrap(b[0]);
  if (!is_position()) return {merged(x, y).get()};
  const Value x_position = emitter_.wrap(a[1]), y_position = emitter_.wrap(b[1]);
  const Value takes_b = is_better(y, y_position, x, x_position);
  return {select(takes_b, y, x).get(), select(takes_b, y_position, x_position).get()};
}

llvm::Value* Reduction::result(const Values& state) const { return state[is_position() ? 1 : 0]; }

Reductions::Reductions(Emitter& emitter, const Reduce& reduce) : emitter_(emitter) {
  for (const ReduceTerm& term : reduce.terms) terms_.emplace_back(emitter, term, reduce.order);
}

/// Joins what `f` gives for each term and the place of its state.
template <class F>
Values Reductions::each(F f) const {
  Values all;
  for (const Reduction& term : terms_) {
    const Values part = f(term, all.size());
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

namespace {

Values part(const Values& states, std::size_t first, std::size_t count) {
  const auto begin = states.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

Values Reductions::identity(unsigned lanes) const {
  return each([&](const Reduction& term, std::size_t) { return term.identity(lanes); });
}

Values Reductions::next(const Values& states, llvm::Value* position) const {
  return each([&](const Reduction& term, std::size_t at) {
    return term.next(part(states, at, term.state_size()), position);
  });
}

Values Reductions::merged(const Values& a, const Values& b) const {
  return each([&](const Reduction& term, std::size_t at) {
    return term.merged(part(a, at, term.state_size()), part(b, at, term.state_size()));
  });
}

void Reductions::bind(const Values& states) const {
  std::size_t at = 0;
  for (const Reduction& term : terms_) {
    emitter_.bind_value(term.value(), term.result(part(states, at, term.state_size())));
    at += term.state_size();
  }
}

void Reductions::bind_empty(unsigned lanes) const {
  for (const Reduction& term : terms_) emitter_.bind_value(term.value(), term.empty(lanes));
}

}  // namespace dp::codegen
