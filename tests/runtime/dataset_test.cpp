#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <numeric>
#include <set>

#include "runtime/data/dataset.h"
#include "runtime/data/shuffle.h"
#include "support/philox.h"

using namespace dp;

namespace {

Array reals(std::vector<std::int64_t> shape, const std::function<double(std::int64_t)>& value,
            Dtype dtype = Dtype::f64) {
  Array array(dtype, std::move(shape));
  for (std::int64_t i = 0; i < array.count(); ++i) array.set_real(i, value(i));
  return array;
}

Array integers(const std::vector<std::int64_t>& values) {
  Array array(Dtype::i64, {static_cast<std::int64_t>(values.size())});
  for (std::size_t i = 0; i < values.size(); ++i) array.set_integer(static_cast<std::int64_t>(i), values[i]);
  return array;
}

const Origin origin = {"digits.csv", "label", 2};

Field numbered(std::int64_t examples) {
  return *make_field({"x", Dtype::f32, {}, {}}, reals({examples}, [](std::int64_t i) { return i; }), origin);
}

}  // namespace

TEST_CASE("fields: integers become reals, reals do not become integers", "[dataset]") {
  const auto x = make_field({"x", Dtype::f32, {}, {}}, integers({1, -2}), origin);
  REQUIRE(x);
  CHECK(x->values.dtype() == Dtype::f32);
  CHECK(x->values.real(1) == -2.0);
  const auto refused = make_field({"y", Dtype::i32, {}, 10}, reals({2}, [](auto) { return 1.0; }), origin);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "`digits.csv`: column `label` holds reals, the field `y` is of integers");
}

TEST_CASE("fields: labels are held to their bound, the row is named", "[dataset]") {
  CHECK(make_field({"y", Dtype::i32, {}, 10}, integers({0, 9}), origin));
  CHECK(make_field({"y", Dtype::i32, {}, 10}, integers({0, 10}), origin).error().message ==
        "`digits.csv`, row 3: `label` is 10, it must be at least 0 and below 10");
  CHECK(make_field({"y", Dtype::i32, {}, 10}, integers({-1}), origin).error().code == "E1102");
  CHECK(make_field({"y", Dtype::i32, {}, {}}, integers({0, std::int64_t{1} << 31}), origin).error().code ==
        "E1109");
  CHECK(make_field({"y", Dtype::i64, {}, {}}, integers({std::int64_t{1} << 31}), origin));
  CHECK(make_field({"y", Dtype::boolean, {}, {}}, integers({2}), origin).error().code == "E1102");
}

TEST_CASE("fields: an example takes the declared shape", "[dataset]") {
  const auto image =
      make_field({"x", Dtype::f32, {2, 3}, {}}, reals({4, 6}, [](std::int64_t i) { return i; }), origin);
  REQUIRE(image);
  CHECK(image->values.shape() == std::vector<std::int64_t>{4, 2, 3});
  CHECK(image->examples == 4);
  CHECK(
      make_field({"x", Dtype::f32, {5}, {}}, reals({4, 6}, [](auto) { return 0; }), origin).error().message ==
      "field `x`: one example is [5], the file gives [6]");
}

TEST_CASE("columns are stacked by name or range", "[dataset]") {
  const std::vector<NamedArray> columns = {
      {"p0", integers({1, 2})}, {"p1", integers({3, 4})}, {"y", integers({5, 6})}};
  const auto names = column_range(columns, "p0", "p1", "a.csv");
  REQUIRE(names);
  const auto stacked = stack_columns(columns, *names, "a.csv");
  REQUIRE(stacked);
  CHECK(stacked->dtype() == Dtype::i64);
  CHECK(stacked->shape() == std::vector<std::int64_t>{2, 2});
  CHECK(stacked->integer(1) == 3);
  const auto unknown = stack_columns(columns, {"p9"}, "a.csv");
  CHECK(unknown.error().code == "E1007");
  CHECK_FALSE(column_range(columns, "y", "p0", "a.csv"));
}

TEST_CASE("windows of a text overlap without being copied", "[dataset]") {
  Array bytes(Dtype::i32, {6});
  for (int i = 0; i < 6; ++i) bytes.set_integer(i, 10 + i);
  const auto windows = make_windows(bytes, 3);
  REQUIRE(windows);
  const auto data = Dataset::create({windows->inputs, windows->targets});
  REQUIRE(data);
  CHECK(data->size(Part::train) == 3);
  auto batch = data->batch_arrays(1);
  data->gather(std::vector<std::int64_t>{2}, batch);
  CHECK(batch[0].integer(0) == 12);
  CHECK(batch[1].integer(0) == 13);
  CHECK(batch[1].integer(2) == 15);
  CHECK(batch[0].shape() == std::vector<std::int64_t>{1, 3});
  CHECK(make_windows(bytes, 6).error().code == "E1108");
}

TEST_CASE("a shuffle is a permutation drawn from the seed alone", "[dataset]") {
  std::vector<std::int64_t> first(1000), second(1000), third(1000);
  for (auto* each : {&first, &second, &third}) std::iota(each->begin(), each->end(), 0);
  shuffle(first, 7, 1);
  shuffle(second, 7, 1);
  shuffle(third, 7, 2);
  CHECK(first == second);
  CHECK(first != third);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 1000);
  // The last exchange but one of three items, by hand.
  std::vector<std::int64_t> three = {0, 1, 2}, expected = {0, 1, 2};
  shuffle(three, 5, 0);
  for (std::uint64_t i = 2; i >= 1; --i) {
    const auto block = philox(i, 5, 0);
    const double share = (static_cast<double>(block[1]) + block[0] * 0x1p-32) * 0x1p-32;
    std::swap(expected[i], expected[static_cast<std::size_t>(share * static_cast<double>(i + 1))]);
  }
  CHECK(three == expected);
}

TEST_CASE("a split is disjoint, complete, and depends on its seed alone", "[dataset]") {
  const auto data = Dataset::create({numbered(103)}, {0.8, 0.1, 0.1, 7});
  REQUIRE(data);
  CHECK(data->size(Part::train) == 83);  // 82 and what rounding left
  CHECK(data->size(Part::validation) == 10);
  CHECK(data->size(Part::test) == 10);
  std::set<std::int64_t> seen;
  for (const Part part : {Part::train, Part::validation, Part::test}) {
    for (const std::int64_t example : data->examples(part)) CHECK(seen.insert(example).second);
  }
  CHECK(seen.size() == 103);
  CHECK(*seen.rbegin() == 102);
  const auto again = Dataset::create({numbered(103)}, {0.8, 0.1, 0.1, 7});
  const auto other = Dataset::create({numbered(103)}, {0.8, 0.1, 0.1, 8});
  CHECK(std::ranges::equal(again->examples(Part::test), data->examples(Part::test)));
  CHECK_FALSE(std::ranges::equal(other->examples(Part::test), data->examples(Part::test)));
}

TEST_CASE("impossible splits are refused", "[dataset]") {
  CHECK(Dataset::create({numbered(10)}, {0.8, 0.3, 0}).error().code == "E1106");
  CHECK(Dataset::create({numbered(10)}, {-0.1, 0.3, 0}).error().code == "E1106");
  CHECK(Dataset::create({numbered(3)}, {0.8, 0.2, 0}).error().message ==
        "the validation part of the data has no examples: there are 3 in all");
  CHECK(Dataset::create({numbered(0)}).error().code == "E1105");
  CHECK(Dataset::create({numbered(3), numbered(4)}).error().code == "E1104");
}

TEST_CASE("standardize is fitted to the training part alone", "[dataset]") {
  // Whatever the other parts hold does not show in the fitted numbers.
  const auto fitted = [](double elsewhere) {
    const auto plain = Dataset::create({numbered(100)}, {0.5, 0.25, 0.25, 3});
    Field field = numbered(100);
    for (const Part part : {Part::validation, Part::test}) {
      for (const std::int64_t example : plain->examples(part)) field.values.set_real(example, elsewhere);
    }
    return *Dataset::create({field}, {0.5, 0.25, 0.25, 3}, {{ScalingKind::standardize, "x"}});
  };
  const Dataset data = fitted(0), other = fitted(1e6);
  CHECK(data.scalings()[0].offset.real(0) == other.scalings()[0].offset.real(0));
  CHECK(data.scalings()[0].scale.real(0) == other.scalings()[0].scale.real(0));
  double sum = 0, squares = 0;
  for (const std::int64_t example : data.examples(Part::train)) {
    const double value = data.fields()[0].values.real(example);
    sum += value;
    squares += value * value;
  }
  CHECK(sum / 50 == Approx(0).margin(1e-6));
  CHECK(squares / 50 == Approx(1).epsilon(1e-6));
  const std::int64_t outside = other.examples(Part::test)[0];
  const Scaling& scaling = other.scalings()[0];
  CHECK(other.fields()[0].values.real(outside) ==
        Approx((1e6 - scaling.offset.real(0)) / scaling.scale.real(0)).epsilon(1e-6));
}

TEST_CASE("minmax goes from 0 to 1; what does not vary is only shifted", "[dataset]") {
  const Array values =
      reals({4, 2}, [](std::int64_t i) { return i % 2 == 0 ? static_cast<double>(i) : 5.0; });
  const auto field = make_field({"x", Dtype::f64, {2}, {}}, values, origin);
  const auto data = Dataset::create({*field}, {}, {{ScalingKind::minmax, "x"}});
  REQUIRE(data);
  const Array& scaled = data->fields()[0].values;
  CHECK(scaled.real(0) == 0);
  CHECK(scaled.real(6) == 1);
  CHECK(scaled.real(2) == Approx(1.0 / 3));
  CHECK(scaled.real(1) == 0);
  CHECK(values.real(6) == 6);  // the array that was given stays as it is
  CHECK(field->values.real(6) == 6);
}

TEST_CASE("whiten makes the covariance the identity", "[dataset]") {
  const std::int64_t examples = 500;
  Array values(Dtype::f64, {examples, 3});
  for (std::int64_t i = 0; i < examples; ++i) {
    const auto draw = [&](std::uint64_t which) {
      return philox(static_cast<std::uint64_t>(i), 11, which)[0] * 0x1p-32;
    };
    const double a = draw(0), b = draw(1);
    values.set_real(3 * i, 3 * a + 1);
    values.set_real(3 * i + 1, a + 0.2 * b);
    values.set_real(3 * i + 2, 4);  // does not vary
  }
  const auto field = make_field({"x", Dtype::f64, {3}, {}}, values, origin);
  const auto data = Dataset::create({*field}, {}, {{ScalingKind::whiten, "x"}});
  REQUIRE(data);
  const Array& white = data->fields()[0].values;
  for (int p = 0; p < 3; ++p) {
    for (int q = 0; q < 3; ++q) {
      double sum = 0;
      for (std::int64_t i = 0; i < examples; ++i) sum += white.real(3 * i + p) * white.real(3 * i + q);
      CHECK(sum / examples == Approx(p == q && p < 2 ? 1 : 0).margin(1e-9));
    }
  }
}

TEST_CASE("inverse square root of a matrix", "[dataset]") {
  const auto root = inverse_square_root({5, 3, 3, 5}, 2);  // eigenvalues 8 and 2
  const double r8 = 1 / std::sqrt(8.0), r2 = 1 / std::sqrt(2.0);
  CHECK(root[0] == Approx((r8 + r2) / 2));
  CHECK(root[1] == Approx((r8 - r2) / 2));
  CHECK(root[3] == Approx((r8 + r2) / 2));
}

TEST_CASE("integers cannot be scaled", "[dataset]") {
  const auto field = make_field({"y", Dtype::i32, {}, {}}, integers({1, 2, 3}), origin);
  CHECK(Dataset::create({*field}, {}, {{ScalingKind::standardize, "y"}}).error().code == "E1107");
}
