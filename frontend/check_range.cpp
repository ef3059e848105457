#include "frontend/check_range.h"

#include <algorithm>

#include "frontend/ast_walk.h"
#include "frontend/check_dims.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

IndexRange* range_of(Body& body, const ast::Expr& expression) {
  const auto* use = std::get_if<ast::NameUse>(&expression.node);
  const auto variable = use ? body.find_variable(use->name) : std::nullopt;
  const auto found = variable ? body.ranges.find(*variable) : body.ranges.end();
  return found == body.ranges.end() ? nullptr : &found->second;
}

/// The index runs over that extent, or over another already.
void require(Body& body, IndexRange& range, const Dim& extent, Span span) {
  if (!range.extent) range.extent = extent;
  if (!range.first_use) range.first_use = IndexRange::Use{*range.extent, span};
  if (range.reported || agree(body, *range.extent, extent)) return;
  range.reported = true;
  body.report(with_origins(
      diagnose(diag::RangesDisagree, span, range.name, range.first_use->extent.text(), extent.text())
          .label(range.first_use->span, "over " + range.first_use->extent.text())
          .label(span, "over " + extent.text()),
      body, {*range.extent, extent}));
}

/// The indices of which the form is the sum, each once; empty where it is anything else.
std::vector<typed::VariableId> summands(const Body& body, const Dim& form) {
  std::vector<typed::VariableId> result;
  Dim rest = form;
  for (const auto& [variable, range] : body.ranges) {
    if (!form.names().contains(atom(variable))) continue;
    rest = rest - Dim::name(atom(variable));
    result.push_back(variable);
  }
  if (rest != Dim(0)) result.clear();
  return result;
}

/// What a sum leaves for one index: n - (m - 1) for `x[i + a]`; nothing where another has no range yet.
std::optional<Dim> left_over(const Body& body, typed::VariableId binder, const IndexRange::Sum& sum) {
  Dim result = sum.extent;
  for (const typed::VariableId each : summands(body, sum.form)) {
    if (each == binder) continue;
    const auto& extent = body.ranges.at(each).extent;
    if (!extent) return std::nullopt;
    result = result - *extent + Dim(1);
  }
  return result;
}

bool settle_by_sums(Body& body, typed::VariableId binder) {
  IndexRange& range = body.ranges.at(binder);
  if (range.extent) return false;
  for (const IndexRange::Sum& sum : range.sums) {
    if (const auto extent = left_over(body, binder, sum)) require(body, range, *extent, sum.span);
  }
  return range.extent.has_value();
}

bool is_settled(Body& body, typed::VariableId binder) {
  IndexRange& range = body.ranges.at(binder);
  if (range.reported) return false;
  if (!range.extent) {
    body.report(diagnose(diag::RangeUnknown, range.span, range.name)
                    .note("it indexes no axis alone")
                    .fix("write its range: `" + range.name + " in 0..n`"));
    return false;
  }
  return range.written || check_size(body, *range.extent, range.span);
}

/// Finds `x[.., i, ..]` with a variable x from outside that the loop does not rebind.
class Guess {
 public:
  Guess(Body& body, const std::string& name, const std::vector<std::string>& rebound)
      : body_(body), name_(name), rebound_(rebound) {}

  std::optional<IndexRange::Use> run(const ast::For& loop) {
    ast::Walker walker;
    walker.enter = [&](const ast::Expr& expression) {
      if (const auto* inner = std::get_if<ast::For>(&expression.node)) return !hides(*inner);
      const auto* index = std::get_if<ast::Index>(&expression.node);
      if (index && !found_) look(*index);
      return !found_;
    };
    if (loop.filter) walker.visit(*loop.filter);
    walker.visit(loop.body);
    return found_;
  }

 private:
  bool hides(const ast::For& loop) const {
    return std::any_of(loop.binders.begin(), loop.binders.end(),
                       [&](const ast::Binder& each) { return each.name.text == name_; });
  }

  const typed::TensorShape* shape_of(const ast::Expr& object) const {
    const auto* use = std::get_if<ast::NameUse>(&object.node);
    if (!use || std::find(rebound_.begin(), rebound_.end(), use->name) != rebound_.end()) return nullptr;
    const auto variable = body_.find_variable(use->name);
    if (!variable) return nullptr;
    const auto* type = std::get_if<typed::TensorType>(&body_.function.variables[*variable].type.node);
    return type ? &type->shape : nullptr;
  }

  void look(const ast::Index& index) {
    const typed::TensorShape* shape = shape_of(*index.object);
    if (!shape) return;
    const std::size_t rank = shape->dims.size();
    bool behind_ellipsis = false;
    for (std::size_t k = 0; k < index.items.size(); ++k) {
      const ast::IndexItem& item = index.items[k];
      behind_ellipsis = behind_ellipsis || item.kind == ast::IndexItem::Kind::ellipsis;
      if (item.kind != ast::IndexItem::Kind::at || (shape->pack && !behind_ellipsis)) continue;
      const auto* use = std::get_if<ast::NameUse>(&item.begin->node);
      const std::size_t axis = behind_ellipsis ? rank + k - index.items.size() : k;
      if (use && use->name == name_ && axis < rank)
        found_ = IndexRange::Use{shape->dims[axis], item.begin->span};
    }
  }

  Body& body_;
  const std::string& name_;
  const std::vector<std::string>& rebound_;
  std::optional<IndexRange::Use> found_;
};

}  // namespace

std::string atom(typed::VariableId variable) { return "%" + std::to_string(variable); }

Dim form_of(Body& body, const ast::Expr& expression) {
  if (const auto* literal = std::get_if<ast::IntegerLiteral>(&expression.node))
    return static_cast<std::int64_t>(literal->value);
  if (const auto* use = std::get_if<ast::NameUse>(&expression.node)) {
    if (const auto variable = body.find_variable(use->name)) return Dim::name(atom(*variable));
    if (const auto dim = find_dim(body, use->name)) return *dim;
  }
  if (const auto* unary = std::get_if<ast::Unary>(&expression.node);
      unary && unary->op == ast::UnaryOp::negative)
    return -form_of(body, *unary->operand);
  if (const auto* binary = std::get_if<ast::Binary>(&expression.node)) {
    const auto left = [&] { return form_of(body, *binary->left); };
    const auto right = [&] { return form_of(body, *binary->right); };
    if (binary->op == ast::BinaryOp::add) return left() + right();
    if (binary->op == ast::BinaryOp::subtract) return left() - right();
    if (binary->op == ast::BinaryOp::multiply) return left() * right();
  }
  if (const auto dim = try_dim(body, expression)) return *dim;
  return Dim::name("%" + source_text(body, expression.span));
}

bool has_atoms(const Dim& form) {
  const auto names = form.names();
  return std::any_of(names.begin(), names.end(), [](const auto& name) { return name.front() == '%'; });
}

void note_position(Body& body, const ast::Expr& position, const Dim& extent) {
  if (IndexRange* range = range_of(body, position)) {
    if (!range->written) require(body, *range, extent, position.span);
    return;
  }
  const Dim form = form_of(body, position);
  for (const typed::VariableId each : summands(body, form)) {
    IndexRange& range = body.ranges.at(each);
    if (!range.extent) range.sums.push_back({form, extent, position.span});
  }
}

void guess_range(Body& body, typed::VariableId binder, const ast::For& loop,
                 const std::vector<std::string>& rebound) {
  IndexRange& range = body.ranges.at(binder);
  range.first_use = Guess(body, range.name, rebound).run(loop);
  if (range.first_use) range.extent = range.first_use->extent;
}

bool settle_ranges(Body& body, const std::vector<typed::VariableId>& binders) {
  bool again = true;
  while (again) {
    again = std::any_of(binders.begin(), binders.end(),
                        [&](typed::VariableId each) { return settle_by_sums(body, each); });
  }
  bool fine = true;
  for (const typed::VariableId each : binders) fine = is_settled(body, each) && fine;
  return fine;
}

}  // namespace dp::checker
