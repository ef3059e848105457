// Samples of the ops that move, reduce and contract axes.

#include "tests/support/sample_builder.h"

namespace dp::test {
namespace {

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

/// take, gather, scatter_add, scatter_set: an index for an axis of x.
std::vector<OpSample> indexed_samples(Op op) {
  std::vector<OpSample> samples;
  const auto add = [&](Type x_type, Type index_type, std::int64_t axis, Shape parts) {
    Builder builder{op};
    const double last = static_cast<double>(*x_type.shape[static_cast<std::size_t>(axis)].constant() - 1);
    const Dtype dtype = x_type.dtype;
    const Id x = builder.input(std::move(x_type)), i = builder.input(std::move(index_type), {0, last});
    std::vector<Id> operands = {x, i};
    if (op == Op::scatter_add || op == Op::scatter_set)
      operands.push_back(builder.input({dtype, std::move(parts)}));
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

}  // namespace

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

}  // namespace dp::test
