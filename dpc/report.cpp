// dpc report FILE [FN or TRAIN]: what the compiler made of a function or of a training step.

#include <algorithm>
#include <cstdio>

#include "dpc/commands.h"
#include "dpc/engine.h"
#include "dpc/program_graph.h"
#include "dpc/report_facts.h"
#include "dpc/units.h"
#include "ir/loops_cost.h"
#include "ir/print.h"

namespace dp {
namespace {

struct ReportOptions : CommonOptions {
  std::vector<std::string> words;
};

/// Lines of cells in columns as wide as their widest cell; the first `left` columns and the last one are
/// aligned to the left.
class Table {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  void print(std::size_t left) const {
    for (const auto& cells : rows_) {
      std::string line = "  ";
      for (std::size_t k = 0; k + 1 < cells.size(); ++k)
        line += k < left ? fmt::format("{:<{}}  ", cells[k], width(k))
                         : fmt::format("{:>{}}  ", cells[k], width(k));
      fmt::print("{}{}\n", line, cells.back());
    }
  }

 private:
  std::size_t width(std::size_t column) const {
    std::size_t widest = 0;
    for (const auto& cells : rows_) widest = std::max(widest, cells[column].size());
    return widest;
  }

  std::vector<std::vector<std::string>> rows_;
};

/// A planned graph with its loops, and how to speak of its values.
class Report {
 public:
  Report(const Program& program, Graph planned, loops::Module module)
      : program_(program),
        planned_(std::move(planned)),
        module_(std::move(module)),
        names_(printed_names(planned_)),
        costs_(loops::costs(module_)) {}

  void print_summary() const {
    const loops::Cost sum = loops::total(costs_);
    fmt::print("{}: {} kernels, {}, {} moved, {} in memory\n", planned_.name, module_.functions.size(),
               count_text(sum.flops), memory_text(sum.bytes),
               memory_text(static_cast<double>(planned_.plan->arena_bytes + argument_bytes(planned_))));
  }

  void print_kernels() const {
    fmt::print("\nkernels, in the order they run\n");
    Table table;
    table.row({"", "from", "operations", "moved", "what is in it"});
    const std::size_t copies = module_.functions.size() - planned_.kernels.size();
    for (std::size_t k = 0; k < module_.functions.size(); ++k) {
      const std::string from = k < copies ? "" : lines_of(planned_.kernels[k - copies]);
      table.row({std::to_string(k), from, short_count(costs_[k].flops), memory_text(costs_[k].bytes),
                 module_.functions[k].comment});
    }
    table.print(2);
  }

  void print_shared(const std::vector<Id>& shared) const {
    if (shared.empty()) return;
    fmt::print("\nvalues of the function that its gradient uses too, computed once\n");
    Table table;
    for (const Id id : shared) table.row({called(id), text(planned_[id].type), place(id)});
    table.print(2);
  }

  void print_memory() const {
    const PeakMoment peak = peak_moment(planned_);
    fmt::print("\nmemory: {} between kernels, {} of arguments and results\n",
               memory_text(static_cast<double>(planned_.plan->arena_bytes)),
               memory_text(static_cast<double>(argument_bytes(planned_))));
    if (peak.held.empty()) return;
    fmt::print("  most of it, {}, is in use in kernel {}:\n", memory_text(static_cast<double>(peak.bytes)),
               peak.kernel + module_.functions.size() - planned_.kernels.size());
    Table table;
    constexpr std::size_t shown = 12;
    for (std::size_t k = 0; k < std::min(shown, peak.held.size()); ++k) {
      const Buffer& buffer = peak.held[k];
      table.row({called(buffer.node), text(planned_[buffer.node].type),
                 memory_text(static_cast<double>(buffer.bytes)), place(buffer.node)});
    }
    if (peak.held.size() > shown)
      table.row({fmt::format("and {} more", peak.held.size() - shown), "", "", ""});
    table.print(2);
  }

  const Graph& planned() const { return planned_; }

 private:
  static std::string short_count(double count) {
    const std::string text = count_text(count);
    return text.substr(0, text.find(" operations"));
  }

  std::string called(Id id) const {
    const std::string& name = planned_.note(id).name;
    if (!name.empty()) return name;
    return fmt::format("{} ({})", names_[id], name_of(id));
  }
  std::string name_of(Id id) const { return std::string(dp::name(planned_[id].op)); }

  std::string place(Id id) const {
    const Span span = planned_.note(id).span;
    if (span.file == 0) return "";
    return fmt::format("{}:{}", program_.sources[span.file].path,
                       program_.sources.position(span.file, span.begin).line);
  }
  std::string lines_of(const Kernel& kernel) const {
    for (const Id id : kernel.outputs)
      if (std::string found = place(id); !found.empty()) return found;
    return "";
  }

  const Program& program_;
  Graph planned_;
  loops::Module module_;
  std::vector<std::string> names_;
  std::vector<loops::Cost> costs_;
};

/// Parameters that have no derivative code.
void print_frozen(const Program& program, const std::string& name) {
  const typed::Train* train = program.module->find_train(name);
  if (train == nullptr) return;
  std::vector<std::string> frozen;
  for (const auto& parameter : train->parameters)
    if (parameter.frozen) frozen.push_back(parameter.name);
  for (const typed::WrtPath& path : train->freeze) frozen.emplace_back(program.sources.text(path.span));
  if (frozen.empty()) return;
  fmt::print("\nfrozen, without derivative code\n  {}\n", fmt::join(frozen, ", "));
}

Status print_report(Program& program, const ReportOptions& options) {
  auto built = graph_of(program, options.words, options, true);
  if (!built) return built.error();
  auto planned = run_pipeline(*built, pass_options(options), "planned");
  if (!planned) return planned.error();
  auto module = lower(*planned, pass_options(options));
  if (!module) return module.error();
  const auto shared = shared_with_gradient(*built, *planned, pass_options(options));
  if (!shared) return shared.error();
  const Report report(program, std::move(*planned), std::move(*module));
  report.print_summary();
  report.print_kernels();
  report.print_shared(*shared);
  print_frozen(program, options.words.empty() ? "main" : options.words.front());
  report.print_memory();
  return Done{};
}

int report_on(const ReportOptions& options) {
  const auto program = load(options);
  if (const int code = report(*program); code != Exit::fine) return code;
  const Status status = print_report(*program, options);
  return status ? static_cast<int>(Exit::fine) : report(*program, status.error());
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto options = std::make_shared<ReportOptions>();
  auto* command =
      app.add_subcommand("report", "what was made of a function or a training step: kernels, memory");
  command->add_option("file", options->file, "a .dp file")->required();
  command->add_option("words", options->words, "[FN or TRAIN] [NAME=VALUE …]; values fix the dimensions");
  add_common(*command, *options);
  command->callback([&action, options] { action = [options] { return report_on(*options); }; });
}

}  // namespace dp
