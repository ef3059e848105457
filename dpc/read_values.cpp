// Values from the command line: literals and files, bound to a function's parameters and dimensions.

#include <algorithm>
#include <charconv>
#include <set>

#include "dpc/draw_values.h"
#include "dpc/engine.h"
#include "dpc/literal.h"
#include "dpc/load_parameter.h"
#include "dpc/orthonormalize.h"
#include "dpc/values.h"
#include "frontend/parse.h"
#include "runtime/files/csv.h"
#include "runtime/files/npy.h"
#include "runtime/files/npz.h"

namespace dp {
namespace {

std::string argument_text(const NamedValue& named) { return named.name + "=" + named.value; }

Diagnostic bad_value(const NamedValue& named, const std::string& why) {
  return diagnose(diag::BadValue, {}, argument_text(named), why);
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
    return bad_value(named, "files are .npy, .npz:name, .csv or, for a layer, .safetensors or .npz");
  const std::string member = path.substr(colon + 5);
  auto arrays = read_npz(path.substr(0, colon + 4));
  if (!arrays) return arrays.error();
  for (NamedArray& array : *arrays)
    if (array.name == member) return std::move(array.array);
  return bad_value(named, fmt::format("the file has no array `{}`", member));
}

class ArgumentReader {
 public:
  ArgumentReader(Program& program, const typed::Function& function, const CommonOptions& options,
                 Missing missing)
      : program_(program), function_(function), options_(options), missing_(missing) {
    out_.build = program.build_options();
  }

  Result<CallArguments> read(const std::vector<NamedValue>& values) {
    if (auto status = check_names(values); !status) return status.error();
    // What is drawn takes its sizes from what is given, which may stand behind it.
    for (const bool is_first_round : {true, false}) {
      if (is_first_round && missing_ == Missing::refused) continue;
      out_.arrays.clear();
      for (typed::VariableId id : function_.parameters) {
        const typed::Variable& parameter = function_.variables[id];
        const auto found = std::ranges::find(values, parameter.name, &NamedValue::name);
        if (is_first_round && found == values.end()) continue;
        const Status status =
            found == values.end() ? without_value(parameter) : read_parameter(parameter.type, *found);
        if (!status) return status.error();
      }
    }
    return std::move(out_);
  }

 private:
  Status without_value(const typed::Variable& parameter) {
    if (missing_ == Missing::refused)
      return diagnose(diag::MissingValue, {}, function_.name, parameter.name, typed::text(parameter.type));
    if (std::holds_alternative<typed::LayerType>(parameter.type.node))
      return draw_layer(parameter.type, {parameter.name, "init"});
    for (const Leaf& leaf : leaves(*program_.module, parameter.type, out_.build)) {
      if (!constants(leaf.type.shape))
        return bad_value({parameter.name, ""}, unknown_dimensions(parameter.type));
      out_.arrays.push_back(drawn_array(leaf.type, leaf.bound, out_.arrays.size()));
    }
    return Done{};
  }

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
      if (!is_dim) continue;
      const auto size = whole(named.value);
      if (!size) return bad_value(named, "a dimension is a whole number of at least 0");
      out_.build.dims.insert_or_assign(named.name, Dim(*size));
    }
    return Done{};
  }

  Status read_parameter(const typed::Type& type, const NamedValue& named) {
    if (!std::holds_alternative<typed::TensorType>(type.node)) {
      if (named.value.starts_with("@")) return read_leaves(type, named);
      const bool is_layer = std::holds_alternative<typed::LayerType>(type.node);
      return is_layer ? draw_layer(type, named) : read_literal(type, named);
    }
    if (!named.value.starts_with("@")) return read_literal(type, named);
    const auto& tensor = std::get<typed::TensorType>(type.node);
    auto file = read_array_file(named);
    if (!file) return file.error();
    auto array = converted(*file, element_type(tensor.scalar), argument_text(named));
    return array ? take(tensor, std::move(*array), named, named.name) : Status(array.error());
  }

  Status read_literal(const typed::Type& type, const NamedValue& named) {
    const FileId file = program_.sources.add("argument " + named.name, named.value);
    Diagnostics diagnostics;
    auto expr = parse_value(file, program_.sources, diagnostics);
    if (expr && !diagnostics.has_errors()) return read_tree(type, **expr, {}, named, named.name);
    return diagnostics.all().empty() ? bad_value(named, "it is not a value") : diagnostics.all()[0];
  }

  /// A literal of any type: `(1, [2.0])`, `Camera(focal = 1.0, …)`; `copies` are the axes of stacked structs.
  Status read_tree(const typed::Type& type, const ast::Expr& expr, const Shape& copies,
                   const NamedValue& named, const std::string& path) {
    if (auto* leaf = std::get_if<typed::TensorType>(&type.node)) {
      auto array = literal_array(expr, element_type(leaf->scalar));
      if (!array) return bad_value(named, array.error());
      typed::TensorType stacked = *leaf;
      stacked.shape.dims.insert(stacked.shape.dims.begin(), copies.begin(), copies.end());
      return take(stacked, std::move(*array), named, path);
    }
    if (auto* tuple = std::get_if<typed::TupleType>(&type.node)) {
      const auto* parts = std::get_if<ast::Tuple>(&expr.node);
      if (!parts || parts->elements.size() != tuple->elements.size())
        return bad_value(named, fmt::format("a tuple of {} is needed", tuple->elements.size()));
      for (std::size_t k = 0; k < tuple->elements.size(); ++k) {
        const std::string part = path + "." + std::to_string(k);
        if (auto status = read_tree(tuple->elements[k], *parts->elements[k], copies, named, part); !status)
          return status;
      }
      return Done{};
    }
    if (auto* structure = std::get_if<typed::StructType>(&type.node))
      return read_struct(*structure, expr, copies, named, path);
    return bad_value(named, "values of its type cannot be given on the command line");
  }

  static std::string form_of(const typed::Struct& declaration) {
    std::string fields;
    for (const auto& field : declaration.fields) fields += (fields.empty() ? "" : ", ") + field.name + " = …";
    return declaration.name + "(" + fields + ")";
  }

  Status read_struct(const typed::StructType& type, const ast::Expr& expr, Shape copies,
                     const NamedValue& named, const std::string& path) {
    const typed::Struct& declaration = *type.declaration;
    const auto* call = std::get_if<ast::Call>(&expr.node);
    const auto* callee = call ? std::get_if<ast::NameUse>(&call->callee->node) : nullptr;
    if (!callee || callee->name != declaration.name)
      return bad_value(named, "it is built by name: " + form_of(declaration));
    copies.insert(copies.end(), type.copies.dims.begin(), type.copies.dims.end());
    for (const auto& argument : call->arguments) {
      const auto is_it = [&](const auto& field) {
        return argument.name && field.name == argument.name->text;
      };
      if (std::none_of(declaration.fields.begin(), declaration.fields.end(), is_it))
        return bad_value(named, "its fields are given by name: " + form_of(declaration));
    }
    for (const auto& field : declaration.fields) {
      const auto given = std::find_if(
          call->arguments.begin(), call->arguments.end(),
          [&](const auto& argument) { return argument.name && argument.name->text == field.name; });
      if (given == call->arguments.end()) return bad_value(named, "it lacks `" + field.name + "`");
      if (auto status = read_tree(field.type, *given->value, copies, named, path + "." + field.name); !status)
        return status;
    }
    return Done{};
  }

  /// Takes the array of one leaf: solves the dimensions of its type, checks shape and bound.
  Status take(const typed::TensorType& type, Array array, const NamedValue& named, const std::string& path) {
    if (auto status = bind(type.shape, array.shape(), path); !status) return status;
    if (auto status = check_bound(type, array, named); !status) return status;
    out_.arrays.push_back(std::move(array));
    return Done{};
  }

  /// `net=init`, `net=init:7`
  Status draw_layer(const typed::Type& type, const NamedValue& named) {
    const std::optional<std::int64_t> number = seed_of(named.value);
    if (!number) return bad_value(named, "a layer is `@file.safetensors`, `init` or `init:SEED`");
    Array seed(Dtype::i64, {});
    seed.set_integer(0, *number);
    auto initial = build_initial(*program_.module, type, named.name, out_.build);
    if (!initial) return initial.error();
    const Graph& graph = initial->graph;
    for (const Output& output : graph.outputs)
      if (!constants(graph[output.node].type.shape)) return bad_value(named, unknown_dimensions(type));
    auto engine = Engine::create(graph, options_, program_.watch);
    if (!engine) return engine.error();
    auto arrays = engine->run(std::span<const Array>(&seed, 1));
    if (!arrays) return arrays.error();
    orthonormalize(*arrays, initial->orthogonal);
    for (Array& array : *arrays) out_.arrays.push_back(std::move(array));
    return Done{};
  }

  /// `init` is seed 0.
  static std::optional<std::int64_t> seed_of(const std::string& text) {
    if (text == "init") return 0;
    if (!text.starts_with("init:")) return std::nullopt;
    return whole(text.substr(5));
  }

  static std::optional<std::int64_t> whole(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool fine = failure == std::errc() && end == text.data() + text.size() && value >= 0;
    return fine ? std::optional(value) : std::nullopt;
  }

  std::string unknown_dimensions(const typed::Type& type) const {
    std::set<std::string> names;
    for (const Leaf& leaf : leaves(*program_.module, type, out_.build))
      for (const Dim& dim : leaf.type.shape) names.merge(dim.names());
    std::string missing;
    for (const std::string& name : names)
      missing += fmt::format("{}{}=SIZE", missing.empty() ? "" : " ", name);
    return "its dimensions are not known: give " + missing + " too";
  }

  /// `net=@file.safetensors`: every leaf of the type by its path, with or without the name of the value in
  /// front.
  Status read_leaves(const typed::Type& type, const NamedValue& named) {
    auto arrays = read_named_arrays(named.value.substr(1));
    if (!arrays) return arrays.error();
    for (const Leaf& leaf : leaves(*program_.module, type, out_.build)) {
      const std::string path = named.name + "." + leaf.path;
      const auto found = std::find_if(arrays->begin(), arrays->end(), [&](const NamedArray& array) {
        return array.name == path || array.name.ends_with("." + leaf.path) || array.name == leaf.path;
      });
      if (found == arrays->end()) return bad_value(named, fmt::format("the file has no `{}`", path));
      if (auto status = bind({.dims = leaf.type.shape}, found->array.shape(), path); !status) return status;
      auto array = converted(found->array, leaf.type.dtype, argument_text(named));
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
                         const std::string& path) const {
    std::string given;
    for (std::int64_t extent : extents) given += (given.empty() ? "" : ", ") + std::to_string(extent);
    std::string wanted = shape.pack ? ".." : "";
    for (const Dim& dim : shape.dims)
      wanted += (wanted.empty() ? "" : ", ") + dim.substitute(out_.build.dims).text();
    return diagnose(diag::ValueShape, {}, path, "[" + given + "]", "[" + wanted + "]");
  }

  /// Solves the names of the shape from the extents, and checks what was known.
  Status bind(const typed::TensorShape& shape, const std::vector<std::int64_t>& extents,
              const std::string& path) {
    if (extents.size() < shape.dims.size() || (!shape.pack && extents.size() != shape.dims.size()))
      return shape_error(shape, extents, path);
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
          return shape_error(shape, extents, path);
        out_.build.dims.insert_or_assign(*names.begin(), *solved);
      } else if (names.empty() && !(dim == extent)) {
        return shape_error(shape, extents, path);
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
        return bad_value(named, fmt::format("{} is not in 0 .. {}", array.integer(k), *bound - 1));
    return Done{};
  }

  Program& program_;
  const typed::Function& function_;
  const CommonOptions& options_;
  Missing missing_;
  CallArguments out_;
};

}  // namespace

Result<CallArguments> read_arguments(Program& program, const typed::Function& function,
                                     const std::vector<NamedValue>& values, const CommonOptions& options,
                                     Missing missing) {
  return ArgumentReader(program, function, options, missing).read(values);
}

}  // namespace dp
