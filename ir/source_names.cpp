#include "ir/source_names.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace dp {
namespace {

/// Words that a value must not be called: those of the grammar, and the functions that printed programs call.
constexpr std::string_view reserved[] = {
    "fn",     "layer",   "struct",   "dim",      "const",     "data",      "train",     "optimizer",
    "test",   "adjoint", "import",   "as",       "for",       "in",        "if",        "else",
    "while",  "return",  "grad",     "jvp",      "vjp",       "jacobian",  "hessian",   "wrt",
    "along",  "with",    "and",      "or",       "not",       "true",      "false",     "assert",
    "print",  "where",   "upto",     "given",    "unchecked", "precision", "state",     "param",
    "frozen", "freeze",  "minimize", "maximize", "metric",    "using",     "run",       "save",
    "every",  "split",   "columns",  "column",   "from",      "over",      "inf",       "nan",
    "pi",     "real",    "f32",      "f64",      "bf16",      "i32",       "i64",       "bool",
    "key",    "sum",     "prod",     "any",      "all",       "full",      "transpose", "take_along",
    "fold",   "self",    "min",      "max"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// `net.blocks[3].w` as an identifier: `net_blocks_3_w`; empty where nothing sensible remains.
std::string identifier(const std::string& path) {
  std::string result;
  for (const char c : path) {
    if (is_letter(c) || (c >= '0' && c <= '9'))
      result += c;
    else if (c != ']')
      result += '_';
  }
  return result.empty() || !is_letter(result.front()) ? "" : result;
}

}  // namespace

SourceNames::SourceNames(const Graph& graph) : names_(graph.size()), wanted_(graph.size()) {
  for (const std::string_view word : reserved) taken_.emplace(word);
  for (const OpInfo& op : all_ops()) taken_.emplace(op.name);
  for (const Id id : live_nodes(graph)) {
    for (const Dim& dim : graph[id].type.shape) taken_.merge(dim.names());
    if (graph[id].op == Op::dim_value) taken_.merge(graph[id].dims("dim").at(0).names());
  }
  name_inputs(graph);
  find_own_names(graph);
}

bool SourceNames::is_free(const std::string& name) const { return !name.empty() && !taken_.contains(name); }

void SourceNames::name_inputs(const Graph& graph) {
  for (const Id id : graph.inputs) {
    std::string name = identifier(graph[id].string("name"));
    if (name.empty()) name = "x";
    while (!is_free(name)) name += "_";
    taken_.insert(name);
    names_[id] = name;
  }
}

void SourceNames::find_own_names(const Graph& graph) {
  std::map<std::string, int> counts;
  const auto live = live_nodes(graph);
  const auto own = [&](Id id) { return graph[id].op == Op::input ? "" : identifier(graph.note(id).name); };
  for (const Id id : live) ++counts[own(id)];
  for (const Id id : live) {
    std::string name = own(id);
    if (is_free(name) && counts.at(name) == 1) wanted_[id] = std::move(name);
  }
  taken_.insert(wanted_.begin(), wanted_.end());
}

std::string SourceNames::fresh() {
  std::string name;
  do name = "t" + std::to_string(++last_number_);
  while (!is_free(name));
  return name;
}

const std::string& SourceNames::give(Id id) {
  if (names_[id].empty()) names_[id] = has_own(id) ? wanted_[id] : fresh();
  return names_[id];
}

}  // namespace dp
