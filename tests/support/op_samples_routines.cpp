// Samples of routines on whole tensors: matrices that they can work on, some in batches, some empty.

#include "passes/derivatives_matrix.h"
#include "tests/support/sample_builder.h"

namespace dp::test {
namespace {

/// The sizes of square matrices, behind the axes of the batches.
const std::vector<Shape> squares = {{0, 0}, {1, 1}, {2, 2}, {5, 5}, {2, 3, 3}, {2, 0, 3, 3}};

Shape with_columns(Shape shape, std::int64_t columns) {
  shape.back() = columns;
  return shape;
}

std::vector<OpSample> order_samples(Op op) {
  std::vector<OpSample> samples;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    for (const Shape& shape : {Shape{0}, Shape{1}, Shape{40}, Shape{2, 3, 5}}) {
      for (const std::int64_t descending : {0, 1}) {
        Builder builder{op};
        const Range domain = dtype == Dtype::boolean ? Range{0, 1} : usual;
        const Id x = builder.input({dtype, shape}, domain);
        if (op != Op::searchsorted) {
          samples.push_back(builder.finish({x}, {{"descending", descending}}));
        } else if (descending == 0) {
          const Id sought = builder.input({dtype, with_columns(shape, 7)}, domain);
          samples.push_back(builder.finish({x, sought}));
        }
      }
    }
  }
  return samples;
}

/// x xᵀ + 4 I
Id positive_definite(Builder& builder, Id x) {
  const Expression matrix{&builder.graph, x};
  const Expression square = product(matrix, transposed(matrix));
  return (square + 4.0 * identity(square)).id;
}

OpSample square_sample(Op op, const Type& type, std::int64_t flag) {
  Builder builder{op};
  const Id x = builder.input(type);
  if (op == Op::eigh || op == Op::lu) return builder.finish({x});
  if (op == Op::cholesky) return builder.finish({positive_definite(builder, x)});
  if (op == Op::lu_det) return builder.finish({x, builder.graph.add(Op::lu, {x})});
  const Id b = builder.input({type.dtype, with_columns(type.shape, 2)});
  if (op == Op::lu_solve)
    return builder.finish({x, builder.graph.add(Op::lu, {x}), b}, {{"transposed", flag}});
  return builder.finish({x, b}, {{"lower", std::int64_t{1}}, {"transposed", flag}});
}

}  // namespace

std::vector<OpSample> routine_samples(Op op) {
  if (op == Op::sort || op == Op::argsort || op == Op::searchsorted) return order_samples(op);
  std::vector<OpSample> samples;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    for (const Shape& shape : squares) {
      if (op == Op::qr || op == Op::svd) {
        Shape tall = shape;
        tall[tall.size() - 2] = tall.back() + Dim(2);
        for (const Shape& each : {shape, tall}) samples.push_back(unary(op, {{dtype, each}}, {{}})[0]);
      } else {
        samples.push_back(square_sample(op, {dtype, shape}, 0));
        if (op == Op::lu_solve || op == Op::triangular_solve)
          samples.push_back(square_sample(op, {dtype, shape}, 1));
      }
    }
  }
  return samples;
}

}  // namespace dp::test
