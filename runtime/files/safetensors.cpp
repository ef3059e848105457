#include "runtime/files/safetensors.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/files/atomic_write.h"
#include "runtime/files/safetensors_header.h"
#include "support/unicode.h"

namespace dp {
namespace {

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t format_header_limit = 100'000'000;  // of the reference implementation

Diagnostic bad(const std::string& path, std::string reason, std::size_t offset) {
  return diagnose(diag::BadSafetensors, {}, path, std::move(reason), offset);
}

/// The length that the first 8 bytes announce, within the limits and within a file of that size.
Result<std::uint64_t> header_length(Bytes start, std::uint64_t file_bytes, const std::string& path,
                                    const ReadLimits& limits) {
  if (start.size() < length_bytes)
    return bad(path, "it is shorter than the length of its header", start.size());
  const auto length = read_little_endian<std::uint64_t>(start, 0);
  const auto most = std::min(format_header_limit, static_cast<std::uint64_t>(limits.header_bytes));
  if (length > most) return bad(path, fmt::format("its header is longer than {} bytes", most), 0);
  if (length > file_bytes - length_bytes) return bad(path, "its header is longer than the file", 0);
  return length;
}

Result<SafetensorsHeader> parse_header(std::string_view json, const std::string& path) {
  if (json.empty() || json.front() != '{') return bad(path, "its header does not begin with {", length_bytes);
  if (const std::size_t valid = valid_utf8_prefix(json); valid != json.size()) {
    return bad(path, "its header is not valid UTF-8", length_bytes + valid);
  }
  auto parsed = parse_safetensors_header(json);
  if (const auto* malformed = std::get_if<Malformed>(&parsed)) {
    return bad(path, malformed->reason, length_bytes + malformed->offset);
  }
  return std::get<SafetensorsHeader>(std::move(parsed));
}

/// Each tensor must begin where the one before it ends, have the bytes of its shape, and the last end the
/// file.
Status check_layout(const SafetensorsHeader& header, std::size_t data_offset, std::uint64_t data_bytes,
                    const std::string& path) {
  std::vector<const TensorEntry*> sorted;
  for (const TensorEntry& tensor : header.tensors) sorted.push_back(&tensor);
  std::ranges::stable_sort(sorted, [](const TensorEntry* left, const TensorEntry* right) {
    return std::pair(left->begin, left->end) < std::pair(right->begin, right->end);
  });
  std::uint64_t position = 0;
  for (const TensorEntry* tensor : sorted) {
    const std::size_t offset = data_offset + position;
    if (tensor->begin > tensor->end)
      return bad(path, fmt::format("`{}` ends before it begins", tensor->name), offset);
    if (tensor->end > data_bytes)
      return bad(path, fmt::format("`{}` lies outside of the file", tensor->name), offset);
    if (tensor->begin < position)
      return bad(path, fmt::format("`{}` overlaps another tensor", tensor->name), offset);
    if (tensor->begin > position)
      return bad(path, fmt::format("there is a gap before `{}`", tensor->name), offset);
    const auto count = checked_element_count(tensor->shape, 8);
    const std::size_t size = facts(tensor->type).bytes;
    if (!count || static_cast<std::uint64_t>(*count) * size != tensor->end - tensor->begin) {
      return bad(path, fmt::format("the bytes of `{}` are not those of its shape", tensor->name), offset);
    }
    position = tensor->end;
  }
  if (position != data_bytes)
    return bad(path, "there are bytes behind the last tensor", data_offset + position);
  return Done{};
}

Status check_memory(const SafetensorsHeader& header, const std::string& path, const ReadLimits& limits) {
  std::uint64_t needed = 0;  // the tensors lie disjoint in the file: the sum cannot overflow
  for (const TensorEntry& tensor : header.tensors) {
    needed += (tensor.end - tensor.begin) / facts(tensor.type).bytes * size_of(facts(tensor.type).dtype);
  }
  if (needed <= static_cast<std::uint64_t>(limits.memory_bytes)) return Done{};
  return diagnose(diag::ArrayTooLarge, {}, path, "its tensors", needed,
                  static_cast<std::uint64_t>(limits.memory_bytes));
}

}  // namespace

Result<Safetensors> parse_safetensors(Bytes file, const std::string& path, const ReadLimits& limits) {
  const auto length = header_length(file, file.size(), path, limits);
  if (!length) return length.error();
  auto header = parse_header(as_text(file.subspan(length_bytes, *length)), path);
  if (!header) return header.error();
  const std::size_t data_offset = length_bytes + *length;
  if (auto status = check_layout(*header, data_offset, file.size() - data_offset, path); !status)
    return status.error();
  if (auto status = check_memory(*header, path, limits); !status) return status.error();
  Safetensors result = {{}, std::move(header->metadata)};
  for (TensorEntry& tensor : header->tensors) {
    const Bytes raw = file.subspan(data_offset + tensor.begin, tensor.end - tensor.begin);
    result.arrays.push_back(
        {std::move(tensor.name), convert_elements(tensor.type, false, std::move(tensor.shape), raw)});
  }
  return result;
}

Result<Safetensors> read_safetensors(const std::string& path, const ReadLimits& limits) {
  const auto file = read_file(path, limits);
  if (!file) return file.error();
  return parse_safetensors(*file, path, limits);
}

Result<std::map<std::string, std::string>> read_safetensors_metadata(const std::string& path,
                                                                     const ReadLimits& limits) {
  const auto start = read_file_start(path, length_bytes);
  if (!start) return start.error();
  const auto length = header_length(start->bytes, start->file_bytes, path, limits);
  if (!length) return length.error();
  const auto whole = read_file_start(path, length_bytes + *length);
  if (!whole) return whole.error();
  if (whole->bytes.size() < length_bytes + *length)
    return bad(path, "it became shorter while it was read", 0);
  auto header = parse_header(as_text(Bytes(whole->bytes).subspan(length_bytes)), path);
  if (!header) return header.error();
  return std::move(header->metadata);
}

std::string format_safetensors_header(const std::vector<NamedArray>& arrays,
                                      const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const NamedArray& each : arrays) {
    const std::uint64_t end = offset + each.array.bytes();
    json[each.name] = {{"dtype", facts(stored_type(each.array.dtype())).safetensors},
                       {"shape", each.array.shape()},
                       {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = json.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // so that the elements are aligned
  std::vector<std::byte> length;
  append_little_endian(length, static_cast<std::uint64_t>(text.size()));
  return std::string(as_text(length)) + text;
}

Status write_safetensors(const std::string& path, const std::vector<NamedArray>& arrays,
                         const std::map<std::string, std::string>& metadata) {
  const std::string header = format_safetensors_header(arrays, metadata);
  std::vector<Bytes> parts = {as_bytes(header)};
  for (const NamedArray& each : arrays) parts.push_back(stored_bytes(each.array));
  return write_file_atomically(path, parts);
}

}  // namespace dp
