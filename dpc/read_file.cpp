#include "dpc/read_file.h"

#include "runtime/files/read_file.h"

namespace dp {

Result<std::string> read_text_file(const std::string& path) {
  auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

}  // namespace dp
