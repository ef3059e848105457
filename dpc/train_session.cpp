#include "dpc/train_session.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "dpc/load_data.h"
#include "dpc/load_parameter.h"
#include "dpc/orthonormalize.h"
#include "ir/print.h"
#include "passes/specialize.h"

namespace dp {
namespace {

/// FNV-1a of everything that decides the bits of a step.
std::uint64_t program_hash(const TrainProgram& graphs, const CommonOptions& options) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char byte : print(graphs.step) + (options.fast_math ? "fast" : "strict"))
    hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

Array scalar(Dtype dtype, double value) {
  Array out(dtype, {});
  out.set_real(0, value);
  return out;
}

}  // namespace

Result<const typed::Train*> find_train(const Program& program, const std::string& name) {
  const auto& trains = program.module->trains;
  if (name.empty() && trains.size() == 1) return trains[0].get();
  for (const auto& train : trains)
    if (train->name == name) return train.get();
  auto diagnostic = diagnose(diag::NoSuchTrain, {}, program.path, name);
  for (const auto& train : trains) diagnostic.notes.push_back("it has `" + train->name + "`");
  return diagnostic;
}

TrainSession::TrainSession(Program& program, const typed::Train& train, const TrainOptions& options)
    : program_(program), train_(train), options_(options) {}

Result<std::unique_ptr<TrainSession>> TrainSession::create(Program& program, const typed::Train& train,
                                                           const TrainOptions& options) {
  std::unique_ptr<TrainSession> session(new TrainSession(program, train, options));
  if (auto status = session->load_data(); !status) return status.error();
  if (auto status = session->compile(); !status) return status.error();
  session->make_settings();
  return session;
}

Status TrainSession::load_data() {
  for (const auto& [name, file] : options_.data_files) {
    if (train_.data && name == train_.data->name) continue;
    const std::string reads = train_.data ? "reads `" + train_.data->name + "`" : "reads no data";
    return diagnose(diag::OptionValue, {}, "--data", "data that the block reads, not `" + name + "`")
        .note("`train " + train_.name + "` " + reads);
  }
  if (!train_.data) return Done{};
  const auto replaced = options_.data_files.find(train_.data->name);
  const std::string path = replaced == options_.data_files.end() ? "" : replaced->second;
  auto data =
      program_.watch.measure("data", [&] { return dp::load_data(program_, *train_.data, path, options_); });
  if (!data) return data.error();
  data_ = std::move(*data);
  return Done{};
}

Status TrainSession::compile() {
  const std::int64_t all = data_ ? data_->size(Part::train) : 0;
  settings_.batch = options_.batch ? *options_.batch : train_.batch.value_or(0);
  const std::int64_t batch = settings_.batch == 0 ? all : settings_.batch;
  auto graphs = program_.watch.measure(
      "build", [&] { return build_train(*program_.module, train_, batch, program_.build_options()); });
  if (!graphs) return graphs.error();
  graphs_ = std::move(*graphs);
  auto step = Engine::create(graphs_.step, options_, program_.watch);
  if (!step) return step.error();
  step_ = std::move(*step);
  if (train_.accumulate == 1) return Done{};
  auto accumulate = Engine::create(graphs_.accumulate, options_, program_.watch);
  if (!accumulate) return accumulate.error();
  accumulate_ = std::move(*accumulate);
  sums_ = arrays_of(graphs_.sums);
  std::vector<Type> part;
  for (const Leaf& leaf : graphs_.batch) part.push_back(leaf.type);
  part_ = arrays_of(part);
  settings_.batch = batch * train_.accumulate;
  return Done{};
}

void TrainSession::make_settings() {
  settings_.name = train_.name;
  settings_.count = options_.epochs ? *options_.epochs : options_.steps.value_or(train_.count);
  settings_.epochs = options_.epochs ? true : options_.steps ? false : train_.epochs;
  settings_.seed = static_cast<std::uint64_t>(options_.seed.value_or(train_.seed));
  settings_.resume = options_.resume;
  const auto beside = std::filesystem::path(program_.path).parent_path() / "runs" / train_.name;
  settings_.folder = options_.out.empty() ? beside.string() : options_.out;
  settings_.metrics = graphs_.metrics;
  for (const auto& leaf : graphs_.parameters) settings_.state_names.push_back(leaf.path);
  for (const auto& leaf : graphs_.optimizer_state) settings_.state_names.push_back(leaf.path);
  settings_.parameters = graphs_.parameters.size();
  settings_.program_hash = program_hash(graphs_, options_);
  for (const auto& every : train_.every) {
    Every out{.count = every.count, .epochs = every.epochs};
    using Kind = typed::Train::Every::Kind;
    if (every.kind == Kind::save) out.save = every.path;
    out.metric = every.kind == Kind::metric;
    out.print = every.kind == Kind::print;
    settings_.every.push_back(std::move(out));
  }
  if (train_.stop) {
    const auto& stop = *train_.stop;
    settings_.stop = EarlyStop{stop.patience, stop.value, stop.higher_is_better};
  }
  steps_ = total_steps(settings_, data_ ? data_->size(Part::train) : 0);
}

Result<std::vector<Array>> TrainSession::initial_state() {
  CommonOptions interpret = options_;
  interpret.interpret = true;  // runs once: compiling it would cost more
  auto engine = Engine::create(graphs_.init.graph, interpret, program_.watch);
  if (!engine) return engine.error();
  Array seed(Dtype::i64, {});
  seed.set_integer(0, static_cast<std::int64_t>(settings_.seed));
  auto state =
      program_.watch.measure("initial values", [&] { return engine->run(std::span<const Array>(&seed, 1)); });
  if (!state) return state;
  orthonormalize(*state, graphs_.init.orthogonal);
  for (const auto& parameter : train_.parameters) {
    if (parameter.from.empty()) continue;
    const auto folder = std::filesystem::path(program_.path).parent_path();
    const std::string path = (folder / parameter.from).string();
    const auto status = read_parameter(path, parameter.name, graphs_.parameters, *state);
    if (!status) return status.error();
  }
  return state;
}

std::vector<Array> TrainSession::numbers_of(std::int64_t step) const {
  std::vector<Array> out{scalar(program_.real, static_cast<double>(step)),
                         scalar(program_.real, static_cast<double>(steps_))};
  if (!graphs_.takes_seed) return out;
  out.emplace_back(Dtype::i64, std::vector<std::int64_t>{});
  out.back().set_integer(0, static_cast<std::int64_t>(settings_.seed));
  return out;
}

Result<double> TrainSession::add_up(std::span<const Array> parameters, std::span<const Array> batch,
                                    std::span<const Array> numbers) {
  for (Array& sum : sums_) std::memset(sum.data(), 0, sum.bytes());
  double objectives = 0;
  for (std::int64_t part = 0; part < train_.accumulate; ++part) {
    for (std::size_t k = 0; k < part_.size(); ++k)
      std::memcpy(part_[k].data(), batch[k].data() + static_cast<std::size_t>(part) * part_[k].bytes(),
                  part_[k].bytes());
    if (part + 1 == train_.accumulate) break;  // the step's own
    std::vector<Array> inputs(sums_.begin(), sums_.end()), outputs(sums_.begin(), sums_.end());
    inputs.insert(inputs.end(), parameters.begin(), parameters.end());
    inputs.insert(inputs.end(), numbers.begin(), numbers.end());
    inputs.insert(inputs.end(), part_.begin(), part_.end());
    outputs.push_back(scalar(accumulate_->output_types().back().dtype, 0));
    if (auto status = accumulate_->run_into(inputs, outputs); !status) return status.error();
    objectives += outputs.back().real(0);
  }
  return objectives;
}

Result<double> TrainSession::step(std::span<Array> state, std::span<const Array> batch, std::int64_t number) {
  const std::vector<Array> numbers = numbers_of(number);
  double objectives = 0;
  if (accumulate_) {
    const auto sum = add_up(std::span<const Array>(state).first(settings_.parameters), batch, numbers);
    if (!sum) return sum;
    objectives = *sum;
    batch = part_;
  }
  inputs_.assign(state.begin(), state.end());
  inputs_.insert(inputs_.end(), numbers.begin(), numbers.end());
  batch_begin_ = inputs_.size();
  inputs_.insert(inputs_.end(), batch.begin(), batch.end());
  batch_end_ = inputs_.size();
  inputs_.insert(inputs_.end(), sums_.begin(), sums_.end());
  if (outputs_.empty()) outputs_.resize(state.size() + 1, scalar(step_->output_types().back().dtype, 0));
  std::copy(state.begin(), state.end(), outputs_.begin());
  if (auto status = step_->run_into(inputs_, outputs_); !status) return status.error();
  return (objectives + outputs_.back().real(0)) / static_cast<double>(accumulate_ ? train_.accumulate : 1);
}

Result<const Engine*> TrainSession::evaluation(std::int64_t examples) {
  const auto known = evaluations_.find(examples);
  if (known != evaluations_.end()) return &known->second;
  const Graph sized = specialize(graphs_.evaluate, {{graphs_.batch_dim, Dim(examples)}});
  auto engine = Engine::create(sized, options_, program_.watch);
  if (!engine) return engine.error();
  return &evaluations_.emplace(examples, std::move(*engine)).first->second;
}

Result<std::vector<double>> TrainSession::evaluate(std::span<const Array> parameters,
                                                   std::span<const Array> batch) {
  auto engine = evaluation(batch.empty() ? 0 : batch[0].shape().at(0));
  if (!engine) return engine.error();
  std::vector<Array> inputs(parameters.begin(), parameters.end());
  inputs.insert(inputs.end(), batch.begin(), batch.end());
  auto results = (*engine)->run(inputs);
  if (!results) return results.error();
  std::vector<double> out;
  for (const Array& result : *results) out.push_back(result.real(0));
  return out;
}

Status TrainSession::print(std::size_t every, std::span<const Array> state) {
  auto known = prints_.find(every);
  if (known == prints_.end()) {
    auto engine = Engine::create(graphs_.prints.at(every), options_, program_.watch);
    if (!engine) return engine.error();
    known = prints_.emplace(every, std::move(*engine)).first;
  }
  std::vector<Array> inputs(state.begin(),
                            state.begin() + static_cast<std::ptrdiff_t>(graphs_.parameters.size()));
  inputs.insert(inputs.end(), inputs_.begin() + static_cast<std::ptrdiff_t>(batch_begin_),
                inputs_.begin() + static_cast<std::ptrdiff_t>(batch_end_));
  auto done = known->second.run(inputs);
  return done ? Status(Done{}) : Status(done.error());
}

TrainHooks TrainSession::hooks() {
  return {
      .step = [this](auto state, auto batch, std::int64_t number) { return step(state, batch, number); },
      .evaluate = [this](auto parameters, auto batch) { return evaluate(parameters, batch); },
      .print = [this](std::size_t every, auto state, std::int64_t) { return print(every, state); },
  };
}

}  // namespace dp
