#include "runtime/train/metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "runtime/files/atomic_write.h"
#include "runtime/files/csv.h"

namespace dp {
namespace {

/// The step of a row: its second field; nothing for what is no row.
std::optional<std::int64_t> step_of(std::string_view line) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(line.data() + comma + 1, line.data() + line.size(), step);
  if (error != std::errc{} || end == line.data() + line.size() || *end != ',') return std::nullopt;
  return step;
}

std::string kept_rows(const std::string& path, std::int64_t keep) {
  std::string rows;
  std::ifstream file(path);
  std::string line;
  while (keep >= 0 && std::getline(file, line)) {
    const auto step = step_of(line);
    if (step && *step <= keep) rows += line + "\n";
  }
  return rows;
}

}  // namespace

Result<MetricsFile> MetricsFile::open(const std::string& path,
                                      const std::vector<std::string>& validation_names, std::int64_t keep) {
  std::string text = "epoch,step,loss";
  for (const std::string& name : validation_names) text += "," + name;
  text += "\n" + kept_rows(path, keep);
  if (auto status = write_file_atomically(path, {as_bytes(text)}); !status) return status.error();
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return diagnose(diag::CannotCreate, {}, path, std::strerror(errno));
  return MetricsFile(path, descriptor);
}

MetricsFile::~MetricsFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status MetricsFile::append(const MetricsRow& row) {
  std::string line = fmt::format("{},{},{}", row.epoch, row.step, shortest_digits(row.loss));
  for (const double value : row.validation) line += "," + shortest_digits(value);
  line += "\n";
  const ssize_t written = write(descriptor_, line.data(), line.size());
  const int error = written < 0 ? errno : ENOSPC;
  if (written == static_cast<ssize_t>(line.size())) return Done{};
  return diagnose(diag::WriteFailed, {}, path_, std::strerror(error));
}

}  // namespace dp
