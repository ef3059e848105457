#include "runtime/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "runtime/data/shuffle.h"

namespace dp {
namespace {

struct PartSizes {
  std::int64_t train, validation, test;
};

Result<PartSizes> part_sizes(const Split& split, std::int64_t examples) {
  const double total = split.train + split.validation + split.test;
  for (const double share : {split.train, split.validation, split.test}) {
    if (!(share >= 0 && share <= 1)) return diagnose(diag::BadSplit, {}, fmt::format("a share is {}", share));
  }
  constexpr double rounding = 1e-9;  // 0.8 + 0.1 + 0.1 is not exactly 1
  if (total > 1 + rounding)
    return diagnose(diag::BadSplit, {}, fmt::format("the shares add up to {:g}", total));
  const auto share_of = [&](double share) {
    return static_cast<std::int64_t>(std::floor(share * static_cast<double>(examples) + rounding));
  };
  PartSizes sizes = {share_of(split.train), share_of(split.validation), share_of(split.test)};
  if (total > 1 - rounding) sizes.train = examples - sizes.validation - sizes.test;
  if (sizes.train == 0) return diagnose(diag::EmptySplit, {}, "training", examples);
  if (sizes.validation == 0 && split.validation > 0)
    return diagnose(diag::EmptySplit, {}, "validation", examples);
  if (sizes.test == 0 && split.test > 0) return diagnose(diag::EmptySplit, {}, "test", examples);
  return sizes;
}

Status check_lengths(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    const Field& first = fields.front();
    if (field.examples != first.examples) {
      return diagnose(diag::FieldLengths, {}, first.name, first.examples, field.name, field.examples);
    }
  }
  return Done{};
}

}  // namespace

std::string_view name(Part part) {
  constexpr std::string_view names[] = {"train", "validation", "test"};
  return names[static_cast<std::size_t>(part)];
}

Result<Dataset> Dataset::create(std::vector<Field> fields, const Split& split,
                                const std::vector<ScalingRequest>& scalings) {
  DP_ASSERT(!fields.empty(), "a data set without fields");
  if (auto status = check_lengths(fields); !status) return status.error();
  const std::int64_t examples = fields.front().examples;
  const auto sizes = part_sizes(split, examples);
  if (!sizes) return sizes.error();

  Dataset dataset;
  dataset.fields_ = std::move(fields);
  std::vector<std::int64_t> order(static_cast<std::size_t>(examples));
  std::iota(order.begin(), order.end(), 0);
  if (sizes->train < examples) shuffle(order, split.seed, split_stream);
  const auto train_end = order.begin() + sizes->train, validation_end = train_end + sizes->validation;
  dataset.parts_[0].assign(order.begin(), train_end);
  dataset.parts_[1].assign(train_end, validation_end);
  dataset.parts_[2].assign(validation_end, validation_end + sizes->test);

  for (const ScalingRequest& request : scalings) {
    const auto field = std::ranges::find(dataset.fields_, request.field, &Field::name);
    DP_ASSERT(field != dataset.fields_.end(), "scaling of the unknown field `{}`", request.field);
    auto scaling = fit_scaling(request.kind, *field, dataset.parts_[0]);
    if (!scaling) return scaling.error();
    field->values = field->values.clone();  // the caller's array stays as it is
    apply_scaling(*scaling, *field);
    dataset.scalings_.push_back(std::move(*scaling));
  }
  return dataset;
}

std::int64_t Dataset::size(Part part) const {
  return static_cast<std::int64_t>(parts_[static_cast<std::size_t>(part)].size());
}

std::span<const std::int64_t> Dataset::examples(Part part) const {
  return parts_[static_cast<std::size_t>(part)];
}

std::vector<Array> Dataset::batch_arrays(std::int64_t count) const {
  std::vector<Array> arrays;
  for (const Field& field : fields_) {
    std::vector<std::int64_t> shape = {count};
    shape.insert(shape.end(), field.shape.begin(), field.shape.end());
    arrays.emplace_back(field.values.dtype(), std::move(shape));
  }
  return arrays;
}

void Dataset::gather(std::span<const std::int64_t> examples, std::span<Array> batch) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = fields_[i];
    const std::size_t element = size_of(field.values.dtype());
    const std::size_t bytes = static_cast<std::size_t>(field.example_count()) * element;
    const std::byte* source = field.values.data() + static_cast<std::size_t>(field.start) * element;
    std::byte* target = batch[i].data();
    for (const std::int64_t example : examples) {
      std::memcpy(target, source + static_cast<std::size_t>(example * field.stride) * element, bytes);
      target += bytes;
    }
  }
}

}  // namespace dp
