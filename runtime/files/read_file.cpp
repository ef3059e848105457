#include "runtime/files/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "support/unicode.h"

namespace dp {
namespace {

/// The first number in a small text file of the kernel, behind `key`.
std::optional<std::int64_t> number_in(const char* path, std::string_view key) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(key)) continue;
    const std::size_t digit = line.find_first_of("0123456789", key.size());
    if (digit == std::string::npos) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(line.data() + digit, line.data() + line.size(), value);
    return value;
  }
  return std::nullopt;
}

/// Closes a file descriptor when it goes out of scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

Result<std::vector<std::byte>> read_open_file(int descriptor, std::size_t size, const std::string& path) {
  std::vector<std::byte> bytes(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = pread(descriptor, bytes.data() + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return diagnose(diag::FileNotReadable, {}, path, std::strerror(errno));
    if (got == 0) return diagnose(diag::FileNotReadable, {}, path, "it became shorter while it was read");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

std::int64_t available_memory() {
  std::int64_t bytes = number_in("/proc/meminfo", "MemAvailable:").value_or(std::int64_t{4} << 20) * 1024;
  if (const auto most = number_in("/sys/fs/cgroup/memory.max", "")) {
    const std::int64_t used = number_in("/sys/fs/cgroup/memory.current", "").value_or(0);
    bytes = std::min(bytes, std::max<std::int64_t>(*most - used, 0));
  }
  return bytes / 10 * 8;
}

Result<FileStart> read_file_start(const std::string& path, std::uint64_t count) {
  // Without O_NONBLOCK the opening of a pipe would wait for a writer.
  const Descriptor file = {open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (file.number < 0) return diagnose(diag::FileNotReadable, {}, path, std::strerror(errno));
  struct stat facts;
  if (fstat(file.number, &facts) != 0) return diagnose(diag::FileNotReadable, {}, path, std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) return diagnose(diag::FileNotReadable, {}, path, "it is not a regular file");
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  auto bytes = read_open_file(file.number, std::min(size, count), path);
  if (!bytes) return bytes.error();
  return FileStart{std::move(*bytes), size};
}

Result<std::vector<std::byte>> read_file(const std::string& path, const ReadLimits& limits) {
  const auto allowed = static_cast<std::uint64_t>(limits.memory_bytes);
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (!error && size > allowed) return diagnose(diag::ArrayTooLarge, {}, path, "the file", size, allowed);
  auto start = read_file_start(path, allowed);
  if (!start) return start.error();
  return std::move(start->bytes);
}

std::string_view reason_against_name(std::string_view name) {
  if (name.empty()) return "a name is empty";
  if (name.size() > 1024) return "a name is longer than 1024 bytes";
  if (valid_utf8_prefix(name) != name.size()) return "a name is not valid UTF-8";
  for (std::size_t offset = 0; offset < name.size();) {
    const CodePoint point = decode_utf8(name, offset);
    if (is_unprintable(point.value)) return "a name holds control characters";
    offset += point.bytes;
  }
  const std::string walls = "/" + std::string(name) + "/";
  const bool leads_out = name.front() == '/' || walls.find("/../") != std::string::npos;
  return leads_out ? "a name leads out of its folder" : "";
}

}  // namespace dp
