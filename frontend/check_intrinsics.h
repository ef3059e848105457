#pragma once
// Calls of what the compiler provides itself: intrinsics.def, read as data, and the pointwise ops of the op
// table.

#include <span>
#include <string_view>

#include "frontend/check_arguments.h"

namespace dp::checker {

bool is_intrinsic(const std::string& name);
/// Whether it is an op of the op table that works element by element.
bool is_pointwise_name(const std::string& name);
bool reduces_everything(const std::string& name);
/// A function of the library, written for `real`, that takes tensors of every scalar type.
bool takes_any_scalar(const std::string& name);
/// A layer of the library that is not supported yet.
bool is_later_layer(const std::string& name);
void add_intrinsic_names(std::vector<std::string>& names);

Value call_intrinsic(Body& body, CallSite site);

/// One intrinsic for the documentation.
struct IntrinsicDoc {
  std::string_view name, signature, doc;
};
std::span<const IntrinsicDoc> intrinsic_docs();

/// The arguments by the names of the parameters; those named in `optional` may be missing.
std::optional<std::vector<Argument*>> intrinsic_arguments(Body& body, CallSite& site,
                                                          const std::vector<std::string>& parameters,
                                                          std::size_t required);

/// `sum(x, over)` and the like: over all axes, or those of the argument; `argmax`: over one, the last by
/// default.
struct ReductionRow {
  Op op;
  bool of_bools = false;
  bool position = false;
  bool needs_elements = false;
};
Value check_reduction(Body& body, const ReductionRow& row, CallSite site);  // check_reductions.cpp
Value check_conversion(Body& body, typed::Scalar scalar, CallSite site);    // check_conversions.cpp

#define REDUCTION(...)
#define POSITION(...)
#define CONVERSION(...)
#define SPECIAL(name, signature, doc) Value check_intrinsic_##name(Body& body, CallSite site);
#define REDUCES_ALL(...)
#define ANY_SCALAR(...)
#define LATER_LAYER(...)
#include "frontend/intrinsics.def"

}  // namespace dp::checker
