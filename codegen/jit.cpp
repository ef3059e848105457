#include "codegen/jit.h"

#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>

#include <cmath>
#include <cstring>

namespace dp::codegen {
namespace {

using namespace llvm::orc;

Diagnostic failure(llvm::Error error) {
  return diagnose(diag::LinkFailed, {}, llvm::toString(std::move(error)));
}

template <class F>
ExecutorSymbolDef definition(F* function) {
  return {ExecutorAddr::fromPtr(function), llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
}

/// All that generated code may call: the runtime, and what LLVM's code generator calls by itself.
SymbolMap allowed(LLJIT& session) {
  SymbolMap symbols;
  const auto allow = [&](const char* name, auto* function) {
    symbols[session.mangleAndIntern(name)] = definition(function);
  };
  allow("dp_parallel_for", &dp_parallel_for);
  allow("dp_fail", &dp_fail);
  allow("dp_print", &dp_print);
  allow("dp_scratch", &dp_scratch);
  allow("dp_call", &dp_call);
  allow("memcpy", &std::memcpy);
  allow("memmove", &std::memmove);
  allow("memset", &std::memset);
  allow("fma", static_cast<double (*)(double, double, double)>(&std::fma));
  allow("fmaf", static_cast<float (*)(float, float, float)>(&std::fma));
  return symbols;
}

}  // namespace

Result<std::unique_ptr<Jit>> Jit::create(const Target& target) {
  JITTargetMachineBuilder machine{llvm::Triple(target.triple)};
  machine.setCPU(target.cpu);
  LLJITBuilder builder;
  builder.setJITTargetMachineBuilder(std::move(machine));
  builder.setLinkProcessSymbolsByDefault(false);
  builder.setPlatformSetUp(setUpInactivePlatform);
  builder.setObjectLinkingLayerCreator(
      [](ExecutionSession& session, const llvm::Triple&) -> llvm::Expected<std::unique_ptr<ObjectLayer>> {
        return std::make_unique<ObjectLinkingLayer>(session);
      });
  auto session = builder.create();
  if (!session) return failure(session.takeError());
  if (auto error = (*session)->getMainJITDylib().define(absoluteSymbols(allowed(**session)))) {
    return failure(std::move(error));
  }
  return std::unique_ptr<Jit>(new Jit(std::move(*session)));
}

Status Jit::add(std::unique_ptr<llvm::MemoryBuffer> object) {
  if (auto error = session_->addObjectFile(std::move(object))) return failure(std::move(error));
  return Done{};
}

Result<dp_function> Jit::find(const std::string& symbol) {
  auto address = session_->lookup(symbol);
  if (!address) return failure(address.takeError());
  return address->toPtr<dp_function>();
}

}  // namespace dp::codegen
