#pragma once
// metrics.csv: one row a report, digits that read back to the same bits, nothing that differs between two
// equal runs (so no times). A run that is resumed cuts off what came after its checkpoint and goes on from
// there.

#include <string>
#include <vector>

#include "support/result.h"

namespace dp {

/// One report: the state of a run at a step.
struct MetricsRow {
  std::int64_t epoch = 0;  // epochs done
  std::int64_t step = 0;
  double loss = 0;                 // mean over the steps since the row before
  std::vector<double> validation;  // objective and metrics, or empty
};

class MetricsFile {
 public:
  /// Columns: epoch, step, loss, and `validation_loss` and the names of the metrics where rows have such
  /// values. Keeps the rows of an earlier run up to step `keep`; −1 keeps none.
  static Result<MetricsFile> open(const std::string& path, const std::vector<std::string>& validation_names,
                                  std::int64_t keep);
  MetricsFile(MetricsFile&& other) noexcept : path_(std::move(other.path_)), descriptor_(other.descriptor_) {
    other.descriptor_ = -1;
  }
  MetricsFile& operator=(MetricsFile&&) = delete;
  ~MetricsFile();

  /// E4101 where the disk fails.
  Status append(const MetricsRow& row);

 private:
  MetricsFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_;
};

}  // namespace dp
