#include "runtime/train/batches.h"

#include <algorithm>

#include "runtime/data/shuffle.h"

namespace dp {

std::int64_t steps_per_epoch(const TrainSettings& settings, std::int64_t train_examples) {
  if (settings.batch == 0 || train_examples == 0) return 1;
  return train_examples / settings.batch;  // the last, smaller batch is left out
}

std::int64_t total_steps(const TrainSettings& settings, std::int64_t train_examples) {
  return settings.epochs ? settings.count * steps_per_epoch(settings, train_examples) : settings.count;
}

BatchFeed::BatchFeed(const TrainSettings& settings, const Dataset* data)
    : data_(data),
      seed_(settings.seed),
      batch_(settings.batch),
      steps_per_epoch_(dp::steps_per_epoch(settings, data == nullptr ? 0 : data->size(Part::train))) {
  if (data_ == nullptr) return;
  arrays_ = data_->batch_arrays(examples_per_step());
  const auto examples = data_->examples(Part::train);
  order_.assign(examples.begin(), examples.end());
  if (batch_ == 0) data_->gather(order_, arrays_);
}

std::int64_t BatchFeed::examples_per_step() const {
  if (data_ == nullptr) return 1;
  return batch_ == 0 ? data_->size(Part::train) : batch_;
}

std::span<const Array> BatchFeed::prepare(std::int64_t step) {
  if (data_ == nullptr || batch_ == 0) return arrays_;
  const std::int64_t epoch = (step - 1) / steps_per_epoch_;
  if (epoch != epoch_) {
    std::ranges::copy(data_->examples(Part::train), order_.begin());
    shuffle(order_, seed_, epoch_stream(epoch));
    epoch_ = epoch;
  }
  const std::int64_t begin = (step - 1) % steps_per_epoch_ * batch_;
  data_->gather(std::span(order_).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(batch_)),
                arrays_);
  return arrays_;
}

Evaluator::Evaluator(const TrainSettings& settings, const Dataset* data, const TrainHooks& hooks)
    : data_(data), hooks_(hooks), batch_(settings.batch) {}

std::span<Array> Evaluator::buffers(std::int64_t count) {
  // Two sizes alternate at most, but validation and test parts may end in different ones.
  std::vector<Array>& arrays = count == batch_ ? whole_ : last_;
  if (arrays.empty() || arrays.front().shape().front() != count) arrays = data_->batch_arrays(count);
  return arrays;
}

Result<std::vector<double>> Evaluator::evaluate(Part part, std::span<const Array> parameters) {
  if (!hooks_.evaluate) return std::vector<double>{};
  if (data_ == nullptr) return hooks_.evaluate(parameters, {});
  const std::int64_t examples = data_->size(part);
  const std::int64_t batch = batch_ == 0 ? examples : batch_;
  std::vector<double> sums;
  for (std::int64_t begin = 0; begin < examples; begin += batch) {
    const std::int64_t count = std::min(batch, examples - begin);
    const std::span<Array> arrays = buffers(count);
    data_->gather(
        data_->examples(part).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)),
        arrays);
    const auto values = hooks_.evaluate(parameters, arrays);
    if (!values) return values.error();
    sums.resize(values->size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += (*values)[i] * static_cast<double>(count);
  }
  for (double& each : sums) each /= static_cast<double>(examples);
  return sums;
}

}  // namespace dp
