#pragma once
// What must hold of a graph, as a list of named invariants. Each belongs to a stage and holds from there on
// (or up to there, for what a pass removes). Run after every pass in tests and with `--verify`, and on every
// graph read from a file: a graph that passes may be interpreted, differentiated and compiled without looking
// twice.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ir/graph.h"
#include "support/result.h"

namespace dp {

/// How far a graph has come; the names are those of `dpc emit --stage`.
enum class Stage : std::uint8_t { graph, grad, simplified, fused, planned };

std::string_view name(Stage stage);
std::optional<Stage> stage_from_name(std::string_view name);
/// The graph's stage, or a later one where it carries kernels or a plan.
Stage stage_of(const Graph& graph);

/// A node and what is wrong with it; `node` is `no_id` where the graph as a whole is at fault.
struct Violation {
  Id node = no_id;
  std::string reason;
};

struct Invariant {
  std::string_view name;
  Stage from = Stage::graph;  // holds from the result of this stage on
  std::string_view doc;
  std::optional<Violation> (*check)(const Graph& graph);
};

/// In the order in which they are checked: later ones rely on earlier ones.
std::span<const Invariant> all_invariants();

/// The first violation as text, with the invariant and the printed node; empty where all hold.
std::string violation(const Graph& graph, Stage stage);

/// The same at the graph's own stage, as a list of one text or none.
std::vector<std::string> verify(const Graph& graph);

/// The same for graphs from outside: E2006 at the beginning of that file.
Status verify_read(const Graph& graph, FileId file);

}  // namespace dp
