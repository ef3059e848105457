#include "ir/print_line.h"

namespace dp {

std::string nested_text(std::span<const std::int64_t> shape, const std::function<std::string()>& next) {
  if (shape.empty()) return next();
  std::string out = "[";
  for (std::int64_t k = 0; k < shape[0]; ++k)
    out += (k > 0 ? ", " : "") + nested_text(shape.subspan(1), next);
  return out + "]";
}

std::string print_line(std::string_view texts, std::span<const std::string> values) {
  std::string line;
  std::size_t next = 0;
  for (const char letter : texts) {
    if (letter != '\0')
      line += letter;
    else if (next < values.size())
      line += values[next++];
  }
  while (next < values.size()) line += values[next++];
  return line + "\n";
}

}  // namespace dp
