#pragma once
// Checkpoints: .safetensors files with everything that a run needs to go on to the same bits. Tensors go by
// their paths
// (`net.fc1.w`, `adam.m.net.fc1.w`, and `data.x.standardize.offset`, `data.x.standardize.scale` for what the
// data were scaled by), so a checkpoint is also the file that parameters are loaded from. Each tensor has a
// checksum, since the format has none.

#include <map>

#include "runtime/data/scaling.h"

namespace dp {

/// What must be the same for a run to go on.
struct RunIdentity {
  std::uint64_t program_hash = 0;
  std::uint64_t seed = 0;
  std::int64_t batch = 0;
  std::int64_t examples = 0;  // of the training part

  bool operator==(const RunIdentity&) const = default;
};

/// Where a run is. The order of the data follows from the step.
struct RunPosition {
  std::int64_t step = 0;  // steps done
  double loss_sum = 0;    // of the steps since the last report
  std::int64_t loss_count = 0;
  std::optional<double> best;  // under `stop`
  std::int64_t stale = 0;      // reports since then
};

struct Checkpoint {
  RunIdentity identity;
  RunPosition position;
  std::vector<NamedArray> tensors;
};

/// The file that was there before stays as `NAME.previous.safetensors`.
Status save_checkpoint(const std::string& path, const Checkpoint& checkpoint);
/// E1302 where something is missing, a checksum is wrong or the version is unknown.
Result<Checkpoint> load_checkpoint(const std::string& path);

/// Copies the tensors named `names` into `state`, whose shapes and types they must have. E1301 where the
/// checkpoint is of another program, E1302 where something else of the run differs or a tensor is missing,
/// superfluous or of another shape.
Status restore(const Checkpoint& checkpoint, const RunIdentity& identity,
               const std::vector<std::string>& names, std::span<Array> state, const std::string& path);

/// The tensors that a scaling is stored as.
std::vector<NamedArray> scaling_tensors(const std::vector<Scaling>& scalings);

/// All checkpoints of a folder, the one with the most steps first.
std::vector<std::string> find_checkpoints(const std::string& folder);

}  // namespace dp
