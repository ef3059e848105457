#pragma once
// A `data` block as a data set: its file read, its fields computed from the raw columns, split and scaled.

#include "dpc/program.h"
#include "runtime/data/dataset.h"

namespace dp {

/// `path` replaces the source that the block names; empty: the block's own, relative to the .dp file.
Result<Dataset> load_data(Program& program, const typed::Data& data, const std::string& path,
                          const CommonOptions& options);

}  // namespace dp
