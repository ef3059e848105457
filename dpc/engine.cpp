#include "dpc/engine.h"

#include "dpc/report_facts.h"

#include <algorithm>
#include <cstring>

#include "ir/interpret.h"
#include "support/assert.h"

namespace dp {
namespace {

void print_to_stderr(std::string_view text) { fmt::print(stderr, "{}", text); }

}  // namespace

PassOptions pass_options(const CommonOptions& options) {
  return {.fast_math = options.fast_math, .verify = options.verify, .threads = options.threads};
}

CompileOptions compile_options(const CommonOptions& options) {
  return {.optimize = options.optimize,
          .cpu = options.cpu,
          .fast_math = options.fast_math,
          .threads = options.threads};
}

std::vector<Array> arrays_of(std::span<const Type> types) {
  std::vector<Array> out;
  for (const Type& type : types) {
    const auto shape = constants(type.shape);
    DP_ASSERT(shape, "an array of unknown size: {}", text(type));
    out.emplace_back(type.dtype, *shape);
  }
  return out;
}

Result<Engine> Engine::create(const Graph& graph, const CommonOptions& options, Stopwatch& watch) {
  Engine engine;
  StageObserver observer;
  observer.on_time = [&](std::string_view pass, double seconds) { watch.add(std::string(pass), seconds); };
  auto ready =
      run_pipeline(graph, pass_options(options), options.interpret ? "simplified" : "planned", observer);
  if (!ready) return ready.error();
  if (options.interpret) {
    for (const Output& output : ready->outputs) engine.output_types_.push_back((*ready)[output.node].type);
    engine.graph_ = std::make_shared<const Graph>(std::move(*ready));
    return engine;
  }
  if (const Status fits = check_memory(*ready, options.memory_limit); !fits) return fits.error();
  auto module = watch.measure("lower", [&] { return lower(*ready, pass_options(options)); });
  if (!module) return module.error();
  auto engine_of_loops = create(std::move(*module), options, watch);
  if (engine_of_loops) engine_of_loops->in_place_.insert(ready->donated.begin(), ready->donated.end());
  return engine_of_loops;
}

Result<Engine> Engine::create(loops::Module module, const CommonOptions& options, Stopwatch& watch) {
  Engine engine;
  engine.output_types_ = module.output_types;
  if (options.interpret) {
    engine.loops_ = std::make_shared<const loops::Module>(std::move(module));
    return engine;
  }
  Timings timings;
  auto executable = compile(module, compile_options(options), print_to_stderr, &timings);
  for (const auto& [phase, seconds] : timings) watch.add(phase, seconds);
  if (!executable) return executable.error();
  engine.executable_ = std::move(*executable);
  engine.arena_bytes_ = module.arena_bytes;
  engine.arena_ = std::make_shared<Array>(
      Dtype::boolean, std::vector<std::int64_t>{std::max<std::int64_t>(1, module.arena_bytes)});
  return engine;
}

Result<std::vector<Array>> Engine::interpreted(std::span<const Array> inputs) const {
  return graph_ ? interpret(*graph_, inputs, {.print = print_to_stderr})
                : loops::interpret(*loops_, inputs, print_to_stderr);
}

Result<std::vector<Array>> Engine::run(std::span<const Array> inputs) const {
  if (!executable_) return interpreted(inputs);
  std::vector<Array> outputs = arrays_of(output_types_);
  if (auto status = run_into(inputs, outputs); !status) return status.error();
  return outputs;
}

Status Engine::run_into(std::span<const Array> inputs, std::span<Array> outputs) const {
  if (!executable_) {
    auto results = interpreted(inputs);
    if (!results) return results.error();
    for (std::size_t k = 0; k < outputs.size(); ++k)
      std::memcpy(outputs[k].data(), (*results)[k].data(), outputs[k].bytes());
    return Done{};
  }
  std::vector<const void*> in;
  std::vector<void*> out;
  for (const Array& input : inputs) in.push_back(input.data());
  std::map<std::size_t, Array> beside;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const auto over = std::find(in.begin(), in.end(), outputs[k].data());
    const auto allowed = in_place_.find(k);
    const bool fine =
        over == in.end() || (allowed != in_place_.end() && in[allowed->second] == outputs[k].data());
    if (!fine) beside.emplace(k, Array(outputs[k].dtype(), outputs[k].shape()));
    out.push_back(fine ? outputs[k].data() : beside.at(k).data());
  }
  if (auto status = executable_->run(in, out, arena_->data()); !status) return status;
  for (const auto& [k, array] : beside) std::memcpy(outputs[k].data(), array.data(), outputs[k].bytes());
  return Done{};
}

}  // namespace dp
