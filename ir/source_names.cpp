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
    "fold",   "self",    "min",      "max",      "zeros",     "where",     "stop",      "clamp",
    "bits",   "dot",     "einsum",   "lu",       "qr",        "svd",       "solve",     "top_k"};

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

void reserve_dims(const Graph& graph, std::set<std::string>& taken) {
  for (const Id id : live_nodes(graph)) {
    const Node& node = graph[id];
    for (const Dim& dim : node.type.shape) taken.merge(dim.names());
    if (node.find("dim")) taken.merge(node.dims("dim").at(0).names());
    if (node.op == Op::loop) reserve_dims(node.body(), taken);
  }
}

}  // namespace

SourceNames::SourceNames(const Graph& graph)
    : names_(graph.size()), wanted_(graph.size()), taken_(std::make_shared<Taken>()) {
  for (const std::string_view word : reserved) taken_->names.emplace(word);
  for (const OpInfo& op : all_ops()) taken_->names.emplace(op.name);
  reserve_dims(graph, taken_->names);
  name_inputs(graph);
  find_own_names(graph);
}

SourceNames::SourceNames(const Graph& body, std::span<const std::string> inputs, const SourceNames& around)
    : names_(body.size()), wanted_(body.size()), taken_(around.taken_) {
  for (std::size_t k = 0; k < inputs.size(); ++k) names_[body.inputs[k]] = inputs[k];
  find_own_names(body);
}

bool SourceNames::is_free(const std::string& name) const {
  return !name.empty() && !taken_->names.contains(name);
}

void SourceNames::name_inputs(const Graph& graph) {
  for (const Id id : graph.inputs) {
    std::string name = identifier(graph[id].string("name"));
    if (name.empty()) name = "x";
    while (!is_free(name)) name += "_";
    taken_->names.insert(name);
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
  taken_->names.insert(wanted_.begin(), wanted_.end());
}

std::string SourceNames::fresh() {
  std::string name;
  do name = "t" + std::to_string(++taken_->last_number);
  while (!is_free(name));
  taken_->names.insert(name);
  return name;
}

std::string SourceNames::claim(const std::string& wish, bool is_index) {
  std::string name = identifier(wish);
  if (!is_free(name)) return is_index ? index() : fresh();
  taken_->names.insert(name);
  return name;
}

std::string SourceNames::index() {
  for (const char* letter : {"i", "j", "k", "l", "p", "q", "r"})
    if (is_free(letter)) return claim(letter);
  return fresh();
}

const std::string& SourceNames::give(Id id) {
  if (names_[id].empty()) names_[id] = has_own(id) ? wanted_[id] : fresh();
  return names_[id];
}

}  // namespace dp
