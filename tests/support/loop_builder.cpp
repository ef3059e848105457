#include "tests/support/loop_builder.h"

namespace dp::testing {

using namespace loops;

Handle Handle::operator+(Handle other) const { return builder->op(Op::add, {*this, other}); }
Handle Handle::operator-(Handle other) const { return builder->op(Op::sub, {*this, other}); }
Handle Handle::operator*(Handle other) const { return builder->op(Op::mul, {*this, other}); }
Handle Handle::operator+(std::int64_t number) const { return *this + builder->integer(number); }
Handle Handle::operator*(std::int64_t number) const { return *this * builder->integer(number); }

Handle LoopBuilder::add(Expr expr) {
  module.expressions.push_back(std::move(expr));
  return {this, static_cast<ExprId>(module.expressions.size() - 1)};
}

BufferId LoopBuilder::buffer(Place place, Dtype dtype, std::int64_t count, std::int64_t offset) {
  loops::Buffer made;
  made.name = "b" + std::to_string(module.buffers.size());
  made.dtype = dtype;
  made.count = count;
  made.place = place;
  made.offset = offset;
  module.buffers.push_back(std::move(made));
  return static_cast<BufferId>(module.buffers.size() - 1);
}

BufferId LoopBuilder::input(Dtype dtype, std::int64_t count) {
  module.input_types.push_back({dtype, {Dim(count)}});
  return buffer(Place::input, dtype, count, static_cast<std::int64_t>(module.input_types.size()) - 1);
}
BufferId LoopBuilder::output(Dtype dtype, std::int64_t count) {
  module.output_types.push_back({dtype, {Dim(count)}});
  module.output_names.push_back("r" + std::to_string(module.output_types.size()));
  return buffer(Place::output, dtype, count, static_cast<std::int64_t>(module.output_types.size()) - 1);
}
BufferId LoopBuilder::local(Dtype dtype, std::int64_t count) { return buffer(Place::local, dtype, count, 0); }
BufferId LoopBuilder::arena(Dtype dtype, std::int64_t count) {
  const std::int64_t offset = module.arena_bytes;
  module.arena_bytes += (count * static_cast<std::int64_t>(size_of(dtype)) + 63) / 64 * 64;
  return buffer(Place::arena, dtype, count, offset);
}

VariableId LoopBuilder::variable(const std::string& name) {
  module.variable_names.push_back(name);
  return static_cast<VariableId>(module.variable_names.size() - 1);
}
ValueId LoopBuilder::value(const std::string& name) {
  module.value_names.push_back(name);
  return static_cast<ValueId>(module.value_names.size() - 1);
}

Handle LoopBuilder::index(VariableId variable) { return add({Dtype::i64, VariableExpr{variable}}); }
Handle LoopBuilder::integer(std::int64_t number, Dtype dtype) {
  return add({dtype, ConstantExpr{{std::vector<std::int64_t>{number}}}});
}
Handle LoopBuilder::real(double number, Dtype dtype) {
  return add({dtype, ConstantExpr{{std::vector<double>{number}}}});
}
Handle LoopBuilder::use(ValueId value, Dtype dtype) { return add({dtype, ValueExpr{value}}); }
Handle LoopBuilder::load(BufferId buffer, Handle index) {
  return add({module.buffers[buffer].dtype, LoadExpr{buffer, index.id}});
}
Handle LoopBuilder::op(Op op, std::vector<Handle> operands, std::optional<Dtype> dtype,
                       std::int64_t exponent) {
  std::vector<ExprId> ids;
  for (const Handle operand : operands) ids.push_back(operand.id);
  return add({dtype.value_or(module.expressions[ids.back()].dtype), OpExpr{op, ids, exponent}});
}

Stmt LoopBuilder::store(BufferId buffer, Handle index, Handle value) {
  return {Store{buffer, index.id, value.id}};
}
Stmt LoopBuilder::let(ValueId value, Handle expr) { return {Let{value, expr.id}}; }
Stmt LoopBuilder::loop(LoopKind kind, VariableId variable, std::int64_t extent, Body body) {
  return {For{kind, variable, extent, std::move(body)}};
}
Stmt LoopBuilder::check(Handle condition, std::string message, std::vector<Handle> values) {
  module.sites.push_back({.message = std::move(message)});
  std::vector<ExprId> ids;
  for (const Handle value : values) ids.push_back(value.id);
  return {Check{condition.id, static_cast<std::uint32_t>(module.sites.size() - 1), ids}};
}
void LoopBuilder::function(const std::string& name, Body body) {
  module.functions.push_back({name, "", std::move(body)});
}

}  // namespace dp::testing
