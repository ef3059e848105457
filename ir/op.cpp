#include "ir/op.h"

#include <cstdlib>
#include <string>

namespace dp {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// "(a, f(b, c))" → "a", "f(b, c)"; "()" → nothing.
std::vector<std::string_view> list(std::string_view text) {
  text = trimmed(text);
  text = trimmed(text.substr(1, text.size() - 2));
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t k = 0; k <= text.size() && !text.empty(); ++k) {
    if (k == text.size() || (text[k] == ',' && depth == 0)) {
      parts.push_back(trimmed(text.substr(begin, k - begin)));
      begin = k + 1;
    } else if (text[k] == '(' || text[k] == ')') {
      depth += text[k] == '(' ? 1 : -1;
    }
  }
  return parts;
}

std::vector<Range> ranges(std::string_view text) {
  std::vector<Range> result;
  for (const std::string_view pair : list(text)) {
    const std::vector<std::string_view> ends = list(pair);
    result.push_back({std::strtod(std::string(ends[0]).c_str(), nullptr),
                      std::strtod(std::string(ends[1]).c_str(), nullptr)});
  }
  return result;
}

/// The row name without the underscore that keeps it apart from a word of C++: `and_` is `and`.
std::string_view textual(std::string_view name) {
  if (name.back() == '_') name.remove_suffix(1);
  return name;
}

TypeClass type_class(std::string_view text) {
  if (text == "REAL") return TypeClass::real;
  if (text == "NUMBER") return TypeClass::number;
  if (text == "INTEGER") return TypeClass::integer;
  if (text == "COMPARE") return TypeClass::compare;
  return text == "TEST" ? TypeClass::test : TypeClass::logic;
}

DerivativeKind derivative_kind(std::string_view text) {
  if (text == "ZERO") return DerivativeKind::zero;
  if (text == "NO_GRAD") return DerivativeKind::no_grad;
  if (text == "LINEAR") return DerivativeKind::linear;
  return text == "RULE" ? DerivativeKind::rule : DerivativeKind::expression;
}

/// A row has one kind: its operands all have an expression (which may be ZERO for some), or none has.
DerivativeKind derivative_kind(const std::vector<std::string_view>& texts) {
  for (const std::string_view text : texts) {
    if (derivative_kind(text) == DerivativeKind::expression) return DerivativeKind::expression;
  }
  return derivative_kind(texts.front());
}

OpInfo pointwise_row(Op op, std::string_view name, std::string_view operands, std::string_view types,
                     std::string_view meaning, std::string_view derivatives, std::string_view domain,
                     std::string_view doc) {
  OpInfo row{op, textual(name), Form::eval, type_class(types)};
  row.operands = list(operands);
  row.arity = static_cast<int>(row.operands.size());
  row.derivative_texts = list(derivatives);
  row.derivative = derivative_kind(row.derivative_texts);
  row.domain = ranges(domain);
  row.meaning_text = meaning;
  row.doc = doc;
  return row;
}

OpInfo structural_row(Op op, std::string_view name, Form form, int arity, std::string_view attributes,
                      std::string_view derivative, std::string_view doc) {
  OpInfo row{op, textual(name), form, TypeClass::none, arity, derivative_kind(derivative)};
  row.attributes = list(attributes);
  row.derivative_texts = {derivative};
  row.doc = doc;
  return row;
}

std::vector<OpInfo> read_table() {
  return {
#define EVAL(name, operands, types, meaning, derivatives, domain, doc) \
  pointwise_row(Op::name, #name, #operands, #types, #meaning, #derivatives, #domain, doc),
#define DP_ROW(form, name, arity, attributes, derivative, doc) \
  structural_row(Op::name, #name, Form::form, arity, #attributes, #derivative, doc),
#define POINT(name, ...) DP_ROW(point, name, __VA_ARGS__)
#define LEAF(name, ...) DP_ROW(leaf, name, __VA_ARGS__)
#define LEVEL(name, ...) DP_ROW(level, name, __VA_ARGS__)
#define MOVE(name, ...) DP_ROW(move, name, __VA_ARGS__)
#define REDUCE(name, ...) DP_ROW(reduce, name, __VA_ARGS__)
#define CONTRACT(name, ...) DP_ROW(contract, name, __VA_ARGS__)
#define BINDER(name, ...) DP_ROW(binder, name, __VA_ARGS__)
#define LOOP(name, ...) DP_ROW(loop, name, __VA_ARGS__)
#define EFFECT(name, ...) DP_ROW(effect, name, __VA_ARGS__)
#define CALL(name, ...) DP_ROW(call, name, __VA_ARGS__)
#include "ir/ops.def"
#include "ir/ops_end.inc"
#undef DP_ROW
  };
}

}  // namespace

std::span<const OpInfo> all_ops() {
  static const std::vector<OpInfo> table = read_table();
  return table;
}

const OpInfo& info(Op op) { return all_ops()[static_cast<std::size_t>(op)]; }

std::optional<Op> op_from_name(std::string_view name) {
  for (const OpInfo& row : all_ops()) {
    if (row.name == name) return row.op;
  }
  return std::nullopt;
}

std::string_view name(Op op) { return info(op).name; }

bool is_routine(Op op) {
  const bool is_random = op == Op::make_key || op == Op::fold_key || op == Op::random_bits;
  return info(op).form == Form::call && !is_random;
}

bool is_pointwise(Op op) { return info(op).form == Form::eval || info(op).form == Form::point; }

}  // namespace dp
