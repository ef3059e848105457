#include "runtime/data/scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dp {
namespace {

constexpr std::int64_t widest_whitening = 1024;

/// offset and scale into each example; `out` and `values` are one example each.
void scale_example(const Scaling& scaling, std::span<const double> values, std::span<double> out) {
  const auto offset = scaling.offset.as<double>(), scale = scaling.scale.as<double>();
  const std::size_t n = values.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (scaling.kind != ScalingKind::whiten) {
      out[i] = (values[i] - offset[i]) / scale[i];
      continue;
    }
    out[i] = 0;
    for (std::size_t j = 0; j < n; ++j) out[i] += scale[i * n + j] * (values[j] - offset[j]);
  }
}

/// Calls `visit(element, value)` for each element of each of the examples, in order.
template <class Visit>
void for_each_element(const Field& field, std::span<const std::int64_t> examples, Visit visit) {
  std::vector<double> values(static_cast<std::size_t>(field.example_count()));
  for (const std::int64_t example : examples) {
    load_example(field, example, values);
    for (std::size_t i = 0; i < values.size(); ++i) visit(i, values[i]);
  }
}

std::vector<double> means(const Field& field, std::span<const std::int64_t> examples) {
  std::vector<double> sums(static_cast<std::size_t>(field.example_count()));
  for_each_element(field, examples, [&](std::size_t i, double value) { sums[i] += value; });
  for (double& each : sums) each /= static_cast<double>(examples.size());
  return sums;
}

std::vector<double> deviations(const Field& field, std::span<const std::int64_t> examples,
                               const std::vector<double>& mean) {
  std::vector<double> squares(mean.size());
  for_each_element(field, examples,
                   [&](std::size_t i, double value) { squares[i] += (value - mean[i]) * (value - mean[i]); });
  for (double& each : squares) {
    each = std::sqrt(each / static_cast<double>(examples.size()));
    if (each == 0) each = 1;
  }
  return squares;
}

std::pair<std::vector<double>, std::vector<double>> ranges(const Field& field,
                                                           std::span<const std::int64_t> examples) {
  const auto width = static_cast<std::size_t>(field.example_count());
  std::vector<double> least(width, std::numeric_limits<double>::infinity());
  std::vector<double> range(width, -std::numeric_limits<double>::infinity());
  for_each_element(field, examples, [&](std::size_t i, double value) {
    least[i] = std::min(least[i], value);
    range[i] = std::max(range[i], value);
  });
  for (std::size_t i = 0; i < width; ++i) range[i] = range[i] > least[i] ? range[i] - least[i] : 1;
  return {least, range};
}

std::vector<double> covariance(const Field& field, std::span<const std::int64_t> examples,
                               const std::vector<double>& mean) {
  const std::size_t n = mean.size();
  std::vector<double> matrix(n * n), values(n);
  for (const std::int64_t example : examples) {
    load_example(field, example, values);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) matrix[i * n + j] += (values[i] - mean[i]) * (values[j] - mean[j]);
    }
  }
  for (double& each : matrix) each /= static_cast<double>(examples.size());
  return matrix;
}

Array as_array(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  Array array(Dtype::f64, std::move(shape));
  std::ranges::copy(values, array.as<double>().begin());
  return array;
}

}  // namespace

std::string_view name(ScalingKind kind) {
  constexpr std::string_view names[] = {"standardize", "minmax", "whiten"};
  return names[static_cast<std::size_t>(kind)];
}

std::optional<ScalingKind> scaling_from_name(std::string_view wanted) {
  for (const ScalingKind kind : {ScalingKind::standardize, ScalingKind::minmax, ScalingKind::whiten}) {
    if (name(kind) == wanted) return kind;
  }
  return std::nullopt;
}

Result<Scaling> fit_scaling(ScalingKind kind, const Field& field, std::span<const std::int64_t> examples) {
  const std::int64_t width = field.example_count();
  if (!is_real(field.values.dtype())) return diagnose(diag::CannotScale, {}, field.name, "it holds integers");
  if (kind == ScalingKind::whiten && width > widest_whitening) {
    return diagnose(diag::CannotScale, {}, field.name,
                    fmt::format("{} elements are too many to whiten", width));
  }
  DP_ASSERT(!examples.empty(), "scaling of `{}` fitted to no examples", field.name);
  if (kind == ScalingKind::minmax) {
    const auto [least, range] = ranges(field, examples);
    return Scaling{kind, field.name, as_array(least, {width}), as_array(range, {width})};
  }
  const std::vector<double> mean = means(field, examples);
  if (kind == ScalingKind::standardize) {
    const std::vector<double> deviation = deviations(field, examples, mean);
    return Scaling{kind, field.name, as_array(mean, {width}), as_array(deviation, {width})};
  }
  const auto root = inverse_square_root(covariance(field, examples, mean), static_cast<std::size_t>(width));
  return Scaling{kind, field.name, as_array(mean, {width}), as_array(root, {width, width})};
}

void load_example(const Field& field, std::int64_t example, std::span<double> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  if (!field.mapped) {
    const std::int64_t begin = field.start + example * field.stride;
    for (std::int64_t i = 0; i < count; ++i)
      values[static_cast<std::size_t>(i)] = field.values.real(begin + i);
    return;
  }
  const Array row = field.mapped->rows(example, 1);
  Array stored(field.values.dtype(), {count});  // rounds as if it had been in memory
  for (std::int64_t i = 0; i < count; ++i) stored.set_real(i, row.real(i));
  std::vector<double> before(values.size());
  for (std::size_t k = 0; k <= field.pending.size(); ++k) {
    for (std::int64_t i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = stored.real(i);
    if (k == field.pending.size()) break;
    before.assign(values.begin(), values.end());
    scale_example(field.pending[k], before, values);
    for (std::int64_t i = 0; i < count; ++i) stored.set_real(i, values[static_cast<std::size_t>(i)]);
  }
}

void apply_scaling(const Scaling& scaling, Field& field) {
  if (field.mapped) {
    field.pending.push_back(scaling);
    return;
  }
  std::vector<double> values(static_cast<std::size_t>(field.example_count())), out(values.size());
  for (std::int64_t example = 0; example < field.examples; ++example) {
    load_example(field, example, values);
    scale_example(scaling, values, out);
    const std::int64_t begin = field.start + example * field.stride;
    for (std::size_t i = 0; i < out.size(); ++i)
      field.values.set_real(begin + static_cast<std::int64_t>(i), out[i]);
  }
}

}  // namespace dp
