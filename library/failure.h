#pragma once
// The border of runtime/dp.h: diagnostics and exceptions become `dp_failure`. Nothing that is thrown behind
// it gets out.

#include <exception>
#include <new>
#include <string>
#include <vector>

#include "runtime/dp.h"
#include "support/diagnostic.h"
#include "support/diagnostics/library.h"
#include "support/result.h"
#include "support/stack.h"

struct dp_failure {
  int failure_class = DP_INTERNAL_ERROR;
  std::string text;
  std::vector<dp_failure_item> items;
  std::vector<std::string> texts;  // what the items point to, three each
};

namespace dp::library {

/// Errors and warnings with their places.
dp_failure* make_failure(const Diagnostics& diagnostics, const Sources& sources);
dp_failure* make_failure(const Diagnostic& diagnostic, const Sources& sources);
dp_failure* internal_failure(const char* what) noexcept;
dp_failure* memory_failure() noexcept;

/// A mistake of the caller's: which function was called how.
Diagnostic misuse(const std::string& function, const std::string& why);

/// What `work` gives, or what it throws, as a failure.
template <class F>
dp_failure* guarded(F&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) { return memory_failure(); } catch (const std::exception& error) {
    return internal_failure(error.what());
  } catch (...) { return internal_failure("something was thrown"); }
}

/// The same on a stack that is deep enough for the front end and the passes, wherever it is called from.
template <class F>
dp_failure* guarded_deep(F&& work) noexcept {
  return guarded([&] {
    dp_failure* failure = nullptr;
    run_with_stack(deep_stack_bytes, [&] { failure = work(); });
    return failure;
  });
}

}  // namespace dp::library
