// Results as text. One walk over a type and its leaves serves both notations.

#include <cmath>

#include "dpc/values.h"
#include "support/number_text.h"

namespace dp {
namespace {

/// How scalars, lists and records are written in one notation.
struct Notation {
  bool json = false;

  std::string real(double value, Dtype dtype) const {
    if (json && std::isnan(value)) return "\"NaN\"";
    if (json && std::isinf(value)) return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return number_text(value, dtype);
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
      return print_record(layer->declaration->name, layer->declaration->fields);
    if (auto* structure = std::get_if<typed::StructType>(&type.node))
      return print_record(structure->declaration->name, structure->declaration->fields);
    return notation_.json ? "null" : "()";
  }

 private:
  std::string print_tuple(const typed::TupleType& tuple, std::size_t indent) {
    std::string out = notation_.json ? "[" : "(";
    for (std::size_t k = 0; k < tuple.elements.size(); ++k)
      out += (k > 0 ? ", " : "") + print(tuple.elements[k], indent + 1);
    if (!notation_.json && tuple.elements.size() == 1) out += ",";
    return out + (notation_.json ? "]" : ")");
  }

  std::string print_record(const std::string& name, const std::vector<typed::FieldDeclaration>& fields) {
    line_indent_ += 2;
    const std::string inner = "\n" + std::string(line_indent_, ' ');
    std::string out = notation_.json ? "{" : name + "(";
    for (std::size_t k = 0; k < fields.size(); ++k) {
      const std::string key = notation_.json ? "\"" + fields[k].name + "\": " : fields[k].name + " = ";
      out += (k > 0 ? "," : "") + inner + key + print(fields[k].type, line_indent_ + key.size());
    }
    line_indent_ -= 2;
    return out + "\n" + std::string(line_indent_, ' ') + (notation_.json ? "}" : ")");
  }

  Notation notation_;
  const std::vector<Array>& leaves_;
  std::size_t next_ = 0;
  std::size_t line_indent_ = 0;  // of the line that the innermost record begins on
};

}  // namespace

std::string print_literal(const typed::Type& type, const std::vector<Array>& leaves) {
  return Printer({.json = false}, leaves).print(type, 0);
}

std::string print_json(const typed::Type& type, const std::vector<Array>& leaves) {
  return Printer({.json = true}, leaves).print(type, 0);
}

}  // namespace dp
