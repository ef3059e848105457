#include "runtime/files/npy.h"

#include <cstring>

#include "runtime/files/atomic_write.h"

namespace dp {
namespace {

/// From first index fastest to last index fastest.
Array from_fortran_order(const Array& reversed) {
  const std::vector<std::int64_t> shape(reversed.shape().rbegin(), reversed.shape().rend());
  Array result(reversed.dtype(), shape);
  const std::size_t size = size_of(result.dtype());
  std::vector<std::int64_t> index(shape.size(), 0);
  for (std::int64_t to = 0; to < result.count(); ++to) {
    std::int64_t from = 0;
    for (std::size_t axis = shape.size(); axis-- > 0;) from = from * shape[axis] + index[axis];
    std::memcpy(result.data() + static_cast<std::size_t>(to) * size,
                reversed.data() + static_cast<std::size_t>(from) * size, size);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return result;
}

std::string shape_literal(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (const std::int64_t extent : shape) text += std::to_string(extent) + ", ";
  if (shape.size() > 1) text.resize(text.size() - 2);
  if (shape.size() == 1) text.pop_back();
  return text + ")";
}

}  // namespace

std::size_t memory_bytes(const NpyHeader& header) {
  const std::size_t once = header.data_bytes / facts(header.type).bytes * size_of(facts(header.type).dtype);
  return header.fortran_order ? 2 * once : once;
}

Array npy_elements(const NpyHeader& header, Bytes raw) {
  if (!header.fortran_order) return convert_elements(header.type, header.swap, header.shape, raw);
  std::vector<std::int64_t> reversed(header.shape.rbegin(), header.shape.rend());
  return from_fortran_order(convert_elements(header.type, header.swap, std::move(reversed), raw));
}

Result<Array> parse_npy(Bytes file, const std::string& path, const ReadLimits& limits) {
  const auto parsed = parse_npy_header(file);
  if (const auto* malformed = std::get_if<Malformed>(&parsed)) {
    return diagnose(diag::BadNpy, {}, path, malformed->reason, malformed->offset);
  }
  const NpyHeader& header = std::get<NpyHeader>(parsed);
  const std::size_t present = file.size() - header.bytes;
  if (present < header.data_bytes) {
    return diagnose(diag::BadNpy, {}, path,
                    fmt::format("{} bytes of elements are missing", header.data_bytes - present),
                    file.size());
  }
  if (present > header.data_bytes) {
    return diagnose(diag::BadNpy, {}, path, fmt::format("{} bytes too many", present - header.data_bytes),
                    header.bytes + header.data_bytes);
  }
  const std::size_t needed = memory_bytes(header);
  if (needed > static_cast<std::uint64_t>(limits.memory_bytes)) {
    return diagnose(diag::ArrayTooLarge, {}, path, "the array", needed,
                    static_cast<std::uint64_t>(limits.memory_bytes));
  }
  return npy_elements(header, file.subspan(header.bytes));
}

Result<Array> read_npy(const std::string& path, const ReadLimits& limits) {
  const auto file = read_file(path, limits);
  if (!file) return file.error();
  return parse_npy(*file, path, limits);
}

std::string format_npy_header(const Array& array) {
  const ElementFacts& element = facts(stored_type(array.dtype()));
  const std::string order = element.bytes == 1 ? "|" : "<";
  std::string text = "{'descr': '" + order + std::string(element.npy) +
                     "', 'fortran_order': False, 'shape': " + shape_literal(array.shape()) + ", }";
  // The elements begin at a multiple of 64, so that others may map them.
  const std::size_t begin = 10;
  text.append(63 - (begin + text.size()) % 64, ' ').push_back('\n');
  std::string header = "\x93NUMPY";
  header.append({'\x01', '\x00', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)});
  return header + text;
}

Status write_npy(const std::string& path, const Array& array) {
  const std::string header = format_npy_header(array);
  return write_file_atomically(path, {as_bytes(header), stored_bytes(array)});
}

}  // namespace dp
