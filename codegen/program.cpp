#include "codegen/program.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

namespace dp::codegen {
namespace {

/// The list as an array of elements `T`.
template <class T, class List>
llvm::Constant* array_of(llvm::LLVMContext& context, const List& list) {
  const std::vector<T> elements(list.begin(), list.end());
  return llvm::ConstantDataArray::get(context, llvm::ArrayRef<T>(elements));
}

llvm::Constant* constant_array(llvm::LLVMContext& context, Dtype dtype, const Literal& literal) {
  if (const auto* reals = std::get_if<std::vector<double>>(&literal.elements)) {
    return dtype == Dtype::f64 ? array_of<double>(context, *reals) : array_of<float>(context, *reals);
  }
  const auto& integers = std::get<std::vector<std::int64_t>>(literal.elements);
  if (dtype == Dtype::boolean) return array_of<std::uint8_t>(context, integers);
  if (dtype == Dtype::i32) return array_of<std::uint32_t>(context, integers);
  return array_of<std::uint64_t>(context, integers);
}

/// All elements written out, where the literal holds one for all.
Literal spread(const Literal& literal, std::int64_t count) {
  Literal result = literal;
  std::visit(
      [&](auto& list) {
        if (list.size() == 1) list.resize(static_cast<std::size_t>(count), list.front());
      },
      result.elements);
  return result;
}

}  // namespace

Program::Program(const loops::Module& loops, const Target& target, const CompileOptions& options,
                 llvm::LLVMContext& context, std::string_view name)
    : loops(loops),
      target(target),
      options(options),
      context(context),
      module(std::make_unique<llvm::Module>(llvm::StringRef(name.data(), name.size()), context)),
      loaded(loops),
      intervals(loops) {
  module->setTargetTriple(target.triple);
}

llvm::Type* Program::type(Dtype dtype) const {
  switch (dtype) {
    case Dtype::f32: return llvm::Type::getFloatTy(context);
    case Dtype::f64: return llvm::Type::getDoubleTy(context);
    case Dtype::i32: return llvm::Type::getInt32Ty(context);
    case Dtype::boolean: return llvm::Type::getInt1Ty(context);
    case Dtype::i64:
    case Dtype::key: break;
  }
  return llvm::Type::getInt64Ty(context);
}

llvm::Type* Program::memory_type(Dtype dtype) const {
  return dtype == Dtype::boolean ? llvm::Type::getInt8Ty(context) : type(dtype);
}

llvm::PointerType* Program::pointer_type() const { return llvm::PointerType::getUnqual(context); }

llvm::FunctionType* Program::function_type() const {
  llvm::Type* pointer = pointer_type();
  return llvm::FunctionType::get(llvm::Type::getInt32Ty(context), {pointer, pointer, pointer, pointer},
                                 false);
}

llvm::Function* Program::define(const std::string& name, llvm::FunctionType* type, bool visible) {
  const auto linkage = visible ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage;
  llvm::Function* function = llvm::Function::Create(type, linkage, name, *module);
  function->addFnAttr(llvm::Attribute::NoUnwind);
  function->addFnAttr("prefer-vector-width", std::to_string(target.facts.vector_bytes * 8));
  function->addFnAttr("target-cpu", target.cpu);
  if (!target.features.empty()) function->addFnAttr("target-features", target.features);
  return function;
}

llvm::FunctionCallee Program::runtime(RuntimeCall call) {
  llvm::Type* nothing = llvm::Type::getVoidTy(context);
  llvm::Type* i32 = llvm::Type::getInt32Ty(context);
  llvm::Type* i64 = llvm::Type::getInt64Ty(context);
  llvm::Type* pointer = pointer_type();
  const auto declare = [&](const char* name, llvm::Type* result, llvm::ArrayRef<llvm::Type*> parameters) {
    return module->getOrInsertFunction(name, llvm::FunctionType::get(result, parameters, false));
  };
  switch (call) {
    case RuntimeCall::parallel_for: return declare("dp_parallel_for", nothing, {pointer, pointer, i64, i64});
    case RuntimeCall::fail: return declare("dp_fail", nothing, {pointer, i32, i32, pointer, i32});
    case RuntimeCall::print: return declare("dp_print", nothing, {pointer, i32, pointer, i32});
    case RuntimeCall::call: return declare("dp_call", nothing, {i32, i32, pointer, pointer, pointer});
    case RuntimeCall::scratch: break;
  }
  return declare("dp_scratch", pointer, {i32, i64});
}

llvm::Constant* Program::constant(loops::BufferId id) {
  llvm::Constant*& known = constants_[id];
  if (known != nullptr) return known;
  const auto& buffer = this->loops.buffers[id];
  llvm::Constant* elements = constant_array(context, buffer.dtype, spread(buffer.literal, buffer.count));
  auto* global = new llvm::GlobalVariable(*module, elements->getType(), /*isConstant=*/true,
                                          llvm::GlobalValue::PrivateLinkage, elements, buffer.name);
  global->setAlignment(llvm::Align(64));
  return known = global;
}

llvm::Constant* constant_element(llvm::Type* type, const Literal& literal, std::size_t position) {
  if (const auto* reals = std::get_if<std::vector<double>>(&literal.elements)) {
    return llvm::ConstantFP::get(type, (*reals)[position]);
  }
  const std::int64_t value = std::get<std::vector<std::int64_t>>(literal.elements)[position];
  return llvm::ConstantInt::get(type, static_cast<std::uint64_t>(value), /*IsSigned=*/true);
}

}  // namespace dp::codegen
