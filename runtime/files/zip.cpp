#include "runtime/files/zip.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace dp::zip {
namespace {

constexpr std::uint64_t largest_32 = 0xFFFFFFFE;
constexpr std::size_t most_members_32 = 0xFFFE;
constexpr std::size_t largest_piece = std::size_t{1} << 30;  // zlib counts in 32 bits

std::uint32_t checksum_of(std::uint32_t before, Bytes bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <class T>
void append(std::string& text, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) text.push_back(static_cast<char>(value >> (8 * i)));
}

/// The fields that the header of a member and its row of the directory share: version, flags, method, time
/// (midnight of 1 January 1980, so that equal contents are equal files), checksum, sizes, lengths of name and
/// extra field.
void append_shared(std::string& text, const Member& member) {
  constexpr std::uint16_t version = 20, flags = 0x0800, time = 0, date = 0x21;  // flag: the name is UTF-8
  for (const std::uint16_t field : {version, flags, member.method, time, date}) append(text, field);
  append(text, member.checksum);
  append(text, static_cast<std::uint32_t>(member.packed_bytes));
  append(text, static_cast<std::uint32_t>(member.bytes));
  append(text, static_cast<std::uint16_t>(member.name.size()));
  append(text, std::uint16_t{0});
}

std::string local_header(const Member& member) {
  std::string text = "PK\x03\x04";
  append_shared(text, member);
  return text + member.name;
}

std::string directory_row(const Member& member) {
  std::string text = "PK\x01\x02";
  append(text, std::uint16_t{20});
  append_shared(text, member);
  text.append(10, '\0');  // comment, disk, attributes
  append(text, static_cast<std::uint32_t>(member.header_offset));
  return text + member.name;
}

Member stored_member(const Content& content, std::uint64_t offset) {
  Member member = {.name = content.name, .header_offset = offset};
  for (const Bytes part : content.parts) {
    member.checksum = checksum_of(member.checksum, part);
    member.bytes += part.size();
  }
  member.packed_bytes = member.bytes;
  return member;
}

}  // namespace

struct Unpacker::Stream {
  z_stream state{};
  bool valid = false;
  bool ended = false;
};

Unpacker::Unpacker(const Member& member, Bytes file)
    : member_(member), packed_(file.subspan(member.data_offset, member.packed_bytes)) {
  if (member.method == 0) return;
  stream_ = std::make_unique<Stream>();
  stream_->valid = inflateInit2(&stream_->state, -MAX_WBITS) == Z_OK;  // raw: no header of zlib's own
}

Unpacker::~Unpacker() {
  if (stream_ && stream_->valid) inflateEnd(&stream_->state);
}

bool Unpacker::read(std::span<std::byte> out) {
  if (out.size() > member_.bytes - done_) return false;
  if (!stream_) {
    std::memcpy(out.data(), packed_.data() + done_, out.size());
  } else {
    if (!stream_->valid) return false;
    z_stream& state = stream_->state;
    for (std::size_t done = 0; done < out.size();) {
      const std::size_t wanted = std::min(out.size() - done, largest_piece);
      const std::size_t given = std::min(packed_.size(), largest_piece);
      state.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data()));
      state.avail_in = static_cast<uInt>(given);
      state.next_out = reinterpret_cast<Bytef*>(out.data() + done);
      state.avail_out = static_cast<uInt>(wanted);
      const int result = inflate(&state, Z_NO_FLUSH);
      packed_ = packed_.subspan(given - state.avail_in);
      done += wanted - state.avail_out;
      stream_->ended = result == Z_STREAM_END;
      if (result != Z_OK && (!stream_->ended || done < out.size())) return false;
    }
  }
  checksum_ = checksum_of(checksum_, out);
  done_ += out.size();
  return true;
}

bool Unpacker::finished() {
  if (done_ != member_.bytes || checksum_ != member_.checksum) return false;
  if (!stream_ || stream_->ended) return !stream_ || packed_.empty();
  // The end mark of the stream may still be unread; nothing may come before it.
  std::byte beyond;
  z_stream& state = stream_->state;
  state.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data()));
  state.avail_in = static_cast<uInt>(std::min(packed_.size(), largest_piece));
  state.next_out = reinterpret_cast<Bytef*>(&beyond);
  state.avail_out = 1;
  return inflate(&state, Z_NO_FLUSH) == Z_STREAM_END && state.avail_out == 1 && state.avail_in == 0;
}

std::optional<Archive> plan_archive(const std::vector<Content>& contents) {
  Archive archive;
  std::uint64_t offset = 0;
  std::string directory;
  for (const Content& content : contents) {
    const Member member = stored_member(content, offset);
    archive.headers.push_back(local_header(member));
    directory += directory_row(member);
    offset += archive.headers.back().size() + member.bytes;
  }
  if (contents.size() > most_members_32 || offset + directory.size() > largest_32) return std::nullopt;
  archive.directory = directory + "PK\x05\x06";
  append(archive.directory, std::uint32_t{0});
  append(archive.directory, static_cast<std::uint16_t>(contents.size()));
  append(archive.directory, static_cast<std::uint16_t>(contents.size()));
  append(archive.directory, static_cast<std::uint32_t>(directory.size()));
  append(archive.directory, static_cast<std::uint32_t>(offset));
  append(archive.directory, std::uint16_t{0});
  return archive;
}

}  // namespace dp::zip
