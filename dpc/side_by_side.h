#pragma once
// Two texts beside each other, line by line: what `dpc emit --diff` prints.

#include <string>
#include <string_view>

namespace dp {

/// Equal lines face each other; between the columns `|` marks a line that changed, `<` one that only the left
/// text has, `>` one that only the right has. `width`: of a column; longer lines are continued below.
std::string side_by_side(std::string_view left, std::string_view right, std::size_t width);

}  // namespace dp
