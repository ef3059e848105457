#include "dpc/literal.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

namespace dp {
namespace {

/// Reads elements in row-major order and the shape from the nesting. Its functions give why not, or "".
class Reader {
 public:
  explicit Reader(Dtype dtype) : dtype_(dtype) {}

  LiteralArray read(const ast::Expr& expr) {
    if (const std::string why = part(expr, 0); !why.empty()) return why;
    Array array(dtype_, shape_);
    for (std::int64_t k = 0; k < array.count(); ++k) {
      const auto at = static_cast<std::size_t>(k);
      is_real(dtype_) ? array.set_real(k, reals_[at]) : array.set_integer(k, integers_[at]);
    }
    return array;
  }

 private:
  std::string part(const ast::Expr& expr, std::size_t depth) {
    if (auto* list = std::get_if<ast::Stack>(&expr.node)) return nested(*list, depth);
    if (auto* call = std::get_if<ast::Call>(&expr.node); call && depth == 0) return zeros(*call);
    if (shape_.size() > depth) return "its lists do not all have the same depth";
    return element(expr, false);
  }

  std::string nested(const ast::Stack& list, std::size_t depth) {
    const auto extent = static_cast<std::int64_t>(list.elements.size());
    if (shape_.size() == depth) {
      if (!reals_.empty() || !integers_.empty()) return "its lists do not all have the same depth";
      shape_.push_back(extent);
    } else if (shape_[depth] != extent) {
      return fmt::format("one of its lists has {} elements, another {}", shape_[depth], extent);
    }
    for (const auto& each : list.elements)
      if (std::string why = part(*each, depth + 1); !why.empty()) return why;
    return "";
  }

  /// `zeros([0, 3])`, as an empty tensor is printed.
  std::string zeros(const ast::Call& call) {
    const auto* name = std::get_if<ast::NameUse>(&call.callee->node);
    const auto* sizes =
        call.arguments.size() == 1 ? std::get_if<ast::Stack>(&call.arguments[0].value->node) : nullptr;
    if (!name || name->name != "zeros" || !sizes) return not_a_value;
    for (const auto& each : sizes->elements) {
      const auto* size = std::get_if<ast::IntegerLiteral>(&each->node);
      if (!size || size->value > largest_size) return not_a_value;
      shape_.push_back(static_cast<std::int64_t>(size->value));
    }
    std::size_t count = 1;
    for (const std::int64_t extent : shape_) {
      count *= static_cast<std::size_t>(extent);
      if (count > largest_size) return "it is too large to be written out";
    }
    reals_.assign(count, 0);
    integers_.assign(count, 0);
    return "";
  }

  std::string element(const ast::Expr& expr, bool negative) {
    if (auto* unary = std::get_if<ast::Unary>(&expr.node); unary && unary->op == ast::UnaryOp::negative)
      return element(*unary->operand, !negative);
    if (auto* boolean = std::get_if<ast::BoolLiteral>(&expr.node)) {
      if (dtype_ != Dtype::boolean || negative) return wanted();
      integers_.push_back(boolean->value ? 1 : 0);
      return "";
    }
    if (dtype_ == Dtype::boolean) return wanted();
    if (auto* integer = std::get_if<ast::IntegerLiteral>(&expr.node)) return whole(integer->value, negative);
    const auto* real = std::get_if<ast::RealLiteral>(&expr.node);
    if (!real) return not_a_value;
    if (!is_real(dtype_)) return wanted();
    reals_.push_back(negative ? -real->value : real->value);
    return "";
  }

  std::string whole(std::uint64_t magnitude, bool negative) {
    if (is_real(dtype_)) {
      reals_.push_back(negative ? -static_cast<double>(magnitude) : static_cast<double>(magnitude));
      return "";
    }
    const std::uint64_t top =
        (dtype_ == Dtype::i32 ? std::uint64_t{1} << 31 : std::uint64_t{1} << 63) - (negative ? 0 : 1);
    if (magnitude > top)
      return fmt::format("{}{} does not fit {}", negative ? "-" : "", magnitude, name(dtype_));
    integers_.push_back(static_cast<std::int64_t>(negative ? ~magnitude + 1 : magnitude));
    return "";
  }

  std::string wanted() const {
    if (dtype_ == Dtype::boolean) return "`true` or `false` is needed";
    return is_real(dtype_) ? "a number is needed"
                           : fmt::format("a whole number is needed for {}", name(dtype_));
  }

  static constexpr const char* not_a_value = "a value is a number, `true`, `false`, or lists of them";
  static constexpr std::uint64_t largest_size = std::uint64_t{1} << 28;

  Dtype dtype_;
  std::vector<std::int64_t> shape_;
  std::vector<double> reals_;           // of a real type
  std::vector<std::int64_t> integers_;  // of every other
};

}  // namespace

LiteralArray literal_array(const ast::Expr& expr, Dtype dtype) { return Reader(dtype).read(expr); }

}  // namespace dp
