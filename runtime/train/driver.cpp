#include "runtime/train/driver.h"

#include <algorithm>
#include <cmath>

#include "runtime/train/batches.h"
#include "runtime/train/checkpoint.h"
#include "runtime/train/folder.h"
#include "runtime/train/recovery.h"
#include "runtime/train/signals.h"

namespace dp {
namespace {

constexpr std::string_view checkpoint_name = "checkpoint.safetensors";
constexpr std::string_view final_name = "final.safetensors";
constexpr std::string_view last_good_name = "last_good.safetensors";
constexpr std::int64_t rows_without_epochs =
    100;  // reports of a run that is counted in steps over no batches

class Run {
 public:
  Run(const TrainSettings& settings, const Dataset* data, std::vector<Array> state, const TrainHooks& hooks,
      Reporter& reporter)
      : settings_(settings),
        data_(data),
        hooks_(hooks),
        reporter_(reporter),
        state_(std::move(state)),
        feed_(settings, data),
        evaluator_(settings, data, hooks),
        recovery_(settings, hooks, feed_),
        total_(total_steps(settings, data == nullptr ? 0 : data->size(Part::train))) {}

  Result<TrainOutcome> run();

 private:
  Status begin();
  Status resume();
  Status resume_from(const std::string& path);
  void begin_report();
  Status steps(const SignalGuard* signals);
  Status after_step(double loss);
  Status report_row();
  Status evaluate_finished();
  Status run_every();
  Status run_every(std::size_t index, const Every& every);
  Status finish(int signal);
  Diagnostic not_finite(double loss);

  bool row_is_due() const;
  bool evaluates() const;
  bool is_over() const { return position_.step >= total_ || stopped_early_; }
  Part evaluated_part() const;
  std::span<const Array> parameters() const { return std::span(state_).first(settings_.parameters); }
  RunIdentity identity() const;
  Status save(std::string_view name);

  const TrainSettings& settings_;
  const Dataset* data_;
  const TrainHooks& hooks_;
  Reporter& reporter_;
  std::vector<Array> state_;
  BatchFeed feed_;
  Evaluator evaluator_;
  Recovery recovery_;
  std::int64_t total_;
  RunPosition position_;
  std::optional<MetricsFile> metrics_;
  std::int64_t reported_step_ = -1;
  bool has_reported_ = false;  // since this process began
  bool stopped_early_ = false;
  double saved_at_ = 0;  // seconds
  TrainOutcome outcome_;
};

Part Run::evaluated_part() const {
  return data_ == nullptr || data_->size(Part::validation) == 0 ? Part::train : Part::validation;
}

RunIdentity Run::identity() const {
  return {settings_.program_hash, settings_.seed, settings_.batch,
          data_ == nullptr ? 0 : data_->size(Part::train)};
}

Status Run::save(std::string_view name) {
  Checkpoint checkpoint = {identity(), position_, {}};
  for (std::size_t i = 0; i < state_.size(); ++i) {
    checkpoint.tensors.push_back({settings_.state_names[i], state_[i]});
  }
  if (data_ != nullptr) {
    for (NamedArray& tensor : scaling_tensors(data_->scalings()))
      checkpoint.tensors.push_back(std::move(tensor));
  }
  outcome_.saved = settings_.folder + "/" + std::string(name);
  saved_at_ = reporter_.seconds();
  return save_checkpoint(outcome_.saved, checkpoint);
}

Status Run::resume() {
  const auto paths = find_checkpoints(settings_.folder);
  if (paths.empty()) return diagnose(diag::NoCheckpoint, {}, settings_.folder);
  std::optional<Diagnostic> first;
  for (const std::string& path : paths) {
    auto status = resume_from(path);
    if (status) return status;
    // Damage is what older checkpoints are kept for; anything else is for the user to decide.
    const bool is_damage = status.error().code != diag::CheckpointOfOtherProgram.code;
    if (!is_damage) return first.value_or(status.error());
    if (!first) first = status.error();
    reporter_.message(diagnose(diag::CheckpointSkipped, {}, path, status.error().message).message);
  }
  return *first;
}

Status Run::resume_from(const std::string& path) {
  auto checkpoint = load_checkpoint(path);
  if (!checkpoint) return checkpoint.error();
  auto status = restore(*checkpoint, identity(), settings_.state_names, state_, path);
  if (!status) return status;
  position_ = checkpoint->position;
  // Losses are counted from the last report on: with none, this step's row stands in metrics.csv already.
  if (position_.loss_count == 0) reported_step_ = position_.step;
  reporter_.message(fmt::format("resumed from {} at step {}", path, position_.step));
  return Done{};
}

void Run::begin_report() {
  RunFacts facts;
  facts.name = settings_.name;
  facts.total_steps = total_;
  facts.steps_per_epoch = feed_.steps_per_epoch();
  facts.examples_per_step = feed_.examples_per_step();
  facts.first_step = position_.step;
  facts.has_epochs = settings_.epochs || settings_.batch > 0;
  facts.value_names = {"loss"};
  facts.value_names.insert(facts.value_names.end(), settings_.metrics.begin(), settings_.metrics.end());
  facts.evaluated_part = name(evaluated_part());
  reporter_.begin(facts);
}

Status Run::begin() {
  if (settings_.resume) {
    if (auto status = resume(); !status) return status;
  }
  stopped_early_ = settings_.stop && position_.stale >= settings_.stop->patience;
  begin_report();
  std::vector<std::string> names;
  if (evaluates()) {
    names = settings_.metrics;
    names.insert(names.begin(), fmt::format("{}_loss", name(evaluated_part())));
  }
  auto metrics =
      MetricsFile::open(settings_.folder + "/metrics.csv", names, settings_.resume ? position_.step : -1);
  if (!metrics) return metrics.error();
  metrics_.emplace(std::move(*metrics));
  recovery_.begin(state_, position_.step);
  return Done{};
}

/// Without metrics the objective of the training part says no more than the loss of the steps.
bool Run::evaluates() const {
  const bool has_validation = data_ != nullptr && data_->size(Part::validation) > 0;
  return hooks_.evaluate && (has_validation || !settings_.metrics.empty());
}

bool Run::row_is_due() const {
  const bool ends_epoch = position_.step % feed_.steps_per_epoch() == 0;
  if (settings_.epochs || settings_.batch > 0) return ends_epoch;
  return position_.step % std::max<std::int64_t>(1, total_ / rows_without_epochs) == 0;
}

Status Run::report_row() {
  auto values = evaluates() ? evaluator_.evaluate(evaluated_part(), parameters()) : std::vector<double>{};
  if (!values) return values.error();
  const auto count = static_cast<double>(std::max<std::int64_t>(position_.loss_count, 1));
  const MetricsRow row = {position_.step / feed_.steps_per_epoch(), position_.step,
                          position_.loss_sum / count, *values};
  reporter_.row(row);
  has_reported_ = true;
  outcome_.loss = row.loss;
  outcome_.validation = row.validation;
  reported_step_ = position_.step;
  position_.loss_sum = 0;
  position_.loss_count = 0;
  if (settings_.stop && settings_.stop->value < std::max<std::size_t>(row.validation.size(), 1)) {
    const double value = row.validation.empty() ? row.loss : row.validation[settings_.stop->value];
    const bool is_better = !position_.best || (settings_.stop->higher_is_better ? value > *position_.best
                                                                                : value < *position_.best);
    if (is_better) position_.best = value;
    position_.stale = is_better ? 0 : position_.stale + 1;
    stopped_early_ = position_.stale >= settings_.stop->patience;
  }
  return metrics_->append(row);
}

Status Run::run_every() {
  for (std::size_t i = 0; i < settings_.every.size(); ++i) {
    const Every& every = settings_.every[i];
    const std::int64_t period = every.count * (every.epochs ? feed_.steps_per_epoch() : 1);
    if (period < 1 || position_.step % period != 0) continue;
    if (auto status = run_every(i, every); !status) return status;
  }
  return Done{};
}

Status Run::run_every(std::size_t index, const Every& every) {
  if (every.metric && reported_step_ != position_.step) {
    if (auto status = report_row(); !status) return status;
  }
  if (every.print && hooks_.print) {
    if (auto status = hooks_.print(index, state_, position_.step); !status) return status;
  }
  return every.save ? save(*every.save) : Status(Done{});
}

Status Run::after_step(double loss) {
  ++position_.step;
  position_.loss_sum += loss;
  ++position_.loss_count;
  reporter_.step(position_.step, loss);
  if (row_is_due()) {
    if (auto status = report_row(); !status) return status;
  }
  if (auto status = run_every(); !status) return status;
  recovery_.after_step(state_, position_.step);
  const bool save_is_due = reporter_.seconds() - saved_at_ > settings_.autosave_seconds;
  return save_is_due ? save(checkpoint_name) : Status(Done{});
}

Status Run::steps(const SignalGuard* signals) {
  while (!is_over() && (signals == nullptr || signals->received() == 0)) {
    const std::int64_t step = position_.step + 1;
    const auto loss = hooks_.step(state_, feed_.prepare(step), step);
    if (!loss) return loss.error();
    if (!std::isfinite(*loss)) return not_finite(*loss);
    if (auto status = after_step(*loss); !status) return status;
  }
  return Done{};
}

Diagnostic Run::not_finite(double loss) {
  const std::int64_t failed = position_.step + 1;
  const std::string shown = std::isnan(loss) ? "NaN" : loss > 0 ? "inf" : "-inf";
  Diagnostic error = diagnose(diag::LossNotFinite, {}, shown, failed);
  const auto good = recovery_.restore(state_, failed);
  if (!good) return error;
  position_ = {*good, 0, 0, position_.best, position_.stale};
  const auto status = save(last_good_name);
  if (!status) return std::move(error).note(status.error().message);
  return std::move(error).note(fmt::format("the state after step {} is in {}", *good, outcome_.saved));
}

/// Of a resumed run that had nothing left to do, the values of the state that it found.
Status Run::evaluate_finished() {
  if (!hooks_.evaluate || has_reported_) return Done{};
  auto values = evaluator_.evaluate(evaluated_part(), parameters());
  if (!values) return values.error();
  if (evaluates()) outcome_.validation = *values;
  outcome_.loss = values->empty() ? outcome_.loss : values->front();
  return Done{};
}

Status Run::finish(int signal) {
  outcome_.step = position_.step;
  outcome_.best = position_.best;
  if (signal != 0 && !is_over()) {
    outcome_.end = TrainEnd::interrupted;
    outcome_.exit_code = 128 + signal;
    if (auto status = save(checkpoint_name); !status) return status;
    reporter_.message(
        fmt::format("interrupted after step {}; --resume goes on from {}", position_.step, outcome_.saved));
    return Done{};
  }
  outcome_.end = stopped_early_ ? TrainEnd::stopped_early : TrainEnd::finished;
  if (auto status = save(final_name); !status) return status;
  if (reported_step_ != position_.step) {
    if (auto status = report_row(); !status) return status;
  } else if (auto status = evaluate_finished(); !status) {
    return status;
  }
  if (data_ == nullptr || data_->size(Part::test) == 0) return Done{};
  auto test = evaluator_.evaluate(Part::test, parameters());
  if (!test) return test.error();
  reporter_.test(*test);
  outcome_.test = std::move(*test);
  return Done{};
}

Result<TrainOutcome> Run::run() {
  if (auto status = begin(); !status) return status.error();
  std::optional<SignalGuard> signals;
  if (settings_.catch_signals) signals.emplace();
  if (auto status = steps(signals ? &*signals : nullptr); !status) return status.error();
  if (auto status = finish(signals ? signals->received() : 0); !status) return status.error();
  outcome_.seconds = reporter_.seconds();
  outcome_.state = std::move(state_);
  return std::move(outcome_);
}

Status check_settings(const TrainSettings& settings, const Dataset* data) {
  const auto bad = [](std::string reason) { return diagnose(diag::BadTrainSettings, {}, std::move(reason)); };
  const std::int64_t examples = data == nullptr ? 0 : data->size(Part::train);
  if (settings.batch < 0) return bad("a batch cannot be negative");
  if (data != nullptr && settings.batch > examples) {
    return bad(fmt::format("a batch of {} is more than the {} examples of the training part", settings.batch,
                           examples));
  }
  if (total_steps(settings, examples) < 1) return bad("it has no steps");
  for (const Every& every : settings.every) {
    if (every.count < 1) return bad("`every` needs a count of at least 1");
    if (!every.save) continue;
    const auto reason = reason_against_name(*every.save);
    if (!reason.empty()) return bad(fmt::format("`save \"{}\"`: {}", *every.save, reason));
    if (!every.save->ends_with(".safetensors")) return bad("`save` writes .safetensors files alone");
  }
  return Done{};
}

}  // namespace

Result<TrainOutcome> train(const TrainSettings& settings, const Dataset* data,
                           std::vector<Array> initial_state, const TrainHooks& hooks, Reporter& reporter) {
  DP_ASSERT(
      settings.state_names.size() == initial_state.size() && settings.parameters <= initial_state.size(),
      "{} names for {} arrays of state", settings.state_names.size(), initial_state.size());
  if (auto status = check_settings(settings, data); !status) return status.error();
  const auto lock = FolderLock::take(settings.folder);
  if (!lock) return lock.error();
  return Run(settings, data, std::move(initial_state), hooks, reporter).run();
}

}  // namespace dp
