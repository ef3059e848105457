#pragma once
// The type of an op's result, from the types of its operands and its attributes: the one place that knows the
// shape rules. `Graph::add` calls it for every node, the verifier again on every node of a graph, and the
// parser to refuse a file. Nothing broadcasts by itself here: elementwise operands have one scalar type and
// one shape.
//
// Attributes by name: `start`, `low`, `shape` and `dim` (of one extent) are `Shape`; `axes`, `permutation`,
// `stride`, `batch_x`, `batch_y`, `sum_x`, `sum_y` are lists of integers; `axis`, `exponent`, `id`, `slot`,
// `carries`, `stacked` integers, `conditional`, `descending`, `lower`, `transposed` integers 0 or 1; `name`
// and `message` texts; `dtype` a `Dtype`; `value` a `Literal`; `body` a `LoopBody`. Lists of axes that are
// sets (`axes` of reductions, of `flip`, `at`, `put` and of `broadcast`) are strictly ascending.
// `random_bits` draws `shape` for every key: its result is [axes of the key, shape].

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace dp {

/// A type, or the reason why there is none, as the rest of a sentence that begins with the op's name.
struct Inference {
  std::optional<Type> type;
  std::string reason;

  Inference(Type result) : type(std::move(result)) {}
  static Inference failure(std::string reason) {
    Inference result;
    result.reason = std::move(reason);
    return result;
  }

 private:
  Inference() = default;
};

/// For every op but `input` and `constant`, whose types are given. Attributes in the order of the row.
Inference infer(Op op, std::span<const Type* const> operands, const Attributes& attributes);

/// The type of a result of that scan or loop of the graph, by its slot; nothing where it has none.
std::optional<Type> result_type(const Node& loop, const Graph& graph, std::int64_t slot);

/// Why a node's type does not fit its op, operands and attributes; empty where it does. `input` and
/// `constant` too.
std::string type_error(const Graph& graph, const Node& node);

/// Why the attributes are not exactly those of the op's row, in its order; empty where they are.
std::string attribute_error(Op op, const Attributes& attributes);

/// Whether operands of that scalar type belong to the class; `none` takes all.
bool accepts(TypeClass types, Dtype dtype);

/// The index in `AttributeValue` of the values of an attribute.
std::size_t attribute_kind(std::string_view name);

}  // namespace dp
