#include "codegen/matmul_plan.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "ir/loops_walk.h"

namespace dp::codegen {
namespace {

using namespace loops;

/// Whether an expression depends on one of the product's variables.
bool depends(const Module& module, ExprId id, const Matmul& product) {
  const Expr& expr = module.expressions[id];
  if (const auto* variable = std::get_if<VariableExpr>(&expr.node)) {
    const VariableId v = variable->variable;
    return v == product.batch || v == product.row || v == product.column || v == product.inner;
  }
  return std::ranges::any_of(parts(expr), [&](ExprId part) { return depends(module, part, product); });
}

struct Tile {
  std::int64_t rows = 1, vectors = 1;
};

/// Cycles of a product cut into tiles of that form at most: two fused operations and two loads a cycle,
/// results ready after four; a cycle lost a step, and more where a wide row of y crowds the loads; some
/// cycles around each tile. `row_loads`: for a vector of y, two where it crosses a cache line. Fitted to
/// measurements.
double cycles(const Matmul& product, std::int64_t vectors, Tile tile, double row_loads) {
  const Even rows(product.rows, tile.rows);
  const Even panels(vectors, tile.vectors);
  double total = 0;
  const auto add = [&](std::int64_t height, std::int64_t width, std::int64_t count) {
    const auto h = static_cast<double>(height), w = static_cast<double>(width);
    const double step = std::max({h * w / 2, (h + row_loads * w) / 2, 4.0}) + 0.3 + (row_loads - 1) * w / 4 +
                        std::max(0.0, w - 4) * 0.9;
    const double each = step * static_cast<double>(product.inners) + 15 + h * w / 2;
    total += each * static_cast<double>(count);
  };
  for (const std::int64_t taller : {0, 1}) {
    for (const std::int64_t wider : {0, 1}) {
      add(rows.size + taller, panels.size + wider,
          (taller != 0 ? rows.larger : rows.parts - rows.larger) *
              (wider != 0 ? panels.larger : panels.parts - panels.larger));
    }
  }
  // Each form of tile is code of its own: what its compilation takes, spread over many thousand runs.
  const double forms = (rows.larger != 0 ? 2.0 : 1.0) * (panels.larger != 0 ? 2.0 : 1.0);
  return total + 500 * forms;
}

/// The tile that the estimate likes best, of those whose accumulators, row of y and one element of x fit the
/// registers.
Tile best_tile(const Matmul& product, std::int64_t vectors, int registers, double row_loads) {
  Tile best;
  double least = std::numeric_limits<double>::infinity();
  const std::int64_t widest = std::min<std::int64_t>(vectors, 8);
  for (std::int64_t width = 1; width <= widest; ++width) {
    const std::int64_t tallest = std::min((registers - 1 - width) / width, product.rows);
    for (std::int64_t height = 1; height <= tallest; ++height) {
      const double cost = cycles(product, vectors, {height, width}, row_loads);
      if (cost >= least) continue;
      least = cost;
      best = {height, width};
    }
  }
  return best;
}

std::vector<PanelRun> cut_columns(std::int64_t columns, const Even& panels, unsigned lanes) {
  std::vector<PanelRun> runs;
  std::int64_t column = 0;
  const auto add = [&](std::int64_t count, std::int64_t vectors) {
    const std::int64_t width = vectors * lanes;
    const bool is_partial = count > 0 && column + count * width > columns;
    const std::int64_t full = is_partial ? count - 1 : count;
    if (full > 0) runs.push_back({column, full, static_cast<unsigned>(vectors), false});
    if (is_partial) runs.push_back({column + full * width, 1, static_cast<unsigned>(vectors), true});
    column += count * width;
  };
  add(panels.larger, panels.size + 1);
  add(panels.parts - panels.larger, panels.size);
  return runs;
}

/// Rows that lie a multiple of this apart fall into one set of the first cache.
constexpr std::int64_t cache_way_bytes = 4096;

bool packs_x(const Factor& x, const Matmul& product, std::size_t bytes, std::int64_t panels) {
  if (!x.buffer) return !x.window;
  if (panels < 3) return false;
  const std::int64_t row = x.index.coefficient(product.row) * static_cast<std::int64_t>(bytes);
  const std::int64_t inner = x.index.coefficient(product.inner) * static_cast<std::int64_t>(bytes);
  return (row > 0 && row % cache_way_bytes == 0) || inner >= cache_way_bytes / 4;
}

bool must_pack_y(const Factor& y, const Matmul& product) {
  return !y.buffer || y.index.coefficient(product.column) != 1;
}

bool packs_y(const Factor& y, const Matmul& product, std::size_t bytes, std::int64_t tiles) {
  if (must_pack_y(y, product)) return true;
  const std::int64_t inner = y.index.coefficient(product.inner) * static_cast<std::int64_t>(bytes);
  return tiles >= 4 && inner >= cache_way_bytes;
}

}  // namespace

namespace {

std::optional<Window> window_of(const Module& module, const Matmul& product, const LoadExpr& load,
                                VariableId along, std::int64_t extent) {
  const auto by_inner = digits_of(module, linear(module, load.index), product.inner, product.inners);
  if (!by_inner) return std::nullopt;
  const auto both = digits_of(module, by_inner->rest, along, extent);
  if (!both) return std::nullopt;
  Window window{load.buffer, both->rest, both->digits, by_inner->digits};
  if (window.inner.empty()) window.inner.push_back({1, product.inners, 0});
  return window;
}

Factor factor(const Module& module, const Matmul& product, ExprId expr, VariableId along,
              std::int64_t extent) {
  Factor result{expr, module.expressions[expr].dtype, {}, {}, {}};
  const auto* load = std::get_if<LoadExpr>(&module.expressions[expr].node);
  if (load == nullptr || result.dtype == Dtype::boolean) return result;
  const Linear index = linear(module, load->index);
  const bool is_affine = std::ranges::none_of(index.terms, [&](const Term& term) {
    return !term.symbol.is_variable && depends(module, term.symbol.id, product);
  });
  if (is_affine) {
    result.buffer = load->buffer;
    result.index = index;
  } else {
    result.window = window_of(module, product, *load, along, extent);
  }
  return result;
}

}  // namespace

Factor factor_x(const Module& module, const Matmul& product) {
  return factor(module, product, product.x, product.row, product.rows);
}
Factor factor_y(const Module& module, const Matmul& product) {
  return factor(module, product, product.y, product.column, product.columns);
}

bool reads_along(const Module& module, ExprId id, VariableId variable) {
  const Expr& expr = module.expressions[id];
  if (const auto* load = std::get_if<LoadExpr>(&expr.node)) {
    return linear(module, load->index).coefficient(variable) == 1;
  }
  return std::ranges::any_of(parts(expr), [&](ExprId part) { return reads_along(module, part, variable); });
}

/// Where y is packed: a panel at a time, if that fits the first cache and all of x the second, else a quarter
/// of the second at a time. In place all of y where it leaves half of the second cache free.
std::int64_t panels_a_block(const Matmul& product, const MatmulPlan& plan, std::int64_t panels,
                            std::int64_t vectors, const TargetFacts& facts, std::size_t bytes) {
  const std::int64_t panel_bytes = product.inners * vectors * facts.vector_bytes;
  const std::int64_t x_bytes = product.rows * product.inners * static_cast<std::int64_t>(bytes);
  if (plan.pack_y && panel_bytes <= facts.l1_bytes && x_bytes <= facts.l2_bytes / 2) return 1;
  if (!plan.pack_y && panels * panel_bytes <= facts.l2_bytes / 2) return panels;
  return std::max<std::int64_t>(1, facts.l2_bytes / 4 / panel_bytes);
}

MatmulPlan plan_matmul(const Program& program, const Matmul& product, const Factor& x, const Factor& y) {
  const std::size_t bytes = size_of(x.dtype);
  MatmulPlan plan;
  plan.lanes = program.target.lanes(bytes);
  const std::int64_t vectors = (product.columns + plan.lanes - 1) / plan.lanes;
  const std::int64_t line = y.index.coefficient(product.inner) * static_cast<std::int64_t>(bytes);
  const bool is_aligned = must_pack_y(y, product) || line % program.target.facts.vector_bytes == 0;
  const Tile tile = best_tile(product, vectors, program.target.facts.vector_registers, is_aligned ? 1 : 2);
  plan.tiles = Even(product.rows, tile.rows);
  const Even panels(vectors, tile.vectors);
  plan.panels = cut_columns(product.columns, panels, plan.lanes);
  plan.padded_columns = vectors * plan.lanes;
  // A check that fails repeats its lanes one after the other, which would repeat the columns of the overlap.
  if (product.columns >= plan.lanes && count_checks(product.epilogue) == 0)
    plan.overlap = plan.padded_columns - product.columns;
  plan.pack_x = packs_x(x, product, bytes, panels.parts);
  plan.pack_y = packs_y(y, product, bytes, plan.tiles.parts);
  plan.inner_lanes_x = !reads_along(program.loops, x.expr, product.row);
  plan.transpose_y = !reads_along(program.loops, y.expr, product.column) &&
                     reads_along(program.loops, y.expr, product.inner);
  plan.panels_a_block =
      panels_a_block(product, plan, panels.parts, tile.vectors, program.target.facts, bytes);
  return plan;
}

}  // namespace dp::codegen
