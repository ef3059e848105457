#include <llvm/IR/Intrinsics.h>

#include <algorithm>

#include "codegen/emitter.h"

namespace dp::codegen {
namespace {

using namespace loops;

/// Locals larger than this stand in memory that outlives the call, not on the stack.
constexpr std::int64_t largest_on_stack = 64 << 10;

}  // namespace

llvm::Constant* Emitter::lane_numbers(llvm::Type* integer, std::int64_t stride) {
  std::vector<llvm::Constant*> numbers;
  for (unsigned lane = 0; lane < lanes_->count; ++lane) {
    numbers.push_back(llvm::ConstantInt::getSigned(integer, static_cast<std::int64_t>(lane) * stride));
  }
  return llvm::ConstantVector::get(numbers);
}

llvm::Value* Emitter::base_pointer(BufferId id) {
  llvm::Value*& known = bases_[id];
  if (known != nullptr) return known;
  const llvm::IRBuilderBase::InsertPointGuard guard(builder);
  place_builder(0);
  const auto& buffer = program.loops.buffers[id];
  const auto argument = [&](llvm::Value* list) {
    llvm::Value* slot = builder.CreateConstInBoundsGEP1_64(program.pointer_type(), list, buffer.offset);
    return builder.CreateLoad(program.pointer_type(), slot, buffer.name);
  };
  switch (buffer.place) {
    case Place::input: return known = argument(roots.inputs);
    case Place::output: return known = argument(roots.outputs);
    case Place::constant: return known = program.constant(id);
    case Place::arena:
      return known = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), roots.arena, buffer.offset,
                                                        buffer.name);
    case Place::local: break;
  }
  const std::int64_t bytes = buffer.count * static_cast<std::int64_t>(size_of(buffer.dtype));
  if (bytes <= largest_on_stack) return known = stack(program.memory_type(buffer.dtype), buffer.count);
  return known = scratch(bytes);
}

llvm::Value* Emitter::stack(llvm::Type* type, std::int64_t count) {
  llvm::BasicBlock& entry = function->getEntryBlock();
  llvm::IRBuilder<> at_entry(&entry, entry.begin());
  llvm::AllocaInst* memory =
      at_entry.CreateAlloca(llvm::ArrayType::get(type, static_cast<std::uint64_t>(count)));
  memory->setAlignment(llvm::Align(64));
  return memory;
}

llvm::Value* Emitter::scratch(std::int64_t bytes) {
  llvm::Value* slot = builder.getInt32(static_cast<unsigned>(scratch_slots_++));
  return builder.CreateCall(program.runtime(RuntimeCall::scratch), {slot, number(bytes)});
}

/// Σ coefficient · value, in elements.
llvm::Value* Emitter::distance(std::span<const Stride> strides) {
  llvm::Value* sum = nullptr;
  for (const Stride& stride : strides) {
    llvm::Value* part = stride.value;
    if (stride.coefficient != 1) part = builder.CreateNSWMul(part, number(stride.coefficient));
    sum = sum == nullptr ? part : builder.CreateNSWAdd(sum, part);
  }
  return sum;
}

/// Takes the known parts of the terms into the constant, and sorts the others by the scope that they belong
/// to.
std::map<unsigned, std::vector<Stride>> Emitter::strides_by_level(const Linear& index,
                                                                  std::int64_t& constant) {
  std::map<unsigned, std::vector<Stride>> by_level;
  constant = index.constant;
  for (const Term& term : index.terms) {
    if (!term.symbol.is_variable) {
      by_level[fact(term.symbol.id).level].push_back({evaluate(term.symbol.id).get(), term.coefficient});
      continue;
    }
    const Binding& binding = variables_.at(term.symbol.id);
    constant += term.coefficient * binding.offset;
    if (const auto* known = llvm::dyn_cast<llvm::ConstantInt>(binding.value)) {
      constant += term.coefficient * known->getSExtValue();
    } else {
      by_level[binding.level].push_back({binding.value, term.coefficient});
    }
  }
  return by_level;
}

llvm::Value* Emitter::address(BufferId buffer, const Linear& index) {
  std::int64_t constant = 0;
  const auto by_level = strides_by_level(index, constant);
  llvm::Type* element = program.memory_type(program.loops.buffers[buffer].dtype);
  llvm::Value* pointer = base_pointer(buffer);
  std::vector<Stride> added;
  for (const auto& [level, strides] : by_level) {
    added.insert(added.end(), strides.begin(), strides.end());
    llvm::Value*& known = scopes_[level].addresses[{buffer, added}];
    if (known == nullptr) {
      const llvm::IRBuilderBase::InsertPointGuard guard(builder);
      place_builder(level);
      known = builder.CreateInBoundsGEP(element, pointer, distance(strides));
    }
    pointer = known;
  }
  return constant == 0 ? pointer : builder.CreateInBoundsGEP(element, pointer, number(constant));
}

bool Emitter::is_affine_in_lanes(const Linear& index) {
  return std::ranges::none_of(index.terms, [&](const Term& term) {
    return !term.symbol.is_variable && fact(term.symbol.id).varying;
  });
}

Value Emitter::load(BufferId buffer, ExprId index) {
  const Dtype dtype = program.loops.buffers[buffer].dtype;
  const Linear where = linear(program.loops, index);
  if (!lanes_ || !fact(index).varying) return load_element(dtype, address(buffer, where));
  llvm::Value* mask = scope().mask;
  if (is_affine_in_lanes(where) && where.coefficient(lanes_->variable) == 1) {
    return load_row(dtype, address(buffer, where), lanes_->count, mask);
  }
  llvm::Type* element = program.memory_type(dtype);
  llvm::Type* row = llvm::FixedVectorType::get(element, lanes_->count);
  llvm::Value* addresses = lane_addresses(buffer, index, where);
  if (mask == nullptr)
    mask = llvm::ConstantInt::getTrue(llvm::FixedVectorType::get(builder.getInt1Ty(), lanes_->count));
  llvm::Value* elements = builder.CreateMaskedGather(row, addresses, llvm::Align(size_of(dtype)), mask,
                                                     llvm::Constant::getNullValue(row));
  return from_memory(dtype, elements);
}

// Positions within a buffer fit 32 bits but for the largest; half as many address registers are needed then.
llvm::Value* Emitter::lane_addresses(BufferId buffer, ExprId index, const Linear& where) {
  const auto& memory = program.loops.buffers[buffer];
  llvm::Type* element = program.memory_type(memory.dtype);
  const bool is_small = memory.count <= std::int64_t{1} << 31;
  llvm::Type* position = is_small ? builder.getInt32Ty() : builder.getInt64Ty();
  if (is_affine_in_lanes(where)) {
    llvm::Constant* steps = lane_numbers(position, where.coefficient(lanes_->variable));
    return builder.CreateGEP(element, address(buffer, where), steps);
  }
  llvm::Value* positions = evaluate(index).get();
  if (is_small) {
    positions = builder.CreateTrunc(positions, llvm::FixedVectorType::get(position, lanes_->count));
  }
  return builder.CreateGEP(element, base_pointer(buffer), positions);
}

void Emitter::store(BufferId buffer, ExprId index, ExprId expr) {
  const Dtype dtype = program.loops.buffers[buffer].dtype;
  const Linear where = linear(program.loops, index);
  const bool varying = lanes_ && fact(index).varying;
  const Value value = varying ? evaluate_lanes(expr) : evaluate(expr);
  if (!varying) {
    DP_ASSERT(!value.type()->isVectorTy(), "lanes store to one element of {}",
              program.loops.buffers[buffer].name);
    store_element(dtype, address(buffer, where), value);
  } else if (is_affine_in_lanes(where) && where.coefficient(lanes_->variable) == 1) {
    store_row(dtype, address(buffer, where), value, scope().mask);
  } else {
    llvm::Value* addresses = lane_addresses(buffer, index, where);
    builder.CreateMaskedScatter(to_memory(dtype, value), addresses, llvm::Align(size_of(dtype)),
                                scope().mask);
  }
  forget(buffer);
}

/// A bool takes a byte in memory, 0 or 1, and is a bit where it is computed with.
Value Emitter::from_memory(Dtype dtype, llvm::Value* elements) {
  if (dtype != Dtype::boolean) return wrap(elements);
  return wrap(builder.CreateICmpNE(elements, llvm::Constant::getNullValue(elements->getType())));
}
llvm::Value* Emitter::to_memory(Dtype dtype, Value value) {
  if (dtype != Dtype::boolean) return value.get();
  return builder.CreateZExt(value.get(), value.type_of(builder.getInt8Ty()));
}

Value Emitter::load_element(Dtype dtype, llvm::Value* pointer) {
  return from_memory(
      dtype, builder.CreateAlignedLoad(program.memory_type(dtype), pointer, llvm::Align(size_of(dtype))));
}
void Emitter::store_element(Dtype dtype, llvm::Value* pointer, Value value) {
  builder.CreateAlignedStore(to_memory(dtype, value), pointer, llvm::Align(size_of(dtype)));
}

Value Emitter::load_row(Dtype dtype, llvm::Value* pointer, unsigned count, llvm::Value* mask) {
  const llvm::Align align(size_of(dtype));
  llvm::Type* row = llvm::FixedVectorType::get(program.memory_type(dtype), count);
  if (mask == nullptr) return from_memory(dtype, builder.CreateAlignedLoad(row, pointer, align));
  llvm::Value* zero = llvm::Constant::getNullValue(row);
  return from_memory(dtype, builder.CreateMaskedLoad(row, pointer, align, mask, zero));
}
void Emitter::store_row(Dtype dtype, llvm::Value* pointer, Value value, llvm::Value* mask) {
  const llvm::Align align(size_of(dtype));
  llvm::Value* row = to_memory(dtype, value);
  if (mask == nullptr) {
    builder.CreateAlignedStore(row, pointer, align);
  } else {
    builder.CreateMaskedStore(row, pointer, align, mask);
  }
}

llvm::Value* Emitter::prefix_mask(unsigned count, std::int64_t present) {
  if (present >= static_cast<std::int64_t>(count)) return nullptr;
  std::vector<llvm::Constant*> bits;
  for (unsigned lane = 0; lane < count; ++lane) bits.push_back(builder.getInt1(lane < present));
  return llvm::ConstantVector::get(bits);
}

llvm::Value* Emitter::prefix_mask(unsigned count, llvm::Value* present) {
  if (const auto* known = llvm::dyn_cast<llvm::ConstantInt>(present))
    return prefix_mask(count, known->getSExtValue());
  std::vector<llvm::Constant*> numbers;
  for (unsigned lane = 0; lane < count; ++lane) numbers.push_back(builder.getInt32(lane));
  llvm::Value* most = builder.CreateBinaryIntrinsic(llvm::Intrinsic::smin, present, number(count));
  llvm::Value* limit = builder.CreateVectorSplat(count, builder.CreateTrunc(most, builder.getInt32Ty()));
  return builder.CreateICmpULT(llvm::ConstantVector::get(numbers), limit);
}

void Emitter::forget(BufferId buffer) {
  for (Scope& scope : scopes_) {
    std::erase_if(scope.computed,
                  [&](const auto& known) { return program.loaded(known.first).contains(buffer); });
  }
}

}  // namespace dp::codegen
