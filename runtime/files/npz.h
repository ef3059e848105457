#pragma once
// NumPy's .npz files: a zip archive of .npy files. A member is unpacked in two steps, header first, and then
// exactly the bytes that the header says: an archive that blows up has nothing to blow up into.

#include "runtime/files/npy.h"

namespace dp {

/// In the order of the archive; names without `.npy`. E1003 where it is malformed, E1008 where it is too
/// large.
Result<std::vector<NamedArray>> parse_npz(Bytes file, const std::string& path, const ReadLimits& limits = {});
Result<std::vector<NamedArray>> read_npz(const std::string& path, const ReadLimits& limits = {});

/// Members are stored, not deflated. Equal arrays give equal files.
Status write_npz(const std::string& path, const std::vector<NamedArray>& arrays);

}  // namespace dp
