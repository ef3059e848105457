#include "passes/lower_split.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "ir/loops_walk.h"
#include "passes/lower_rewrite.h"

namespace dp {

using namespace loops;

namespace {

constexpr std::int64_t worth_splitting = 16;  // steps of a loop
constexpr std::size_t most_pieces = 5;        // of a loop
constexpr std::size_t most_loops = 32;        // that a kernel's loops become

class Splitter {
 public:
  Splitter(Module& module, Expressions& expressions) : module_(module), expressions_(expressions) {}

  void run(Body& body) {
    Body result;
    for (Stmt& statement : body) {
      auto* loop = std::get_if<For>(&statement.node);
      if (loop == nullptr) {
        result.push_back(std::move(statement));
        continue;
      }
      for (Stmt& piece : pieces(std::move(*loop))) result.push_back(std::move(piece));
    }
    body = std::move(result);
  }

 private:
  /// The loop, or what it was cut into; inner loops are cut as well.
  Body pieces(For loop) {
    const std::vector<std::int64_t> cuts = cuts_of(loop);
    ranges_[loop.variable] = {0, loop.extent - 1};
    Body result;
    if (cuts.empty()) {
      run(loop.body);
      result.push_back({std::move(loop)});
      return result;
    }
    loops_ += cuts.size();
    std::int64_t begin = 0;
    for (std::size_t k = 0; k <= cuts.size(); ++k) {
      const std::int64_t end = k < cuts.size() ? cuts[k] : loop.extent;
      for (Stmt& statement : piece(loop, begin, end)) result.push_back(std::move(statement));
      begin = end;
    }
    return result;
  }

  /// The steps from `begin` to `end`; a single one needs no loop.
  Body piece(const For& loop, std::int64_t begin, std::int64_t end) {
    Rewriter rewriter(module_, expressions_, ranges_);
    if (end - begin == 1) {
      rewriter.replace(loop.variable, expressions_.integer(begin));
      Body body = rewriter.copy(loop.body);
      run(body);
      return body;
    }
    const int depth = expressions_.depth(expressions_.variable(loop.variable));
    const VariableId variable = expressions_.new_variable(module_.variable_names[loop.variable], depth);
    const Interval range{0, end - begin - 1};
    rewriter.set_range(variable, range);
    rewriter.replace(loop.variable, shifted(variable, begin));
    For result{loop.kind, variable, end - begin, rewriter.copy(loop.body), {}, {}};
    ranges_[variable] = range;
    run(result.body);
    Body body;
    body.push_back({std::move(result)});
    return body;
  }

  ExprId shifted(VariableId variable, std::int64_t begin) {
    const ExprId index = expressions_.variable(variable);
    if (begin == 0) return index;
    const ExprId sum = expressions_.op(Op::add, {index, expressions_.integer(begin)});
    expressions_.mark_index(sum);
    return sum;
  }

  /// Where conditions of the body change along the loop, if cutting there leaves one long piece.
  std::vector<std::int64_t> cuts_of(const For& loop) {
    const bool is_free = !loop.going && loop.carried.empty() && loop.kind != LoopKind::unroll;
    if (!is_free || loop.extent < worth_splitting || loops_ >= most_loops) return {};
    std::set<std::int64_t> found;
    std::set<ExprId> seen;
    collect(loop.body, loop, found, seen);
    if (found.empty() || found.size() >= most_pieces) return {};
    std::vector<std::int64_t> cuts(found.begin(), found.end());
    std::int64_t longest = cuts.front();
    for (std::size_t k = 0; k < cuts.size(); ++k)
      longest = std::max(longest, (k + 1 < cuts.size() ? cuts[k + 1] : loop.extent) - cuts[k]);
    return longest * 2 >= loop.extent ? cuts : std::vector<std::int64_t>{};
  }

  void collect(const Body& body, const For& loop, std::set<std::int64_t>& cuts, std::set<ExprId>& seen) {
    for (const Stmt& statement : body) {
      each_expression(statement, [&](ExprId id) { collect(id, loop, cuts, seen); });
      if (const Body* inner = body_of(statement)) collect(*inner, loop, cuts, seen);
    }
  }
  void collect(ExprId id, const For& loop, std::set<std::int64_t>& cuts, std::set<ExprId>& seen) {
    if (!seen.insert(id).second || !expressions_.mentions(id, loop.variable)) return;
    const Expr& expr = module_.expressions[id];
    if (const auto* op = std::get_if<OpExpr>(&expr.node)) {
      if (const auto cut = change(*op, loop)) cuts.insert(*cut);
    }
    for (const ExprId part : parts(expr)) collect(part, loop, cuts, seen);
  }

  /// The first step at which `x <= y` is not what it is at step 0, where that is between the ends.
  std::optional<std::int64_t> change(const OpExpr& op, const For& loop) const {
    if (op.op != Op::le) return std::nullopt;
    const auto x = line(op.operands[0], loop.variable), y = line(op.operands[1], loop.variable);
    if (!x || !y) return std::nullopt;
    const std::int64_t slope = x->slope - y->slope,
                       start = x->start - y->start;  // holds while start + slope i <= 0
    if (std::abs(slope) != 1) return std::nullopt;
    const std::int64_t cut = slope > 0 ? 1 - start : start;
    return 0 < cut && cut < loop.extent ? std::optional(cut) : std::nullopt;
  }

  /// `start + slope * variable`, of that variable alone.
  struct Line {
    std::int64_t start = 0, slope = 0;
  };
  std::optional<Line> line(ExprId id, VariableId variable) const {
    const Expr& expr = module_.expressions[id];
    if (expr.dtype != Dtype::i64) return std::nullopt;
    if (const auto* own = std::get_if<VariableExpr>(&expr.node))
      return own->variable == variable ? std::optional(Line{0, 1}) : std::nullopt;
    if (const auto* constant = std::get_if<ConstantExpr>(&expr.node))
      return Line{std::get<std::vector<std::int64_t>>(constant->value.elements)[0], 0};
    const auto* op = std::get_if<OpExpr>(&expr.node);
    if (op == nullptr || (op->op != Op::add && op->op != Op::sub)) return std::nullopt;
    const auto x = line(op->operands[0], variable), y = line(op->operands[1], variable);
    if (!x || !y) return std::nullopt;
    const std::int64_t sign = op->op == Op::add ? 1 : -1;
    return Line{x->start + sign * y->start, x->slope + sign * y->slope};
  }

  Module& module_;
  Expressions& expressions_;
  Ranges ranges_;
  std::size_t loops_ = 0;
};

}  // namespace

void split_loops(Body& body, Module& module, Expressions& expressions) {
  Splitter(module, expressions).run(body);
}

}  // namespace dp
