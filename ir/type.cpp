#include "ir/type.h"

namespace dp {

std::string text(const Type& type) {
  const std::string scalar(name(type.dtype));
  return type.shape.empty() ? scalar : scalar + text(type.shape);
}

}  // namespace dp
