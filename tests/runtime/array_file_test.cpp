#include <catch2/catch.hpp>

#include "runtime/files/array_file.h"
#include "tests/runtime/temporary_folder.h"

using namespace dp;

TEST_CASE("array files are told apart by their names", "[array_file]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a.csv", "x,y\n1,0.5\n2,1\n");
  const auto table = read_arrays(folder / "a.csv");
  REQUIRE(table);
  CHECK(table->first_row == 2);
  CHECK(table->arrays[0].array.dtype() == Dtype::i64);
  CHECK(table->arrays[1].array.dtype() == Dtype::f64);
  CHECK(select_array(table->arrays, "y", "a.csv")->real(0) == 0.5);
  const auto unknown = select_array(table->arrays, "Y", "a.csv");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().fixes == std::vector<std::string>{"y"});

  test::write_text(folder / "b.csv", "1,2\n");
  CHECK(read_arrays(folder / "b.csv")->first_row == 1);

  test::write_text(folder / "a.txt", "a\xFF");
  const auto text = read_arrays(folder / "a.txt");
  REQUIRE(text);
  CHECK(text->arrays[0].name == "bytes");
  CHECK(text->arrays[0].array.integer(1) == 255);

  for (const char* name : {"a.npy", "a.npz", "a.safetensors"}) {
    REQUIRE(write_arrays(folder / name, {{"x", table->arrays[0].array}}));
    const auto back = read_arrays(folder / name);
    REQUIRE(back);
    CHECK(back->arrays.at(0).name == (std::string(name) == "a.npy" ? "" : "x"));
    CHECK(back->arrays.at(0).array.integer(1) == 2);
    CHECK(back->first_row == 0);
  }
  CHECK(read_arrays(folder / "a.json").error().code == "E1006");
  CHECK(write_arrays(folder / "a.json", {}).error().code == "E1006");
  CHECK(write_arrays(folder / "b.npy", {}).error().code == "E4102");
}
