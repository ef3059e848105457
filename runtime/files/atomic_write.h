#pragma once
// Files that are there whole or not at all. The bytes go into a temporary file of the same folder, which
// takes the name only when everything is on the disk: create exclusively, reserve the space, write, fsync,
// rename, fsync the folder. A crash at any moment leaves the old file or the new one. Links are never
// followed.

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/files/read_file.h"

namespace dp {

/// The system calls that the protocol makes, so that tests can make each of them fail. Each returns as the
/// call of that name does, −1 with `errno` set; `reserve` returns the error itself, as posix_fallocate.
struct FileOperations {
  std::function<int(const char* path)> create;  // exclusively, for writing, not through a link
  std::function<int(int file, off_t bytes)> reserve;
  std::function<ssize_t(int file, const void* bytes, std::size_t count)> write;
  std::function<int(int file)> sync;
  std::function<int(int file)> close;
  std::function<int(const char* from, const char* to)> rename;
  std::function<int(const char* folder)> sync_folder;
};
FileOperations system_file_operations();

/// Writes the parts one behind the other. E4101 where the disk fails, E1009 where the place is no good; the
/// file that was there before is then untouched and nothing temporary is left.
Status write_file_atomically(const std::string& path, const std::vector<Bytes>& parts,
                             const FileOperations& operations = system_file_operations());

/// Removes what runs that died while writing have left in a folder. The caller must have the folder to
/// itself.
void remove_stale_temporaries(const std::string& folder);

}  // namespace dp
