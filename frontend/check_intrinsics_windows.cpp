// Convolutions and pools. Their sizes follow from strides, dilations and paddings, which are compile-time
// numbers; what is computed at each place is a function of the library (stdlib/windows.dp), which is told
// those sizes as the shapes of tensors that it never reads.

#include "frontend/check_dims.h"
#include "frontend/check_intrinsics.h"
#include "frontend/check_library.h"
#include "frontend/check_linear.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

/// How windows lie along the axes that they move on.
struct Steps {
  Dim stride = 1, dilation = 1, padding = 0, groups = 1;
  bool same = false;  // padding that keeps the size at stride 1
};

/// What `windows` and the like need for one axis.
struct Extent {
  Dim low, padded, count;
};

bool read_count(Body& body, const Argument* argument, const CallSite& site, std::string_view what,
                Dim& count) {
  if (!argument) return true;
  const auto size = size_argument(body, *argument);
  if (!size || !check_size(body, *size, argument->span)) return false;
  count = *size;
  if (prove_at_most(body, *size, Dim(0)) != Verdict::proven) return true;
  body.report(diagnose(diag::WrongScalar, argument->span, site.name,
                       "a " + std::string(what) + " of at least 1", size->text()));
  return false;
}

bool read_padding(Body& body, const Argument* argument, const CallSite& site, Steps& steps) {
  if (!argument) return true;
  const auto* word = argument->syntax ? std::get_if<ast::StringLiteral>(&argument->syntax->node) : nullptr;
  if (word && word->value == "same") {
    steps.same = true;
    return true;
  }
  if (word) {
    body.report(diagnose(diag::WrongScalar, argument->span, site.name,
                         "a padding that is a number or \"same\"", "\"" + word->value + "\""));
    return false;
  }
  const auto size = size_argument(body, *argument);
  if (!size || !check_size(body, *size, argument->span)) return false;
  steps.padding = *size;
  return true;
}

/// The arguments `stride`, `padding`, `dilation` and `groups`, in that order; null where not given.
std::optional<Steps> read_steps(Body& body, std::span<Argument* const> given, const CallSite& site) {
  Steps steps;
  const bool fine = read_count(body, given[0], site, "stride", steps.stride) &&
                    read_padding(body, given[1], site, steps) &&
                    read_count(body, given[2], site, "dilation", steps.dilation) &&
                    read_count(body, given[3], site, "number of groups", steps.groups);
  return fine ? std::optional(steps) : std::nullopt;
}

/// Where windows of `size` elements lie along an axis; reports windows that are larger than it.
std::optional<Extent> extent_of(Body& body, const CallSite& site, const Dim& axis, const Dim& size,
                                const Steps& steps) {
  const Dim reach = steps.dilation * (size - Dim(1));  // from a window's first to its last element
  Extent result{steps.padding, axis + steps.padding + steps.padding, Dim(0)};
  if (steps.same) {
    result.low = Dim::floor_quotient(reach, Dim(2));
    result.padded = axis + reach;
  }
  const Dim places = result.padded - reach;  // at stride 1
  if (prove_at_most(body, places, Dim(0)) == Verdict::proven) {
    body.report(diagnose(diag::WrongScalar, site.span, site.name,
                         "windows of at most " + result.padded.text(), (reach + Dim(1)).text()));
    return std::nullopt;
  }
  if (!check_size(body, places, site.span)) return std::nullopt;
  result.count = Dim::floor_quotient(places - Dim(1), steps.stride) + Dim(1);
  return result;
}

/// [batch, height, width, channels] with zeros around.
Value padded(Value images, const Extent& rows, const Extent& columns, Span span) {
  typed::TensorType type = *as_tensor(images.type());
  const Shape before = type.shape.dims;
  type.shape.dims[1] = rows.padded;
  type.shape.dims[2] = columns.padded;
  if (type.shape.dims == before) return images;
  const Shape low{Dim(0), rows.low, columns.low, Dim(0)};
  typed::StructuralExpr node{Op::pad, list(std::move(images.expr)), {}, {low, type.shape.dims}, false};
  return {make({std::move(type)}, span, std::move(node)), Open::no};
}

/// Whether both have that many axes, and the image's channels are the kernel's in all groups.
bool fits(Body& body, const CallSite& site, const Value& images, const Value& kernel, const Steps& steps,
          bool flat) {
  const auto &x = *as_tensor(images.type()), &k = *as_tensor(kernel.type());
  const std::size_t rank = flat ? 3 : 4;
  const auto has_rank = [&](const typed::TensorType& type) {
    return !type.shape.pack && type.shape.dims.size() == rank;
  };
  const std::string name = text(tensor(x.scalar));
  if (!has_rank(x))
    return bool(
        refuse(body, site, name + (flat ? "[batch, time, in]" : "[batch, height, width, in]"), "x", images));
  if (!has_rank(k))
    return bool(refuse(body, site, name + (flat ? "[kt, in, out]" : "[kh, kw, in, out]"), "k", kernel));
  const Dim channels = x.shape.dims.back(), wanted = Dim::quotient(channels, steps.groups);
  typed::TensorType type = k;
  type.shape.dims[rank - 2] = wanted;
  if (!agree(body, k.shape.dims[rank - 2] * steps.groups, channels))
    return bool(refuse(body, site, text(typed::Type{type}), "k", kernel));
  const Dim outputs = Dim::quotient(k.shape.dims.back(), steps.groups);
  if (outputs.constant() || !k.shape.dims.back().constant()) return true;
  body.report(diagnose(diag::FractionalSize, kernel.span(), k.shape.dims.back().text() + " / groups",
                       outputs.text()));
  return false;
}

/// The convolution of images by a kernel of four axes.
Value convolve(Body& body, const CallSite& site, Value images, Value kernel, const Steps& steps, bool flat) {
  const Shape x = dims_of(images), k = dims_of(kernel);
  Steps along_rows = steps;
  if (flat) along_rows = Steps{};
  const auto rows = extent_of(body, site, x[1], k[0], along_rows);
  const auto columns = extent_of(body, site, x[2], k[1], steps);
  if (!rows || !columns) return {};
  images = padded(std::move(images), *rows, *columns, site.span);
  const Dim &groups = steps.groups, outputs = Dim::quotient(k[3], groups);
  std::vector<Value> values;
  values.push_back(reshaped(std::move(images), {false, {x[0], rows->padded, columns->padded, groups, k[2]}}));
  values.push_back(reshaped(std::move(kernel), {false, {k[0], k[1], k[2], groups, outputs}}));
  values.push_back(sizes({rows->count, columns->count}, site.span));
  values.push_back(sizes({steps.stride}, site.span));
  values.push_back(sizes({steps.dilation}, site.span));
  Value result = call_library(body, "conv2d_windows", site, std::move(values));
  if (!result) return {};
  return flat ? reshaped(std::move(result), {false, {x[0], columns->count, k[3]}})
              : reshaped(std::move(result), {false, {x[0], rows->count, columns->count, k[3]}});
}

Value convolution(Body& body, CallSite site, bool flat) {
  const auto placed =
      intrinsic_arguments(body, site, {"x", "k", "stride", "padding", "dilation", "groups"}, 2);
  if (!placed) return {};
  Value images = evaluate(body, *(*placed)[0]), kernel = evaluate(body, *(*placed)[1]);
  const auto steps = read_steps(body, std::span(*placed).subspan(2), site);
  if (!images || !kernel || !steps) return {};
  if (!unify(body, {&images, &kernel}, Numbers::reals, site.span, site.name)) return {};
  settle_by_itself(images);
  settle_by_itself(kernel);
  if (!fits(body, site, images, kernel, *steps, flat)) return {};
  if (flat) {
    Shape x = dims_of(images), k = dims_of(kernel);
    x.insert(x.begin() + 1, Dim(1));
    k.insert(k.begin(), Dim(1));
    images = reshaped(std::move(images), {false, std::move(x)});
    kernel = reshaped(std::move(kernel), {false, std::move(k)});
  }
  return convolve(body, site, std::move(images), std::move(kernel), *steps, flat);
}

Value pool(Body& body, CallSite site, const std::string& name) {
  const auto placed = intrinsic_arguments(body, site, {"x", "size", "stride"}, 2);
  if (!placed) return {};
  Value images = settled_tensor(body, *(*placed)[0], site);
  Dim size(1);
  Steps steps;
  const bool fine = read_count(body, (*placed)[1], site, "size", size);
  steps.stride = size;
  if (!images || !fine || !read_count(body, (*placed)[2], site, "stride", steps.stride)) return {};
  const auto& type = *as_tensor(images.type());
  if (!is_real(type.scalar) || type.shape.pack || type.shape.dims.size() != 4)
    return refuse(body, site, "real[batch, height, width, channels]", "x", images);
  const auto rows = extent_of(body, site, type.shape.dims[1], size, steps);
  const auto columns = extent_of(body, site, type.shape.dims[2], size, steps);
  if (!rows || !columns) return {};
  std::vector<Value> values;
  values.push_back(std::move(images));
  values.push_back(sizes({rows->count, columns->count}, site.span));
  values.push_back(sizes({size}, site.span));
  values.push_back(sizes({steps.stride}, site.span));
  return call_library(body, name, site, std::move(values));
}

}  // namespace

Value check_intrinsic_conv2d(Body& body, CallSite site) { return convolution(body, std::move(site), false); }
Value check_intrinsic_conv1d(Body& body, CallSite site) { return convolution(body, std::move(site), true); }
Value check_intrinsic_max_pool(Body& body, CallSite site) {
  return pool(body, std::move(site), "max_pool_windows");
}
Value check_intrinsic_avg_pool(Body& body, CallSite site) {
  return pool(body, std::move(site), "avg_pool_windows");
}

}  // namespace dp::checker
