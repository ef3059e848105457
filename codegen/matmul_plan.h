#pragma once
// How a matrix product is cut: register tiles, panels of columns, blocks of rows, and which operand is
// packed. Decided from sizes, strides and the target; none of it changes a bit, since every element of the
// result accumulates by fma in increasing k whatever the tile it stands in.

#include <optional>
#include <vector>

#include "codegen/digits.h"
#include "codegen/program.h"

namespace dp::codegen {

/// An operand whose elements lie where digits of its row (or column) and digits of k say: windows of an
/// image.
struct Window {
  loops::BufferId buffer;
  Linear base;
  std::vector<Digit> along, inner;

  /// Whether it is read with steps that differ along its rows (or columns).
  bool is_bent() const { return along.size() > 1; }
};

/// One operand: where it can be read directly, the buffer and the index; or as a window.
struct Factor {
  loops::ExprId expr = 0;
  Dtype dtype = Dtype::f32;
  std::optional<loops::BufferId> buffer;
  Linear index;
  std::optional<Window> window;
};

/// Counts that differ by at most one: the first `larger` parts have `size` + 1, the others `size`.
struct Even {
  std::int64_t parts = 0, size = 0, larger = 0;

  Even() = default;
  Even(std::int64_t count, std::int64_t most)
      : parts((count + most - 1) / most), size(count / parts), larger(count % parts) {}
};

/// A run of panels of one form: `count` of them, `vectors` wide each; where `masked`, the last vector of the
/// panel would reach beyond the last column.
struct PanelRun {
  std::int64_t first_column = 0, count = 0;
  unsigned vectors = 0;
  bool masked = false;
};

struct MatmulPlan {
  unsigned lanes = 1;            // of one vector register
  Even tiles;                    // of rows
  std::vector<PanelRun> panels;  // of columns
  // By how many columns the very last vector overlaps the one before it, so that it need not be loaded in
  // part; 0 where the columns fill whole vectors, or not even one: then it is.
  std::int64_t overlap = 0;
  std::int64_t padded_columns = 0;
  std::int64_t panels_a_block = 1;  // of y in the second cache while all of x passes by
  bool pack_x = false, pack_y = false;
  bool inner_lanes_x = false;  // packing x runs along k, else along rows
  bool transpose_y = false;    // packing y reads along k
};

Factor factor_x(const loops::Module& module, const loops::Matmul& product);
Factor factor_y(const loops::Module& module, const loops::Matmul& product);
/// Whether an operand is read along `variable`: some load of it has its elements in a row there.
bool reads_along(const loops::Module& module, loops::ExprId id, loops::VariableId variable);
MatmulPlan plan_matmul(const Program& program, const loops::Matmul& product, const Factor& x,
                       const Factor& y);

}  // namespace dp::codegen
