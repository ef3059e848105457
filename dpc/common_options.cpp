// The options that all compiling commands share.

#include "dpc/commands.h"
#include "dpc/usage.h"

namespace dp {

void add_common(CLI::App& command, CommonOptions& options) {
  command.add_option("--precision", options.precision, "f32 or f64: what `real` is")
      ->check(one_of({"f32", "f64"}));
  command.add_option("--threads", options.threads, "how many threads; results do not depend on it")
      ->check(whole_number(1, 1024));
  command.add_option("-O", options.optimize, "how much to optimise, 0 to 3; results do not depend on it")
      ->check(whole_number(0, 3));
  command.add_flag("--fast-math", options.fast_math, "let results differ in their last bits for speed");
  command.add_flag("--interpret", options.interpret, "run the reference interpreter");
  command.add_flag("--verify", options.verify, "check the program's form after each pass");
  command.add_flag("--time", options.time, "print the time of each phase");
  command
      .add_option_function<std::string>(
          "--mem-limit", [&options](const std::string& word) { options.memory_limit = bytes_of_text(word); },
          "refuse to run with more memory: 4GiB, 500MB, …")
      ->check(memory_size());
  command.add_option("--cpu", options.cpu, "the processor to compile for: native, x86-64-v3, …");
  command.add_option("--format", options.format, "of results: dp or json")->check(one_of({"dp", "json"}));
  command.add_option("-o", options.output, "write the result to a file: .npy, .npz, .safetensors");
}

}  // namespace dp
