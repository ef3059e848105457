#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <cerrno>

#include "runtime/files/atomic_write.h"
#include "runtime/files/safetensors.h"
#include "tests/runtime/temporary_folder.h"

using namespace dp;

namespace {

/// The system's operations, of which the `fails`-th call (from 0) fails with `error`; counts the calls in
/// `calls`.
struct Failing {
  int fails;
  int error;
  int calls = 0;
  std::vector<std::string> order{};

  bool next(const char* name) {
    order.push_back(name);
    errno = error;
    return calls++ == fails;
  }
  FileOperations operations() {
    const FileOperations real = system_file_operations();
    return {
        .create = [=, this](const char* path) { return next("create") ? -1 : real.create(path); },
        .reserve = [=, this](int file,
                             off_t bytes) { return next("reserve") ? error : real.reserve(file, bytes); },
        // Writes a few bytes at a time, so that there are several calls to fail.
        .write = [=, this](int file, const void* bytes, std::size_t count) -> ssize_t {
          return next("write") ? -1 : real.write(file, bytes, std::min<std::size_t>(count, 5));
        },
        .sync = [=, this](int file) { return next("sync") ? -1 : real.sync(file); },
        .close =
            [=, this](int file) {
              const bool fail = next("close");
              const int result = real.close(file);
              errno = error;
              return fail ? -1 : result;
            },
        .rename = [=, this](const char* from,
                            const char* to) { return next("rename") ? -1 : real.rename(from, to); },
        .sync_folder =
            [=, this](const char* folder) { return next("sync_folder") ? -1 : real.sync_folder(folder); },
    };
  }
};

Status write_new(const std::string& path, const FileOperations& operations = system_file_operations()) {
  return write_file_atomically(path, {as_bytes("new "), as_bytes("content")}, operations);
}

}  // namespace

TEST_CASE("atomic write: in the order that survives a crash", "[atomic_write]") {
  const test::TemporaryFolder folder;
  Failing none = {-1, 0};
  REQUIRE(write_new(folder / "a", none.operations()));
  CHECK(test::read_text(folder / "a") == "new content");
  CHECK(none.order == std::vector<std::string>{"create", "reserve", "write", "write", "write", "sync",
                                               "close", "rename", "sync_folder"});
  CHECK(test::files_in(folder.path()) == 1);
}

TEST_CASE("atomic write: whichever call fails, the old file stays and nothing else", "[atomic_write]") {
  for (const int error : {ENOSPC, EIO}) {
    int fails = 0;
    for (bool failed = true; failed; ++fails) {
      const test::TemporaryFolder folder;
      test::write_text(folder / "a", "old");
      Failing failing = {fails, error};
      const auto status = write_new(folder / "a", failing.operations());
      failed = failing.calls > fails;
      if (!failed) {
        CHECK(status);
        break;
      }
      INFO(failing.order.back());
      REQUIRE_FALSE(status);
      CHECK(status.error().code == "E4101");
      CHECK(test::files_in(folder.path()) == 1);
      // Only after the rename is the new file there; whether the folder's own entry is on the disk is then
      // unknown.
      const bool renamed = failing.order.back() == "sync_folder";
      CHECK(test::read_text(folder / "a") == (renamed ? "new content" : "old"));
    }
    CHECK(fails == 9);
  }
}

TEST_CASE("atomic write: interrupted calls are repeated, missing reservations do no harm", "[atomic_write]") {
  const test::TemporaryFolder folder;
  Failing interrupted = {2, EINTR};
  CHECK(write_new(folder / "a", interrupted.operations()));
  CHECK(test::read_text(folder / "a") == "new content");
  Failing unreserved = {1, EOPNOTSUPP};
  CHECK(write_new(folder / "b", unreserved.operations()));
  CHECK(test::read_text(folder / "b") == "new content");
}

TEST_CASE("atomic write: nothing is written through links or into devices", "[atomic_write]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "target", "old");
  REQUIRE(symlink((folder / "target").c_str(), (folder / "link").c_str()) == 0);
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(write_new(folder / "link").error().code == "E1009");
  CHECK(write_new(folder / "pipe").error().code == "E1009");
  CHECK(write_new(folder.path()).error().code == "E1009");
  CHECK(write_new(folder / "none/a").error().code == "E1009");
  CHECK(write_new("/dev/full").error().code == "E1009");
  CHECK(test::read_text(folder / "target") == "old");
}

TEST_CASE("atomic write: what a dead run left is removed", "[atomic_write]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.safetensors.123.dp-tmp", "half");
  test::write_text(folder / "a.safetensors", "whole");
  remove_stale_temporaries(folder.path());
  CHECK(test::files_in(folder.path()) == 1);
  CHECK(test::read_text(folder / "a.safetensors") == "whole");
}
