#pragma once
// NumPy's .npy files: one array (numpy.lib.format, versions 1.0 to 3.0). The header is a Python literal; a
// grammar of its own reads the few forms that a header can have and nothing else of Python. Object arrays are
// refused.

#include "runtime/files/elements.h"

namespace dp {

/// What stands before the elements.
struct NpyHeader {
  ElementType type = ElementType::f4;
  bool swap = false;           // big end first
  bool fortran_order = false;  // first index fastest
  std::vector<std::int64_t> shape;
  std::size_t bytes = 0;  // of the header: the elements begin here
  std::size_t data_bytes = 0;
};

/// A place in a file and what is wrong there.
struct Malformed {
  std::string reason;
  std::size_t offset = 0;
};

/// How many bytes the header takes, from the first 12 bytes of a file (or all, if it is shorter).
std::variant<std::size_t, Malformed> npy_header_bytes(Bytes start);
/// From at least that many bytes. `data_bytes` does not overflow and the rank is at most 8.
std::variant<NpyHeader, Malformed> parse_npy_header(Bytes start);
/// `raw` are the `data_bytes` bytes of the elements.
Array npy_elements(const NpyHeader& header, Bytes raw);

/// The bytes of memory that the array will take.
std::size_t memory_bytes(const NpyHeader& header);

/// E1002 where it is malformed, E1008 where it is too large; `path` is named in messages.
Result<Array> parse_npy(Bytes file, const std::string& path, const ReadLimits& limits = {});
Result<Array> read_npy(const std::string& path, const ReadLimits& limits = {});

/// Version 1.0, little end first, C order.
std::string format_npy_header(const Array& array);
Status write_npy(const std::string& path, const Array& array);

}  // namespace dp
