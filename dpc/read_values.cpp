// Values from the command line: literals and files, bound to a function's parameters and dimensions.

#include <algorithm>
#include <cmath>

#include "dpc/engine.h"
#include "dpc/values.h"
#include "frontend/parse.h"
#include "runtime/files/csv.h"
#include "runtime/files/npy.h"
#include "runtime/files/npz.h"
#include "runtime/files/safetensors.h"

namespace dp {
namespace {

/// A literal of numbers before its dtype is known: nested lists as shape and elements.
struct Numbers {
  std::vector<std::int64_t> shape;
  std::vector<double> reals;
  std::vector<std::int64_t> integers;  // parallel to reals; exact
  bool all_whole = true;               // integer or bool literals only
};

std::string argument_text(const NamedValue& named) { return named.name + "=" + named.value; }

class LiteralReader {
 public:
  explicit LiteralReader(const NamedValue& named) : named_(named) {}

  Result<Numbers> read(const ast::Expr& expr) {
    Numbers out;
    if (auto status = element(expr, 0, out); !status) return status.error();
    return out;
  }

 private:
  Diagnostic bad(const std::string& why) const {
    return diagnose(diag::BadValue, {}, argument_text(named_), why);
  }

  Status element(const ast::Expr& expr, std::size_t depth, Numbers& out) {
    if (auto* list = std::get_if<ast::Stack>(&expr.node)) return nested(*list, depth, out);
    if (out.shape.size() > depth) return bad("its lists do not all have the same depth");
    return number(expr, 1.0, out);
  }

  Status nested(const ast::Stack& list, std::size_t depth, Numbers& out) {
    const auto extent = static_cast<std::int64_t>(list.elements.size());
    if (out.shape.size() == depth) {
      if (!out.reals.empty()) return bad("its lists do not all have the same depth");
      out.shape.push_back(extent);
    } else if (out.shape[depth] != extent) {
      return bad(fmt::format("one of its lists has {} elements, another {}", out.shape[depth], extent));
    }
    for (const auto& part : list.elements)
      if (auto status = element(*part, depth + 1, out); !status) return status;
    return Done{};
  }

  Status number(const ast::Expr& expr, double sign, Numbers& out) {
    if (auto* unary = std::get_if<ast::Unary>(&expr.node); unary && unary->op == ast::UnaryOp::negative)
      return number(*unary->operand, -sign, out);
    if (auto* integer = std::get_if<ast::IntegerLiteral>(&expr.node)) {
      const auto value = static_cast<std::int64_t>(integer->value);
      out.integers.push_back(sign < 0 ? -value : value);
      out.reals.push_back(sign * static_cast<double>(integer->value));
      return Done{};
    }
    if (auto* boolean = std::get_if<ast::BoolLiteral>(&expr.node)) {
      out.integers.push_back(boolean->value ? 1 : 0);
      out.reals.push_back(boolean->value ? 1 : 0);
      return Done{};
    }
    if (auto* real = std::get_if<ast::RealLiteral>(&expr.node)) {
      out.all_whole = false;
      out.integers.push_back(0);
      out.reals.push_back(sign * real->value);
      return Done{};
    }
    return bad("a value is a number, `true`, `false`, or lists of them");
  }

  const NamedValue& named_;
};

Result<Array> to_array(const Numbers& numbers, Dtype dtype, const NamedValue& named) {
  if (!is_real(dtype) && !numbers.all_whole)
    return diagnose(diag::BadValue, {}, argument_text(named),
                    fmt::format("a whole number is needed for {}", name(dtype)));
  Array array(dtype, numbers.shape);
  for (std::int64_t k = 0; k < array.count(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    if (is_real(dtype))
      array.set_real(k, numbers.reals[at]);
    else
      array.set_integer(k, numbers.integers[at]);
  }
  return array;
}

Result<Array> converted(const Array& from, Dtype dtype, const NamedValue& named) {
  if (from.dtype() == dtype) return from;
  if (is_real(from.dtype()) && !is_real(dtype))
    return diagnose(diag::BadValue, {}, argument_text(named),
                    fmt::format("it holds {} where {} is needed", name(from.dtype()), name(dtype)));
  Array out(dtype, from.shape());
  for (std::int64_t k = 0; k < out.count(); ++k) {
    if (is_real(dtype))
      out.set_real(k, from.real(k));
    else
      out.set_integer(k, from.integer(k));
  }
  return out;
}

Result<Array> read_csv_matrix(const std::string& path) {
  auto table = read_csv(path);
  if (!table) return table.error();
  const auto columns = static_cast<std::int64_t>(table->columns.size());
  const std::int64_t rows = columns == 0 ? 0 : static_cast<std::int64_t>(table->columns[0].values.size());
  Array out(Dtype::f64, {rows, columns});
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t r = 0; r < rows; ++r)
      out.set_real(r * columns + c,
                   table->columns[static_cast<std::size_t>(c)].values[static_cast<std::size_t>(r)]);
  return out;
}

/// `@file.npy`, `@file.npz:name`, `@file.csv`
Result<Array> read_array_file(const NamedValue& named) {
  std::string path = named.value.substr(1);
  if (path.ends_with(".npy")) return read_npy(path);
  if (path.ends_with(".csv")) return read_csv_matrix(path);
  const auto colon = path.rfind(".npz:");
  if (colon == std::string::npos)
    return diagnose(diag::BadValue, {}, argument_text(named),
                    "files are .npy, .npz:name, .csv or, for a layer, .safetensors");
  const std::string member = path.substr(colon + 5);
  auto arrays = read_npz(path.substr(0, colon + 4));
  if (!arrays) return arrays.error();
  for (NamedArray& array : *arrays)
    if (array.name == member) return std::move(array.array);
  return diagnose(diag::BadValue, {}, argument_text(named),
                  fmt::format("the file has no array `{}`", member));
}

class ArgumentReader {
 public:
  ArgumentReader(Program& program, const typed::Function& function, const CommonOptions& options)
      : program_(program), function_(function), options_(options) {
    out_.build = program.build_options();
  }

  Result<CallArguments> read(const std::vector<NamedValue>& values) {
    if (auto status = check_names(values); !status) return status.error();
    for (typed::VariableId id : function_.parameters) {
      const typed::Variable& parameter = function_.variables[id];
      const auto found =
          std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.name == parameter.name; });
      if (found == values.end())
        return diagnose(diag::MissingValue, {}, function_.name, parameter.name, typed::text(parameter.type));
      if (auto status = read_parameter(parameter.type, *found); !status) return status.error();
    }
    return std::move(out_);
  }

 private:
  /// Every value must name a parameter or a dimension; dimensions are bound at once.
  Status check_names(const std::vector<NamedValue>& values) {
    std::vector<std::string> known = function_.dims;
    for (typed::VariableId id : function_.parameters) known.push_back(function_.variables[id].name);
    for (const NamedValue& named : values) {
      if (std::find(known.begin(), known.end(), named.name) == known.end()) {
        auto diagnostic = diagnose(diag::UnknownValueName, {}, function_.name, named.name);
        const std::string_view near = did_you_mean(named.name, known);
        if (!near.empty()) diagnostic.fixes.push_back(fmt::format("{}={}", near, named.value));
        return diagnostic;
      }
      const bool is_dim =
          std::find(function_.dims.begin(), function_.dims.end(), named.name) != function_.dims.end();
      if (is_dim) out_.build.dims.insert_or_assign(named.name, Dim(std::atoll(named.value.c_str())));
    }
    return Done{};
  }

  Status read_parameter(const typed::Type& type, const NamedValue& named) {
    if (std::holds_alternative<typed::LayerType>(type.node)) return read_layer(type, named);
    auto* tensor = std::get_if<typed::TensorType>(&type.node);
    if (!tensor)
      return diagnose(diag::BadValue, {}, argument_text(named),
                      "values of this type cannot be given on the command line yet");
    auto array = read_tensor(*tensor, named);
    if (!array) return array.error();
    if (auto status = bind(tensor->shape, array->shape(), named); !status) return status;
    if (auto status = check_bound(*tensor, *array, named); !status) return status;
    out_.arrays.push_back(std::move(*array));
    return Done{};
  }

  Result<Array> read_tensor(const typed::TensorType& type, const NamedValue& named) {
    const Dtype dtype = element_type(type.scalar);
    if (named.value.starts_with("@")) {
      auto array = read_array_file(named);
      if (!array) return array.error();
      return converted(*array, dtype, named);
    }
    const FileId file = program_.sources.add("argument " + named.name, named.value);
    Diagnostics diagnostics;
    auto expr = parse_value(file, program_.sources, diagnostics);
    if (!expr || diagnostics.has_errors())
      return diagnostics.all().empty()
                 ? diagnose(diag::BadValue, {}, argument_text(named), "it is not a value")
                 : diagnostics.all()[0];
    auto numbers = LiteralReader(named).read(**expr);
    if (!numbers) return numbers.error();
    return to_array(*numbers, dtype, named);
  }

  /// `net=@file.safetensors`, `net=init`, `net=init:7`
  Status read_layer(const typed::Type& type, const NamedValue& named) {
    if (named.value.starts_with("@")) return read_layer_file(type, named);
    if (named.value != "init" && !named.value.starts_with("init:"))
      return diagnose(diag::BadValue, {}, argument_text(named),
                      "a layer is `@file.safetensors`, `init` or `init:SEED`");
    Array seed(Dtype::i64, {});
    if (named.value.size() > 5) seed.set_integer(0, std::atoll(named.value.c_str() + 5));
    auto graph = build_initial(*program_.module, type, named.name, out_.build);
    if (!graph) return graph.error();
    for (const Output& output : graph->outputs)
      if (!constants((*graph)[output.node].type.shape))
        return diagnose(diag::BadValue, {}, argument_text(named),
                        "its dimensions are not known: give them as NAME=SIZE");
    auto engine = Engine::create(*graph, options_, program_.watch);
    if (!engine) return engine.error();
    auto arrays = engine->run(std::span<const Array>(&seed, 1));
    if (!arrays) return arrays.error();
    for (Array& array : *arrays) out_.arrays.push_back(std::move(array));
    return Done{};
  }

  Status read_layer_file(const typed::Type& type, const NamedValue& named) {
    auto file = read_safetensors(named.value.substr(1));
    if (!file) return file.error();
    for (const Leaf& leaf : leaves(*program_.module, type, out_.build)) {
      const auto found = std::find_if(file->arrays.begin(), file->arrays.end(), [&](const NamedArray& array) {
        return array.name == named.name + "." + leaf.path || array.name.ends_with("." + leaf.path) ||
               array.name == leaf.path;
      });
      if (found == file->arrays.end())
        return diagnose(diag::BadValue, {}, argument_text(named),
                        fmt::format("the file has no `{}.{}`", named.name, leaf.path));
      if (auto status = bind({.dims = leaf.type.shape}, found->array.shape(), named); !status) return status;
      auto array = converted(found->array, leaf.type.dtype, named);
      if (!array) return array.error();
      out_.arrays.push_back(std::move(*array));
    }
    return Done{};
  }

  Dtype element_type(typed::Scalar scalar) const {
    switch (scalar) {
      case typed::Scalar::f32:
      case typed::Scalar::bf16: return Dtype::f32;
      case typed::Scalar::f64: return Dtype::f64;
      case typed::Scalar::i32: return Dtype::i32;
      case typed::Scalar::i64: return Dtype::i64;
      case typed::Scalar::boolean: return Dtype::boolean;
      case typed::Scalar::key: return Dtype::key;
      case typed::Scalar::real: return program_.real;
    }
    return program_.real;
  }

  Diagnostic shape_error(const typed::TensorShape& shape, std::span<const std::int64_t> extents,
                         const NamedValue& named) const {
    std::string given;
    for (std::int64_t extent : extents) given += (given.empty() ? "" : ", ") + std::to_string(extent);
    std::string wanted = shape.pack ? ".." : "";
    for (const Dim& dim : shape.dims)
      wanted += (wanted.empty() ? "" : ", ") + dim.substitute(out_.build.dims).text();
    return diagnose(diag::ValueShape, {}, named.name, "[" + given + "]", "[" + wanted + "]");
  }

  /// Solves the names of the shape from the extents, and checks what was known.
  Status bind(const typed::TensorShape& shape, const std::vector<std::int64_t>& extents,
              const NamedValue& named) {
    if (extents.size() < shape.dims.size() || (!shape.pack && extents.size() != shape.dims.size()))
      return shape_error(shape, extents, named);
    const std::size_t packed = extents.size() - shape.dims.size();
    if (shape.pack)
      out_.build.pack = Shape(extents.begin(), extents.begin() + static_cast<std::ptrdiff_t>(packed));
    for (std::size_t k = 0; k < shape.dims.size(); ++k) {
      const Dim dim = shape.dims[k].substitute(known_dims());
      const Dim extent(extents[packed + k]);
      const auto names = dim.names();
      if (names.size() == 1) {
        const auto solved = dim.solve(*names.begin(), extent);
        if (!solved || !solved->constant() || *solved->constant() < 0)
          return shape_error(shape, extents, named);
        out_.build.dims.insert_or_assign(*names.begin(), *solved);
      } else if (names.empty() && !(dim == extent)) {
        return shape_error(shape, extents, named);
      }
    }
    return Done{};
  }

  DimBindings known_dims() const {
    DimBindings all = out_.build.dims;
    for (const auto& dim : program_.module->dims) all.emplace(dim.name, Dim(dim.size));
    return all;
  }

  Status check_bound(const typed::TensorType& type, const Array& array, const NamedValue& named) const {
    if (!type.bound) return Done{};
    const auto bound = type.bound->substitute(known_dims()).constant();
    for (std::int64_t k = 0; bound && k < array.count(); ++k)
      if (array.integer(k) < 0 || array.integer(k) >= *bound)
        return diagnose(diag::BadValue, {}, argument_text(named),
                        fmt::format("{} is not in 0 .. {}", array.integer(k), *bound - 1));
    return Done{};
  }

  Program& program_;
  const typed::Function& function_;
  const CommonOptions& options_;
  CallArguments out_;
};

}  // namespace

Result<CallArguments> read_arguments(Program& program, const typed::Function& function,
                                     const std::vector<NamedValue>& values, const CommonOptions& options) {
  return ArgumentReader(program, function, options).read(values);
}

}  // namespace dp
