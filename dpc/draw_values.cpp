#include "dpc/draw_values.h"

#include <algorithm>

#include "support/philox.h"

namespace dp {

Array drawn_array(const Type& type, const std::optional<Dim>& bound, std::uint64_t number) {
  Array array(type.dtype, constants(type.shape).value());
  const std::int64_t limit = bound ? bound->constant().value_or(1) : 1;
  for (std::int64_t k = 0; k < array.count(); ++k) {
    const std::uint32_t word = philox(static_cast<std::uint64_t>(k), number)[0];
    if (is_real(type.dtype)) {
      array.set_real(k, (word >> 8) * 0x1p-24);
    } else if (type.dtype == Dtype::boolean) {
      array.set_integer(k, word >> 31);
    } else if (type.dtype == Dtype::key) {
      array.set_integer(k, word);
    } else {
      array.set_integer(k, limit > 0 ? word % limit : 0);
    }
  }
  return array;
}

}  // namespace dp
