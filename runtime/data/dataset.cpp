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

/// Examples that share elements lie one behind the other (windows of a text): parts are stretches of them,
/// with as many left out in between as would share an element with both sides.
std::int64_t gap_between(const std::vector<Field>& fields) {
  std::int64_t gap = 0;
  for (const Field& field : fields) {
    if (!field.overlaps()) continue;
    const std::int64_t reach = field.start + field.example_count() - 1;
    gap = std::max(gap, (reach + field.stride - 1) / field.stride);
  }
  return gap;
}

/// One example of a mapped field into its place in a batch.
void copy_mapped(const Field& field, std::int64_t example, std::byte* target) {
  Array converted(field.values.dtype(), {field.example_count()});
  if (is_real(converted.dtype())) {
    std::vector<double> values(static_cast<std::size_t>(converted.count()));
    load_example(field, example, values);
    for (std::int64_t i = 0; i < converted.count(); ++i)
      converted.set_real(i, values[static_cast<std::size_t>(i)]);
  } else {
    const Array row = field.mapped->rows(example, 1);
    for (std::int64_t i = 0; i < converted.count(); ++i) converted.set_integer(i, row.integer(i));
  }
  std::memcpy(target, converted.data(), converted.bytes());
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
  const std::int64_t gap = gap_between(dataset.fields_);
  if (sizes->train < examples && gap == 0) shuffle(order, split.seed, split_stream);
  std::int64_t begin = 0;
  const std::int64_t counts[] = {sizes->train, sizes->validation, sizes->test};
  for (std::size_t k = 0; k < std::size(counts); ++k) {
    const std::int64_t skipped = begin == 0 ? 0 : std::min(gap, counts[k]);
    if (counts[k] > 0 && skipped == counts[k])
      return diagnose(diag::EmptySplit, {}, std::string(name(static_cast<Part>(k))), examples);
    dataset.parts_[k].assign(order.begin() + begin + skipped, order.begin() + begin + counts[k]);
    begin += counts[k];
  }

  for (const ScalingRequest& request : scalings) {
    const auto field = std::ranges::find(dataset.fields_, request.field, &Field::name);
    DP_ASSERT(field != dataset.fields_.end(), "scaling of the unknown field `{}`", request.field);
    auto scaling = fit_scaling(request.kind, *field, dataset.parts_[0]);
    if (!scaling) return scaling.error();
    if (!field->mapped) field->values = field->values.clone();  // the caller's array stays as it is
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
      if (field.mapped)
        copy_mapped(field, example, target);
      else
        std::memcpy(target, source + static_cast<std::size_t>(example * field.stride) * element, bytes);
      target += bytes;
    }
  }
}

}  // namespace dp
