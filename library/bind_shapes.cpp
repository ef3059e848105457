#include "library/bind_shapes.h"

#include <algorithm>

namespace dp::library {
namespace {

class ShapeBinder {
 public:
  ShapeBinder(const typed::Module& module, const typed::Function& function, BuildOptions options)
      : module_(module), function_(function), options_(std::move(options)) {}

  Status take_sizes(std::span<const dp_size> sizes) {
    for (const auto& [name, size] : sizes) {
      if (name == nullptr || size < 0) return misuse("dp_compile", "a size has a name and is at least 0");
      if (std::find(function_.dims.begin(), function_.dims.end(), name) == function_.dims.end())
        return diagnose(diag::UnknownValueName, {}, function_.name, name);
      options_.dims.insert_or_assign(name, Dim(size));
    }
    return Done{};
  }

  Status take_shapes(std::span<const dp_shape> shapes) {
    std::size_t next = 0;
    for (const typed::VariableId id : function_.parameters) {
      const typed::Variable& parameter = function_.variables[id];
      if (const auto* tensor = std::get_if<typed::TensorType>(&parameter.type.node);
          tensor && tensor->shape.pack && next < shapes.size() &&
          shapes[next].rank >= tensor->shape.dims.size())
        options_.pack = extents(shapes[next], shapes[next].rank - tensor->shape.dims.size());
      for (const Leaf& leaf : leaves(module_, parameter.type, options_)) {
        if (next >= shapes.size()) return wrong_count(shapes.size());
        const std::string name = leaf.path.empty() ? parameter.name : parameter.name + "." + leaf.path;
        if (auto status = bind(leaf.type, shapes[next++], name); !status) return status;
      }
    }
    return next == shapes.size() ? Status(Done{}) : wrong_count(shapes.size());
  }

  Result<BuildOptions> finish() {
    for (const std::string& dim : function_.dims)
      if (!options_.dims.contains(dim)) return diagnose(diag::OpenSize, function_.span, function_.name, dim);
    for (const typed::VariableId id : function_.parameters)
      for (const Leaf& leaf : leaves(module_, function_.variables[id].type, options_))
        if (!constants(leaf.type.shape))
          return diagnose(diag::OpenSize, function_.span, function_.name, text(leaf.type.shape));
    return std::move(options_);
  }

 private:
  static Shape extents(const dp_shape& shape, std::size_t count) {
    return Shape(shape.extents, shape.extents + count);
  }

  static Status wrong_count(std::size_t given) {
    return misuse("dp_compile", fmt::format("{} shapes are not one for each input", given));
  }

  Status bind(const Type& type, const dp_shape& shape, const std::string& name) {
    const Shape given = extents(shape, shape.rank);
    const auto mismatch = [&] {
      return diagnose(diag::ValueShape, function_.span, name, text(given), text(type));
    };
    if (given.size() != type.shape.size()) return mismatch();
    for (std::size_t k = 0; k < given.size(); ++k) {
      if (shape.extents[k] < 0) return mismatch();
      const Dim dim = type.shape[k].substitute(options_.dims);
      const auto names = dim.names();
      if (names.empty() && !(dim == given[k])) return mismatch();
      if (names.size() != 1) continue;
      const auto solved = dim.solve(*names.begin(), given[k]);
      if (!solved || !solved->constant() || *solved->constant() < 0) return mismatch();
      options_.dims.insert_or_assign(*names.begin(), *solved);
    }
    return Done{};
  }

  const typed::Module& module_;
  const typed::Function& function_;
  BuildOptions options_;
};

}  // namespace

Result<BuildOptions> bind_shapes(const typed::Module& module, const typed::Function& function,
                                 BuildOptions options, std::span<const dp_size> sizes,
                                 std::span<const dp_shape> shapes) {
  ShapeBinder binder(module, function, std::move(options));
  if (auto status = binder.take_sizes(sizes); !status) return status.error();
  if (!shapes.empty())
    if (auto status = binder.take_shapes(shapes); !status) return status.error();
  return binder.finish();
}

}  // namespace dp::library
