// Times the training step of examples/06_digits.dp on one fixed batch: the compiled function alone, called
// again and again. `bench_digits FILE.dp SECONDS [FOLDER]` prints one JSON object; with a folder it also
// writes the state before and after the first step and the batch, for comparison with another implementation.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "dpc/train_session.h"
#include "runtime/files/safetensors.h"

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<dp::NamedArray> named(const std::vector<std::string>& names,
                                  const std::vector<dp::Array>& arrays) {
  std::vector<dp::NamedArray> out;
  for (std::size_t k = 0; k < arrays.size(); ++k) out.push_back({names[k], arrays[k]});
  return out;
}

int fail(const dp::Program& program, const dp::Diagnostic& diagnostic) {
  return dp::report(program, diagnostic);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: bench_digits FILE.dp SECONDS [FOLDER]\n", stderr), 2;
  dp::TrainOptions options;
  options.file = argv[1];
  options.threads = 1;
  const auto program = dp::load(options);
  if (const int code = dp::report(*program)) return code;
  auto block = dp::find_train(*program, "");
  if (!block) return fail(*program, block.error());
  auto session = dp::TrainSession::create(*program, **block, options);
  if (!session) return fail(*program, session.error());
  auto state = (*session)->initial_state();
  if (!state) return fail(*program, state.error());
  dp::Dataset& data = *(*session)->data();
  const std::int64_t examples = (*session)->settings().batch;
  std::vector<dp::Array> batch = data.batch_arrays(examples);
  data.gather(data.examples(dp::Part::train).first(static_cast<std::size_t>(examples)), batch);
  const auto hooks = (*session)->hooks();
  const auto& names = (*session)->settings().state_names;
  const std::string folder = argc > 3 ? argv[3] : "";
  if (!folder.empty()) {
    if (auto s = dp::write_safetensors(folder + "/before.safetensors", named(names, *state)); !s)
      return fail(*program, s.error());
    if (auto s = dp::write_safetensors(folder + "/batch.safetensors", named({"x", "y"}, batch)); !s)
      return fail(*program, s.error());
  }
  auto loss = hooks.step(*state, batch, 1);
  if (!loss) return fail(*program, loss.error());
  if (!folder.empty())
    if (auto s = dp::write_safetensors(folder + "/after.safetensors", named(names, *state)); !s)
      return fail(*program, s.error());

  std::vector<double> rounds;
  std::int64_t step = 2;
  const double end = now() + std::atof(argv[2]);
  while (now() < end) {
    constexpr int calls = 100;
    const double start = now();
    for (int k = 0; k < calls; ++k)
      if (auto result = hooks.step(*state, batch, step++); !result) return fail(*program, result.error());
    rounds.push_back((now() - start) / calls);
  }
  std::sort(rounds.begin(), rounds.end());
  std::printf("{\"us\": %.3f, \"best_us\": %.3f, \"loss\": %.9g}\n", rounds[rounds.size() / 2] * 1e6,
              rounds[0] * 1e6, *loss);
  return 0;
}
