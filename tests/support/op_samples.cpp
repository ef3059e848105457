#include "tests/support/op_samples.h"

#include <algorithm>

#include "tests/support/sample_builder.h"

namespace dp::test {
namespace {

const std::vector<Shape> shapes = {{}, {3}, {2, 3}, {2, 1, 3}, {1}, {0}, {2, 0}, {70}};

std::vector<Dtype> scalar_types(TypeClass types) {
  switch (types) {
    case TypeClass::real:
    case TypeClass::test: return {Dtype::f32, Dtype::f64};
    case TypeClass::integer: return {Dtype::i32, Dtype::i64};
    case TypeClass::logic: return {Dtype::boolean};
    default: return {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64};
  }
}

/// Whole numbers for integers, and no divisor of zero among them: `round` up on the left, down on the right.
Range domain_for(Range domain, Dtype dtype) {
  if (is_real(dtype)) return domain;
  const double low = std::max(domain.low, domain.low > 0 ? 1.0 : domain.low);
  return {low, std::max(low, static_cast<double>(static_cast<std::int64_t>(domain.high)))};
}

std::vector<OpSample> eval(Op op) {
  std::vector<OpSample> samples;
  for (const Dtype dtype : scalar_types(info(op).types)) {
    for (const Shape& shape : shapes) {
      Builder builder{op};
      std::vector<Id> operands;
      for (const Range& domain : info(op).domain) {
        operands.push_back(builder.input({dtype, shape}, domain_for(domain, dtype)));
      }
      samples.push_back(builder.finish(std::move(operands)));
    }
  }
  return samples;
}

std::vector<OpSample> select_samples(Op op) {
  std::vector<OpSample> samples;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    for (const Shape& shape : shapes) {
      Builder builder{op};
      const Range domain = dtype == Dtype::boolean ? Range{0, 1} : usual;
      const Id condition = builder.input({Dtype::boolean, shape}, {0, 1});
      const Id x = builder.input({dtype, shape}, domain), y = builder.input({dtype, shape}, domain);
      samples.push_back(builder.finish({condition, x, y}));
    }
  }
  return samples;
}

std::vector<OpSample> convert_samples(Op op) {
  std::vector<OpSample> samples;
  for (const Dtype from : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    for (const Dtype to : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64}) {
      samples = joined({std::move(samples), unary(op, {{from, {2, 3}}, {from, {}}}, {{{"dtype", to}}})});
    }
  }
  return samples;
}

std::vector<OpSample> power_samples(Op op) {
  const auto exponent = [](std::int64_t value) { return Attributes{{"exponent", value}}; };
  return joined(
      {unary(op, {{Dtype::f32, {2, 3}}, {Dtype::f64, {}}},
             {exponent(-3), exponent(-1), exponent(0), exponent(1), exponent(2), exponent(7)}, {0.3, 2}),
       unary(op, {{Dtype::i64, {3}}, {Dtype::i32, {0}}}, {exponent(0), exponent(3)})});
}

std::vector<OpSample> bit_samples(Op op) {
  const bool from = op == Op::from_bits;
  return unary(op, {{from ? Dtype::i32 : Dtype::f32, {2, 3}}, {from ? Dtype::i64 : Dtype::f64, {}}}, {{}});
}

std::vector<OpSample> leaf_samples(Op op) {
  std::vector<OpSample> samples;
  const auto add = [&](Attributes attributes, std::optional<Type> type = {}) {
    Builder builder{op};
    if (op == Op::input) {
      const Id x = builder.input(*type);
      samples.push_back(builder.finish_with(x));
    } else if (type) {
      const Id constant = builder.graph.add(op, {}, std::move(attributes), *type);
      samples.push_back(builder.finish_with(constant));
    } else {
      samples.push_back(builder.finish({}, std::move(attributes)));
    }
  };
  const auto reals = [](std::vector<double> values) {
    return Attributes{{"value", Literal{std::move(values)}}};
  };
  const auto integers = [](Axes values) { return Attributes{{"value", Literal{std::move(values)}}}; };
  switch (op) {
    case Op::input:
      add({}, Type{Dtype::f32, {2, 3}});
      add({}, Type{Dtype::i64, {}});
      break;
    case Op::constant:
      add(reals({0.1}), Type{Dtype::f32, {2, 3}});
      add(reals({1.5, -0.0, 1e300, 5e-324, 0.1, 2}), Type{Dtype::f64, {3, 2}});
      add(reals({}), Type{Dtype::f32, {0}});
      add(integers({7}), Type{Dtype::i64, {}});
      add(integers({1, 0, 1}), Type{Dtype::boolean, {3}});
      add(integers({-5, 6}), Type{Dtype::i32, {2}});
      break;
    case Op::iota:
      add({{"axis", std::int64_t{0}}, {"shape", Shape{4}}});
      add({{"axis", std::int64_t{1}}, {"shape", Shape{2, 3, 1}}});
      break;
    default: add({{"dim", Shape{5}}});
  }
  return samples;
}

/// y = exp(mark(x)), then its derivative; a bare mark or stop is a value of its own.
std::vector<OpSample> level_samples(Op op) {
  std::vector<OpSample> samples;
  for (const Shape& shape : {Shape{}, Shape{2, 3}}) {
    Builder builder{op};
    const Type type{Dtype::f32, shape};
    const Id x = builder.input(type);
    if (op == Op::seed || op == Op::custom) {
      const Attributes places{
          {"dtype", Dtype::f32}, {"id", std::int64_t{0}}, {"shape", shape}, {"slot", std::int64_t{0}}};
      const Id seed = builder.graph.add(Op::seed, {}, places);
      const Id y = builder.graph.add(Op::exp, {x}), ct = builder.graph.add(Op::mul, {seed, x});
      const Id custom =
          builder.graph.add(Op::custom, {y, x, ct}, {{"count", std::int64_t{1}}, {"id", std::int64_t{0}}});
      samples.push_back(builder.finish_with(custom));
      continue;
    }
    if (op == Op::stop) {
      samples.push_back(builder.finish({x}));
      continue;
    }
    const Id marked = builder.graph.add(Op::mark, {x}, {{"id", std::int64_t{1}}});
    if (op == Op::mark) {
      samples.push_back(builder.finish_with(marked));
      continue;
    }
    const Id y = builder.graph.add(Op::exp, {marked}), direction = builder.input(type);
    samples.push_back(builder.finish({y, marked, direction}));
  }
  return samples;
}

/// Checks that hold, some of them because what would not is not taken.
std::vector<OpSample> check_samples(Op op) {
  std::vector<OpSample> samples;
  for (const Shape& shape : {Shape{}, Shape{2, 3}}) {
    Builder builder{op};
    const bool of_reals = op == Op::check_range;
    const Id x = builder.input({of_reals ? Dtype::f32 : Dtype::i64, shape}, {1, 3});
    const Id taken = builder.input({Dtype::boolean, shape}, {0, 1});
    Attributes attributes;
    if (op == Op::check_index) attributes = {{"axis", std::int64_t{0}}, {"dim", Shape{4}}};
    if (of_reals) attributes = {{"dtype", Dtype::i32}};
    samples.push_back(builder.finish({x, taken}, attributes));
  }
  return samples;
}

std::vector<OpSample> effect_samples(Op op) {
  if (op == Op::assert_) {
    return unary(op, {{Dtype::boolean, {}}, {Dtype::boolean, {2, 3}}},
                 {{{"message", std::string("it \"must\" hold\n")}}}, {1, 1});
  }
  if (op != Op::print) return check_samples(op);
  const std::string between("loss \0 of \0\0", 12);
  Builder builder{op}, empty{op};
  const Id x = builder.input({Dtype::f32, {}}), y = builder.input({Dtype::i64, {2, 3}});
  const Id taken = builder.input({Dtype::boolean, {}}, {0, 1}),
           always = empty.input({Dtype::boolean, {}}, {1, 1});
  std::vector<OpSample> samples;
  samples.push_back(builder.finish({taken, x, y}, {{"message", between}}));
  samples.push_back(empty.finish({always}, {{"message", std::string("hello", 6)}}));
  return samples;
}

std::vector<OpSample> call_samples(Op op) {
  if (is_routine(op)) return routine_samples(op);
  std::vector<OpSample> samples;
  for (const Shape& shape : {Shape{}, Shape{3}}) {
    Builder builder{op};
    const Id seed = builder.input({Dtype::i64, shape}, {0, 99});
    if (op == Op::make_key) {
      samples.push_back(builder.finish({seed}));
      continue;
    }
    const Id key = builder.graph.add(Op::make_key, {seed});
    if (op == Op::fold_key) {
      const Id count = builder.input({Dtype::i64, shape}, {0, 9});
      samples.push_back(builder.finish({key, count}));
    } else {
      samples.push_back(builder.finish({key}, {{"shape", Shape{2, 5}}}));
    }
  }
  return samples;
}

std::vector<OpSample> point_samples(Op op) {
  switch (op) {
    case Op::select: return select_samples(op);
    case Op::convert: return convert_samples(op);
    case Op::power: return power_samples(op);
    default: return bit_samples(op);
  }
}

}  // namespace

std::vector<OpSample> unary(Op op, const std::vector<Type>& types, const std::vector<Attributes>& attributes,
                            Range domain) {
  std::vector<OpSample> samples;
  for (const Type& type : types) {
    for (const Attributes& given : attributes) {
      Builder builder{op};
      const Id x = builder.input(type, type.dtype == Dtype::boolean ? Range{0, 1} : domain);
      samples.push_back(builder.finish({x}, given));
    }
  }
  return samples;
}

std::vector<OpSample> joined(std::vector<std::vector<OpSample>> groups) {
  std::vector<OpSample> all;
  for (std::vector<OpSample>& group : groups) std::move(group.begin(), group.end(), std::back_inserter(all));
  return all;
}

std::vector<OpSample> op_samples(Op op) {
  switch (info(op).form) {
    case Form::eval: return eval(op);
    case Form::point: return point_samples(op);
    case Form::leaf: return leaf_samples(op);
    case Form::level: return level_samples(op);
    case Form::move: return move_samples(op);
    case Form::reduce: return reduce_samples(op);
    case Form::contract: return contract_samples(op);
    case Form::binder:
    case Form::loop: return loop_samples(op);
    case Form::effect: return effect_samples(op);
    case Form::call: return call_samples(op);
  }
  return {};
}

std::vector<OpSample> all_op_samples() {
  std::vector<OpSample> all;
  for (const OpInfo& row : all_ops()) {
    std::vector<OpSample> samples = op_samples(row.op);
    std::move(samples.begin(), samples.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace dp::test
