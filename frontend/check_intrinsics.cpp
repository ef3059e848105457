#include "frontend/check_intrinsics.h"

#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "frontend/check_operators.h"
#include "ir/op.h"

namespace dp::checker {
namespace {

using Handler = std::function<Value(Body&, CallSite)>;

constexpr bool bools = true, any = false;
constexpr bool error = true, fine = false;

Handler reduction(ReductionRow row) {
  return [row](Body& body, CallSite site) { return check_reduction(body, row, std::move(site)); };
}

Handler conversion(typed::Scalar scalar) {
  return [scalar](Body& body, CallSite site) { return check_conversion(body, scalar, std::move(site)); };
}

std::unordered_map<std::string_view, Handler> read_table() {
  return {
#define REDUCTION(name, op, numbers, empty, doc) {#name, reduction({Op::op, numbers, false, empty})},
#define POSITION(name, op, doc) {#name, reduction({Op::op, any, true, error})},
#define CONVERSION(name, scalar, doc) {#name, conversion(typed::Scalar::scalar)},
#define SPECIAL(name, signature, doc) {#name, check_intrinsic_##name},
#define REDUCES_ALL(name)
#define ANY_SCALAR(...)
#define LATER_LAYER(...)
#include "frontend/intrinsics.def"
  };
}

const std::unordered_map<std::string_view, Handler>& table() {
  static const auto result = read_table();
  return result;
}

/// A pointwise op that is a function of the language: operators have signs instead of names.
std::optional<Op> pointwise_function(const std::string& name) {
  static const std::unordered_set<std::string_view> operators{
      "neg", "add", "sub", "mul", "div", "floor_div", "mod", "eq", "ne", "lt", "le", "and_", "or_", "not_"};
  if (operators.contains(name)) return std::nullopt;
  const auto op = op_from_name(name);
  return op && info(*op).form == Form::eval ? op : std::nullopt;
}

Value call_pointwise(Body& body, Op op, CallSite site) {
  std::vector<std::string> names(info(op).operands.begin(), info(op).operands.end());
  if (op == Op::clamp) names = {"x", "lo", "hi"};
  const auto placed = intrinsic_arguments(body, site, names, names.size());
  if (!placed) return {};
  std::vector<Value> operands;
  for (Argument* each : *placed) operands.push_back(evaluate(body, *each));
  return pointwise(body, op, std::move(operands), site.span, site.name);
}

/// `max` and `min` of two arguments are pointwise, unless the second is given as `over`.
bool is_pointwise_call(const CallSite& site, Op op) {
  if (op != Op::max && op != Op::min) return true;
  if (site.arguments.size() != 2) return false;
  const Argument& second = site.arguments[1];
  return !second.name || second.name->text != "over";
}

}  // namespace

bool is_intrinsic(const std::string& name) { return table().contains(name) || pointwise_function(name); }

bool is_pointwise_name(const std::string& name) { return pointwise_function(name).has_value(); }

bool reduces_everything(const std::string& name) {
  static const std::unordered_set<std::string_view> names{
#define REDUCTION(...)
#define POSITION(...)
#define CONVERSION(...)
#define SPECIAL(...)
#define REDUCES_ALL(name) #name,
#define ANY_SCALAR(...)
#define LATER_LAYER(...)
#include "frontend/intrinsics.def"
  };
  return names.contains(name);
}

bool takes_any_scalar(const std::string& name) {
  static const std::unordered_set<std::string_view> names{
#define REDUCTION(...)
#define POSITION(...)
#define CONVERSION(...)
#define SPECIAL(...)
#define REDUCES_ALL(...)
#define ANY_SCALAR(name) #name,
#define LATER_LAYER(...)
#include "frontend/intrinsics.def"
  };
  return names.contains(name);
}

bool is_later_layer(const std::string& name) {
  static const std::unordered_set<std::string_view> names{
#define REDUCTION(...)
#define POSITION(...)
#define CONVERSION(...)
#define SPECIAL(...)
#define REDUCES_ALL(...)
#define ANY_SCALAR(...)
#define LATER_LAYER(name) #name,
#include "frontend/intrinsics.def"
  };
  return names.contains(name);
}

void add_intrinsic_names(std::vector<std::string>& names) {
  for (const auto& [name, handler] : table()) names.emplace_back(name);
  for (const OpInfo& each : all_ops()) {
    if (pointwise_function(std::string(each.name))) names.emplace_back(each.name);
  }
}

std::span<const IntrinsicDoc> intrinsic_docs() {
  static const std::vector<IntrinsicDoc> docs{
#define REDUCTION(name, op, numbers, empty, doc) {#name, #name "(x: T[..], over)", doc},
#define POSITION(name, op, doc) {#name, #name "(x: T[..], over = -1) -> i64[..]", doc},
#define CONVERSION(name, scalar, doc) {#name, #name "(x: T[..]) -> " #scalar "[..]", doc},
#define SPECIAL(name, signature, doc) {#name, signature, doc},
#define REDUCES_ALL(name)
#define ANY_SCALAR(...)
#define LATER_LAYER(...)
#include "frontend/intrinsics.def"
  };
  return docs;
}

std::optional<std::vector<Argument*>> intrinsic_arguments(Body& body, CallSite& site,
                                                          const std::vector<std::string>& parameters,
                                                          std::size_t required) {
  std::unique_ptr<bool[]> optional(new bool[parameters.size()]);
  for (std::size_t k = 0; k < parameters.size(); ++k) optional[k] = k >= required;
  return place_arguments(body, site, parameters, {optional.get(), parameters.size()});
}

Value call_intrinsic(Body& body, CallSite site) {
  const auto op = pointwise_function(site.name);
  if (op && is_pointwise_call(site, *op)) return call_pointwise(body, *op, std::move(site));
  return table().at(site.name)(body, std::move(site));
}

}  // namespace dp::checker
