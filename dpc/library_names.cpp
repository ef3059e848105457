#include "dpc/library_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace dp {
namespace {

/// Words that are no names in C, C++ or Python, or that their headers have taken.
constexpr std::string_view reserved[] = {
    "alignas",     "alignof",  "and",        "as",       "asm",    "assert",  "async",   "auto",
    "await",       "bool",     "break",      "case",     "catch",  "char",    "class",   "const",
    "continue",    "def",      "default",    "del",      "delete", "do",      "double",  "elif",
    "else",        "enum",     "except",     "explicit", "export", "extern",  "false",   "finally",
    "float",       "for",      "from",       "friend",   "global", "goto",    "if",      "import",
    "in",          "inline",   "int",        "is",       "lambda", "long",    "mutable", "namespace",
    "new",         "nonlocal", "not",        "operator", "or",     "pass",    "private", "protected",
    "public",      "raise",    "register",   "restrict", "return", "short",   "signed",  "sizeof",
    "static",      "struct",   "switch",     "template", "this",   "throw",   "true",    "try",
    "typedef",     "typename", "union",      "unsigned", "using",  "virtual", "void",    "volatile",
    "while",       "with",     "xor",        "yield",    "None",   "True",    "False",   "message",
    "set_threads", "on_print", "CheckFailed"};

bool is_plain(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_'; }

}  // namespace

std::string c_name(std::string_view name) {
  std::string result;
  for (const char letter : name) {
    if (is_plain(letter))
      result += letter;
    else if (letter == '.')
      result += '_';
    else
      result += fmt::format("u{:02x}", static_cast<unsigned char>(letter));
  }
  if (result.empty() || std::isdigit(static_cast<unsigned char>(result[0])) != 0) result = "n" + result;
  const bool is_reserved = std::find(std::begin(reserved), std::end(reserved), result) != std::end(reserved);
  return is_reserved ? result + "_" : result;
}

std::string macro_name(std::string_view name) {
  std::string result = c_name(name);
  for (char& letter : result) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return result;
}

std::string NameList::unique(const std::string& name) {
  std::string result = name;
  for (int k = 2; !taken_.insert(result).second; ++k) result = fmt::format("{}_{}", name, k);
  return result;
}

std::string_view c_type(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return "float";
    case Dtype::f64: return "double";
    case Dtype::i32: return "int32_t";
    case Dtype::i64: return "int64_t";
    case Dtype::boolean: return "bool";
    case Dtype::key: break;
  }
  return "uint64_t";
}

std::string_view numpy_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return "float32";
    case Dtype::f64: return "float64";
    case Dtype::i32: return "int32";
    case Dtype::i64: return "int64";
    case Dtype::boolean: return "bool_";
    case Dtype::key: break;
  }
  return "uint64";
}

std::string_view ctypes_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return "c_float";
    case Dtype::f64: return "c_double";
    case Dtype::i32: return "c_int32";
    case Dtype::i64: return "c_int64";
    case Dtype::boolean: return "c_bool";
    case Dtype::key: break;
  }
  return "c_uint64";
}

std::string c_literal(std::string_view text) {
  std::string result = "\"";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\' || letter == '?')
      result += {'\\', letter};
    else if (code < 32 || code > 126)
      result += fmt::format("\\{:03o}", code);
    else
      result += letter;
  }
  return result + "\"";
}

}  // namespace dp
