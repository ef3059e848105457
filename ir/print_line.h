#pragma once
// What a `print` of a program shows. Both interpreters and compiled code say it through these, so that a line
// is the same whoever ran it.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace dp {

/// `[[1.0, 2.0], [3.0, 4.0]]`: a tensor's elements in row-major order, each as `next` tells it.
std::string nested_text(std::span<const std::int64_t> shape, const std::function<std::string()>& next);

/// The texts of a print, each ended by '\0', with its values between them; a whole line.
std::string print_line(std::string_view texts, std::span<const std::string> values);

}  // namespace dp
