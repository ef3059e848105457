#pragma once
// What a running program says: the text of a failed check, and of a print. Values arrive as 64-bit words; the
// module says what they are.

#include <span>
#include <string>
#include <unordered_map>

#include "ir/loops.h"
#include "runtime/dp_runtime.h"

namespace dp::codegen {

/// The texts and types that checks and prints of one module need at run time.
class Messages {
 public:
  explicit Messages(const loops::Module& module);

  Diagnostic failure(const dp_error& error) const;
  /// The line that a print gives, ended by a newline.
  std::string print(std::int32_t site, std::span<const std::int64_t> values) const;

 private:
  std::vector<loops::Site> sites_;
  std::unordered_map<std::uint32_t, std::vector<Dtype>> check_types_;
};

}  // namespace dp::codegen
