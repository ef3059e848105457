#include "frontend/format.h"

#include "frontend/format_printer.h"

namespace dp {

std::string format(const ast::Module& module, const Sources& sources) {
  constexpr std::size_t width = 100;
  Printer printer(module, sources);
  std::string text = render(printer.module(), width);
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

}  // namespace dp
