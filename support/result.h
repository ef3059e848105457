#pragma once
// `Result<T>`: a value, or the diagnostic that says why there is none. Used across folders in place of
// exceptions.

#include <optional>
#include <utility>
#include <variant>

#include "support/assert.h"
#include "support/diagnostic.h"

namespace dp {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Diagnostic error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return get(); }
  const T& operator*() const { return const_cast<Result*>(this)->get(); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &const_cast<Result*>(this)->get(); }
  T&& take() && { return std::move(get()); }
  const Diagnostic& error() const {
    DP_ASSERT(state_.index() == 1, "error() of a result that has a value");
    return std::get<1>(state_);
  }

 private:
  T& get() {
    DP_ASSERT(state_.index() == 0, "value of a result that has none: {}", std::get<1>(state_).message);
    return std::get<0>(state_);
  }
  std::variant<T, Diagnostic> state_;
};

/// For operations that give nothing but success.
struct Done {};
using Status = Result<Done>;

}  // namespace dp
