#include "codegen/digits.h"

#include <algorithm>
#include <limits>
#include <set>

#include "ir/loops_walk.h"

namespace dp::codegen {
namespace {

using namespace loops;

constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

/// (variable // begin) mod (end // begin); without end, the whole quotient.
struct Section {
  std::int64_t begin = 1, end = no_end;
};

bool mentions(const Module& module, ExprId id, VariableId variable) {
  const Expr& expr = module.expressions[id];
  if (const auto* own = std::get_if<VariableExpr>(&expr.node)) return own->variable == variable;
  return std::ranges::any_of(parts(expr), [&](ExprId part) { return mentions(module, part, variable); });
}

std::optional<Section> section(const Module& module, ExprId id, VariableId variable) {
  const Expr& expr = module.expressions[id];
  if (const auto* own = std::get_if<VariableExpr>(&expr.node))
    return own->variable == variable ? std::optional(Section{}) : std::nullopt;
  const auto* op = std::get_if<OpExpr>(&expr.node);
  if (op == nullptr || (op->op != Op::floor_div && op->op != Op::mod)) return std::nullopt;
  const auto inner = section(module, op->operands[0], variable);
  const auto divisor = constant_integer(module, op->operands[1]);
  std::int64_t at;
  if (!inner || !divisor || *divisor <= 0 || __builtin_mul_overflow(inner->begin, *divisor, &at))
    return std::nullopt;
  if (inner->end != no_end && inner->end % at != 0) return std::nullopt;
  return op->op == Op::floor_div ? Section{at, inner->end} : Section{inner->begin, at};
}

/// Digits that run on where the ones before end become one.
std::vector<Digit> joined(const std::vector<Digit>& digits) {
  std::vector<Digit> fewer;
  for (const Digit& digit : digits) {
    if (digit.extent == 1) continue;
    if (!fewer.empty() && digit.coefficient == fewer.back().coefficient * fewer.back().extent)
      fewer.back().extent *= digit.extent;
    else
      fewer.push_back(digit);
  }
  return fewer;
}

}  // namespace

std::optional<DigitSum> digits_of(const Module& module, const Linear& index, VariableId variable,
                                  std::int64_t extent) {
  DigitSum result{{index.constant, {}}, {}};
  std::vector<std::pair<Section, std::int64_t>> sections;
  std::set<std::int64_t> borders{1};
  for (const Term& term : index.terms) {
    const bool is_variable = term.symbol == Symbol{true, variable};
    if (!is_variable && (term.symbol.is_variable || !mentions(module, term.symbol.id, variable))) {
      result.rest.terms.push_back(term);
      continue;
    }
    const auto found = is_variable ? Section{} : section(module, term.symbol.id, variable);
    if (!found) return std::nullopt;
    sections.emplace_back(*found, term.coefficient);
    for (const std::int64_t border : {found->begin, found->end})
      if (border < extent) borders.insert(border);
  }
  if (extent % *borders.rbegin() != 0) return std::nullopt;
  borders.insert(extent);
  for (auto at = borders.begin(); std::next(at) != borders.end(); ++at) {
    const std::int64_t end = *std::next(at);
    if (end % *at != 0) return std::nullopt;
    Digit digit{*at, end / *at, 0};
    for (const auto& [own, coefficient] : sections)
      if (own.begin <= *at && end <= own.end) digit.coefficient += coefficient * (*at / own.begin);
    result.digits.push_back(digit);
  }
  result.digits = joined(result.digits);
  return result;
}

}  // namespace dp::codegen
