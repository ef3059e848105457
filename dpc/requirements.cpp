#include "dpc/requirements.h"

#include <fmt/format.h>

#include <set>

namespace dp {
namespace {

/// What an effect of the graph stops the program for; empty for a print.
std::string reason(const Node& node) {
  switch (node.op) {
    case Op::check_index:
      return fmt::format("an index lies in axis {} of extent {}", node.integer("axis"),
                         node.dims("dim").at(0).text());
    case Op::check_divisor: return "a divisor is not 0";
    case Op::check_range:
      return fmt::format("a real has a value in {}", name(std::get<Dtype>(*node.find("dtype"))));
    case Op::assert_: return fmt::format("assert: {}", node.string("message"));
    default: return "";
  }
}

class Requirements {
 public:
  explicit Requirements(const Program& program) : program_(program), own_(program.syntax.file) {}

  std::string all() {
    for (const auto& function : program_.module->functions) of_function(*function);
    for (const auto& layer : program_.module->layers)
      for (const auto& function : layer->functions) of_function(*function);
    for (const auto& train : program_.module->trains) of_train(*train);
    return text_;
  }

 private:
  std::string place(Span span) const {
    const Position at = program_.sources.position(span.file, span.begin);
    return fmt::format("{}:{}", program_.sources[span.file].path, at.line);
  }

  void of_function(const typed::Function& function) {
    if (function.span.file != own_) return;
    lines_.clear();
    for (const auto& [left, right] : function.equalities)
      lines_.push_back(fmt::format("  requires {} == {}", left.text(), right.text()));
    for (const auto& [left, right] : function.at_most)
      lines_.push_back(fmt::format("  requires {} <= {}", left.text(), right.text()));
    for (const typed::VariableId id : function.parameters) bounds_of(function.variables[id]);
    checks_of(build(*program_.module, function, program_.build_options()));
    add("fn " + function.name, function.span);
  }

  void of_train(const typed::Train& train) {
    if (train.span.file != own_) return;
    lines_.clear();
    const auto built =
        build_train(*program_.module, train, train.batch.value_or(1), program_.build_options());
    if (built) checks_of(built->step);
    add("train " + train.name, train.span);
  }

  void bounds_of(const typed::Variable& parameter) {
    for (const Leaf& leaf : leaves(*program_.module, parameter.type, program_.build_options())) {
      if (!leaf.bound) continue;
      const std::string path = parameter.name + (leaf.path.empty() ? "" : "." + leaf.path);
      lines_.push_back(fmt::format("  checks   {} lies in 0 .. {} where it comes in", path,
                                   (*leaf.bound - Dim(1)).text()));
    }
  }

  void checks_of(const Result<Graph>& graph) {
    if (graph) return checks_of(*graph);
    lines_.push_back("  is known only where it is called: " + graph.error().message);
  }
  void checks_of(const Graph& graph) {
    std::set<std::string> seen;
    for (Id id = 0; id < graph.size(); ++id) {
      const std::string why = reason(graph[id]);
      if (why.empty()) continue;
      const Span span = graph.note(id).span;
      const std::string line =
          span == Span{} ? "  checks   " + why : fmt::format("  checks   {}, {}", why, place(span));
      if (seen.insert(line).second) lines_.push_back(line);
    }
  }

  void add(const std::string& what, Span span) {
    if (lines_.empty()) return;
    text_ += fmt::format("{}, {}\n{}\n", what, place(span), fmt::join(lines_, "\n"));
  }

  const Program& program_;
  FileId own_;
  std::vector<std::string> lines_;
  std::string text_;
};

}  // namespace

std::string requirements(const Program& program) { return Requirements(program).all(); }

}  // namespace dp
