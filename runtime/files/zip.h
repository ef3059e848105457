#pragma once
// The part of the zip format that .npz files use (PKWARE APPNOTE 6.3): a central directory, members stored or
// deflated, the 64-bit forms of sizes. The directory is checked against the headers of the members before
// anything is unpacked. A part of the .npz reader.

#include "runtime/files/npy.h"

namespace dp::zip {

struct Member {
  std::string name;
  std::uint16_t method = 0;    // 0 stored, 8 deflated
  std::uint32_t checksum = 0;  // CRC-32
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;  // unpacked
  std::uint64_t header_offset = 0;
  std::size_t data_offset = 0;  // where the packed bytes begin
};

/// The members in the order of the directory, their packed bytes inside the file, disjoint, their names
/// distinct.
std::variant<std::vector<Member>, Malformed> read_directory(Bytes file);

/// Unpacks a member piece by piece, never more than is asked for.
class Unpacker {
 public:
  Unpacker(const Member& member, Bytes file);
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  /// Fills `out` with the next bytes; false where the member has fewer or is damaged.
  bool read(std::span<std::byte> out);
  /// True where all was read, nothing is left over and the checksum is right.
  bool finished();

 private:
  struct Stream;
  const Member& member_;
  Bytes packed_;
  std::unique_ptr<Stream> stream_;  // of a deflated member
  std::uint32_t checksum_ = 0;
  std::uint64_t done_ = 0;
};

/// An archive of stored members; nothing where it would need the 64-bit forms (4 GiB, 65535 members).
struct Content {
  std::string name;
  std::vector<Bytes> parts;
};
struct Archive {
  std::vector<std::string> headers;  // one before each member's parts
  std::string directory;
};
std::optional<Archive> plan_archive(const std::vector<Content>& contents);

}  // namespace dp::zip
