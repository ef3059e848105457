#pragma once
// .safetensors files: tensors by name, and a map of texts beside them. What checkpoints are made of. A file
// is accepted only if its tensors lie one behind the other and fill it to the last byte, as the format's
// reference demands.

#include <map>

#include "runtime/files/elements.h"

namespace dp {

struct Safetensors {
  std::vector<NamedArray> arrays;  // in the order of the header
  std::map<std::string, std::string> metadata;
};

/// E1004 where it is malformed, E1008 where it is too large.
Result<Safetensors> parse_safetensors(Bytes file, const std::string& path, const ReadLimits& limits = {});
Result<Safetensors> read_safetensors(const std::string& path, const ReadLimits& limits = {});
/// Only the metadata, without reading the tensors.
Result<std::map<std::string, std::string>> read_safetensors_metadata(const std::string& path,
                                                                     const ReadLimits& limits = {});

/// Everything in front of the elements.
std::string format_safetensors_header(const std::vector<NamedArray>& arrays,
                                      const std::map<std::string, std::string>& metadata);
Status write_safetensors(const std::string& path, const std::vector<NamedArray>& arrays,
                         const std::map<std::string, std::string>& metadata = {});

}  // namespace dp
