// NAME.h: what a user of a built library reads.

#include "dpc/library_names.h"
#include "dpc/library_text.h"

namespace dp {
namespace {

constexpr std::string_view opening = R"(/* Made by `dpc build` from {file}.

   Tensors are dense, in row-major order, in memory of the caller's; inputs and results must not overlap. A
   scalar is passed by value, each result through a pointer. A layer, struct or tuple is passed leaf by leaf.

   `workspace` is memory for intermediate values: {macro}_…_WORKSPACE bytes aligned to 64, or NULL, and
   the library takes it from the heap for the call. What it holds before and after does not matter.

   Every function gives 0, or the number of what failed: 3003 stands for E3003 (`dpc explain E3003`), an index
   out of range; {prefix}_message() tells more. The results are then unspecified. Functions may be called from
   several threads at once, with results and workspaces of their own. */
#ifndef {macro}_H
#define {macro}_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {{
#endif

/* What the calling thread's last call failed of; "" where it did not. Lasts until the thread's next call. */
const char *{prefix}_message(void);

/* How many threads a call may use, the caller's included; 0, the default: as many as there are cores. Results
   do not depend on it. Not while a call runs. */
void {prefix}_set_threads(int threads);

/* Where the lines go that the program prints; NULL, the default: standard error. */
void {prefix}_on_print(void (*print)(void *host, const char *line, int64_t bytes), void *host);
)";

std::string comment_text(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '/' && !result.empty() && result.back() == '*') result += ' ';
    result += letter == '\n' ? std::string("\n   ") : std::string(1, letter);
  }
  return result;
}

std::string tensor_line(const LibraryTensor& tensor, bool is_output) {
  std::string line = fmt::format("\n   {:<20} {}{}", tensor.name, is_output ? "out: " : "", tensor.path);
  line += ": " + shape_text(tensor);
  if (tensor.bound) line += fmt::format(", each in 0 .. {}", *tensor.bound - 1);
  return line;
}

std::string function_text(const Library& library, const LibraryFunction& function) {
  std::string text = "\n/* " + comment_text(function.declaration);
  if (!function.sizes.empty()) text += fmt::format("\n   with {}", function.sizes);
  if (!function.doc.empty()) text += "\n\n   " + comment_text(function.doc);
  text += '\n';
  for (const LibraryTensor& tensor : function.inputs) text += tensor_line(tensor, false);
  for (const LibraryTensor& tensor : function.outputs) text += tensor_line(tensor, true);
  text += " */\n";
  text += fmt::format("#define {}_{}_WORKSPACE {}\n", macro_name(library.prefix), macro_name(function.name),
                      function.module.arena_bytes);
  return text + c_declaration(library, function) + ";\n";
}

}  // namespace

std::string c_declaration(const Library& library, const LibraryFunction& function) {
  std::string text = fmt::format("int {}_{}(", library.prefix, function.name);
  for (const LibraryTensor& tensor : function.inputs)
    text += tensor.is_scalar() ? fmt::format("{} {}, ", c_type(tensor.dtype), tensor.name)
                               : fmt::format("const {} *{}, ", c_type(tensor.dtype), tensor.name);
  for (const LibraryTensor& tensor : function.outputs)
    text += fmt::format("{} *{}, ", c_type(tensor.dtype), tensor.name);
  return text + "void *workspace)";
}

std::string library_header(const Library& library) {
  std::string text =
      fmt::format(fmt::runtime(opening), fmt::arg("file", comment_text(library.file)),
                  fmt::arg("macro", macro_name(library.prefix)), fmt::arg("prefix", library.prefix));
  for (const LibraryFunction& function : library.functions) text += function_text(library, function);
  return text + "\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
}

}  // namespace dp
