#include "runtime/files/npy_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dp {
namespace {

constexpr std::size_t longest_header = 16 << 10;  // 10 000 bytes and what stands in front of them

struct Start {
  NpyHeader header;
  std::uint64_t file_bytes = 0;
};

Result<Start> read_start(const std::string& path) {
  const auto start = read_file_start(path, longest_header);
  if (!start) return start.error();
  const auto parsed = parse_npy_header(start->bytes);
  if (const auto* malformed = std::get_if<Malformed>(&parsed))
    return diagnose(diag::BadNpy, {}, path, malformed->reason, malformed->offset);
  const NpyHeader& header = std::get<NpyHeader>(parsed);
  const std::uint64_t expected = header.bytes + header.data_bytes;
  if (start->file_bytes == expected) return Start{header, expected};
  const bool is_short = start->file_bytes < expected;
  const std::string reason =
      is_short ? fmt::format("{} bytes of elements are missing", expected - start->file_bytes)
               : fmt::format("{} bytes too many", start->file_bytes - expected);
  return diagnose(diag::BadNpy, {}, path, reason, std::min(start->file_bytes, expected));
}

/// The whole file, readable; null with `errno` set where that fails.
std::shared_ptr<const std::byte> map_file(const std::string& path, std::size_t bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return nullptr;
  void* memory = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (memory == MAP_FAILED) return nullptr;
  const auto unmap = [bytes](const std::byte* begin) { munmap(const_cast<std::byte*>(begin), bytes); };
  return {static_cast<const std::byte*>(memory), unmap};
}

}  // namespace

Result<MappedNpy> MappedNpy::open(const std::string& path) {
  const auto start = read_start(path);
  if (!start) return start.error();
  if (start->header.fortran_order) {
    return diagnose(diag::ArrayTooLarge, {}, path, "the array, first index fastest,",
                    memory_bytes(start->header), static_cast<std::uint64_t>(available_memory()));
  }
  MappedNpy mapped;
  mapped.header_ = start->header;
  mapped.file_ = map_file(path, start->file_bytes);
  if (!mapped.file_) return diagnose(diag::FileNotReadable, {}, path, std::strerror(errno));
  return mapped;
}

Array MappedNpy::rows(std::int64_t first, std::int64_t count) const {
  std::vector<std::int64_t> shape = header_.shape;
  const auto extent = static_cast<std::size_t>(shape.front());
  const std::size_t row = extent == 0 ? 0 : header_.data_bytes / extent;
  shape.front() = count;
  const Bytes raw(file_.get() + header_.bytes + static_cast<std::size_t>(first) * row,
                  static_cast<std::size_t>(count) * row);
  return convert_elements(header_.type, header_.swap, std::move(shape), raw);
}

std::optional<std::size_t> npy_memory_bytes(const std::string& path) {
  const auto start = read_start(path);
  return start ? std::optional(memory_bytes(start->header)) : std::nullopt;
}

}  // namespace dp
