#pragma once
// Loop-IR modules written in C++, for tests and benchmarks that need many of them with sizes as parameters.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ir/loops.h"

namespace dp::testing {

class LoopBuilder;

/// An expression of a module in the making, with the operators that indices and tests need.
struct Handle {
  LoopBuilder* builder;
  loops::ExprId id;

  Handle operator+(Handle other) const;
  Handle operator-(Handle other) const;
  Handle operator*(Handle other) const;
  Handle operator+(std::int64_t number) const;
  Handle operator*(std::int64_t number) const;
};

class LoopBuilder {
 public:
  loops::Module module;

  loops::BufferId input(Dtype dtype, std::int64_t count);
  loops::BufferId output(Dtype dtype, std::int64_t count);
  loops::BufferId local(Dtype dtype, std::int64_t count);
  loops::BufferId arena(Dtype dtype, std::int64_t count);
  loops::VariableId variable(const std::string& name);
  loops::ValueId value(const std::string& name);

  Handle index(loops::VariableId variable);
  Handle integer(std::int64_t number, Dtype dtype = Dtype::i64);
  Handle real(double number, Dtype dtype);
  Handle use(loops::ValueId value, Dtype dtype);
  Handle load(loops::BufferId buffer, Handle index);
  /// The result has the operands' type, or `dtype` where one is given.
  Handle op(Op op, std::vector<Handle> operands, std::optional<Dtype> dtype = {}, std::int64_t exponent = 0);

  loops::Stmt store(loops::BufferId buffer, Handle index, Handle value);
  loops::Stmt let(loops::ValueId value, Handle expr);
  loops::Stmt loop(loops::LoopKind kind, loops::VariableId variable, std::int64_t extent, loops::Body body);
  /// `condition`, or the message with its `{}` replaced by the values.
  loops::Stmt check(Handle condition, std::string message, std::vector<Handle> values);
  void function(const std::string& name, loops::Body body);

 private:
  Handle add(loops::Expr expr);
  loops::BufferId buffer(loops::Place place, Dtype dtype, std::int64_t count, std::int64_t offset);
};

}  // namespace dp::testing
