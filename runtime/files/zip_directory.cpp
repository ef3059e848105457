#include <algorithm>
#include <set>

#include "runtime/files/zip.h"

namespace dp::zip {
namespace {

constexpr std::uint32_t local_signature = 0x04034B50, central_signature = 0x02014B50,
                        end_signature = 0x06054B50;
constexpr std::uint32_t end64_signature = 0x06064B50, locator64_signature = 0x07064B50;
constexpr std::size_t local_bytes = 30, central_bytes = 46, end_bytes = 22, end64_bytes = 56,
                      locator64_bytes = 20;
constexpr std::uint32_t in_64_bits = 0xFFFFFFFF;  // the value stands in the extra field
constexpr std::uint16_t extra_64_bits = 1;
constexpr std::uint64_t most_members = 100'000;
constexpr std::uint64_t highest_ratio = 1032;  // what DEFLATE can reach: zlib's technical details

/// Where the directory lies.
struct Extent {
  std::uint64_t members = 0;
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;
  std::size_t end_record = 0;
};

class DirectoryReader {
 public:
  explicit DirectoryReader(Bytes file) : file_(file) {}

  std::variant<std::vector<Member>, Malformed> read() {
    if (find_directory() && read_members() && check_members()) return std::move(members_);
    return malformed_;
  }

 private:
  bool fail(std::string reason, std::size_t offset) {
    malformed_ = {std::move(reason), offset};
    return false;
  }
  template <class T>
  T at(std::size_t offset) const {
    return read_little_endian<T>(file_, offset);
  }
  /// Whether `count` bytes at `offset` lie before `end`.
  static bool fits(std::uint64_t offset, std::uint64_t count, std::uint64_t end) {
    return offset <= end && count <= end - offset;
  }

  bool find_directory();
  bool find_directory_64();
  bool read_members();
  bool read_member(std::size_t& offset);
  bool read_extra_64(std::size_t offset, std::size_t bytes, Member& member, bool has_offset) const;
  bool check_members();
  bool check_local_header(Member& member);
  bool agrees(const Member& member) const;

  Bytes file_;
  Extent extent_;
  std::vector<Member> members_;
  Malformed malformed_;
};

/// The end record is the last thing in the file but for its comment, whose length must lead exactly to the
/// end.
bool DirectoryReader::find_directory() {
  if (file_.size() < end_bytes) return fail("it is too short for a zip archive", file_.size());
  const std::size_t first = file_.size() - end_bytes;
  const std::size_t last = first > 0xFFFF ? first - 0xFFFF : 0;
  for (std::size_t offset = first + 1; offset-- > last;) {
    if (at<std::uint32_t>(offset) != end_signature) continue;
    if (offset + end_bytes + at<std::uint16_t>(offset + 20) != file_.size()) continue;
    if (at<std::uint16_t>(offset + 4) != 0 || at<std::uint16_t>(offset + 6) != 0) {
      return fail("archives in several parts are refused", offset + 4);
    }
    if (at<std::uint16_t>(offset + 8) != at<std::uint16_t>(offset + 10)) {
      return fail("the numbers of members disagree", offset + 8);
    }
    extent_ = {at<std::uint16_t>(offset + 10), at<std::uint32_t>(offset + 16), at<std::uint32_t>(offset + 12),
               offset};
    const bool is_64 =
        extent_.members == 0xFFFF || extent_.begin == in_64_bits || extent_.bytes == in_64_bits;
    if (is_64 && !find_directory_64()) return false;
    if (!fits(extent_.begin, extent_.bytes, extent_.end_record) ||
        extent_.begin + extent_.bytes != extent_.end_record) {
      return fail("the central directory is not where the end record says", offset + 16);
    }
    return true;
  }
  return fail("no zip archive: its end record is missing", file_.size());
}

bool DirectoryReader::find_directory_64() {
  const std::size_t end = extent_.end_record;
  if (end < locator64_bytes || at<std::uint32_t>(end - locator64_bytes) != locator64_signature) {
    return fail("the locator of the 64-bit end record is missing", end);
  }
  const auto record = at<std::uint64_t>(end - locator64_bytes + 8);
  if (!fits(record, end64_bytes, end - locator64_bytes) || record + end64_bytes != end - locator64_bytes ||
      at<std::uint32_t>(record) != end64_signature) {
    return fail("the 64-bit end record is not where its locator says", end - locator64_bytes + 8);
  }
  extent_ = {at<std::uint64_t>(record + 32), at<std::uint64_t>(record + 48), at<std::uint64_t>(record + 40),
             record};
  return true;
}

bool DirectoryReader::read_members() {
  if (extent_.members == 0) return fail("the archive holds no arrays", extent_.end_record);
  if (extent_.members > most_members)
    return fail("the archive has more than 100000 members", extent_.end_record);
  std::size_t offset = extent_.begin;
  for (std::uint64_t i = 0; i < extent_.members; ++i) {
    if (!read_member(offset)) return false;
  }
  if (offset != extent_.end_record) return fail("the central directory has bytes left over", offset);
  return true;
}

bool DirectoryReader::read_member(std::size_t& offset) {
  if (!fits(offset, central_bytes, extent_.end_record) || at<std::uint32_t>(offset) != central_signature) {
    return fail("the central directory is cut off", offset);
  }
  const auto name_bytes = at<std::uint16_t>(offset + 28), extra_bytes = at<std::uint16_t>(offset + 30);
  const std::size_t name = offset + central_bytes, extra = name + name_bytes;
  const std::size_t next = extra + extra_bytes + at<std::uint16_t>(offset + 32);
  if (next > extent_.end_record) return fail("the central directory is cut off", offset);
  if (at<std::uint16_t>(offset + 8) & 0x2041) return fail("encrypted members are refused", offset + 8);
  Member member = {std::string(as_text(file_.subspan(name, name_bytes))),
                   at<std::uint16_t>(offset + 10),
                   at<std::uint32_t>(offset + 16),
                   at<std::uint32_t>(offset + 20),
                   at<std::uint32_t>(offset + 24),
                   at<std::uint32_t>(offset + 42)};
  if (!read_extra_64(extra, extra_bytes, member, true)) return fail("a 64-bit size is missing", extra);
  if (member.method != 0 && member.method != 8) {
    return fail(fmt::format("compression method {} is not supported", member.method), offset + 10);
  }
  const bool stored_whole = member.method != 0 || member.packed_bytes == member.bytes;
  if (!stored_whole) return fail("a stored member has two sizes", offset + 20);
  if (member.bytes / highest_ratio > member.packed_bytes)
    return fail("a member claims to be packed too well", offset + 24);
  members_.push_back(std::move(member));
  offset = next;
  return true;
}

/// Replaces the sizes that stand in the extra field, in the order of the format: bytes, packed bytes, offset.
bool DirectoryReader::read_extra_64(std::size_t offset, std::size_t bytes, Member& member,
                                    bool has_offset) const {
  std::vector<std::uint64_t*> wanted;
  if (member.bytes == in_64_bits) wanted.push_back(&member.bytes);
  if (member.packed_bytes == in_64_bits) wanted.push_back(&member.packed_bytes);
  if (has_offset && member.header_offset == in_64_bits) wanted.push_back(&member.header_offset);
  if (wanted.empty()) return true;
  const std::size_t end = offset + bytes;
  while (end - offset >= 4) {
    const auto tag = at<std::uint16_t>(offset), length = at<std::uint16_t>(offset + 2);
    offset += 4;
    if (length > end - offset) return false;
    if (tag == extra_64_bits) {
      if (length < 8 * wanted.size()) return false;
      for (std::size_t i = 0; i < wanted.size(); ++i) *wanted[i] = at<std::uint64_t>(offset + 8 * i);
      return true;
    }
    offset += length;
  }
  return false;
}

bool DirectoryReader::check_members() {
  std::set<std::string_view> names;
  for (Member& member : members_) {
    if (!check_local_header(member)) return false;
    if (!names.insert(member.name).second) {
      return fail(fmt::format("two members are named `{}`", member.name), member.header_offset);
    }
  }
  std::vector<const Member*> sorted;
  for (const Member& member : members_) sorted.push_back(&member);
  std::ranges::sort(sorted, std::less{}, &Member::header_offset);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i]->header_offset < sorted[i - 1]->data_offset + sorted[i - 1]->packed_bytes) {
      return fail("two members overlap", sorted[i]->header_offset);
    }
  }
  return true;
}

bool DirectoryReader::check_local_header(Member& member) {
  const std::size_t offset = member.header_offset;
  if (!fits(member.header_offset, local_bytes, extent_.begin) ||
      at<std::uint32_t>(offset) != local_signature) {
    return fail("a member is not where the central directory says", offset);
  }
  const std::size_t begin =
      offset + local_bytes + at<std::uint16_t>(offset + 26) + at<std::uint16_t>(offset + 28);
  if (!fits(begin, member.packed_bytes, extent_.begin))
    return fail("a member reaches into the central directory", offset);
  member.data_offset = begin;
  if (!agrees(member)) return fail("a member's header disagrees with the central directory", offset);
  return true;
}

bool DirectoryReader::agrees(const Member& member) const {
  const std::size_t offset = member.header_offset;
  const std::size_t name = offset + local_bytes, name_bytes = at<std::uint16_t>(offset + 26);
  const bool same_name = as_text(file_.subspan(name, name_bytes)) == member.name;
  if (!same_name || at<std::uint16_t>(offset + 8) != member.method) return false;
  const auto flags = at<std::uint16_t>(offset + 6);
  if (flags & 0x2041) return false;
  Member local = {"", 0, at<std::uint32_t>(offset + 14), at<std::uint32_t>(offset + 18),
                  at<std::uint32_t>(offset + 22)};
  if (!read_extra_64(name + name_bytes, at<std::uint16_t>(offset + 28), local, false)) return false;
  // Written as a stream, the sizes follow the member: the header may then have zeros.
  const bool later = (flags & 8) != 0 && local.checksum == 0 && local.bytes == 0 && local.packed_bytes == 0;
  const bool same_sizes = local.bytes == member.bytes && local.packed_bytes == member.packed_bytes;
  return later || (same_sizes && local.checksum == member.checksum);
}

}  // namespace

std::variant<std::vector<Member>, Malformed> read_directory(Bytes file) {
  return DirectoryReader(file).read();
}

}  // namespace dp::zip
