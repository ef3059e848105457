#pragma once
// The folder of a run, which one run at a time has to itself.

#include <string>

#include "support/result.h"

namespace dp {

/// Holds the lock on a folder while it lives. The lock is the kernel's: it ends with the process, however
/// that ends.
class FolderLock {
 public:
  /// Makes the folder where it is missing and removes what died while writing there. E1009 where it cannot be
  /// made, E1304 where another run has it.
  static Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace dp
