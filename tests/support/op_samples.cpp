#include "tests/support/op_samples.h"

#include <algorithm>

#include "ir/infer.h"

namespace dp::test {
namespace {

using Axes = std::vector<std::int64_t>;

const std::vector<Shape> shapes = {{}, {3}, {2, 3}, {2, 1, 3}, {1}, {0}, {2, 0}, {70}};
constexpr Range usual = {-3, 3};

/// Puts one sample together.
struct Builder {
  Op op;
  Graph graph;
  std::vector<Range> domains;

  Id input(Type type, Range domain = usual) {
    domains.push_back(domain);
    return graph.input("x" + std::to_string(graph.inputs.size()), std::move(type));
  }

  OpSample finish(std::vector<Id> operands, Attributes attributes = {}) {
    const Id id = graph.add(op, std::move(operands), std::move(attributes));
    return finish(id);
  }

  OpSample finish(Id id) {
    graph.name = std::string(name(op));
    if (info(op).form == Form::effect) {
      graph.effects = {id};
    } else {
      graph.outputs = {{"", id}};
    }
    return {op, std::string(name(op)) + " " + text(graph[id].type), std::move(graph), std::move(domains)};
  }
};

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

/// One sample for each type of the one operand and each list of attributes.
std::vector<OpSample> unary(Op op, const std::vector<Type>& types, const std::vector<Attributes>& attributes,
                            Range domain = usual) {
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
      samples.push_back(builder.finish(x));
    } else if (type) {
      const Id constant = builder.graph.add(op, {}, std::move(attributes), *type);
      samples.push_back(builder.finish(constant));
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
    if (op == Op::stop) {
      samples.push_back(builder.finish({x}));
      continue;
    }
    const Id marked = builder.graph.add(Op::mark, {x}, {{"id", std::int64_t{1}}});
    if (op == Op::mark) {
      samples.push_back(builder.finish(marked));
      continue;
    }
    const Id y = builder.graph.add(Op::exp, {marked}), direction = builder.input(type);
    samples.push_back(builder.finish({y, marked, direction}));
  }
  return samples;
}

std::vector<OpSample> broadcast_samples(Op op) {
  const auto to = [](Axes axes, Shape shape) {
    return Attributes{{"axes", std::move(axes)}, {"shape", std::move(shape)}};
  };
  return joined(
      {unary(op, {{Dtype::f32, {}}, {Dtype::boolean, {}}}, {to({}, {2, 3}), to({}, {0}), to({}, {})}),
       unary(op, {{Dtype::f64, {3}}, {Dtype::i64, {3}}}, {to({0}, {3, 2}), to({1}, {2, 3})}),
       unary(op, {{Dtype::f32, {2, 3}}}, {to({0, 2}, {2, 4, 3}), to({0, 1}, {2, 3})})});
}

std::vector<OpSample> reshape_samples(Op op) {
  const auto to = [](Shape shape) { return Attributes{{"shape", std::move(shape)}}; };
  return joined({unary(op, {{Dtype::f32, {2, 3, 2}}}, {to({12}), to({4, 3}), to({2, 1, 6})}),
                 unary(op, {{Dtype::i32, {}}}, {to({1, 1})}),
                 unary(op, {{Dtype::f64, {0, 3}}}, {to({5, 0})})});
}

std::vector<OpSample> transpose_samples(Op op) {
  const auto by = [](Axes permutation) { return Attributes{{"permutation", std::move(permutation)}}; };
  return joined({unary(op, {{Dtype::f32, {2, 3}}, {Dtype::boolean, {0, 2}}}, {by({1, 0}), by({0, 1})}),
                 unary(op, {{Dtype::f64, {2, 3, 4}}}, {by({2, 0, 1}), by({1, 0, 2})}),
                 unary(op, {{Dtype::f32, {}}}, {by({})})});
}

std::vector<OpSample> slice_samples(Op op) {
  const auto part = [&](Shape start, Shape shape, Axes stride) {
    const char* first = op == Op::slice ? "start" : "low";
    return Attributes{{first, std::move(start)}, {"shape", std::move(shape)}, {"stride", std::move(stride)}};
  };
  if (op == Op::slice) {
    return joined(
        {unary(op, {{Dtype::f32, {7}}, {Dtype::i64, {7}}},
               {part({1}, {3}, {2}), part({0}, {7}, {1}), part({7}, {0}, {1})}),
         unary(op, {{Dtype::f64, {4, 5}}}, {part({1, 0}, {2, 5}, {1, 1}), part({0, 4}, {2, 1}, {3, 1})})});
  }
  return joined(
      {unary(op, {{Dtype::f32, {3}}, {Dtype::boolean, {3}}}, {part({1}, {7}, {2}), part({0}, {3}, {1})}),
       unary(op, {{Dtype::f64, {2, 3}}}, {part({1, 0}, {4, 9}, {1, 4})}),
       unary(op, {{Dtype::f32, {0}}}, {part({0}, {2}, {1})})});
}

std::vector<OpSample> concat_samples(Op op) {
  std::vector<OpSample> samples;
  const auto add = [&](Dtype dtype, std::vector<Shape> parts, std::int64_t axis) {
    Builder builder{op};
    std::vector<Id> operands;
    for (Shape& shape : parts) operands.push_back(builder.input({dtype, std::move(shape)}));
    samples.push_back(builder.finish(std::move(operands), {{"axis", axis}}));
  };
  add(Dtype::f32, {{2, 3}, {2, 1}, {2, 0}}, 1);
  add(Dtype::i64, {{2}, {3}}, 0);
  add(Dtype::f64, {{2, 3}}, 0);
  return samples;
}

/// take, gather, scatter_add: an index for an axis of x.
std::vector<OpSample> indexed_samples(Op op) {
  std::vector<OpSample> samples;
  const auto add = [&](Type x_type, Type index_type, std::int64_t axis, Shape parts) {
    Builder builder{op};
    const double last = static_cast<double>(*x_type.shape[static_cast<std::size_t>(axis)].constant() - 1);
    const Dtype dtype = x_type.dtype;
    const Id x = builder.input(std::move(x_type)), i = builder.input(std::move(index_type), {0, last});
    std::vector<Id> operands = {x, i};
    if (op == Op::scatter_add) operands.push_back(builder.input({dtype, std::move(parts)}));
    samples.push_back(builder.finish(std::move(operands), {{"axis", axis}}));
  };
  if (op == Op::take) {
    add({Dtype::f32, {4, 5}}, {Dtype::i64, {4}}, 1, {});
    add({Dtype::f64, {4, 5, 2}}, {Dtype::i32, {5, 2}}, 0, {});
    add({Dtype::i64, {6}}, {Dtype::i64, {}}, 0, {});
    return samples;
  }
  add({Dtype::f32, {4, 5}}, {Dtype::i64, {3}}, 0, {3, 5});
  add({Dtype::f64, {4, 5}}, {Dtype::i32, {2, 3}}, 1, {4, 2, 3});
  add({Dtype::f32, {6}}, {Dtype::i64, {}}, 0, {});
  add({Dtype::i64, {6}}, {Dtype::i64, {0}}, 0, {0});
  return samples;
}

std::vector<OpSample> reduce_samples(Op op) {
  if (op == Op::argmax || op == Op::argmin) {
    const auto along = [](std::int64_t axis) { return Attributes{{"axis", axis}}; };
    return joined({unary(op, {{Dtype::f32, {4, 5}}, {Dtype::i64, {4, 5}}}, {along(0), along(1)}),
                   unary(op, {{Dtype::f64, {7}}}, {along(0)})});
  }
  const auto over = [](Axes axes) { return Attributes{{"axes", std::move(axes)}}; };
  const bool logic = op == Op::reduce_any || op == Op::reduce_all;
  const Dtype first = logic ? Dtype::boolean : Dtype::f32, second = logic ? Dtype::boolean : Dtype::i64;
  const Dtype third = logic ? Dtype::boolean : Dtype::f64;
  return joined({unary(op, {{first, {2, 3, 4}}},
                       {over({0}), over({1}), over({2}), over({0, 2}), over({0, 1, 2}), over({})}),
                 unary(op, {{second, {4, 5}}}, {over({0}), over({1})}),
                 unary(op, {{third, {130}}, {third, {1}}}, {over({0})}),
                 unary(op, {{third, {300, 2}}}, {over({0}), over({1})}),
                 unary(op, {{first, {}}}, {over({})})});
}

std::vector<OpSample> contract_samples(Op op) {
  std::vector<OpSample> samples;
  const auto add = [&](Dtype dtype, Shape x_shape, Shape y_shape, Axes batch_x, Axes batch_y, Axes sum_x,
                       Axes sum_y) {
    Builder builder{op};
    std::vector<Id> operands = {builder.input({dtype, x_shape}), builder.input({dtype, y_shape})};
    if (op == Op::guarded_dot) {
      operands.push_back(builder.input({Dtype::boolean, x_shape}, {0, 1}));
      operands.push_back(builder.input({Dtype::boolean, y_shape}, {0, 1}));
    }
    samples.push_back(builder.finish(std::move(operands), {{"batch_x", std::move(batch_x)},
                                                           {"batch_y", std::move(batch_y)},
                                                           {"sum_x", std::move(sum_x)},
                                                           {"sum_y", std::move(sum_y)}}));
  };
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    add(dtype, {2, 3}, {3, 4}, {}, {}, {1}, {0});
    add(dtype, {70}, {70}, {}, {}, {0}, {0});
    add(dtype, {2, 3, 4}, {4, 2, 5}, {0}, {1}, {2}, {0});
    add(dtype, {2, 70}, {2, 70}, {0}, {0}, {1}, {1});
    add(dtype, {2}, {3}, {}, {}, {}, {});
    add(dtype, {2, 3, 4}, {4, 3}, {}, {}, {1, 2}, {1, 0});
    add(dtype, {2, 0}, {0, 3}, {}, {}, {1}, {0});
  }
  add(Dtype::i64, {2, 3}, {3, 4}, {}, {}, {1}, {0});
  return samples;
}

std::vector<OpSample> effect_samples(Op op) {
  if (op == Op::assert_) {
    return unary(op, {{Dtype::boolean, {}}, {Dtype::boolean, {2, 3}}},
                 {{{"message", std::string("it \"must\" hold\n")}}}, {1, 1});
  }
  const std::string between("loss \0 of \0\0", 12);
  Builder builder{op}, empty{op};
  const Id x = builder.input({Dtype::f32, {}}), y = builder.input({Dtype::i64, {2, 3}});
  std::vector<OpSample> samples;
  samples.push_back(builder.finish({x, y}, {{"message", between}}));
  samples.push_back(empty.finish({}, {{"message", std::string("hello", 6)}}));
  return samples;
}

std::vector<OpSample> call_samples(Op op) {
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

std::vector<OpSample> move_samples(Op op) {
  switch (op) {
    case Op::broadcast: return broadcast_samples(op);
    case Op::reshape: return reshape_samples(op);
    case Op::transpose: return transpose_samples(op);
    case Op::slice:
    case Op::pad: return slice_samples(op);
    case Op::concat: return concat_samples(op);
    case Op::flip:
      return unary(op, {{Dtype::f32, {2, 3}}, {Dtype::i64, {0, 2}}},
                   {{{"axes", Axes{0}}}, {{"axes", Axes{0, 1}}}, {{"axes", Axes{}}}});
    default: return indexed_samples(op);
  }
}

}  // namespace

std::vector<OpSample> op_samples(Op op) {
  switch (info(op).form) {
    case Form::eval: return eval(op);
    case Form::point: return point_samples(op);
    case Form::leaf: return leaf_samples(op);
    case Form::level: return level_samples(op);
    case Form::move: return move_samples(op);
    case Form::reduce: return reduce_samples(op);
    case Form::contract: return contract_samples(op);
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
