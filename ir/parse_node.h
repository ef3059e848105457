#pragma once
// One node of a dump, behind ir/parse_ir.h: `%name = op(operands) attributes : type  # note`.

#include <optional>
#include <string>
#include <unordered_map>

#include "ir/graph.h"
#include "ir/scanner.h"

namespace dp {

/// What has been defined so far.
struct ValueNames {
  std::unordered_map<std::string, Id> ids;

  /// E2003 where the name that begins there is taken.
  bool is_free(Scanner& scanner, const std::string& name, std::size_t begin) const;
  /// A use of a value; E2002 where there is none of that name.
  std::optional<Id> value(Scanner& scanner) const;
};

/// Reads a whole graph: the body of a loop (parse_ir.cpp).
std::optional<Graph> parse_body(Scanner& scanner);

/// Reads the line of a node and adds it to the graph. False where the scanner has failed.
bool parse_node(Scanner& scanner, Graph& graph, ValueNames& names);

}  // namespace dp
