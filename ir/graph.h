#pragma once
// The graph: what a program means, as a DAG of typed operations. Nodes are immutable, live in one arena and
// are hash-consed: two nodes with the same op, operands, attributes and type are one node, so common
// subexpressions are shared by construction, between a function and its gradient as well. Operands have
// smaller ids than their users. Names and source places are notes beside the nodes and take no part in their
// identity.
//
// After `fuse` a graph also carries kernels, after `plan_memory` a plan; both are data beside the same nodes,
// so every stage from `graph` to `planned` has one printer, one parser, one interpreter.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "ir/op.h"
#include "ir/type.h"
#include "support/source.h"

namespace dp {

using Id = std::uint32_t;
inline constexpr Id no_id = ~Id{0};

/// The elements of a constant: one element stands for all (a splat), else one an element in row-major order.
/// Reals are held as doubles (exact for f32), integers, bools and keys as int64.
struct Literal {
  std::variant<std::vector<double>, std::vector<std::int64_t>> elements;

  bool operator==(const Literal& other) const;  // bit for bit: NaN equals NaN, 0 differs from -0
};

class Graph;

/// The step of a `loop`: a graph of its own. Its inputs are the number of the step (i64), what is carried and
/// what the loop reads; its outputs are what is carried next (of a conditional loop the first of them says
/// whether to go on), then what is stacked. It is at the stage of the graph around it and has its own kernels
/// and plan.
struct LoopBody {
  std::shared_ptr<const Graph> graph;
  bool operator==(const LoopBody& other) const;  // identical graphs
};

using AttributeValue =
    std::variant<std::int64_t, std::string, std::vector<std::int64_t>, Shape, Dtype, Literal, LoopBody>;

/// Few and small: (name, value) in the order of the op's row, which says what names an op has; `Graph::add`
/// sorts them. ir/infer.h says which type of value each name has.
struct Attribute {
  std::string_view name;  // one of the strings of the op table: they live for ever
  AttributeValue value;

  bool operator==(const Attribute&) const = default;
};
using Attributes = std::vector<Attribute>;

struct Node {
  Op op;
  std::vector<Id> operands;
  Attributes attributes;
  Type type;

  bool operator==(const Node&) const = default;
  const AttributeValue* find(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  const std::string& string(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const Shape& dims(std::string_view name) const;
  const Literal& literal() const;  // of a `constant`
  const Graph& body() const;       // of a `loop`
};

struct Note {
  std::string name;  // the user's name for the value, where there is one: `logits`, `net.fc1.w`
  Span span;
  std::string place;  // `digits.dp:14`, in a graph read from a dump: its source is not at hand
};

struct Output {
  std::string name;  // path of the leaf: "", "0.1", "net.fc1.w"
  Id node = no_id;
  bool operator==(const Output&) const = default;
};

/// Something that must happen in order: a run-time check or a print. `node` is an `assert_`, `check_…` or
/// `print` node.
using Effects = std::vector<Id>;

/// A group of values computed by one loop nest (`fuse`). A node that is no kernel's output is computed where
/// it is used.
struct Kernel {
  std::string kind;         // "map", "row", "reduce", "matmul", "small", …: see passes/fuse.h
  std::vector<Id> outputs;  // what it stores; all share an iteration space
  std::string comment;      // what was fused, or why not more
  bool operator==(const Kernel& other) const { return kind == other.kind && outputs == other.outputs; }
};

/// Where a stored value lives (`plan_memory`).
struct Buffer {
  Id node = no_id;
  enum class Place { input, output, arena, constant } place = Place::arena;
  std::int64_t offset = 0;  // bytes in the arena; the number of the input or output else
  std::int64_t bytes = 0;
  bool operator==(const Buffer&) const = default;
};
struct Plan {
  std::vector<Buffer> buffers;
  std::int64_t arena_bytes = 0;
  bool operator==(const Plan&) const = default;
};

class Graph {
 public:
  std::string name;             // of the function
  std::string stage = "graph";  // how far it has come, by the names of `dpc emit`: ir/verify.h lists them
  std::vector<Id> inputs;       // `input` nodes, in the order of the arguments
  std::vector<Output> outputs;
  Effects effects;
  std::vector<Kernel> kernels;  // in the order they run; empty before `fuse`
  std::optional<Plan> plan;
  /// Inputs that the caller gives up: output k may be written over input `donated[k]` (training state).
  std::map<std::size_t, std::size_t> donated;

  /// The node with these parts, new or old. The type is inferred (ir/infer.h); ill-typed parts are our
  /// mistake.
  Id add(Op op, std::vector<Id> operands, Attributes attributes = {});
  /// For ops whose type cannot be inferred from operands: `input`, `constant`.
  Id add(Op op, std::vector<Id> operands, Attributes attributes, Type type);
  /// A new argument, annotated with its name, which must differ from those before it.
  Id input(std::string name, Type type);

  const Node& operator[](Id id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }

  const Note& note(Id id) const;
  /// The first name and the first span given to a node stay; what is missing is filled in.
  void annotate(Id id, Note note);

 private:
  std::vector<Node> nodes_;
  std::unordered_multimap<std::size_t, Id> interned_;
  std::vector<Note> notes_;
};

std::size_t hash(const Node& node);

/// The one form of a literal of that scalar type: f32 values rounded, integers wrapped, equal elements a
/// splat.
Literal canonical(Literal literal, Dtype dtype);

/// Whether the live parts of two graphs are the same: nodes in the same order, names in the notes, inputs,
/// outputs, effects, kernels, plan and donated inputs.
bool identical(const Graph& a, const Graph& b);

/// Ids reachable from outputs and effects (and the inputs), ascending: operands first.
std::vector<Id> live_nodes(const Graph& graph);

}  // namespace dp
