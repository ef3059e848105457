#pragma once
// The loop IR: what will run, as loops over flat buffers with known sizes. `lower` makes it from a planned
// graph, code generation turns each function into LLVM IR, an interpreter runs it directly. Sums stay whole
// (`Reduce`, `Matmul`): their order is the language's, and how lanes and tiles realise it is the code
// generator's business.
//
// Holds everywhere: extents are constants; indices are element offsets into a buffer, expressions over loop
// variables; a `value` is assigned once, before its uses, in an enclosing or the same block.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ir/call.h"
#include "ir/graph.h"
#include "ir/op.h"
#include "ir/reduction.h"
#include "support/array.h"
#include "support/dtype.h"
#include "support/result.h"

namespace dp::loops {

using ExprId = std::uint32_t;      // into Module::expressions
using VariableId = std::uint32_t;  // of loops: i64
using ValueId = std::uint32_t;     // of lets and reductions
using BufferId = std::uint32_t;    // into Module::buffers

struct ConstantExpr {
  Literal value;
};  // one element
struct VariableExpr {
  VariableId variable;
};
struct ValueExpr {
  ValueId value;
};
struct LoadExpr {
  BufferId buffer;
  ExprId index;
};
/// A pointwise op of the op table; on i64 also the arithmetic of indices (add, sub, mul, floor_div, mod, min,
/// max). `convert` and `from_bits`/`bits` give the expression's dtype. Random ops are scalar here:
/// `make_key(i64)`, `fold_key(key, i64)` and `random_bits(key, k)`, the i32 word k mod 4 of Philox at counter
/// k / 4.
struct OpExpr {
  Op op;
  std::vector<ExprId> operands;
  std::int64_t exponent = 0;
};

struct Expr {
  Dtype dtype;  // of the result
  std::variant<ConstantExpr, VariableExpr, ValueExpr, LoadExpr, OpExpr> node;
};

struct Stmt;
using Body = std::vector<Stmt>;

enum class LoopKind : std::uint8_t { serial, parallel, vector, unroll };

/// `for i in 0..extent`, each iteration only while the first element of `going` holds, where there is one.
/// The iterations of `parallel` and `vector` loops are independent of each other. A `vector` loop may hold
/// reductions (each lane its own: column sums) and checks; an outermost one may be split between threads too.
/// `carried` are buffers that hold something else in every iteration although nothing is stored to them by
/// their name: what is carried from step to step, written in place.
struct For {
  LoopKind kind;
  VariableId variable;
  std::int64_t extent;
  Body body;
  std::optional<BufferId> going;  // of bools; of a serial loop only
  std::vector<BufferId> carried;
};
struct Let {
  ValueId value;
  ExprId expr;
};
struct Store {
  BufferId buffer;
  ExprId index;
  ExprId expr;
};

using dp::Combine;
using dp::ReduceOrder;
/// `value = combine over the loop of x` (`x * y` for multiply_add).
struct ReduceTerm {
  ValueId value;
  Combine combine;
  ExprId x;
  std::optional<ExprId> y;
};
/// Reductions that share one loop, outer index slow, inner fast. `body` runs first in each iteration (lets,
/// stores, checks). `argmax` and `argmin` give the i64 position outer * inner_extent + inner.
struct Reduce {
  ReduceOrder order;
  VariableId outer, inner;
  std::int64_t outer_extent = 1, inner_extent = 1;  // `blocks` and `sequential` use `outer` alone
  Body body;
  std::vector<ReduceTerm> terms;
};

/// `accumulator[b, i, j] = sum over k, increasing, by fma, from +0.0, of x * y`, then `epilogue` for every
/// (b, i, j). x depends on (b, i, k) alone, y on (b, k, j) alone: loads at affine indices, or expressions to
/// be packed first. The epilogue runs once for each element and is alone in writing what it stores: that may
/// lie over what it loads at the same index.
struct Matmul {
  VariableId batch, row, column, inner;
  std::int64_t batches = 1, rows = 1, columns = 1, inners = 1;
  ExprId x, y;
  ValueId accumulator;
  Body epilogue;
  bool parallel = false;  // may be split over rows, columns or batches
};

struct If {
  ExprId condition;
  Body then;
};
/// Stops the program with a run-time error where the condition fails; `site` numbers Module::sites.
struct Check {
  ExprId condition;
  std::uint32_t site;
  std::vector<ExprId> values;
};
/// Prints the site's texts with the values between them; a value whose type in the site is a tensor is given
/// as the load of its first element, from a buffer that holds all of it in order.
struct Print {
  std::uint32_t site;
  std::vector<ExprId> values;
};

/// A routine on whole buffers: the op of that name, of known sizes (ir/call.h).
struct Call {
  Op op;
  std::vector<BufferId> operands;
  BufferId result;
  linear::Sizes sizes;
};

struct Stmt {
  std::variant<For, Let, Store, Reduce, Matmul, If, Check, Print, Call> node;
};

enum class Place : std::uint8_t { input, output, arena, constant, local };

/// A flat run of elements. `offset`: the number of the input or output, bytes into the arena; a `local` is
/// scratch of one call of a kernel (of one thread's part of it).
struct Buffer {
  std::string name;
  Dtype dtype;
  std::int64_t count = 0;
  Place place = Place::arena;
  std::int64_t offset = 0;
  Literal literal;  // of a constant
};

/// Where a check or a print comes from.
struct Site {
  std::string code;     // of a check: that of its diagnostic; empty for a print
  std::string message;  // with {} for values; of a print: texts between the values, each ended by '\0'
  Span span;
  std::vector<Type> types;  // of the values of a print
};

struct Function {
  std::string name;
  std::string comment;
  Body body;
};

struct Module {
  std::string name;
  std::vector<Expr> expressions;
  std::vector<Buffer> buffers;
  std::vector<Site> sites;
  std::vector<Function> functions;          // in the order they run
  std::vector<std::string> variable_names;  // by VariableId
  std::vector<std::string> value_names;     // by ValueId; also counts them
  std::int64_t arena_bytes = 0;
  std::vector<Type> input_types;
  std::vector<std::string> input_names;  // empty, or one an input
  std::vector<Type> output_types;
  std::vector<std::string> output_names;
};

/// The coefficient c of `index == base + c * variable`, where it is such a sum with a base free of the
/// variable.
std::optional<std::int64_t> coefficient(const Module& module, ExprId index, VariableId variable);

/// What a failed check tells the user; the values stand for the `{}` of the message in turn.
Diagnostic check_failure(const Site& site, std::span<const std::string> values);

/// Text that `parse` reads back; names are made unique, so the text of what was parsed is the same text.
std::string print(const Module& module);
Result<Module> parse(std::string_view text);
/// Reasons why the module breaks an invariant; empty when it is sound.
std::vector<std::string> verify(const Module& module);
/// Runs the module, obviously and slowly. The inputs must have the module's input types; `print` receives
/// what the program prints.
Result<std::vector<Array>> interpret(const Module& module, std::span<const Array> inputs,
                                     const std::function<void(std::string_view)>& print = {});

}  // namespace dp::loops
