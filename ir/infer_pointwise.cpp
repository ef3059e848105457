// The types of elementwise ops.

#include "ir/infer_rules.h"

namespace dp {

bool accepts(TypeClass types, Dtype dtype) {
  switch (types) {
    case TypeClass::real:
    case TypeClass::test: return is_real(dtype);
    case TypeClass::number:
    case TypeClass::compare: return is_real(dtype) || is_integer(dtype);
    case TypeClass::integer: return is_integer(dtype);
    case TypeClass::logic: return dtype == Dtype::boolean;
    case TypeClass::none: break;
  }
  return true;
}

namespace shape_rules {
namespace {

std::string describe(TypeClass types) {
  switch (types) {
    case TypeClass::real:
    case TypeClass::test: return "reals";
    case TypeClass::number:
    case TypeClass::compare: return "numbers";
    case TypeClass::integer: return "integers";
    case TypeClass::logic: return "bools";
    case TypeClass::none: break;
  }
  return "nothing";
}

Inference eval(const Site& site) {
  const TypeClass types = info(site.op).types;
  const Type& first = site.operand(0);
  for (const Type* operand : site.operands) {
    if (!accepts(types, operand->dtype)) {
      return Inference::failure(fmt::format("takes {}, not {}", describe(types), name(operand->dtype)));
    }
    if (*operand != first) {
      return Inference::failure(
          fmt::format("takes operands of one type, not {} and {}", text(first), text(*operand)));
    }
  }
  const bool gives_bool = types == TypeClass::compare || types == TypeClass::test;
  return Type{gives_bool ? Dtype::boolean : first.dtype, first.shape};
}

Inference select(const Site& site) {
  const Type &condition = site.operand(0), &x = site.operand(1);
  if (condition.dtype != Dtype::boolean) return Inference::failure("takes a bool as its condition");
  if (x != site.operand(2)) return Inference::failure("takes two values of one type");
  if (condition.shape != x.shape) return Inference::failure("takes a condition of the shape of its values");
  return x;
}

Inference convert(const Site& site) {
  const Dtype from = site.operand(0).dtype, to = site.get<Dtype>("dtype");
  if (from == Dtype::key || to == Dtype::key) return Inference::failure("does not convert keys");
  if (to == Dtype::boolean && from != to)
    return Inference::failure("does not convert to bool; compare instead");
  return Type{to, site.operand(0).shape};
}

Inference power(const Site& site) {
  const Type& x = site.operand(0);
  if (is_integer(x.dtype) && site.integer("exponent") < 0) {
    return Inference::failure("takes an exponent of at least 0 for integers");
  }
  return is_real(x.dtype) || is_integer(x.dtype) ? Inference(x) : Inference::failure("takes a number");
}

Inference bits(const Site& site) {
  const Type& x = site.operand(0);
  const bool to_bits = site.op == Op::bits;
  if (to_bits ? !is_real(x.dtype) : !is_integer(x.dtype)) {
    return Inference::failure(to_bits ? "takes a real" : "takes an integer");
  }
  const bool narrow = size_of(x.dtype) == 4;
  if (to_bits) return Type{narrow ? Dtype::i32 : Dtype::i64, x.shape};
  return Type{narrow ? Dtype::f32 : Dtype::f64, x.shape};
}

}  // namespace

Inference pointwise(const Site& site) {
  switch (site.op) {
    case Op::select: return select(site);
    case Op::convert: return convert(site);
    case Op::power: return power(site);
    case Op::bits:
    case Op::from_bits: return bits(site);
    default: return eval(site);
  }
}

}  // namespace shape_rules
}  // namespace dp
