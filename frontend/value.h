#pragma once
// Values while a graph is built: a tensor is a node; tuples, structs and layers are trees of them; a function
// that was passed as an argument is an expression and the frame that it was written in.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "frontend/typed.h"
#include "ir/graph.h"

namespace dp {

struct Closure;  // frontend/builder.h

struct Value {
  using Parts = std::vector<Value>;
  std::variant<std::monostate, Id, Parts, std::shared_ptr<const Closure>, std::string> node;

  static Value tensor(Id id) { return {id}; }
  static Value tree(Parts parts) { return {std::move(parts)}; }

  bool is_tensor() const { return std::holds_alternative<Id>(node); }
  bool is_tree() const { return std::holds_alternative<Parts>(node); }
  Id id() const { return std::get<Id>(node); }
  const Parts& parts() const { return std::get<Parts>(node); }
};

/// `f` on each leaf; the tree keeps its form.
template <class F>
Value map_leaves(const Value& value, F&& f) {
  if (!value.is_tree()) return value.is_tensor() ? Value::tensor(f(value.id())) : value;
  Value::Parts parts;
  parts.reserve(value.parts().size());
  for (const Value& part : value.parts()) parts.push_back(map_leaves(part, f));
  return Value::tree(std::move(parts));
}

/// The leaves in order.
void collect_leaves(const Value& value, std::vector<Id>& out);
std::vector<Id> leaf_ids(const Value& value);

/// The part that a path of fields and items leads to.
const Value& follow(const Value& value, std::span<const std::size_t> path);

}  // namespace dp
