// `data` from files of every kind that it can come from, through the whole front end.

#include <catch2/catch.hpp>
#include <set>

#include "dpc/load_data.h"
#include "runtime/files/npy.h"
#include "runtime/files/npz.h"
#include "runtime/files/safetensors.h"
#include "tests/runtime/temporary_folder.h"

namespace {

using namespace dp;
using test::TemporaryFolder;

Array counting(Dtype dtype, std::vector<std::int64_t> shape) {
  Array array(dtype, std::move(shape));
  for (std::int64_t i = 0; i < array.count(); ++i) array.set_real(i, static_cast<double>(i));
  return array;
}

/// The data set of a program that lies in the folder, or what was said against it.
struct Loaded {
  std::string said;
  std::optional<Dataset> data;

  double at(std::size_t field, std::int64_t example, std::int64_t element = 0) const {
    std::vector<Array> batch = data->batch_arrays(1);
    data->gather(std::vector<std::int64_t>{example}, batch);
    return batch.at(field).real(element);
  }
};

Loaded loaded(const TemporaryFolder& folder, const std::string& text, const std::string& replacement = "") {
  Loaded result;
  auto program = load_text(folder / "program.dp", text + "\nfn main() = 1\n", {});
  result.said = render(program->diagnostics, program->sources);
  if (!program->module || program->module->data.empty()) return result;
  auto data = load_data(*program, *program->module->data.front(), replacement, {});
  if (data)
    result.data = std::move(*data);
  else
    result.said = std::string(data.error().code) + ": " + data.error().message;
  return result;
}

}  // namespace

TEST_CASE("data: the one array of a .npy file, converted, computed and reshaped", "[data_sources]") {
  const TemporaryFolder folder;
  REQUIRE(write_npy(folder / "x.npy", counting(Dtype::i32, {5, 6})));
  const Loaded plain = loaded(folder, "data d from \"x.npy\" { x: real[2, 3] = array() }");
  INFO(plain.said);
  REQUIRE(plain.data);
  CHECK(plain.data->fields()[0].values.dtype() == Dtype::f32);
  CHECK(plain.at(0, 4, 5) == 29.0);
  const Loaded computed = loaded(folder, "data d from \"x.npy\" { x: real[2, 3] = array() / 2 }");
  INFO(computed.said);
  REQUIRE(computed.data);
  CHECK(computed.at(0, 4, 5) == 14.5);
  CHECK(loaded(folder, "data d from \"x.npy\" { x: real[7] = array() }").said.starts_with("E1103"));
  CHECK(loaded(folder, "data d from \"x.npy\" { x: real[6] = array(\"x\") }").said.find("E0610") !=
        std::string::npos);
}

TEST_CASE("data: arrays by name of .npz and .safetensors files", "[data_sources]") {
  const TemporaryFolder folder;
  const std::vector<NamedArray> arrays = {{"images", counting(Dtype::f64, {4, 3})},
                                          {"labels", counting(Dtype::i64, {4})}};
  REQUIRE(write_npz(folder / "a.npz", arrays));
  REQUIRE(write_safetensors(folder / "a.safetensors", arrays));
  const std::string fields = " { x: real[3] = array(\"images\") * 2; y: i32<4> = array(\"labels\") }";
  for (const std::string name : {"a.npz", "a.safetensors"}) {
    const Loaded all = loaded(folder, "data d from \"" + name + "\"" + fields);
    INFO(all.said);
    REQUIRE(all.data);
    CHECK(all.at(0, 3, 2) == 22.0);
    CHECK(all.at(1, 2) == 2.0);
    const Loaded unknown = loaded(folder, "data d from \"" + name + "\" { x: real[3] = array(\"imags\") }");
    CHECK(unknown.said.starts_with("E1007"));
    const Loaded bound = loaded(folder, "data d from \"" + name + "\" { y: i32<3> = array(\"labels\") }");
    CHECK(bound.said ==
          "E1102: `" + folder / name + "`, row 3: `labels` is 3, it must be at least 0 and below 3");
  }
  CHECK(loaded(folder, "data d from \"x.csv\"" + fields).said.find("a .csv file is read by `columns") !=
        std::string::npos);
  // A replacement may be of another kind; columns are arrays by name.
  test::write_text(folder / "b.csv", "images,labels\n1,0\n2,3\n");
  const std::string one =
      "data d from \"a.npz\" { x: real = array(\"images\") * 2; y: i32<4> = array(\"labels\") }";
  const Loaded replaced = loaded(folder, one, folder / "b.csv");
  INFO(replaced.said);
  REQUIRE(replaced.data);
  CHECK(replaced.at(0, 1) == 4.0);
}

TEST_CASE("data: windows of a text and their targets, in parts that share no byte", "[data_sources]") {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>('!' + i % 90);
  test::write_text(folder / "t.txt", text);
  const Loaded all = loaded(folder,
                            "dim context = 8\ndata d from \"t.txt\" { (x, y) = windows(bytes, context)\n"
                            "split train 0.5, validation 0.25, test 0.25 }");
  INFO(all.said);
  REQUIRE(all.data);
  CHECK(all.at(0, 5, 2) == static_cast<double>('!' + 7));
  CHECK(all.at(1, 5, 2) == static_cast<double>('!' + 8));
  std::set<std::int64_t> seen;
  std::size_t bytes = 0;
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    std::set<std::int64_t> touched;
    for (const std::int64_t example : all.data->examples(part)) {
      for (std::int64_t k = 0; k <= 8; ++k) touched.insert(example + k);
    }
    CHECK_FALSE(touched.empty());
    bytes += touched.size();
    seen.merge(touched);
  }
  CHECK(seen.size() == bytes);
  const std::string narrow = "data d from \"t.txt\" { (x, y): i32<100>[8] = windows(bytes, 8) }";
  CHECK(loaded(folder, narrow).said.starts_with("E1102"));
  CHECK(loaded(folder, "data d from \"t.txt\" { (x, y) = windows(bytes, 100) }").said.starts_with("E1108"));
  CHECK(loaded(folder, "data d from \"t.txt\" { x: real[8] = windows(bytes, 8) }").said.find("E0612") !=
        std::string::npos);
}

TEST_CASE("data: what cannot be read says what can", "[data_sources]") {
  const TemporaryFolder folder;
  const Loaded unknown = loaded(folder, "data d from \"x.json\" { x: real = column(\"a\") }");
  CHECK(unknown.said.find(".csv, .npy, .npz, .safetensors and .txt") != std::string::npos);
  test::write_text(folder / "a.csv", "a,b\n1,2\n3,\n");
  const std::string program = "data d from \"a.csv\" { x: real = column(\"a\") }";
  const Loaded missing = loaded(folder, program);
  CHECK(missing.said.find("row 3") != std::string::npos);
  CHECK(missing.said.find("`b`") != std::string::npos);
  test::write_text(folder / "a.csv", "a,b\n1,2\nthree,4\n");
  CHECK(loaded(folder, program).said.find("row 3") != std::string::npos);
}

TEST_CASE("data: a mapped file gives what a read one gives, scaled to the same bits", "[data_sources]") {
  const TemporaryFolder folder;
  Array values = counting(Dtype::f64, {40, 3});
  for (std::int64_t i = 0; i < values.count(); ++i) values.set_real(i, 1.0 / (1.0 + static_cast<double>(i)));
  REQUIRE(write_npy(folder / "x.npy", values));
  const FieldType type{"x", Dtype::f32, {3}, {}};
  const Origin origin{folder / "x.npy", "", 0};
  auto file = MappedNpy::open(folder / "x.npy");
  REQUIRE(file);
  const Split split{0.5, 0.25, 0.25, 3};
  const std::vector<ScalingRequest> scalings = {{ScalingKind::minmax, "x"}, {ScalingKind::whiten, "x"}};
  const auto read = Dataset::create({*make_field(type, values, origin)}, split, scalings);
  const auto mapped = Dataset::create({*make_mapped_field(type, *file, origin)}, split, scalings);
  REQUIRE(read);
  REQUIRE(mapped);
  std::vector<Array> a = read->batch_arrays(20), b = mapped->batch_arrays(20);
  read->gather(read->examples(Part::train), a);
  mapped->gather(mapped->examples(Part::train), b);
  for (std::int64_t i = 0; i < a[0].count(); ++i) REQUIRE(a[0].real(i) == b[0].real(i));
  CHECK(make_mapped_field({"y", Dtype::i32, {3}, 5}, *file, origin).error().code == "E1101");
  REQUIRE(write_npy(folder / "y.npy", counting(Dtype::i64, {5000})));
  auto labels = MappedNpy::open(folder / "y.npy");
  REQUIRE(labels);
  CHECK(make_mapped_field({"y", Dtype::i32, {}, 4999}, *labels, {"y.npy", "", 0}).error().message ==
        "`y.npy`, row 4999: `y` is 4999, it must be at least 0 and below 4999");
}
