#include "ir/graph.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include "ir/infer.h"
#include "support/assert.h"

namespace dp {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return (seed ^ value) * 0x9e3779b97f4a7c15u + (seed >> 29);
}

std::size_t hash(const Shape& shape) {
  std::size_t seed = shape.size();
  for (const Dim& extent : shape) seed = mix(seed, extent.hash());
  return seed;
}

std::size_t hash(const Literal& literal) {
  return std::visit(
      [](const auto& elements) {
        std::size_t seed = elements.size();
        for (const auto element : elements) seed = mix(seed, std::bit_cast<std::uint64_t>(element));
        return seed;
      },
      literal.elements);
}

struct AttributeHash {
  std::size_t operator()(std::int64_t value) const { return static_cast<std::size_t>(value); }
  std::size_t operator()(const std::string& text) const { return std::hash<std::string>{}(text); }
  std::size_t operator()(const std::vector<std::int64_t>& values) const {
    std::size_t seed = values.size();
    for (const std::int64_t value : values) seed = mix(seed, static_cast<std::size_t>(value));
    return seed;
  }
  std::size_t operator()(const Shape& shape) const { return hash(shape); }
  std::size_t operator()(Dtype dtype) const { return static_cast<std::size_t>(dtype); }
  std::size_t operator()(const Literal& literal) const { return hash(literal); }
  std::size_t operator()(const LoopBody& body) const {
    std::size_t seed = body.graph->inputs.size();
    for (const Output& output : body.graph->outputs) seed = mix(seed, dp::hash((*body.graph)[output.node]));
    return seed;
  }
};

template <class T>
bool all_equal(const std::vector<T>& elements) {
  const auto same = [&](const T& element) { return std::memcmp(&element, &elements[0], sizeof(T)) == 0; };
  return std::all_of(elements.begin(), elements.end(), same);
}

std::int64_t wrapped(std::int64_t value, Dtype dtype) {
  if (dtype == Dtype::boolean) return value != 0 ? 1 : 0;
  return dtype == Dtype::i32 ? static_cast<std::int32_t>(value) : value;
}

/// Attributes in the order of the row, under the table's own strings.
Attributes in_row_order(Op op, Attributes attributes) {
  Attributes sorted;
  sorted.reserve(attributes.size());
  for (const std::string_view name : info(op).attributes) {
    for (Attribute& attribute : attributes) {
      if (attribute.name == name) sorted.push_back({name, std::move(attribute.value)});
    }
  }
  DP_ASSERT(sorted.size() == attributes.size(), "`{}` was given an attribute it does not have", name(op));
  return sorted;
}

template <class T>
const T& attribute(const Node& node, std::string_view name) {
  const AttributeValue* value = node.find(name);
  DP_ASSERT(value && std::holds_alternative<T>(*value), "`{}` has no such attribute `{}`", dp::name(node.op),
            name);
  return std::get<T>(*value);
}

void keep_first(Note& note, Note later) {
  if (note.name.empty()) note.name = std::move(later.name);
  if (note.span == Span{}) note.span = later.span;
  if (note.place.empty()) note.place = std::move(later.place);
}

}  // namespace

bool Literal::operator==(const Literal& other) const {
  if (elements.index() != other.elements.index()) return false;
  return std::visit(
      [&](const auto& mine) {
        const auto& theirs = std::get<std::decay_t<decltype(mine)>>(other.elements);
        return mine.size() == theirs.size() &&
               (mine.empty() || std::memcmp(mine.data(), theirs.data(), mine.size() * sizeof mine[0]) == 0);
      },
      elements);
}

Literal canonical(Literal literal, Dtype dtype) {
  if (auto* reals = std::get_if<std::vector<double>>(&literal.elements)) {
    for (double& real : *reals)
      real = dtype == Dtype::f32 ? static_cast<double>(static_cast<float>(real)) : real;
    if (reals->size() > 1 && all_equal(*reals)) reals->resize(1);
  } else {
    auto& integers = std::get<std::vector<std::int64_t>>(literal.elements);
    for (std::int64_t& integer : integers) integer = wrapped(integer, dtype);
    if (integers.size() > 1 && all_equal(integers)) integers.resize(1);
  }
  return literal;
}

bool LoopBody::operator==(const LoopBody& other) const {
  return graph == other.graph || identical(*graph, *other.graph);
}

const AttributeValue* Node::find(std::string_view name) const {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == name) return &attribute.value;
  }
  return nullptr;
}

std::int64_t Node::integer(std::string_view name) const { return attribute<std::int64_t>(*this, name); }

const std::string& Node::string(std::string_view name) const { return attribute<std::string>(*this, name); }

const std::vector<std::int64_t>& Node::integers(std::string_view name) const {
  return attribute<std::vector<std::int64_t>>(*this, name);
}

const Shape& Node::dims(std::string_view name) const { return attribute<Shape>(*this, name); }

const Literal& Node::literal() const { return attribute<Literal>(*this, "value"); }

const Graph& Node::body() const { return *attribute<LoopBody>(*this, "body").graph; }

std::size_t hash(const Node& node) {
  std::size_t seed = mix(static_cast<std::size_t>(node.op), static_cast<std::size_t>(node.type.dtype));
  for (const Id operand : node.operands) seed = mix(seed, operand);
  for (const Attribute& attribute : node.attributes) {
    seed = mix(seed, attribute.value.index());
    seed = mix(seed, std::visit(AttributeHash{}, attribute.value));
  }
  return mix(seed, hash(node.type.shape));
}

Id Graph::add(Op op, std::vector<Id> operands, Attributes attributes) {
  std::vector<const Type*> types;
  types.reserve(operands.size());
  for (const Id operand : operands) {
    DP_ASSERT(operand < size(), "`{}` has an operand that does not exist: {}", dp::name(op), operand);
    types.push_back(&nodes_[operand].type);
  }
  attributes = in_row_order(op, std::move(attributes));
  Inference inferred = infer(op, types, attributes);
  DP_ASSERT(inferred.type, "`{}` is ill-typed: {}", dp::name(op), inferred.reason);
  return add(op, std::move(operands), std::move(attributes), std::move(*inferred.type));
}

Id Graph::add(Op op, std::vector<Id> operands, Attributes attributes, Type type) {
  Node node{op, std::move(operands), in_row_order(op, std::move(attributes)), std::move(type)};
  if (op == Op::constant) {
    DP_ASSERT(node.find("value"), "a constant has a value");
    Literal& literal = std::get<Literal>(node.attributes[0].value);
    literal = canonical(std::move(literal), node.type.dtype);
  }
  const std::size_t key = hash(node);
  const auto [first, last] = interned_.equal_range(key);
  for (auto candidate = first; candidate != last && op != Op::print; ++candidate) {  // each line is printed
    if (nodes_[candidate->second] == node) return candidate->second;
  }
  const Id id = static_cast<Id>(nodes_.size());
  nodes_.push_back(std::move(node));
  notes_.emplace_back();
  interned_.emplace(key, id);
  return id;
}

Id Graph::input(std::string name, Type type) {
  const std::size_t before = size();
  const Id id = add(Op::input, {}, {{"name", name}}, std::move(type));
  DP_ASSERT(size() > before, "two inputs are called `{}`", name);
  annotate(id, {std::move(name), {}, {}});
  inputs.push_back(id);
  return id;
}

const Note& Graph::note(Id id) const { return notes_[id]; }

void Graph::annotate(Id id, Note note) { keep_first(notes_[id], std::move(note)); }

std::vector<Id> live_nodes(const Graph& graph) {
  std::vector<bool> live(graph.size());
  for (const Id input : graph.inputs) live[input] = true;
  for (const Output& output : graph.outputs) live[output.node] = true;
  for (const Id effect : graph.effects) live[effect] = true;
  for (std::size_t k = graph.size(); k-- > 0;) {
    if (!live[k]) continue;
    for (const Id operand : graph[static_cast<Id>(k)].operands) live[operand] = true;
  }
  std::vector<Id> ids;
  for (std::size_t k = 0; k < live.size(); ++k) {
    if (live[k]) ids.push_back(static_cast<Id>(k));
  }
  return ids;
}

}  // namespace dp
