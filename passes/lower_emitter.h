#pragma once
// Emits the loops of one kernel. What a node is at one index is an expression (`element`); reductions and
// checks are statements, put into the outermost open loop that they can stand in: by the depth of their
// index. Made twice for a kernel: a first run with every axis its own loop shows which neighbouring axes all
// accesses run through as one; the second run uses one loop for those.

#include <map>
#include <set>
#include <vector>

#include "ir/graph.h"
#include "ir/loops.h"
#include "passes/lower_expressions.h"
#include "passes/lower_index.h"
#include "passes/lower_storage.h"

namespace dp {

Extents extents_of(const Type& type);

/// For each nest of loops of a kernel, in order: how many neighbouring axes share a loop.
using Groupings = std::vector<std::vector<std::size_t>>;

class KernelEmitter {
 public:
  KernelEmitter(const Graph& graph, const Kernel& kernel, const Storage& storage,
                const std::vector<bool>& stored, loops::Module& module, Expressions& expressions,
                const Groupings* groupings);

  loops::Body run();
  /// After `run` inside a loop's body: single numbers that are values of the code now.
  const std::map<Id, loops::ExprId>& numbers() const { return numbers_; }
  /// After `run` without groupings: those that the accesses allow.
  Groupings groupings() const;

 private:
  // lower_element.cpp: a node at an index
  loops::ExprId element(Id id, const Index& index);
  loops::ExprId computed_element(Id id, const Index& index);
  loops::ExprId load(const Slot& slot, const Affine& at);
  Affine base_of(const Slot& slot);
  std::optional<Affine> known_index(Id id, const Index& index);
  std::optional<Affine> known_sum(const Node& node, const Index& index);
  loops::ExprId leaf(const Node& node, const Index& index);
  loops::ExprId pointwise(Id id, const Index& index);
  loops::ExprId call(const Node& node, const Index& index);
  loops::ExprId index_value(const Affine& affine);

  // lower_move.cpp
  loops::ExprId moved(Id id, const Index& index);
  loops::ExprId padded(const Node& node, const Index& index);
  loops::ExprId sliced(const Node& node, const Index& index);
  loops::ExprId concatenated(const Node& node, const Index& index);
  loops::ExprId taken(Id id, const Index& index);
  std::optional<Affine> position(Id id, const Index& index);

  // lower_reduce.cpp
  struct Reduction {
    std::vector<std::int64_t> axes;
    ReduceOrder order;
    Affine outer, inner;
    std::int64_t outer_extent = 1, inner_extent = 1;
  };
  loops::ExprId reduced(Id id, const Index& index);
  Index operand_index(const Node& node, const Index& index, const Reduction& reduction);
  loops::ReduceTerm term(Id id, const Index& index, const Reduction& reduction);
  void append_reduce(loops::Reduce reduce, int depth);
  bool merge_reduce(loops::Reduce& reduce, loops::Body& body);
  void keep_row_value(Id id, const Index& index, loops::ExprId expr);

  // lower_nest.cpp: loops
  struct Nest {
    Index index;
    std::vector<std::pair<loops::VariableId, std::int64_t>> axes;
    std::size_t loops = 0;
  };
  enum class NestKind { map, rows, columns, serial };
  Nest open(const Extents& extents, NestKind kind, const char* name);
  void close(const Nest& nest);
  void open_loop(loops::LoopKind kind, loops::VariableId variable, std::int64_t extent);
  int depth() const { return static_cast<int>(scopes_.size()) - 1; }
  void append(loops::Stmt statement, int depth) {
    scopes_[static_cast<std::size_t>(depth)].body.push_back(std::move(statement));
  }
  void append(loops::Stmt statement) { append(std::move(statement), depth()); }
  void store(Id id, const Index& index, loops::ExprId expr);
  void store(const Slot& slot, const Affine& at, loops::ExprId expr);
  std::vector<std::size_t> allowed_grouping(const Nest& nest) const;

  // lower_kernel.cpp, lower_product.cpp: kinds of kernels
  void emit_maps_or_rows();
  void emit_rows(const std::vector<Id>& outputs, std::size_t rank);
  void emit_columns(const std::vector<Id>& outputs, std::size_t rank);
  void choose_kept(std::size_t rank);
  std::map<Id, std::set<Id>> loops_needing(std::size_t rank, const std::set<Id>& kept) const;
  Slot new_local(Id id, std::size_t rank);
  void emit_concat(Id id);
  void emit_scatter(Id id);
  void emit_scattered(Id id);

  // lower_effect.cpp
  struct Failure {
    std::string_view code;
    std::string message;
    loops::ExprId holds;
    std::vector<loops::ExprId> values;
  };
  Failure failure_of(const Node& node, const Index& index);
  Failure index_failure(const Node& node, loops::ExprId at);
  Failure range_failure(const Node& node, loops::ExprId real);
  void emit_check(Id id);
  void emit_print(Id id);
  Slot printed_tensor(Id operand);
  void emit_call(Id id);  // lower_call.cpp
  loops::BufferId whole_operand(Id operand);
  void copy_whole(Id id, const std::optional<Slot>& from, const Slot& to);

  void emit_product(Id id);
  void emit_guarded_product(Id id);

  struct Roles;
  Roles roles_of(const Node& node) const;
  Index open_role(const Extents& extents, const char* name, loops::VariableId& variable, std::int64_t& count);
  loops::Matmul open_product(Id id, Index& result);
  void close_product(loops::Matmul opened);
  void close_single(loops::Matmul opened);
  void emit_guarded_rows(Id id);
  void emit_second_sum(Id id, const Index& index, loops::ExprId plain);
  loops::ExprId emit_sum(Id id, const Index& index, bool is_guarded);

  const Graph& graph_;
  const Kernel& kernel_;
  const Storage& storage_;
  const std::vector<bool>& stored_;
  loops::Module& module_;
  Expressions& expressions_;
  Indices indices_;
  const Groupings* groupings_;

  struct Scope {
    loops::Body body;
    loops::For loop;  // of the loop whose body this is; unused for a kernel's own body and a reduction's
  };
  std::vector<Scope> scopes_;
  std::vector<Id> computed_;
  std::vector<bool> is_computed_;
  std::map<std::pair<Id, Index>, loops::ExprId> memo_;
  std::map<Id, loops::ExprId> given_;    // nodes that have a value already: a product's accumulator
  std::map<Id, loops::ExprId> numbers_;  // computed here, for the kernels that follow in a loop's body
  bool is_pure_ = false;                 // in the factors of a product: nothing but expressions

  // Values of a row that are kept for later: those needed in several loops over the row, and outputs.
  struct Kept {
    std::vector<Slot> slots;
    bool is_local = false;
    const Reduction* stored_by = nullptr;  // the reduction whose body stores it
    bool is_written = false;               // that reduction is complete: it may be loaded
  };
  std::map<Id, Kept> kept_;
  Index row_;
  const Reduction* reduction_ = nullptr;  // the one whose body is open

  std::vector<Nest> nests_;       // in order, for the groupings
  std::vector<Affine> accesses_;  // every index that became an expression
};

}  // namespace dp
