#include "runtime/train/recovery.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dp {
namespace {

constexpr std::int64_t steps_between_copies = 128;

void copy_state(std::span<const Array> from, std::span<Array> to) {
  for (std::size_t i = 0; i < from.size(); ++i) std::memcpy(to[i].data(), from[i].data(), from[i].bytes());
}

template <class T>
bool all_finite(std::span<const T> values) {
  // x * 0 is 0 for finite x and NaN otherwise; a sum vectorizes where a search does not.
  T sum = 0;
  for (const T value : values) sum += value * T{0};
  return sum == 0;
}

}  // namespace

void Recovery::begin(std::span<const Array> state, std::int64_t step) {
  copy_.clear();
  for (const Array& array : state) copy_.push_back(array.clone());
  step_ = step;
}

void Recovery::after_step(std::span<const Array> state, std::int64_t step) {
  if (step - step_ < steps_between_copies || (step - step_) % steps_between_copies != 0 || !is_finite(state))
    return;
  copy_state(state, copy_);
  step_ = step;
}

bool Recovery::is_finite(std::span<const Array> state) const {
  return std::ranges::all_of(state.first(settings_.parameters), [](const Array& array) {
    if (array.dtype() == Dtype::f32) return all_finite(array.as<float>());
    return array.dtype() != Dtype::f64 || all_finite(array.as<double>());
  });
}

Result<std::int64_t> Recovery::restore(std::span<Array> state, std::int64_t failed) {
  const auto good = replay(state, failed - 1);
  if (!good) return good.error();
  return replay(state, *good);
}

/// From the copy up to `last`, or to the first step that spoils the loss or the parameters. Returns the last
/// step that did not; the state is that step's only if it is `last`.
Result<std::int64_t> Recovery::replay(std::span<Array> state, std::int64_t last) {
  copy_state(copy_, state);
  for (std::int64_t step = step_ + 1; step <= last; ++step) {
    const auto loss = hooks_.step(state, feed_.prepare(step), step);
    if (!loss) return loss.error();
    if (!std::isfinite(*loss) || !is_finite(state)) return step - 1;
  }
  return last;
}

}  // namespace dp
