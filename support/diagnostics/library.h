#pragma once
// The rows of the catalogue about libraries, apart from support/diagnostic.h because only `dpc build` and
// runtime/dp.h report them. The catalogue holds them like all others.

#include "support/diagnostic.h"

namespace dp::diag {
#define DIAGNOSTIC(code, name, arguments, message, explanation) \
  inline constexpr DiagnosticKind<DP_DIAGNOSTIC_ARGUMENTS arguments> name{#code, message};
#define DP_DIAGNOSTIC_ARGUMENTS(...) __VA_ARGS__
#include "support/diagnostics/library.def"
#undef DP_DIAGNOSTIC_ARGUMENTS
#undef DIAGNOSTIC
}  // namespace dp::diag
