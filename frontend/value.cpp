#include "frontend/value.h"

#include "support/assert.h"

namespace dp {

void collect_leaves(const Value& value, std::vector<Id>& out) {
  if (value.is_tensor()) out.push_back(value.id());
  if (!value.is_tree()) return;
  for (const Value& part : value.parts()) collect_leaves(part, out);
}

std::vector<Id> leaf_ids(const Value& value) {
  std::vector<Id> out;
  collect_leaves(value, out);
  return out;
}

const Value& follow(const Value& value, std::span<const std::size_t> path) {
  const Value* at = &value;
  for (std::size_t step : path) {
    DP_ASSERT(at->is_tree() && step < at->parts().size(), "path leads outside the value");
    at = &at->parts()[step];
  }
  return *at;
}

}  // namespace dp
