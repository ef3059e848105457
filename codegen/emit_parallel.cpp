#include <algorithm>

#include "codegen/emitter.h"
#include "ir/loops_walk.h"
#include "runtime/dp_runtime.h"

namespace dp::codegen {
namespace {

using namespace loops;

// Time is counted in vector instructions: some 0.3 ns each on average, memory included.
constexpr double least_parallel_work = 60'000;  // below, threads cost more than they bring
constexpr double least_part = 20'000;

/// What a part of the loop gets: the roots, then the outer variables and values that it uses.
class Captures {
 public:
  Captures(Emitter& outer, const Stmt& statement, const Values& handed)
      : names_(free_names(outer.program.loops, statement)) {
    fields_ = {outer.roots.context, outer.roots.inputs, outer.roots.outputs, outer.roots.arena};
    for (const VariableId variable : names_.variables) fields_.push_back(outer.variable(variable));
    for (const ValueId value : names_.values) fields_.push_back(outer.value(value));
    fields_.insert(fields_.end(), handed.begin(), handed.end());
    std::vector<llvm::Type*> types;
    for (llvm::Value* field : fields_) types.push_back(field->getType());
    type_ = llvm::StructType::get(outer.program.context, types);
  }

  llvm::Value* packed(Emitter& outer) const {
    llvm::Value* memory = outer.stack(type_, 1);
    for (unsigned k = 0; k < fields_.size(); ++k) {
      outer.builder.CreateStore(fields_[k], outer.builder.CreateStructGEP(type_, memory, k));
    }
    return memory;
  }

  /// Gives the handed values, as they are called in the part.
  Values unpack(Emitter& part, llvm::Value* memory) const {
    unsigned k = 0;
    const auto next = [&] {
      llvm::Value* field = part.builder.CreateStructGEP(type_, memory, k);
      return part.builder.CreateLoad(type_->getElementType(k++), field);
    };
    for (llvm::Value** root :
         {&part.roots.context, &part.roots.inputs, &part.roots.outputs, &part.roots.arena}) {
      *root = next();
    }
    for (const VariableId variable : names_.variables) part.bind_variable(variable, next());
    for (const ValueId value : names_.values) part.bind_value(value, next());
    Values handed;
    while (k < fields_.size()) handed.push_back(next());
    return handed;
  }

 private:
  FreeNames names_;
  Values fields_;
  llvm::StructType* type_;
};

}  // namespace

void Emitter::run_in_parallel(const Stmt& statement, std::int64_t count, std::int64_t grain,
                              const Values& outer, const PartBody& body) {
  const Captures captures(*this, statement, outer);
  llvm::Type* i64 = builder.getInt64Ty();
  auto* type = llvm::FunctionType::get(builder.getVoidTy(), {program.pointer_type(), i64, i64}, false);
  llvm::Function* part = program.define(function->getName().str() + ".part", type, /*visible=*/false);
  Emitter inner(program, part, scratch_slots_, /*is_part=*/true);
  const Values handed = captures.unpack(inner, part->getArg(0));
  body(inner, part->getArg(1), part->getArg(2), handed);
  inner.builder.CreateRetVoid();
  builder.CreateCall(program.runtime(RuntimeCall::parallel_for),
                     {part, captures.packed(*this), number(count), number(grain)});
  const Body* inside = body_of(statement);
  if (inside == nullptr || count_checks(*inside) == 0) return;
  llvm::Value* code = builder.CreateLoad(builder.getInt32Ty(), roots.context);
  when(builder.CreateICmpNE(code, builder.getInt32(DP_OK)), nullptr, {}, [&] { leave_on_failure(); });
}

bool Emitter::pays_in_parallel(const Stmt& statement) const {
  if (is_part_ || lanes_ || program.options.threads == 1) return false;
  const Body* inside = body_of(statement);
  if (inside != nullptr && contains_print(*inside)) return false;
  return work(program.loops, statement) >= least_parallel_work;
}

std::int64_t Emitter::grain(const Stmt& statement, std::int64_t count) const {
  const double each = work(program.loops, statement) / static_cast<double>(count);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(least_part / std::max(each, 1.0)));
}

void Emitter::emit_parallel(const Stmt& statement) {
  const auto& loop = std::get<For>(statement.node);
  run_in_parallel(statement, loop.extent, grain(statement, loop.extent), {},
                  [&](Emitter& part, llvm::Value* begin, llvm::Value* end, const Values&) {
                    part.counted_loop(begin, end, 1, {}, stored_in(loop.body),
                                      [&](llvm::Value* index, const Values& carried) {
                                        part.bind_variable(loop.variable, index);
                                        part.emit(loop.body);
                                        return carried;
                                      });
                  });
}

void Emitter::emit_parallel_vector(const Stmt& statement) {
  const auto& loop = std::get<For>(statement.node);
  const VectorShape shape = vector_shape(program, loop);
  const std::int64_t blocks = (shape.end + shape.lanes - 1) / shape.lanes;
  run_in_parallel(statement, blocks, grain(statement, blocks), {},
                  [&](Emitter& part, llvm::Value* begin, llvm::Value* end, const Values&) {
                    llvm::Value* lanes = part.number(shape.lanes);
                    llvm::Value* first = part.builder.CreateNSWMul(begin, lanes);
                    part.emit_vector_blocks(loop, shape, first, part.builder.CreateNSWMul(end, lanes));
                  });
  emit_vector_rest(loop, shape);
}

}  // namespace dp::codegen
