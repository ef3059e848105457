#include "runtime/files/npz.h"

#include "runtime/files/atomic_write.h"
#include "runtime/files/zip.h"

namespace dp {
namespace {

constexpr std::size_t fixed_header = 12;  // magic, version and length, in the longer form

/// One archive being read: where it is, and the memory that its arrays may still take.
struct Reading {
  Bytes file;
  const std::string& path;
  std::uint64_t allowed;
  std::uint64_t left;
};

Diagnostic bad(const Reading& reading, const zip::Member& member, std::string_view reason) {
  return diagnose(diag::BadNpz, {}, reading.path, fmt::format("in `{}`: {}", member.name, reason),
                  member.header_offset);
}

/// The header of the member's .npy file. Its length is known only from its first bytes.
Result<NpyHeader> unpack_header(zip::Unpacker& unpacker, const zip::Member& member, const Reading& reading) {
  std::vector<std::byte> start(std::min<std::uint64_t>(fixed_header, member.bytes));
  if (!unpacker.read(start)) return bad(reading, member, "the compressed data are damaged");
  const auto length = npy_header_bytes(start);
  if (const auto* malformed = std::get_if<Malformed>(&length)) return bad(reading, member, malformed->reason);
  const std::size_t whole = std::get<std::size_t>(length);
  if (whole > member.bytes) return bad(reading, member, "it ends within the header");
  const std::size_t before = start.size();
  start.resize(std::max(whole, before));
  if (!unpacker.read(std::span(start).subspan(before)))
    return bad(reading, member, "the compressed data are damaged");
  auto parsed = parse_npy_header(start);
  if (const auto* malformed = std::get_if<Malformed>(&parsed)) return bad(reading, member, malformed->reason);
  NpyHeader header = std::get<NpyHeader>(parsed);
  // A header shorter than the fixed part has been read too far; no header of three keys is.
  if (header.bytes != start.size()) return bad(reading, member, "its header is too short");
  return header;
}

Result<NamedArray> unpack_array(const zip::Member& member, Reading& reading) {
  if (!member.name.ends_with(".npy")) return bad(reading, member, "it is not a .npy file");
  const std::string name = member.name.substr(0, member.name.size() - 4);
  if (const auto reason = reason_against_name(name); !reason.empty()) return bad(reading, member, reason);
  zip::Unpacker unpacker(member, reading.file);
  const auto header = unpack_header(unpacker, member, reading);
  if (!header) return header.error();
  if (header->data_bytes != member.bytes - header->bytes) {
    return bad(reading, member, "its size is not that of its elements");
  }
  const std::uint64_t needed = memory_bytes(*header) + header->data_bytes;
  if (needed > reading.left) {
    return diagnose(diag::ArrayTooLarge, {}, reading.path, "the array `" + name + "`", needed,
                    reading.allowed);
  }
  reading.left -= memory_bytes(*header);
  std::vector<std::byte> raw(header->data_bytes);
  if (!unpacker.read(raw)) return bad(reading, member, "the compressed data are damaged");
  if (!unpacker.finished()) return bad(reading, member, "the checksum is wrong");
  return NamedArray{name, npy_elements(*header, raw)};
}

}  // namespace

Result<std::vector<NamedArray>> parse_npz(Bytes file, const std::string& path, const ReadLimits& limits) {
  const auto directory = zip::read_directory(file);
  if (const auto* malformed = std::get_if<Malformed>(&directory)) {
    return diagnose(diag::BadNpz, {}, path, malformed->reason, malformed->offset);
  }
  const auto allowed = static_cast<std::uint64_t>(limits.memory_bytes);
  Reading reading = {file, path, allowed, allowed};
  std::vector<NamedArray> arrays;
  for (const zip::Member& member : std::get<std::vector<zip::Member>>(directory)) {
    auto array = unpack_array(member, reading);
    if (!array) return array.error();
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

Result<std::vector<NamedArray>> read_npz(const std::string& path, const ReadLimits& limits) {
  const auto file = read_file(path, limits);
  if (!file) return file.error();
  return parse_npz(*file, path, limits);
}

Status write_npz(const std::string& path, const std::vector<NamedArray>& arrays) {
  std::vector<std::string> headers;
  for (const NamedArray& each : arrays) headers.push_back(format_npy_header(each.array));
  std::vector<zip::Content> contents;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    contents.push_back({arrays[i].name + ".npy", {as_bytes(headers[i]), stored_bytes(arrays[i].array)}});
  }
  const auto archive = zip::plan_archive(contents);
  if (!archive) return diagnose(diag::FileFormatLimit, {}, path, "a .npz file holds at most 4 GiB");
  std::vector<Bytes> parts;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    parts.push_back(as_bytes(archive->headers[i]));
    parts.insert(parts.end(), contents[i].parts.begin(), contents[i].parts.end());
  }
  parts.push_back(as_bytes(archive->directory));
  return write_file_atomically(path, parts);
}

}  // namespace dp
