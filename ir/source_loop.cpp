// Closed loops. What is carried has one name, bound before the loop and again at the end of each step; what
// is stacked is the value of the `for`. A conditional loop is a `while`, whose stacks are tensors that are
// carried, since a `while` has no value.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ir/source_writer.h"

namespace dp {
namespace {

/// The limit of a `while` that has none.
constexpr std::int64_t unlimited_steps = std::int64_t{1} << 62;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool mentions(const std::string& text, const std::string& name) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    if (begins && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

}  // namespace

struct SourceWriter::LoopText {
  const Node& node;
  std::size_t carries, stacked;
  bool conditional;
  std::vector<std::string> carried, stacks;  // by slot
  std::string number;                        // of the step
};

/// Whether a step's next value, which nothing else in the step uses, is said where it is bound.
bool SourceWriter::is_deferred(Id id) const {
  if (!loop_) return false;
  const auto carries = static_cast<std::size_t>(loop_->integer("carries"));
  std::size_t slots = 0, carried = 0;
  for (std::size_t k = 0; k < graph_.outputs.size(); ++k) {
    if (graph_.outputs[k].node != id) continue;
    ++slots;
    carried += k < carries ? 1 : 0;
  }
  if (carried != 1 || uses_[id] != 2 * slots) return false;
  const Op op = graph_[id].op;
  if (op == Op::scatter_add || op == Op::scatter_set) return changes_in_place(id);
  const Form form = info(op).form;
  return form != Form::loop && form != Form::leaf && form != Form::effect;
}

/// Whether a part is put into what is carried, which nothing else reads but to tell the part.
bool SourceWriter::changes_in_place(Id id) const {
  const Node& node = graph_[id];
  for (std::size_t k = 0; k < static_cast<std::size_t>(loop_->integer("carries")); ++k)
    if (graph_.outputs[k].node == id && node.op == Op::scatter_set)
      return node.operands[0] == graph_.inputs[k + 1] &&
             std::none_of(graph_.outputs.begin(), graph_.outputs.end(), [&](const Output& output) {
               return output.node == node.operands[0] || (output.node == id && &output != &graph_.outputs[k]);
             });
  return false;
}

/// The user's name for what is carried: of the next value, or of the first.
std::string SourceWriter::carried_name(const LoopText& text, std::size_t slot) const {
  if (slot == 0 && text.conditional) return "goes_on";
  const Graph& body = text.node.body();
  const std::string& next = body.note(body.outputs[slot].node).name;
  const Id initial = text.node.operands[slot];
  return !next.empty() || graph_[initial].op == Op::input ? next : graph_.note(initial).name;
}

/// Names for what is carried and stacked: the user's name of the result, or of the value in the step.
void SourceWriter::name_results(Id id, LoopText& text) {
  std::map<std::int64_t, Id> results;
  for (const Id user : live_)
    if (graph_[user].op == Op::result && graph_[user].operands[0] == id)
      results.emplace(graph_[user].integer("slot"), user);
  for (std::size_t slot = 0; slot < text.carries + text.stacked; ++slot) {
    const auto result = results.find(static_cast<std::int64_t>(slot));
    std::string name;
    if (result != results.end() && names_.has_own(result->second))
      name = names_.give(result->second);
    else if (slot < text.carries)
      name = names_.claim(carried_name(text, slot));
    else
      name = names_.fresh();
    if (result != results.end()) names_.give(result->second, name);
    (slot < text.carries ? text.carried : text.stacks).push_back(std::move(name));
  }
}

/// Binds what is there before the first step.
void SourceWriter::begin_loop(Id id, LoopText& text) {
  std::vector<std::string> initial;
  for (std::size_t k = 0; k < text.carries; ++k) initial.push_back(value(text.node.operands[k]).text);
  name_results(id, text);
  for (std::size_t k = 0; k < text.carries; ++k) bind(text.carried[k], initial[k]);
  text.number = names_.claim(text.node.body().name, true);
  if (!text.conditional) return;
  bind(text.number, "0");
  const Graph& body = text.node.body();
  for (std::size_t k = 0; k < text.stacked; ++k) {
    Type type = body[body.outputs[text.carries + k].node].type;
    type.shape.insert(type.shape.begin(), text.node.dims("dim").at(0));
    const std::string zero = type.dtype == Dtype::boolean ? "false" : is_real(type.dtype) ? "0.0" : "0";
    const bool usual =
        type.dtype == options_.real || type.dtype == Dtype::boolean || type.dtype == Dtype::i64;
    bind(text.stacks[k], fmt::format("full({}, {})", shape_text(type.shape),
                                     usual ? zero : fmt::format("{}({})", scalar_text(type.dtype), zero)));
  }
}

std::string SourceWriter::loop_header(const LoopText& text) const {
  const Dim& dim = text.node.dims("dim").at(0);
  if (text.conditional) {
    const std::string limit = dim == Dim(unlimited_steps) ? "" : " upto " + dim.text();
    return fmt::format("while {}{} {{", text.carried[0], limit);
  }
  std::string left;
  if (text.stacks.size() == 1) left = text.stacks[0] + " = ";
  if (text.stacks.size() > 1) left = fmt::format("({}) = ", fmt::join(text.stacks, ", "));
  return fmt::format("{}for {} in 0..{} {{", left, text.number, dim.text());
}

std::vector<std::string> SourceWriter::read_names(const Node& node, std::size_t carries) {
  std::vector<std::string> result;
  for (std::size_t k = carries; k < node.operands.size(); ++k) result.push_back(named(node.operands[k]));
  return result;
}

void SourceWriter::loop(Id id) {
  if (!names_[id].empty()) return;
  const Node& node = graph_[id];
  LoopText text{node,
                static_cast<std::size_t>(node.integer("carries")),
                static_cast<std::size_t>(node.integer("stacked")),
                node.integer("conditional") != 0,
                {},
                {},
                {}};
  const std::vector<std::string> read = read_names(node, text.carries);
  effects_before(id);
  begin_loop(id, text);
  names_.give(id, text.number);
  line(loop_header(text));
  std::vector<std::string> inputs{text.number};
  inputs.insert(inputs.end(), text.carried.begin(), text.carried.end());
  inputs.insert(inputs.end(), read.begin(), read.end());
  SourceWriter inner(node.body(), inputs, *this);
  inner.loop_ = &node;
  inner.step(text);
  lines_ += inner.lines_;
  for (const auto& clause : inner.at_most_) require_at_most(clause.first, clause.second);
  line("}");
  const bool is_counted = std::any_of(live_.begin(), live_.end(), [&](Id user) {
    const auto& operands = graph_[user].operands;
    return graph_[user].op != Op::result && std::find(operands.begin(), operands.end(), id) != operands.end();
  });
  const bool is_output = std::any_of(graph_.outputs.begin(), graph_.outputs.end(),
                                     [&](const Output& output) { return output.node == id; });
  if (text.conditional || (!is_counted && !is_output)) return;
  names_.give(id, names_.fresh());
  bind(names_[id], node.dims("dim").at(0).text());
}

void SourceWriter::step(const LoopText& text) {
  statements();
  leave_step(text);
}

void SourceWriter::leave_step(const LoopText& text) {
  std::vector<Rebinding> pending;
  std::vector<std::string> stacked;
  const auto is_bound_later = [&](Id id) { return is_deferred(id) && names_[id].empty(); };
  for (std::size_t k = 0; k < text.stacked; ++k) {
    const Id id = graph_.outputs[text.carries + k].node;
    stacked.push_back(is_bound_later(id) ? "" : value(id).text);
  }
  for (std::size_t k = 0; k < text.carries; ++k) {
    const Id id = graph_.outputs[k].node;
    const std::string& name = text.carried[k];
    if (is_bound_later(id) && changes_in_place(id)) {
      pending.push_back({name, set_part(graph_[id]), true});
      continue;
    }
    std::string next = is_bound_later(id) ? operation_text(id, name.size()) : value(id).text;
    if (next == name) continue;
    pending.push_back({name, std::move(next), false});
    if (is_bound_later(id)) names_.give(id, name);
  }
  for (std::size_t k = 0; k < text.stacked; ++k) {
    std::string& part = stacked[k];
    const bool changes = std::any_of(pending.begin(), pending.end(),
                                     [&](const auto& each) { return mentions(part, each.name); });
    if (changes && !text.conditional) {
      const std::string kept = names_.fresh();
      bind(kept, part);
      part = kept;
    }
    if (text.conditional && !part.empty())
      line(fmt::format("{}[{}] = {}", text.stacks[k], text.number, part));
  }
  rebind(std::move(pending));
  for (std::size_t k = 0; k < text.stacked; ++k) {
    if (!stacked[k].empty()) continue;
    stacked[k] = names_[graph_.outputs[text.carries + k].node];
    if (text.conditional) line(fmt::format("{}[{}] = {}", text.stacks[k], text.number, stacked[k]));
  }
  if (text.conditional) return line(text.number + " += 1");
  if (stacked.size() == 1) line(stacked[0]);
  if (stacked.size() > 1) line(fmt::format("({})", fmt::join(stacked, ", ")));
}

/// Each name gets its value, none of which sees another's new value.
void SourceWriter::rebind(std::vector<Rebinding> pending) {
  while (!pending.empty()) {
    const auto is_ready = [&](const Rebinding& one) {
      return std::none_of(pending.begin(), pending.end(), [&](const Rebinding& other) {
        return &other != &one && mentions(other.text, one.name);
      });
    };
    const auto ready = std::find_if(pending.begin(), pending.end(), is_ready);
    if (ready != pending.end()) {
      ready->is_part ? line(ready->name + ready->text) : bind(ready->name, ready->text);
      pending.erase(ready);
      continue;
    }
    Rebinding& first = pending.front();
    const std::string kept = names_.fresh();
    bind(kept, first.is_part ? first.name : first.text);
    if (first.is_part) line(kept + first.text);
    first = {first.name, kept, false};
  }
}

}  // namespace dp
