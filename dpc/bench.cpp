// dpc bench FILE FN [NAME=VALUE …]: how long a function and its gradient take, against what the machine can
// do.

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "dpc/machine.h"
#include "dpc/report_facts.h"
#include "dpc/run_graph.h"
#include "dpc/units.h"
#include "dpc/values.h"
#include "ir/loops_cost.h"

namespace dp {
namespace {

struct BenchOptions : CommonOptions {
  std::vector<std::string> words;
  double seconds = 0.5;
};

/// The middle of a list and of its halves.
struct Spread {
  double median = 0, low = 0, high = 0;
  std::size_t count = 0;
};

Spread spread_of(std::vector<double> times) {
  std::ranges::sort(times);
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1) + 0.5)];
  };
  return {at(0.5), at(0.25), at(0.75), times.size()};
}

/// A function made ready to be called again and again.
struct Subject {
  Engine engine;
  double compile_seconds = 0;
  loops::Cost cost;
  std::int64_t peak_bytes = 0;  // arena, arguments and results
  std::vector<Array> outputs;
};

std::int64_t bytes_of(std::span<const Array> arrays) {
  std::int64_t sum = 0;
  for (const Array& array : arrays) sum += static_cast<std::int64_t>(array.bytes());
  return sum;
}

Result<Subject> prepare(const Graph& graph, std::span<const Array> arguments, const CommonOptions& options) {
  const double begin = clock_seconds();
  auto planned = run_pipeline(graph, pass_options(options), "planned");
  if (!planned) return planned.error();
  if (const Status fits = check_memory(*planned, options.memory_limit); !fits) return fits.error();
  auto module = lower(*planned, pass_options(options));
  if (!module) return module.error();
  const loops::Cost cost = loops::total(loops::costs(*module));
  Stopwatch watch;
  auto engine = Engine::create(std::move(*module), options, watch);
  if (!engine) return engine.error();
  const double seconds = clock_seconds() - begin;
  std::vector<Array> outputs = arrays_of(engine->output_types());
  const std::int64_t peak = engine->arena_bytes() + bytes_of(arguments) + bytes_of(outputs);
  return Subject{std::move(*engine), seconds, cost, peak, std::move(outputs)};
}

/// Times single calls, or of short functions as many calls at a time as take 20 microseconds.
class Timer {
 public:
  Timer(Subject& subject, std::span<const Array> arguments) : subject_(subject), arguments_(arguments) {}

  /// Calls once to warm the caches, then until about `seconds` have passed.
  Result<Spread> run(double seconds) {
    if (const Status status = call(1); !status) return status.error();
    const double once = *time(1);
    calls_ = std::max(1, static_cast<int>(20e-6 / std::max(once, 1e-9)));
    std::vector<double> times;
    for (const double end = clock_seconds() + seconds; times.size() < 5 || clock_seconds() < end;) {
      const auto taken = time(calls_);
      if (!taken) return taken.error();
      times.push_back(*taken);
    }
    return spread_of(std::move(times));
  }

 private:
  Status call(int count) {
    for (int k = 0; k < count; ++k) {
      if (const Status status = subject_.engine.run_into(arguments_, subject_.outputs); !status)
        return status;
    }
    return Done{};
  }
  Result<double> time(int count) {
    const double begin = clock_seconds();
    if (const Status status = call(count); !status) return status.error();
    return (clock_seconds() - begin) / count;
  }

  Subject& subject_;
  std::span<const Array> arguments_;
  int calls_ = 1;
};

/// One figure for each thing that `dpc bench` tells.
struct Figures {
  double compile = 0;
  Spread call;
  loops::Cost cost;
  std::int64_t peak_bytes = 0;
  Machine machine;
  std::optional<double> gradient_compile;
  std::optional<Spread> gradient;
  std::int64_t gradient_peak_bytes = 0;
};

void print_text(const Figures& figures) {
  const auto spread = [](const Spread& times) {
    return fmt::format("{}  (middle half of {} measurements: {} to {})", time_text(times.median), times.count,
                       time_text(times.low), time_text(times.high));
  };
  const auto share = [](double part, double whole) { return fmt::format("{:.0f} %", 100 * part / whole); };
  const double flops = figures.cost.flops / figures.call.median,
               bytes = figures.cost.bytes / figures.call.median;
  fmt::print("compile    {}\n", time_text(figures.compile));
  fmt::print("call       {}\n", spread(figures.call));
  fmt::print("work       {}, {} moved\n", count_text(figures.cost.flops), memory_text(figures.cost.bytes));
  fmt::print("rate       {:.4g} GFLOP/s, {} of the peak of {:.4g}; {:.4g} GB/s, {} of a copy's {:.4g}\n",
             flops / 1e9, share(flops, figures.machine.flops), figures.machine.flops / 1e9, bytes / 1e9,
             share(bytes, figures.machine.bandwidth), figures.machine.bandwidth / 1e9);
  fmt::print("memory     {} at most, with arguments and results\n",
             memory_text(static_cast<double>(figures.peak_bytes)));
  if (!figures.gradient) return;
  fmt::print("gradient   {}, {:.3g} times the function; compile {}; memory {}\n", spread(*figures.gradient),
             figures.gradient->median / figures.call.median, time_text(*figures.gradient_compile),
             memory_text(static_cast<double>(figures.gradient_peak_bytes)));
}

void print_json(const Figures& figures) {
  nlohmann::ordered_json out;
  const auto add = [&](const std::string& prefix, const Spread& times) {
    out[prefix + "seconds"] = times.median;
    out[prefix + "seconds_low"] = times.low;
    out[prefix + "seconds_high"] = times.high;
    out[prefix + "measurements"] = times.count;
  };
  out["compile_seconds"] = figures.compile;
  add("", figures.call);
  out["flops"] = figures.cost.flops;
  out["bytes"] = figures.cost.bytes;
  out["peak_flops"] = figures.machine.flops;
  out["copy_bandwidth"] = figures.machine.bandwidth;
  out["memory"] = figures.peak_bytes;
  if (figures.gradient) {
    out["gradient_compile_seconds"] = *figures.gradient_compile;
    add("gradient_", *figures.gradient);
    out["gradient_ratio"] = figures.gradient->median / figures.call.median;
    out["gradient_memory"] = figures.gradient_peak_bytes;
  }
  fmt::print("{}\n", out.dump());
}

/// The paths of all real arguments, where the function gives one real number: what its gradient is taken by.
std::vector<std::string> differentiable_arguments(const Program& program, const typed::Function& function,
                                                  const BuildOptions& build) {
  const auto* result = std::get_if<typed::TensorType>(&function.result.node);
  const bool gives_number = result && result->shape.dims.empty() && !result->shape.pack &&
                            is_real(leaves(*program.module, function.result, build)[0].type.dtype);
  std::vector<std::string> paths;
  if (!gives_number) return paths;
  for (const typed::VariableId id : function.parameters) {
    const typed::Variable& parameter = function.variables[id];
    for (const Leaf& leaf : leaves(*program.module, parameter.type, build))
      if (is_real(leaf.type.dtype))
        paths.push_back(leaf.path.empty() ? parameter.name : parameter.name + "." + leaf.path);
  }
  return paths;
}

Status measure_gradient(Program& program, const typed::Function& function, const CallArguments& arguments,
                        const BenchOptions& options, Figures& figures) {
  const std::vector<std::string> wrt = differentiable_arguments(program, function, arguments.build);
  if (wrt.empty()) return Done{};
  auto graph = build_gradient(*program.module, function, wrt, arguments.build);
  if (!graph) return graph.error();
  auto subject = prepare(*graph, arguments.arrays, options);
  if (!subject) return subject.error();
  auto times = Timer(*subject, arguments.arrays).run(options.seconds);
  if (!times) return times.error();
  figures.gradient_compile = subject->compile_seconds;
  figures.gradient = *times;
  figures.gradient_peak_bytes = subject->peak_bytes;
  return Done{};
}

Result<Figures> measure(Program& program, const typed::Function& function, const CallArguments& arguments,
                        const BenchOptions& options) {
  auto graph = build(*program.module, function, arguments.build);
  if (!graph) return graph.error();
  auto subject = prepare(*graph, arguments.arrays, options);
  if (!subject) return subject.error();
  auto machine = measure_machine(options, program.real);
  if (!machine) return machine.error();
  auto times = Timer(*subject, arguments.arrays).run(options.seconds);
  if (!times) return times.error();
  Figures figures{.compile = subject->compile_seconds, .call = *times, .cost = subject->cost};
  figures.peak_bytes = subject->peak_bytes;
  figures.machine = *machine;
  if (auto status = measure_gradient(program, function, arguments, options, figures); !status)
    return status.error();
  return figures;
}

int bench(const BenchOptions& options) {
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  const auto words = split_words(options.words, "main");
  if (!words) return report(*program, words.error());
  const auto function = find_function(*program, words->name);
  if (!function) return report(*program, function.error());
  const auto arguments = read_arguments(*program, **function, words->values, options, Missing::drawn);
  if (!arguments) return report(*program, arguments.error());
  const auto figures = measure(*program, **function, *arguments, options);
  if (!figures) return report(*program, figures.error());
  options.format == "json" ? print_json(*figures) : print_text(*figures);
  return Exit::fine;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  auto* command =
      app.add_subcommand("bench", "times a function and its gradient against this machine's limits");
  command->add_option("file", options->file, "a .dp file")->required();
  command->add_option("words", options->words,
                      "[FN] [NAME=VALUE …]; what has no value is drawn: give its sizes");
  command->add_option("--seconds", options->seconds, "how long each is measured");
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return bench(*options); }; });
}

}  // namespace dp
