#pragma once
// The primitives, as an enum and as data: everything that the op table (ops.def) says about an op except its
// meaning and derivative, which the interpreter, the code generator and `differentiate` paste for themselves.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace dp {

enum class Op : std::uint8_t {
#define EVAL(name, ...) name,
#define STRUCTURAL(name, ...) name,
#include "ir/ops_structural.inc"
#include "ir/ops.def"
#include "ir/ops_end.inc"
};

/// What an op's meaning looks like at one index of its result; everything structural follows from it.
enum class Form : std::uint8_t {
  eval,
  point,
  leaf,
  level,
  move,
  reduce,
  contract,
  binder,
  loop,
  effect,
  call
};

/// Which scalar types an `eval` op takes, and what it gives.
enum class TypeClass : std::uint8_t { real, number, integer, compare, test, logic, none };

enum class DerivativeKind : std::uint8_t { expression, rule, linear, zero, no_grad };

struct Range {
  double low, high;
};

struct OpInfo {
  Op op;
  std::string_view name;
  Form form;
  TypeClass types;
  int arity;  // −1: any number
  DerivativeKind derivative;
  std::vector<std::string_view> operands;
  std::vector<std::string_view> attributes;
  std::vector<Range> domain;
  std::string_view meaning_text;
  std::vector<std::string_view> derivative_texts;
  std::string_view doc;
};

const OpInfo& info(Op op);
std::span<const OpInfo> all_ops();
std::optional<Op> op_from_name(std::string_view name);
std::string_view name(Op op);

/// A call on whole tensors, a routine of support/linear/ (ir/call.h): its operands and its result are stored.
bool is_routine(Op op);

/// Elementwise at one index: may be fused, vectorised and folded anywhere.
bool is_pointwise(Op op);

}  // namespace dp
