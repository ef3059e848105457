#include "runtime/train/checkpoint.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "runtime/files/csv.h"
#include "runtime/files/safetensors.h"

namespace dp {
namespace {

using Metadata = std::map<std::string, std::string>;

constexpr std::string_view format_version = "1";
constexpr std::string_view suffix = ".safetensors";
constexpr std::string_view scaling_prefix = "data.";

std::string checksum(const Array& array) {
  const auto* bytes = reinterpret_cast<const Bytef*>(array.data());
  return fmt::format("{:08x}", crc32_z(0, bytes, array.bytes()));
}

/// Reads typed values from the metadata; remembers the first that is missing or malformed.
class MetadataReader {
 public:
  explicit MetadataReader(const Metadata& metadata) : metadata_(metadata) {}

  template <class T>
  T number(const std::string& key) {
    T value{};
    const auto found = metadata_.find(key);
    const std::string text = found == metadata_.end() ? "" : found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if ((error != std::errc{} || end != text.data() + text.size() || text.empty()) && fault_.empty()) {
      fault_ = fmt::format("`{}` is missing or no number", key);
    }
    return value;
  }
  const std::string& fault() const { return fault_; }

 private:
  const Metadata& metadata_;
  std::string fault_;
};

Metadata metadata_of(const Checkpoint& checkpoint) {
  const auto& [identity, position, tensors] = checkpoint;
  Metadata metadata = {
      {"dp.format", "checkpoint"},
      {"dp.version", std::string(format_version)},
      {"dp.program", std::to_string(identity.program_hash)},
      {"dp.seed", std::to_string(identity.seed)},
      {"dp.batch", std::to_string(identity.batch)},
      {"dp.examples", std::to_string(identity.examples)},
      {"dp.step", std::to_string(position.step)},
      {"dp.loss_sum", shortest_digits(position.loss_sum)},
      {"dp.loss_count", std::to_string(position.loss_count)},
      {"dp.stale", std::to_string(position.stale)},
  };
  if (position.best) metadata["dp.best"] = shortest_digits(*position.best);
  for (const NamedArray& tensor : tensors) metadata["crc32." + tensor.name] = checksum(tensor.array);
  return metadata;
}

Diagnostic bad(const std::string& path, std::string reason) {
  return diagnose(diag::BadCheckpoint, {}, path, std::move(reason));
}

Status check_format(const Metadata& metadata, const std::string& path) {
  const auto format = metadata.find("dp.format"), version = metadata.find("dp.version");
  if (format == metadata.end() || format->second != "checkpoint" || version == metadata.end()) {
    return bad(path, "it is no checkpoint of dpc");
  }
  if (version->second == format_version) return Done{};
  return bad(path, fmt::format("its version {} is not known to this dpc", version->second.substr(0, 20)));
}

Status check_sums(const Safetensors& file, const std::string& path) {
  for (const NamedArray& tensor : file.arrays) {
    const auto stored = file.metadata.find("crc32." + tensor.name);
    if (stored == file.metadata.end()) return bad(path, fmt::format("`{}` has no checksum", tensor.name));
    if (stored->second != checksum(tensor.array))
      return bad(path, fmt::format("`{}` is damaged", tensor.name));
  }
  return Done{};
}

/// Both names then stand for the old file, until a rename takes `path` away from it.
void keep_previous(const std::string& path) {
  const std::string stem = path.ends_with(suffix) ? path.substr(0, path.size() - suffix.size()) : path;
  const std::string previous = stem + ".previous" + std::string(suffix);
  const std::string linked = previous + ".dp-tmp";
  unlink(linked.c_str());
  // Where links cannot be had there is one checkpoint less; the one being written is as safe as ever.
  if (link(path.c_str(), linked.c_str()) == 0 && rename(linked.c_str(), previous.c_str()) != 0)
    unlink(linked.c_str());
}

std::string shape_text(const Array& array) {
  std::string text(name(array.dtype()));
  for (const std::int64_t extent : array.shape()) text += " " + std::to_string(extent);
  return text;
}

}  // namespace

Status save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  keep_previous(path);
  return write_safetensors(path, checkpoint.tensors, metadata_of(checkpoint));
}

Result<Checkpoint> load_checkpoint(const std::string& path) {
  auto file = read_safetensors(path);
  if (!file) return file.error();
  if (auto status = check_format(file->metadata, path); !status) return status.error();
  if (auto status = check_sums(*file, path); !status) return status.error();
  MetadataReader reader(file->metadata);
  Checkpoint checkpoint;
  checkpoint.identity = {reader.number<std::uint64_t>("dp.program"), reader.number<std::uint64_t>("dp.seed"),
                         reader.number<std::int64_t>("dp.batch"), reader.number<std::int64_t>("dp.examples")};
  checkpoint.position = {reader.number<std::int64_t>("dp.step"), reader.number<double>("dp.loss_sum"),
                         reader.number<std::int64_t>("dp.loss_count"), std::nullopt,
                         reader.number<std::int64_t>("dp.stale")};
  if (file->metadata.contains("dp.best")) checkpoint.position.best = reader.number<double>("dp.best");
  if (!reader.fault().empty()) return bad(path, reader.fault());
  if (checkpoint.position.step < 0) return bad(path, "its step is negative");
  checkpoint.tensors = std::move(file->arrays);
  return checkpoint;
}

Status restore(const Checkpoint& checkpoint, const RunIdentity& identity,
               const std::vector<std::string>& names, std::span<Array> state, const std::string& path) {
  if (checkpoint.identity.program_hash != identity.program_hash) {
    return diagnose(diag::CheckpointOfOtherProgram, {}, path);
  }
  if (checkpoint.identity != identity)
    return bad(path, "its run had another seed, batch or number of examples");
  std::map<std::string_view, const Array*> tensors;
  for (const NamedArray& tensor : checkpoint.tensors) {
    if (!tensor.name.starts_with(scaling_prefix)) tensors[tensor.name] = &tensor.array;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = tensors.find(names[i]);
    if (found == tensors.end()) return bad(path, fmt::format("the tensor `{}` is missing", names[i]));
    const Array& stored = *found->second;
    // Keys are stored as their 64 bits.
    const bool same_type = stored_type(stored.dtype()) == stored_type(state[i].dtype());
    if (!same_type || stored.shape() != state[i].shape()) {
      return bad(path, fmt::format("`{}` is {}, not {}", names[i], shape_text(stored), shape_text(state[i])));
    }
    std::memcpy(state[i].data(), stored.data(), stored.bytes());
    tensors.erase(found);
  }
  if (tensors.empty()) return Done{};
  return bad(path, fmt::format("the tensor `{}` is not of this program", tensors.begin()->first));
}

std::vector<NamedArray> scaling_tensors(const std::vector<Scaling>& scalings) {
  std::vector<NamedArray> tensors;
  for (const Scaling& scaling : scalings) {
    const std::string path = fmt::format("{}{}.{}", scaling_prefix, scaling.field, name(scaling.kind));
    tensors.push_back({path + ".offset", scaling.offset});
    tensors.push_back({path + ".scale", scaling.scale});
  }
  return tensors;
}

std::vector<std::string> find_checkpoints(const std::string& folder) {
  std::vector<std::pair<std::int64_t, std::string>> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string path = entry.path().string();
    if (!path.ends_with(suffix)) continue;
    const auto metadata = read_safetensors_metadata(path);
    // What cannot be read comes last, so that the user hears of it where there is nothing else.
    const bool usable = metadata && check_format(*metadata, path);
    if (metadata && !usable) continue;
    found.emplace_back(usable ? MetadataReader(*metadata).number<std::int64_t>("dp.step") : -1, path);
  }
  std::ranges::sort(found, std::greater{});
  std::vector<std::string> paths;
  for (auto& [step, path] : found) paths.push_back(std::move(path));
  return paths;
}

}  // namespace dp
