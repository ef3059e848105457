#include "codegen/target.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/SubtargetFeature.h>
#include <unistd.h>

#include <mutex>

namespace dp::codegen {
namespace {

void initialize_llvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

std::string host_features() {
  llvm::SubtargetFeatures features;
  for (const auto& [name, on] : llvm::sys::getHostCPUFeatures()) features.AddFeature(name, on);
  return features.getString();
}

std::int64_t cache_bytes(int name, std::int64_t otherwise) {
  const long bytes = sysconf(name);
  return bytes > 0 ? bytes : otherwise;
}

/// Vector width and registers from the instruction set that LLVM will be allowed to use.
void set_vectors(Target& target, const llvm::MCSubtargetInfo& subtarget) {
  const auto has = [&](const char* feature) { return subtarget.checkFeatures(feature); };
  target.facts.vector_bytes = 16;
  target.facts.vector_registers = 16;
  target.has_fma = has("+fma");
  if (has("+avx2")) target.facts.vector_bytes = 32;
  if (has("+avx512f,+avx512vl,+avx512bw,+avx512dq")) {
    target.facts.vector_bytes = 64;
    target.facts.vector_registers = 32;
  }
}

}  // namespace

Result<Target> make_target(const CompileOptions& options) {
  initialize_llvm();
  Target target;
  target.triple = llvm::sys::getProcessTriple();
  const bool native = options.cpu == "native";
  target.cpu = native ? llvm::sys::getHostCPUName().str() : options.cpu;
  target.features = native ? host_features() : "";
  std::string problem;
  const llvm::Target* machine = llvm::TargetRegistry::lookupTarget(target.triple, problem);
  if (machine == nullptr) return diagnose(diag::NoCodeForMachine, {}, target.triple);
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
      machine->createMCSubtargetInfo(target.triple, native ? target.cpu : "", target.features));
  if (!native && !subtarget->isCPUStringValid(target.cpu)) return diagnose(diag::UnknownCpu, {}, target.cpu);
  subtarget.reset(machine->createMCSubtargetInfo(target.triple, target.cpu, target.features));
  set_vectors(target, *subtarget);
  target.facts.cpu = target.cpu;
  target.facts.l1_bytes = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, target.facts.l1_bytes);
  target.facts.l2_bytes = cache_bytes(_SC_LEVEL2_CACHE_SIZE, target.facts.l2_bytes);
  return target;
}

std::unique_ptr<llvm::TargetMachine> make_machine(const Target& target, const CompileOptions& options) {
  std::string problem;
  const llvm::Target* machine = llvm::TargetRegistry::lookupTarget(target.triple, problem);
  DP_ASSERT(machine != nullptr, "no target {}: {}", target.triple, problem);
  llvm::TargetOptions settings;
  settings.AllowFPOpFusion = options.fast_math ? llvm::FPOpFusion::Fast : llvm::FPOpFusion::Strict;
  const auto level = options.optimize == 0   ? llvm::CodeGenOptLevel::None
                     : options.optimize == 1 ? llvm::CodeGenOptLevel::Less
                     : options.optimize == 2 ? llvm::CodeGenOptLevel::Default
                                             : llvm::CodeGenOptLevel::Aggressive;
  return std::unique_ptr<llvm::TargetMachine>(
      machine->createTargetMachine(target.triple, target.cpu, target.features, settings, llvm::Reloc::PIC_,
                                   llvm::CodeModel::Small, level));
}

}  // namespace dp::codegen

namespace dp {

TargetFacts target_facts(const CompileOptions& options) {
  const auto target = codegen::make_target(options);
  return target ? target->facts : TargetFacts{};
}

}  // namespace dp
