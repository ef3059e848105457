#pragma once
// The training driver: runs the steps of a run, and between them evaluates, reports, saves and looks whether
// it should stop. Equal settings, data and initial state give equal bits, run through or interrupted and
// resumed.

#include "runtime/data/dataset.h"
#include "runtime/train/progress.h"
#include "runtime/train/settings.h"

namespace dp {

/// Trains from `initial_state`, or from the newest checkpoint under `resume`. `data` may be null. In the
/// folder of the run: metrics.csv, what `every` saves, checkpoint.safetensors where the run was interrupted
/// or took long, and final.safetensors at its end. Errors: E1304 where another run has the folder · E1301,
/// E1302, E1303 of `resume` · E1305 for impossible settings · E3101 for a loss that is not finite; the last
/// good state is then in last_good.safetensors · E4101 where the disk fails · what the hooks return.
Result<TrainOutcome> train(const TrainSettings& settings, const Dataset* data,
                           std::vector<Array> initial_state, const TrainHooks& hooks, Reporter& reporter);

}  // namespace dp
