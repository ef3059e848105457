// NAME.py: the functions of a built library over NumPy arrays, by ctypes.

#include "dpc/library_names.h"
#include "dpc/library_text.h"

namespace dp {
namespace {

constexpr std::string_view opening = R"PY("""Made by `dpc build --python` from {file}.

Arguments are NumPy arrays, or whatever NumPy makes arrays of, of exactly the shapes told; results are new
arrays, several of them a tuple. A failed check raises CheckFailed.
"""
import ctypes as _ctypes
import os as _os

import numpy as _np

_library = _ctypes.CDLL(_os.path.join(_os.path.dirname(_os.path.abspath(__file__)), "lib{stem}.so"))
_library.{prefix}_message.restype = _ctypes.c_char_p


class CheckFailed(RuntimeError):
    """A check of the program failed; `code` is its number: 3003 stands for E3003."""

    def __init__(self, code):
        super().__init__(_library.{prefix}_message().decode("utf-8", "replace"))
        self.code = code


def _array(name, value, dtype, shape):
    given = _np.asarray(value)
    if given.size > 0 and not _np.can_cast(given.dtype, dtype, "same_kind"):
        raise TypeError(f"`{{name}}` holds {{given.dtype}}, not {{_np.dtype(dtype)}}")
    if given.shape != shape:
        raise ValueError(f"`{{name}}` has shape {{given.shape}}, not {{shape}}")
    return _np.asarray(given, dtype=dtype, order="C")


def _run(function, *arguments):
    code = function(*arguments, None)
    if code != 0:
        raise CheckFailed(code)


def set_threads(threads):
    """How many threads a call may use; 0: as many as there are cores."""
    _library.{prefix}_set_threads(_ctypes.c_int(threads))
)PY";

std::string tuple_of(const std::vector<std::int64_t>& shape) {
  return shape.size() == 1 ? fmt::format("({},)", shape[0]) : fmt::format("({})", fmt::join(shape, ", "));
}

/// For a Python text in three quotes.
std::string doc_text(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '\\' || letter == '"') result += '\\';
    result += letter;
    if (letter == '\n') result += "    ";
  }
  return result;
}

std::string documentation(const LibraryFunction& function) {
  std::string text = "    \"\"\"" + doc_text(function.declaration);
  if (!function.doc.empty()) text += "\n\n    " + doc_text(function.doc);
  text += "\n\n";
  for (const LibraryTensor& tensor : function.inputs)
    text += fmt::format("    {}: {}\n", tensor.name, shape_text(tensor));
  text += "    Gives ";
  for (std::size_t k = 0; k < function.outputs.size(); ++k)
    text +=
        fmt::format("{}{}: {}", k > 0 ? ", " : "", function.outputs[k].path, shape_text(function.outputs[k]));
  return text + ".\n    \"\"\"\n";
}

std::string argument_types(const LibraryFunction& function) {
  std::string text;
  for (const LibraryTensor& tensor : function.inputs)
    text += fmt::format("_ctypes.{}, ", tensor.is_scalar() ? ctypes_name(tensor.dtype) : "c_void_p");
  for (std::size_t k = 0; k <= function.outputs.size(); ++k) text += "_ctypes.c_void_p, ";
  return "[" + text.substr(0, text.size() - 2) + "]";
}

std::string function_text(const Library& library, const LibraryFunction& function) {
  const std::string symbol = fmt::format("_library.{}_{}", library.prefix, function.name);
  std::string parameters, body, arguments, results;
  for (const LibraryTensor& tensor : function.inputs) {
    parameters += (parameters.empty() ? "" : ", ") + tensor.name;
    body += fmt::format("    {0} = _array(\"{0}\", {0}, _np.{1}, {2})\n", tensor.name,
                        numpy_name(tensor.dtype), tuple_of(tensor.shape));
    arguments += ", " + tensor.name + (tensor.is_scalar() ? ".item()" : ".ctypes.data");
  }
  for (const LibraryTensor& tensor : function.outputs) {
    body += fmt::format("    {} = _np.empty({}, _np.{})\n", tensor.name, tuple_of(tensor.shape),
                        numpy_name(tensor.dtype));
    arguments += ", " + tensor.name + ".ctypes.data";
    results += (results.empty() ? "" : ", ") + tensor.name + (tensor.is_scalar() ? "[()]" : "");
  }
  const std::string given = function.outputs.empty() ? "" : "    return " + results + "\n";
  return fmt::format("\n\n{0}.argtypes = {1}\n\n\ndef {2}({3}):\n{4}{5}    _run({0}{6})\n{7}", symbol,
                     argument_types(function), function.name, parameters, documentation(function), body,
                     arguments, given);
}

}  // namespace

std::string library_python(const Library& library) {
  std::string text = fmt::format(fmt::runtime(opening), fmt::arg("file", doc_text(library.file)),
                                 fmt::arg("stem", library.stem), fmt::arg("prefix", library.prefix));
  for (const LibraryFunction& function : library.functions) text += function_text(library, function);
  return text;
}

}  // namespace dp
