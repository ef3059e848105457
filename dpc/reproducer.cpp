#include "dpc/reproducer.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace dp {

std::string write_reproducer(int argc, char** argv, const std::string& message) {
  std::error_code failure;
  const auto folder = std::filesystem::temp_directory_path(failure);
  const std::string path = (folder / ("dpc-internal-error-" + std::to_string(getpid()) + ".txt")).string();
  std::ofstream out(path);
  out << "dpc " DP_VERSION "\n" << message << "\ncommand:";
  for (int k = 0; k < argc; ++k) out << ' ' << argv[k];
  out << '\n';
  for (int k = 1; k < argc; ++k) {
    std::ifstream in(argv[k]);
    if (!in || !std::filesystem::is_regular_file(argv[k], failure)) continue;
    std::stringstream text;
    text << in.rdbuf();
    out << "\n==== " << argv[k] << "\n" << text.str();
  }
  out.flush();
  return out ? path : "no file could be written";
}

}  // namespace dp
