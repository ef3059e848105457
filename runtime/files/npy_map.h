#pragma once
// A .npy file that stays on the disk: mapped, checked like one that is read, its elements converted a few
// rows at a time. For arrays that are larger than memory. The file must not become shorter while it is in
// use: what is missing then ends the process, as with every mapping.

#include <memory>

#include "runtime/files/npy.h"

namespace dp {

class MappedNpy {
 public:
  /// E1001, E1002; E1008 for an array whose last index is fastest nowhere (Fortran order), which has no rows
  /// that lie together.
  static Result<MappedNpy> open(const std::string& path);

  /// Of the whole array, and the dtype that its elements become.
  const std::vector<std::int64_t>& shape() const { return header_.shape; }
  Dtype dtype() const { return facts(header_.type).dtype; }
  /// The elements of `count` rows from `first` on, as read_npy gives them.
  Array rows(std::int64_t first, std::int64_t count) const;

 private:
  NpyHeader header_;
  std::shared_ptr<const std::byte> file_;
};

/// The memory that the array of a .npy file would take; nothing where the file is not valid.
std::optional<std::size_t> npy_memory_bytes(const std::string& path);

}  // namespace dp
