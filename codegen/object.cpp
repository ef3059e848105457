#include "codegen/object.h"

#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/GVN.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include <mutex>

#include "codegen/rare_branch.h"

namespace dp::codegen {
namespace {

/// Addresses are made loop by loop here, so loop strength reduction has nothing to win and takes 40 % of the
/// time.
void switch_off_strength_reduction() {
  static std::once_flag once;
  std::call_once(once, [] {
    auto& options = llvm::cl::getRegisteredOptions();
    const auto found = options.find("disable-lsr");
    if (found != options.end()) static_cast<llvm::cl::opt<bool>*>(found->second)->setValue(true);
  });
}

llvm::FunctionPassManager passes(int level) {
  llvm::FunctionPassManager manager;
  if (level == 0) return manager;
  manager.addPass(llvm::EarlyCSEPass(/*UseMemorySSA=*/false));
  manager.addPass(llvm::InstCombinePass());
  if (level == 1) return manager;
  manager.addPass(
      llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()), /*UseMemorySSA=*/true));
  if (level == 2) return manager;
  manager.addPass(llvm::GVNPass());
  manager.addPass(llvm::SimplifyCFGPass());
  manager.addPass(llvm::InstCombinePass());
  return manager;
}

template <class Stream, class Buffer>
void generate(llvm::Module& module, llvm::TargetMachine& machine, Buffer& buffer,
              llvm::CodeGenFileType type) {
  Stream stream(buffer);
  llvm::legacy::PassManager manager;
  const bool failed = machine.addPassesToEmitFile(manager, stream, nullptr, type, /*DisableVerify=*/true);
  DP_ASSERT(!failed, "this target cannot write the file");
  manager.run(module);
}

}  // namespace

void optimize(llvm::Module& module, llvm::TargetMachine& machine, const CompileOptions& options) {
  module.setDataLayout(machine.createDataLayout());
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::FunctionPassManager manager = passes(options.optimize);
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    branch_around_rare(function);
    manager.run(function, functions);
  }
}

std::unique_ptr<llvm::MemoryBuffer> make_object(llvm::Module& module, llvm::TargetMachine& machine) {
  switch_off_strength_reduction();
  llvm::SmallVector<char, 0> buffer;
  generate<llvm::raw_svector_ostream>(module, machine, buffer, llvm::CodeGenFileType::ObjectFile);
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(buffer), /*RequiresNullTerminator=*/false);
}

std::string make_assembly(llvm::Module& module, llvm::TargetMachine& machine) {
  switch_off_strength_reduction();
  llvm::SmallString<0> buffer;
  generate<llvm::raw_svector_ostream>(module, machine, buffer, llvm::CodeGenFileType::AssemblyFile);
  return buffer.str().str();
}

std::string text_of(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

}  // namespace dp::codegen
