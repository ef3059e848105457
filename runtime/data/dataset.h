#pragma once
// A data set as training sees it: fields split into three disjoint parts, scaled, and copied out in batches.
// Which example lies in which part depends on the seed alone.

#include "runtime/data/scaling.h"

namespace dp {

enum class Part { train, validation, test };
std::string_view name(Part part);

/// Shares of all examples, rounded down; what rounding leaves goes to the training part if the shares add up
/// to 1.
struct Split {
  double train = 1;
  double validation = 0;
  double test = 0;
  std::uint64_t seed = 0;
};

struct ScalingRequest {
  ScalingKind kind;
  std::string field;
};

class Dataset {
 public:
  /// E1104 where fields differ in length, E1105 for a training part without examples, E1106 for impossible
  /// shares, E1107 for scalings. Without validation and test shares the examples keep their order; so
  /// do examples that overlap, whose parts are stretches that share no element.
  static Result<Dataset> create(std::vector<Field> fields, const Split& split = {},
                                const std::vector<ScalingRequest>& scalings = {});

  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<Scaling>& scalings() const { return scalings_; }
  std::int64_t size(Part part) const;
  /// The numbers of the part's examples, in the order of the split.
  std::span<const std::int64_t> examples(Part part) const;

  /// Arrays for a batch of `count` examples, a field each: [count, …].
  std::vector<Array> batch_arrays(std::int64_t count) const;
  /// Copies these examples into arrays of `batch_arrays(examples.size())`. Allocates nothing, but for
  /// mapped fields.
  void gather(std::span<const std::int64_t> examples, std::span<Array> batch) const;

 private:
  std::vector<Field> fields_;
  std::vector<Scaling> scalings_;
  std::vector<std::int64_t> parts_[3];
};

}  // namespace dp
