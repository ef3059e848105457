// Failed checks and prints of compiled code. Like the pool, free of the C++ library.

#include <atomic>

#include "runtime/abi/position.h"
#include "runtime/dp_runtime.h"

namespace {

constexpr std::int32_t most_values = 4;

void record(dp_error& error, std::int32_t code, std::int32_t site, const std::int64_t* values,
            std::int32_t count) {
  error.code = code;
  error.site = site;
  for (std::int32_t i = 0; i < most_values; ++i) error.values[i] = i < count ? values[i] : 0;
}

}  // namespace

void dp_fail(dp_context* context, std::int32_t code, std::int32_t site, const std::int64_t* values,
             std::int32_t count) {
  const std::atomic_ref lock(context->error_lock);
  while (lock.exchange(1, std::memory_order_acquire) != 0) {}
  const std::int64_t position = dp_position();
  if (context->error.code == DP_OK || position < context->error_position) {
    record(context->error, code, site, values, count);
    context->error_position = position;
  }
  lock.store(0, std::memory_order_release);
}

void dp_print(dp_context* context, std::int32_t site, const std::int64_t* values, std::int32_t count) {
  if (context->print != nullptr) context->print(context->host, site, values, count);
}
