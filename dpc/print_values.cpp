// Results as text. One walk over a type and its leaves serves both notations.

#include <charconv>
#include <cmath>

#include "dpc/values.h"
#include "support/assert.h"

namespace dp {
namespace {

template <class T>
std::string shortest(T value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

/// How scalars, lists and records are written in one notation.
struct Notation {
  bool json = false;

  std::string real(double value, Dtype dtype) const {
    if (std::isnan(value)) return json ? "\"NaN\"" : "nan";
    if (std::isinf(value))
      return json ? (value > 0 ? "\"Infinity\"" : "\"-Infinity\"") : (value > 0 ? "inf" : "-inf");
    std::string digits = dtype == Dtype::f32 ? shortest(static_cast<float>(value)) : shortest(value);
    if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
    return digits;
  }

  std::string element(const Array& array, std::int64_t position) const {
    if (is_real(array.dtype())) return real(array.real(position), array.dtype());
    const std::int64_t value = array.integer(position);
    if (array.dtype() == Dtype::boolean) return value != 0 ? "true" : "false";
    return std::to_string(value);
  }
};

std::string shape_text(const Array& array) {
  std::string out;
  for (std::int64_t extent : array.shape()) out += (out.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + out + "]";
}

/// The part of a tensor behind the first `axis` indices. Vectors stand on one line; higher ranks nest over
/// lines.
std::string tensor_part(const Notation& notation, const Array& array, std::size_t axis,
                        std::int64_t& position, std::size_t indent) {
  const auto& shape = array.shape();
  if (axis == shape.size()) return notation.element(array, position++);
  const bool last = axis + 1 == shape.size();
  const std::string separator = last ? ", " : ",\n" + std::string(indent + 1, ' ');
  std::string out = "[";
  for (std::int64_t k = 0; k < shape[axis]; ++k)
    out += (k > 0 ? separator : "") + tensor_part(notation, array, axis + 1, position, indent + 1);
  return out + "]";
}

std::string tensor_text(const Notation& notation, const Array& array, std::size_t indent) {
  if (array.count() == 0 && !array.shape().empty() && !notation.json)
    return "zeros(" + shape_text(array) + ")";
  std::int64_t position = 0;
  return tensor_part(notation, array, 0, position, indent);
}

class Printer {
 public:
  Printer(Notation notation, const std::vector<Array>& leaves) : notation_(notation), leaves_(leaves) {}

  std::string print(const typed::Type& type, std::size_t indent) {
    if (std::holds_alternative<typed::TensorType>(type.node))
      return tensor_text(notation_, leaves_.at(next_++), indent);
    if (auto* tuple = std::get_if<typed::TupleType>(&type.node)) return print_tuple(*tuple, indent);
    if (auto* layer = std::get_if<typed::LayerType>(&type.node))
      return print_record(layer->declaration->name, layer->declaration->fields, indent);
    if (auto* structure = std::get_if<typed::StructType>(&type.node))
      return print_record(structure->declaration->name, structure->declaration->fields, indent);
    return notation_.json ? "null" : "()";
  }

 private:
  std::string print_tuple(const typed::TupleType& tuple, std::size_t indent) {
    std::string out = notation_.json ? "[" : "(";
    for (std::size_t k = 0; k < tuple.elements.size(); ++k)
      out += (k > 0 ? ", " : "") + print(tuple.elements[k], indent + 1);
    return out + (notation_.json ? "]" : ")");
  }

  std::string print_record(const std::string& name, const std::vector<typed::FieldDeclaration>& fields,
                           std::size_t indent) {
    const std::string inner = "\n" + std::string(indent + 2, ' ');
    std::string out = notation_.json ? "{" : name + "(";
    for (std::size_t k = 0; k < fields.size(); ++k) {
      const std::string key = notation_.json ? "\"" + fields[k].name + "\": " : fields[k].name + " = ";
      out += (k > 0 ? "," : "") + inner + key + print(fields[k].type, indent + 2 + key.size());
    }
    return out + "\n" + std::string(indent, ' ') + (notation_.json ? "}" : ")");
  }

  Notation notation_;
  const std::vector<Array>& leaves_;
  std::size_t next_ = 0;
};

}  // namespace

std::string print_literal(const typed::Type& type, const std::vector<Array>& leaves) {
  return Printer({.json = false}, leaves).print(type, 0);
}

std::string print_json(const typed::Type& type, const std::vector<Array>& leaves) {
  return Printer({.json = true}, leaves).print(type, 0);
}

}  // namespace dp
