#include "runtime/files/atomic_write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace dp {
namespace {

constexpr std::string_view temporary_suffix = ".dp-tmp";
constexpr std::size_t largest_write = std::size_t{1} << 30;  // one call writes no more than 2 GiB

Diagnostic write_error(const std::string& path, int error) {
  const bool is_disk = error == ENOSPC || error == EDQUOT || error == EFBIG || error == EIO;
  const std::string reason = std::strerror(error);
  return is_disk ? diagnose(diag::WriteFailed, {}, path, reason)
                 : diagnose(diag::CannotCreate, {}, path, reason);
}

int sync_folder(const char* folder) {
  const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  const int result = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  errno = error;
  return result;
}

/// 0, or the error.
int write_part(int file, Bytes part, const FileOperations& operations) {
  while (!part.empty()) {
    const ssize_t written = operations.write(file, part.data(), std::min(part.size(), largest_write));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    part = part.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

int fill_file(int file, const std::vector<Bytes>& parts, const FileOperations& operations) {
  std::size_t total = 0;
  for (const Bytes part : parts) total += part.size();
  // A full disk is told before anything is written; file systems without the call have to find out later.
  const int reserved = total == 0 ? 0 : operations.reserve(file, static_cast<off_t>(total));
  if (reserved != 0 && reserved != EOPNOTSUPP && reserved != EINVAL && reserved != ENOSYS) return reserved;
  for (const Bytes part : parts) {
    if (const int error = write_part(file, part, operations)) return error;
  }
  return operations.sync(file) == 0 ? 0 : errno;
}

int create_and_fill(const std::string& temporary, const std::vector<Bytes>& parts,
                    const FileOperations& operations) {
  const int file = operations.create(temporary.c_str());
  if (file < 0) return errno;
  int error = fill_file(file, parts, operations);
  if (operations.close(file) != 0 && error == 0) error = errno;
  return error;
}

/// What stands under the name already may only be a regular file.
Status check_target(const std::string& path) {
  struct stat facts;
  if (lstat(path.c_str(), &facts) != 0 || S_ISREG(facts.st_mode)) return Done{};
  return diagnose(diag::CannotCreate, {}, path,
                  S_ISLNK(facts.st_mode) ? "it is a link" : "it is not a regular file");
}

}  // namespace

FileOperations system_file_operations() {
  return {
      .create =
          [](const char* path) {
            return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
          },
      .reserve = [](int file, off_t bytes) { return posix_fallocate(file, 0, bytes); },
      .write = [](int file, const void* bytes, std::size_t count) { return write(file, bytes, count); },
      .sync = [](int file) { return fsync(file); },
      .close = [](int file) { return close(file); },
      .rename = [](const char* from, const char* to) { return rename(from, to); },
      .sync_folder = sync_folder,
  };
}

Status write_file_atomically(const std::string& path, const std::vector<Bytes>& parts,
                             const FileOperations& operations) {
  if (auto status = check_target(path); !status) return status;
  const std::string temporary = fmt::format("{}.{}{}", path, getpid(), temporary_suffix);
  unlink(temporary.c_str());  // ours: an earlier process of that number left it
  int error = create_and_fill(temporary, parts, operations);
  if (error == 0 && operations.rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    unlink(temporary.c_str());
    return write_error(path, error);
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (operations.sync_folder(folder.empty() ? "." : folder.c_str()) != 0) return write_error(path, errno);
  return Done{};
}

void remove_stale_temporaries(const std::string& folder) {
  std::error_code ignored;
  std::vector<std::filesystem::path> stale;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().ends_with(temporary_suffix)) stale.push_back(entry.path());
  }
  for (const auto& path : stale) std::filesystem::remove(path, ignored);
}

}  // namespace dp
