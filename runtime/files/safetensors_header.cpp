#include "runtime/files/safetensors_header.h"

#include <nlohmann/json.hpp>
#include <set>

namespace dp {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_tensors = 100'000;
constexpr std::size_t highest_rank = 8;

/// Receives the events of the JSON parser. Returning false ends the parse; `reason` then says why.
class HeaderEvents : public nlohmann::json_sax<Json> {
 public:
  SafetensorsHeader header;
  Malformed malformed;

  bool null() override { return refuse_value(); }
  bool boolean(bool) override { return refuse_value(); }
  bool number_integer(std::int64_t) override { return fail("a number of the header is negative"); }
  bool number_float(double, const std::string&) override {
    return fail("a number of the header is not whole or too large");
  }
  bool binary(Json::binary_t&) override { return refuse_value(); }

  bool number_unsigned(std::uint64_t value) override {
    if (depth_ != 3) return refuse_value();
    return key_ == "shape" ? add_extent(value) : add_offset(value);
  }

  bool string(std::string& value) override {
    if (depth_ != 2) return refuse_value();
    if (in_metadata_) {
      header.metadata[key_] = value;
      return true;
    }
    if (key_ != "dtype") return fail("`" + key_ + "` of a tensor must be a list");
    const auto type = element_from_safetensors(value);
    if (!type) return fail("elements of type `" + value.substr(0, 20) + "` are not supported");
    header.tensors.back().type = *type;
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ > 1) return refuse_value();
    if (++depth_ == 2) {
      in_metadata_ = key_ == "__metadata__";
      keys_.clear();
      offsets_ = 0;
      if (!in_metadata_) return add_tensor();
    }
    return true;
  }

  bool end_object() override {
    const bool ends_tensor = depth_-- == 2 && !in_metadata_;
    if (ends_tensor && (keys_.size() != 3 || offsets_ != 2))
      return fail("a tensor lacks dtype, shape or data_offsets");
    return true;
  }

  bool start_array(std::size_t) override {
    const bool expected = depth_ == 2 && !in_metadata_ && (key_ == "shape" || key_ == "data_offsets");
    if (!expected) return refuse_value();
    ++depth_;
    return true;
  }

  bool end_array() override {
    --depth_;
    return true;
  }

  bool key(std::string& name) override {
    key_ = name;
    if (depth_ == 1)
      return names_.insert(name).second || fail("`" + name.substr(0, 100) + "` stands twice in the header");
    const bool known = in_metadata_ || name == "dtype" || name == "shape" || name == "data_offsets";
    if (!known) return fail("a tensor has the unknown key `" + name.substr(0, 100) + "`");
    return keys_.insert(name).second || fail("`" + name.substr(0, 100) + "` stands twice in the header");
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    malformed = {"its header is not valid JSON", position == 0 ? 0 : position - 1};
    return false;
  }

 private:
  bool fail(std::string reason) {
    malformed.reason = std::move(reason);
    return false;
  }
  bool refuse_value() {
    if (depth_ == 2 && in_metadata_) return fail("`__metadata__` may hold texts alone");
    return fail(depth_ == 0 ? "its header is not a JSON object" : "its header has a value of the wrong kind");
  }

  bool add_tensor() {
    if (const auto reason = reason_against_name(key_); !reason.empty()) return fail(std::string(reason));
    if (header.tensors.size() == most_tensors) return fail("it has more than 100000 tensors");
    header.tensors.push_back({key_});
    return true;
  }

  bool add_extent(std::uint64_t value) {
    TensorEntry& tensor = header.tensors.back();
    if (tensor.shape.size() == highest_rank) return fail("a tensor has more than 8 axes");
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return fail("an extent is too large");
    tensor.shape.push_back(static_cast<std::int64_t>(value));
    return true;
  }

  bool add_offset(std::uint64_t value) {
    if (offsets_ == 2) return fail("data_offsets must be two numbers");
    (offsets_++ == 0 ? header.tensors.back().begin : header.tensors.back().end) = value;
    return true;
  }

  int depth_ = 0;  // 1 in the header, 2 in a tensor or the metadata, 3 in a list
  int offsets_ = 0;
  bool in_metadata_ = false;
  std::string key_;
  std::set<std::string> names_;  // of tensors
  std::set<std::string> keys_;   // of the present tensor or the metadata
};

}  // namespace

std::variant<SafetensorsHeader, Malformed> parse_safetensors_header(std::string_view json) {
  HeaderEvents events;
  if (Json::sax_parse(json.begin(), json.end(), &events)) return std::move(events.header);
  return std::move(events.malformed);
}

}  // namespace dp
