// The matrix routines and sorts as compiled code calls them. Free of the C++ library.

#include "runtime/dp_runtime.h"
#include "support/dtype.h"
#include "support/linear/routine.h"

namespace {

using namespace dp::linear;

/// Behind the slots that compiled functions count from 0 on.
constexpr std::int32_t work_slot = 31;
constexpr std::int64_t widest_element = 8;

using Run = void (*)(Routine, const Sizes&, const void* const*, void*, void*);

Run run_of(Routine routine, dp::Dtype dtype) {
  if (!is_of_order(routine)) return dtype == dp::Dtype::f32 ? run_matrices<float> : run_matrices<double>;
  switch (dtype) {
    case dp::Dtype::f32: return run_order<float, std::int64_t>;
    case dp::Dtype::f64: return run_order<double, std::int64_t>;
    case dp::Dtype::i32: return run_order<std::int32_t, std::int64_t>;
    case dp::Dtype::boolean: return run_order<std::uint8_t, std::int64_t>;
    default: return run_order<std::int64_t, std::int64_t>;
  }
}

}  // namespace

void dp_call(std::int32_t routine, std::int32_t dtype, const std::int64_t* sizes, const void* const* operands,
             void* result) {
  const auto which = static_cast<Routine>(routine);
  const Sizes given{sizes[0], sizes[1], sizes[2], sizes[3]};
  void* work = dp_scratch(work_slot, extents(which, given).work * widest_element);
  run_of(which, static_cast<dp::Dtype>(dtype))(which, given, operands, result, work);
}
