// Loops, branches that rebind and indices of the typed tree, as text.

#include <fmt/format.h>

#include "frontend/typed_print.h"

namespace dp::typed {

/// ` as x#4 (x#2, x#3)`: what the name is behind the branches, and in the end of each.
std::string ExpressionPrinter::merged(const std::vector<Merged>& merged) const {
  std::string result;
  for (const Merged& each : merged) {
    std::string from;
    for (const VariableId id : each.from) from += (from.empty() ? "" : ", ") + name(id);
    result += fmt::format("{} {} ({})", result.empty() ? " as" : ",", name(each.into), from);
  }
  return result;
}

/// ` carry h#2 (h, h#3) as h#4`: in a step, before the loop and at the end of a step, and after the loop.
std::string ExpressionPrinter::carried(const std::vector<Carried>& carried) const {
  std::string result;
  for (const Carried& each : carried) {
    result += fmt::format("{} {}{} ({}, {}) as {}", result.empty() ? " carry" : ",",
                          variables_[each.begin].marked ? "marked " : "", name(each.begin), name(each.before),
                          name(each.end), name(each.after));
  }
  return result;
}

std::string ExpressionPrinter::loop(const ForExpr& loop, int indent) const {
  std::string result = "for";
  for (std::size_t k = 0; k < loop.binders.size(); ++k) {
    const LoopBinder& binder = loop.binders[k];
    result += fmt::format("{} {} in {}", k ? "," : "",
                          (variables_[binder.variable].marked ? "marked " : "") + name(binder.variable),
                          binder.first ? text(*binder.first, indent) + " + " : "");
    result += binder.over ? text(*binder.over, indent) : fmt::format("0..{}", binder.extent.text());
  }
  return result + carried(loop.carried) + ": " + text(*loop.body, indent);
}

std::string ExpressionPrinter::loop(const WhileExpr& loop, int indent) const {
  const std::string limit = loop.limit ? " upto " + loop.limit->text() : "";
  return "while " + text(*loop.condition, indent) + limit + carried(loop.carried) + ": " +
         text(*loop.body, indent);
}

std::string ExpressionPrinter::index(const std::vector<IndexPart>& parts, int indent) const {
  const auto show = [&](const IndexPart& part) {
    if (part.kind == IndexPart::Kind::slice)
      return fmt::format("{}..{}", part.start.text(), (part.start + part.length).text());
    const std::string position = text(*part.position, indent);
    if (part.kind == IndexPart::Kind::window) return fmt::format("{} for {}", position, part.length.text());
    return part.kind == IndexPart::Kind::gather ? "each of " + position : position;
  };
  std::string result;
  for (const IndexPart& part : parts) result += (result.empty() ? "" : ", ") + show(part);
  return "[" + result + "]";
}

}  // namespace dp::typed
