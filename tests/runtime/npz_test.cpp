#include <zlib.h>
#include <catch2/catch.hpp>

#include <cstring>

#include "runtime/files/array_file.h"
#include "runtime/files/npz.h"
#include "tests/runtime/damage.h"
#include "tests/runtime/temporary_folder.h"

using namespace dp;

namespace {

/// A member as it is to be written: each field may lie.
struct Entry {
  std::string name = "a.npy";
  std::string packed;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t checksum = 0;
  std::uint32_t bytes = 0;
  std::string local_name{};
  std::uint32_t local_bytes = 0xDEAD;  // 0xDEAD: as in the directory
  std::string extra{};
};

template <class T>
std::string little(T value) {
  std::vector<std::byte> bytes;
  append_little_endian(bytes, value);
  return std::string(as_text(bytes));
}
std::string u16(std::size_t value) { return little(static_cast<std::uint16_t>(value)); }
std::string u32(std::size_t value) { return little(static_cast<std::uint32_t>(value)); }

Entry stored(const std::string& name, const std::string& content) {
  const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
  return {
      name, content, 0, 0, static_cast<std::uint32_t>(checksum), static_cast<std::uint32_t>(content.size())};
}

Entry deflated(const std::string& name, const std::string& content) {
  Entry entry = stored(name, content);
  entry.method = 8;
  entry.packed.assign(compressBound(content.size()) + 64, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(entry.packed.data());
  stream.avail_out = static_cast<uInt>(entry.packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  entry.packed.resize(stream.total_out);
  deflateEnd(&stream);
  return entry;
}

std::string shared_fields(const Entry& entry, std::uint32_t bytes, std::size_t name_bytes) {
  return u16(20) + u16(entry.flags) + u16(entry.method) + u32(0) + u32(entry.checksum) +
         u32(entry.packed.size()) + u32(bytes) + u16(name_bytes) + u16(entry.extra.size());
}

std::string zip(const std::vector<Entry>& entries, const std::string& comment = "",
                bool same_offset = false) {
  std::string file, directory;
  for (const Entry& entry : entries) {
    const std::string name = entry.local_name.empty() ? entry.name : entry.local_name;
    const std::size_t offset = same_offset ? 0 : file.size();
    const std::uint32_t bytes = entry.local_bytes == 0xDEAD ? entry.bytes : entry.local_bytes;
    file += "PK\x03\x04" + shared_fields(entry, bytes, name.size()) + name + entry.extra + entry.packed;
    directory += "PK\x01\x02" + u16(20) + shared_fields(entry, entry.bytes, entry.name.size()) +
                 std::string(10, '\0') + u32(offset) + entry.name + entry.extra;
  }
  const std::size_t begin = file.size();
  return file + directory + "PK\x05\x06" + u32(0) + u16(entries.size()) + u16(entries.size()) +
         u32(directory.size()) + u32(begin) + u16(comment.size()) + comment;
}

std::string npy_text(std::int64_t count) {
  Array array(Dtype::f32, {count});
  for (std::int64_t i = 0; i < count; ++i) array.set_real(i, static_cast<double>(i));
  return format_npy_header(array) + std::string(as_text(stored_bytes(array)));
}

std::string refused(const std::string& file) {
  const auto arrays = parse_npz(as_bytes(file), "a.npz");
  if (arrays) return "no error";
  const std::string& message = arrays.error().message;
  const std::string before = "`a.npz` is not a valid .npz file: ";
  return message.starts_with(before) ? message.substr(before.size()) : message;
}

}  // namespace

TEST_CASE("npz: arrays come back as they were written", "[npz]") {
  const test::TemporaryFolder folder;
  Array x(Dtype::f64, {2, 3}), flag(Dtype::boolean, {});
  for (int i = 0; i < 6; ++i) x.set_real(i, i / 7.0);
  REQUIRE(write_arrays(folder / "a.npz", {{"x", x}, {"net.fc/flag", flag}}));
  const auto back = read_arrays(folder / "a.npz");
  REQUIRE(back);
  REQUIRE(back->arrays.size() == 2);
  CHECK(back->arrays[0].name == "x");
  CHECK(std::memcmp(back->arrays[0].array.data(), x.data(), x.bytes()) == 0);
  CHECK(back->arrays[1].name == "net.fc/flag");
  CHECK(select_array(back->arrays, "y", "a.npz").error().code == "E1007");
}

TEST_CASE("npz: deflated members, comments and sizes in 64 bits", "[npz]") {
  const auto arrays = parse_npz(
      as_bytes(zip({deflated("a.npy", npy_text(5000)), stored("b.npy", npy_text(2))}, "hi")), "a.npz");
  REQUIRE(arrays);
  CHECK((*arrays)[0].array.count() == 5000);
  CHECK((*arrays)[0].array.real(4999) == 4999);
  CHECK((*arrays)[1].array.count() == 2);
  Entry wide = stored("a.npy", npy_text(2));
  wide.extra = u16(1) + u16(8) + little(std::uint64_t{wide.bytes});
  wide.bytes = 0xFFFFFFFF;
  const auto from_wide = parse_npz(as_bytes(zip({wide})), "a.npz");
  if (!from_wide) FAIL(from_wide.error().message);
  CHECK((*from_wide)[0].array.count() == 2);
}

TEST_CASE("npz: malformed archives are refused", "[npz]") {
  const std::string good = npy_text(2);
  CHECK(refused("") == "it is too short for a zip archive (byte 0)");
  CHECK(refused(std::string(100, 'x')).starts_with("no zip archive: its end record is missing"));
  CHECK(refused(zip({})).starts_with("the archive holds no arrays"));
  std::string cut = zip({stored("a.npy", good)});
  CHECK(refused(cut.substr(1)).starts_with("the central directory is not where the end record says"));
  CHECK(refused(cut + "x").starts_with("no zip archive"));
  Entry entry = stored("a.npy", good);
  entry.checksum ^= 1;
  CHECK(refused(zip({entry})).starts_with("in `a.npy`: the checksum is wrong"));
  entry = stored("a.npy", good);
  entry.bytes += 1;
  CHECK(refused(zip({entry})).starts_with("a stored member has two sizes"));
  entry = stored("a.npy", good);
  entry.flags = 1;
  CHECK(refused(zip({entry})).starts_with("encrypted members are refused"));
  for (const std::uint16_t method : {12, 14}) {
    entry = stored("a.npy", good);
    entry.method = method;
    CHECK(refused(zip({entry}))
              .starts_with("compression method " + std::to_string(method) + " is not supported"));
  }
  entry = stored("a.npy", good);
  entry.local_name = "b.npy";
  CHECK(refused(zip({entry})).starts_with("a member's header disagrees"));
  entry = stored("a.npy", good);
  entry.local_bytes = 7;
  CHECK(refused(zip({entry})).starts_with("a member's header disagrees"));
  std::string changed = zip({stored("a.npy", good)});
  changed[14] = static_cast<char>(changed[14] ^ 1);  // the checksum in front of the member
  CHECK(refused(changed).starts_with("a member's header disagrees"));
  CHECK(refused(zip({stored("a.npy", good), stored("a.npy", good)}))
            .starts_with("two members are named `a.npy`"));
  entry = stored("b.npy", good);
  entry.local_name = "a.npy";
  CHECK(refused(zip({stored("a.npy", good), entry}, "", true)).starts_with("a member's header disagrees"));
  CHECK(
      refused(zip({stored("../a.npy", good)})).starts_with("in `../a.npy`: a name leads out of its folder"));
  CHECK(refused(zip({stored("/a.npy", good)})).starts_with("in `/a.npy`: a name leads out"));
  CHECK(refused(zip({stored("a.txt", good)})).starts_with("in `a.txt`: it is not a .npy file"));
  CHECK(refused(zip({stored("a.npy", "junk")})).starts_with("in `a.npy`: it does not begin with"));
  CHECK(refused(zip({stored("a.npy", good + "x")}))
            .starts_with("in `a.npy`: its size is not that of its elements"));
  Entry lying = deflated("a.npy", good);
  lying.bytes = 0x7FFFFFFF;
  CHECK(refused(zip({lying})).starts_with("a member claims to be packed too well"));
  lying = deflated("a.npy", good);
  lying.bytes += 4;
  CHECK(refused(zip({lying})).starts_with("in `a.npy`: its size is not that of its elements"));
  lying = deflated("a.npy", good);
  lying.packed += "more";
  CHECK(refused(zip({lying})).starts_with("in `a.npy`: the checksum is wrong"));
  entry = stored("a.npy", good);
  entry.bytes = 0xFFFFFFFF;  // says that the size stands in the extra field; it does not
  CHECK(refused(zip({entry})).starts_with("a 64-bit size is missing"));
}

TEST_CASE("npz: members may not overlap", "[npz]") {
  // The second member lies in the data of the first, where its header is hidden.
  const Entry inner = stored("b.npy", npy_text(2));
  const std::string whole = zip({inner});
  const std::string hidden = whole.substr(0, whole.find("PK\x01\x02"));
  Entry outer = stored("a.npy", hidden);
  std::string file = zip({outer});
  const std::string tail = file.substr(file.find("PK\x01\x02", 40));
  std::string row = "PK\x01\x02" + u16(20) + shared_fields(inner, inner.bytes, inner.name.size()) +
                    std::string(10, '\0') + u32(35) + inner.name;
  const std::size_t begin = file.size() - tail.size();
  std::string directory = tail.substr(0, tail.size() - 22) + row;
  file = file.substr(0, begin) + directory + "PK\x05\x06" + u32(0) + u16(2) + u16(2) + u32(directory.size()) +
         u32(begin) + u16(0);
  CHECK(refused(file).starts_with("two members overlap"));
}

TEST_CASE("npz: a bomb is refused before memory is reserved", "[npz]") {
  std::string header = format_npy_header(Array(Dtype::f32, {0}));
  const std::string zeros(1 << 20, '\0');
  header.replace(header.find("(0,)"), 4, "(262144,)");
  header.erase(header.find(", }") + 3, 5);
  const std::string file = zip({deflated("a.npy", header + zeros)});
  CHECK(file.size() < 5000);
  REQUIRE(parse_npz(as_bytes(file), "a.npz"));
  ReadLimits limits;
  limits.memory_bytes = 100'000;
  CHECK(parse_npz(as_bytes(file), "a.npz", limits).error().code == "E1008");
}

TEST_CASE("npz: damaged files give a value or an error", "[npz]") {
  const std::string file = zip({deflated("a.npy", npy_text(4)), stored("b.npy", npy_text(1))});
  test::for_each_truncation(file, [](Bytes damaged) { CHECK_FALSE(parse_npz(damaged, "a.npz")); });
  int errors = 0;
  test::for_each_bit_flip(file, [&](Bytes damaged) { errors += !parse_npz(damaged, "a.npz"); });
  CHECK(errors > 1000);
}
