#include "frontend/check_broadcast.h"

#include <fmt/format.h>

#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "support/assert.h"

namespace dp::checker {

using typed::TensorShape;

namespace {

/// In how many ways one shape fits into another (2 stands for more), and the first of them: for each explicit
/// axis of the small shape its axis in the large one, from the front.
struct Fit {
  int ways = 0;
  std::vector<std::size_t> axes;
};

class Fitter {
 public:
  Fitter(const Body& body, const TensorShape& small, const TensorShape& large)
      : body_(body), small_(small.dims), large_(large.dims) {
    const bool pack_lost = small.pack && !large.pack;
    if (!pack_lost) search(0, 0);
  }
  Fit take() { return std::move(result_); }

 private:
  void search(std::size_t next, std::size_t from) {
    if (result_.ways > 1) return;
    if (next == small_.size()) {
      if (result_.ways++ == 0) result_.axes = current_;
      return;
    }
    for (std::size_t axis = from; axis + (small_.size() - next) <= large_.size(); ++axis) {
      if (!agree(body_, small_[next], large_[axis])) continue;
      current_.push_back(axis);
      search(next + 1, axis + 1);
      current_.pop_back();
    }
  }

  const Body& body_;
  const Shape& small_;
  const Shape& large_;
  std::vector<std::size_t> current_;
  Fit result_;
};

std::size_t length(const TensorShape& shape) { return shape.dims.size() + (shape.pack ? 1 : 0); }

const TensorShape& shape_of(const Value& value) { return as_tensor(value.type())->shape; }

constexpr std::string_view letters = "ijklmnopq";

/// Both operands indexed by the axes of the larger, the smaller by the last of them: `x[i, j] + v[j]`.
std::string loop_over_last_axes(const Body& body, const Value& left, const Value& right,
                                std::string_view op) {
  const std::size_t rank = std::max(shape_of(left).dims.size(), shape_of(right).dims.size());
  const auto indexed = [&](const Value& value) {
    std::string indices;
    const std::size_t own = shape_of(value).dims.size();
    for (std::size_t k = rank - own; k < rank; ++k)
      indices += fmt::format("{}{}", indices.empty() ? "" : ", ", letters[k]);
    return operand_text(body, value.span()) + "[" + indices + "]";
  };
  std::string binders;
  for (std::size_t k = 0; k < rank; ++k) binders += fmt::format("{}{}", k ? ", " : "", letters[k]);
  return fmt::format("for {}: {} {} {}", binders, indexed(left), op, indexed(right));
}

/// Axes of size 1 are read at 0: `for i, j: a[i, 0] - b[0, j]`. Empty where that does not help.
std::string loop_over_ones(const Body& body, const Value& left, const Value& right, std::string_view op) {
  const Shape &a = shape_of(left).dims, &b = shape_of(right).dims;
  if (a.size() != b.size() || shape_of(left).pack || shape_of(right).pack) return "";
  std::string binders, left_indices, right_indices;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const bool a_is_one = a[k] == Dim(1), b_is_one = b[k] == Dim(1);
    if (!a_is_one && !b_is_one && !agree(body, a[k], b[k])) return "";
    const std::string letter(1, letters[k]);
    if (!a_is_one || !b_is_one) binders += (binders.empty() ? "" : ", ") + letter;
    left_indices += (k ? ", " : "") + (a_is_one ? "0" : letter);
    right_indices += (k ? ", " : "") + (b_is_one ? "0" : letter);
  }
  return fmt::format("for {}: {}[{}] {} {}[{}]", binders, operand_text(body, left.span()), left_indices, op,
                     operand_text(body, right.span()), right_indices);
}

/// Names of equal sizes do not agree: says so for the first such pair, counted from the last axis.
void explain_equal_sizes(const Body& body, const Value& left, const Value& right, Diagnostic& diagnostic) {
  const Shape &a = shape_of(left).dims, &b = shape_of(right).dims;
  for (std::size_t k = 1; k <= std::min(a.size(), b.size()); ++k) {
    const Dim &x = a[a.size() - k], &y = b[b.size() - k];
    const auto size = constant_size(body, x);
    if (agree(body, x, y) || !size || size != constant_size(body, y)) continue;
    diagnostic.notes.push_back(fmt::format("`{}` and `{}` are both {}, but a name agrees only with itself",
                                           x.text(), y.text(), *size));
    diagnostic.fixes.push_back(fmt::format("{} as {}", operand_text(body, right.span()), text(a)));
    return;
  }
}

void report_no_fit(Body& body, const Value& left, const Value& right, Span span, std::string_view what,
                   bool ambiguous) {
  const std::string a = text(left.type()), b = text(right.type());
  const bool left_is_small = length(shape_of(left)) < length(shape_of(right));
  auto diagnostic = ambiguous ? diagnose(diag::AmbiguousBroadcast, span, std::string(what),
                                         left_is_small ? a : b, left_is_small ? b : a)
                              : diagnose(diag::ShapesDoNotFit, span, std::string(what), a, b);
  diagnostic.labels.push_back({left.span(), a});
  diagnostic.labels.push_back({right.span(), b});
  diagnostic = with_origins(std::move(diagnostic), body, {left.type(), right.type()});
  const bool packed = shape_of(left).pack || shape_of(right).pack;
  const std::string loop = ambiguous && !packed ? loop_over_last_axes(body, left, right, what)
                           : ambiguous          ? ""
                                                : loop_over_ones(body, left, right, what);
  if (!loop.empty())
    diagnostic.fixes.push_back(loop);
  else if (!ambiguous)
    explain_equal_sizes(body, left, right, diagnostic);
  body.report(std::move(diagnostic));
}

}  // namespace

std::optional<TensorShape> common_shape(Body& body, const std::vector<Value>& operands, Span span,
                                        std::string_view what) {
  const Value* largest = &operands.front();
  for (const Value& each : operands) {
    if (length(shape_of(each)) > length(shape_of(*largest))) largest = &each;
  }
  for (const Value& each : operands) {
    const TensorShape& shape = shape_of(each);
    if (shape.is_scalar() || agree(body, shape, shape_of(*largest))) continue;
    const bool same_length = length(shape) == length(shape_of(*largest));
    const int ways = same_length ? 0 : Fitter(body, shape, shape_of(*largest)).take().ways;
    if (ways == 1) continue;
    const bool in_order = &each < largest;
    report_no_fit(body, in_order ? each : *largest, in_order ? *largest : each, span, what, ways > 1);
    return std::nullopt;
  }
  return shape_of(*largest);
}

typed::ExprPtr spread(Body& body, typed::ExprPtr value, const TensorShape& shape) {
  const typed::TensorType& own = *as_tensor(value->type);
  if (own.shape.is_scalar() || agree(body, own.shape, shape)) return value;
  const Fit fit = Fitter(body, own.shape, shape).take();
  DP_ASSERT(fit.ways == 1, "{} does not fit into its common shape", text(value->type));
  std::vector<int> axes;
  for (const std::size_t axis : fit.axes)
    axes.push_back(static_cast<int>(axis) - static_cast<int>(shape.dims.size()));
  const Span span = value->span;
  typed::Type type = tensor(own.scalar, shape);
  return make(std::move(type), span, typed::BroadcastExpr{std::move(value), std::move(axes)});
}

}  // namespace dp::checker
