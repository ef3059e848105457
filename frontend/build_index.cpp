// Indices and updates with positions that are known when the program runs.

#include <algorithm>

#include "frontend/builder.h"
#include "ir/fold.h"
#include "support/assert.h"

namespace dp {
namespace {

using Kind = typed::IndexPart::Kind;

/// A part with its axis, counted from the front, and its position as a node.
struct Part {
  Kind kind;
  std::int64_t axis;
  Dim start, length;
  Id position;
  Span span;
};

std::vector<Part> resolved(Builder& builder, const std::vector<typed::IndexPart>& parts, Frame& frame) {
  std::vector<Part> result;
  for (const typed::IndexPart& part : parts) {
    const Id position = part.position ? builder.tensor(*part.position, frame) : no_id;
    result.push_back({part.kind, static_cast<std::int64_t>(result.size()),
                      Builder::resolve(part.start, frame), Builder::resolve(part.length, frame), position,
                      part.position ? part.position->span : Span{}});
  }
  return result;
}

/// Parts of the last axes of a tensor, of copies the first.
void place(std::vector<Part>& parts, std::size_t rank, bool first_axes) {
  const auto skipped = first_axes ? 0 : static_cast<std::int64_t>(rank - parts.size());
  for (Part& part : parts) part.axis += skipped;
}

/// Reads and writes parts of one tensor.
class Access {
 public:
  explicit Access(Builder& builder) : builder_(builder), graph_(builder.graph) {}

  /// Stops the program where a position lies outside.
  void check(Id x, const Part& part) {
    const std::size_t before = graph_.effects.size();
    if (part.kind == Kind::at || part.kind == Kind::gather)
      builder_.check_positions(x, part.position, part.axis);
    if (part.kind == Kind::window) check_window(x, part);
    for (std::size_t k = before; k < graph_.effects.size(); ++k)
      builder_.note(graph_.effects[k], "", part.span);
  }

  Id read(Id x, const std::vector<Part>& parts) {
    std::vector<Part> rest = parts;
    x = slice(x, rest);
    x = at(x, rest);
    for (std::size_t k = rest.size(); k-- > 0;) {  // from the last axis on, so that those before it stay
      if (rest[k].kind == Kind::gather)
        x = graph_.add(Op::gather, {x, rest[k].position}, {{"axis", rest[k].axis}});
      if (rest[k].kind == Kind::window) x = window(x, rest[k]);
    }
    return x;
  }

  /// x with `value` in the place of the parts from the k-th on.
  Id write(Id x, const std::vector<Part>& parts, std::size_t k, Id value) {
    while (k < parts.size() && is_whole(x, parts[k])) ++k;
    if (k == parts.size()) return builder_.spread(value, graph_[x].type.shape, {});
    const Part& part = parts[k];
    std::vector<Part> rest(parts.begin() + static_cast<std::ptrdiff_t>(k) + 1, parts.end());
    const std::int64_t removed = axes_lost(part);
    for (Part& each : rest) each.axis -= removed;
    const Id inner = write(read(x, {part}), rest, 0, value);
    return graph_.add(Op::scatter_set, {x, positions(part), inner}, {{"axis", part.axis}});
  }

 private:
  bool is_whole(Id x, const Part& part) const {
    return part.kind == Kind::slice && part.start == Dim(0) &&
           part.length == graph_[x].type.shape[static_cast<std::size_t>(part.axis)];
  }

  /// By how many the axes behind the part move forward.
  std::int64_t axes_lost(const Part& part) const {
    if (part.kind == Kind::at) return 1;
    return part.kind == Kind::gather ? 1 - static_cast<std::int64_t>(graph_[part.position].type.rank()) : 0;
  }

  Id number(const Dim& dim) { return graph_.add(Op::dim_value, {}, {{"dim", Shape{dim}}}); }

  /// Each position along the axis: what scatter_set writes to.
  Id positions(const Part& part) {
    if (part.kind == Kind::at || part.kind == Kind::gather) return part.position;
    const Id first =
        part.kind == Kind::slice ? number(part.start) : builder_.convert(part.position, Dtype::i64);
    const Id counting = graph_.add(Op::iota, {}, {{"axis", std::int64_t{0}}, {"shape", Shape{part.length}}});
    return builder_.point(Op::add, {first, counting});
  }

  void check_window(Id x, const Part& part) {
    if (part.length == Dim(0)) return;
    const Id first = builder_.convert(part.position, Dtype::i64);
    const Id last = builder_.point(Op::add, {first, number(part.length - Dim(1))});
    const auto both = [&] {
      builder_.check_positions(x, first, part.axis);
      builder_.check_positions(x, last, part.axis);
      return 0;
    };
    if (builder_.bounds.never_negative(part.length - Dim(1))) {
      both();
      return;
    }
    const Id zero = builder_.splat_integer(0, {Dtype::i64, {}});
    builder_.where(graph_.add(Op::lt, {zero, number(part.length)}), both);
  }

  /// Static parts: slices, and positions that are known after all.
  Id slice(Id x, std::vector<Part>& parts) {
    const Shape whole = graph_[x].type.shape;
    Shape start(whole.size(), Dim(0)), shape = whole;
    std::vector<std::int64_t> removed;
    for (const Part& part : parts) {
      const auto axis = static_cast<std::size_t>(part.axis);
      const auto known = known_position(part, whole[axis]);
      if (part.kind == Kind::slice) {
        start[axis] = part.start;
        shape[axis] = part.length;
      } else if (known) {
        start[axis] = *known;
        shape[axis] = 1;
        removed.push_back(part.axis);
      }
    }
    if (shape != whole)
      x = graph_.add(
          Op::slice, {x},
          {{"start", start}, {"shape", shape}, {"stride", std::vector<std::int64_t>(whole.size(), 1)}});
    std::erase_if(parts, [&](const Part& part) {
      return part.kind == Kind::slice ||
             std::find(removed.begin(), removed.end(), part.axis) != removed.end();
    });
    return without_axes(x, removed, parts);
  }

  Id without_axes(Id x, const std::vector<std::int64_t>& removed, std::vector<Part>& rest) {
    if (removed.empty()) return x;
    Shape shape = graph_[x].type.shape;
    for (auto axis = removed.rbegin(); axis != removed.rend(); ++axis) shape.erase(shape.begin() + *axis);
    move_forward(rest, removed);
    return graph_.add(Op::reshape, {x}, {{"shape", shape}});
  }

  static void move_forward(std::vector<Part>& parts, const std::vector<std::int64_t>& removed) {
    for (Part& part : parts)
      part.axis -=
          std::count_if(removed.begin(), removed.end(), [&](std::int64_t axis) { return axis < part.axis; });
  }

  /// A position that is a number, inside of the axis as far as its extent is known.
  std::optional<Dim> known_position(const Part& part, const Dim& extent) const {
    if (part.kind != Kind::at) return std::nullopt;
    const auto known = known_scalar(graph_, part.position);
    if (!known) return std::nullopt;
    const std::int64_t position = std::get<std::vector<std::int64_t>>(known->elements)[0];
    const auto size = extent.constant();
    return position >= 0 && (!size || position < *size) ? std::optional(Dim(position)) : std::nullopt;
  }

  Id at(Id x, std::vector<Part>& parts) {
    std::vector<Id> operands{x};
    std::vector<std::int64_t> axes;
    for (const Part& part : parts) {
      if (part.kind != Kind::at) continue;
      operands.push_back(part.position);
      axes.push_back(part.axis);
    }
    if (axes.empty()) return x;
    std::erase_if(parts, [](const Part& part) { return part.kind == Kind::at; });
    move_forward(parts, axes);
    return graph_.add(Op::at, std::move(operands), {{"axes", axes}});
  }

  /// A slice from a position on: the elements there, one after the other.
  Id window(Id x, const Part& part) {
    const Id first = builder_.convert(part.position, Dtype::i64);
    const std::vector<Id> stacked = builder_.stacked({part.length}, [&](const std::vector<Id>& indices) {
      const Id position = builder_.point(Op::add, {first, indices[0]});
      return std::vector<Id>{
          graph_.add(Op::at, {x, position}, {{"axes", std::vector<std::int64_t>{part.axis}}})};
    });
    if (part.axis == 0) return stacked[0];
    std::vector<std::int64_t> permutation;
    const auto rank = static_cast<std::int64_t>(graph_[stacked[0]].type.rank());
    for (std::int64_t axis = 1; axis < rank; ++axis) permutation.push_back(axis);
    permutation.insert(permutation.begin() + part.axis, 0);
    return graph_.add(Op::transpose, {stacked[0]}, {{"permutation", permutation}});
  }

  Builder& builder_;
  Graph& graph_;
};

}  // namespace

Value Builder::index(const typed::IndexExpr& expr, Frame& frame) {
  const Value object = evaluate(*expr.object, frame);
  const std::vector<Part> parts = resolved(*this, expr.parts, frame);
  Access access(*this);
  bool checked = false;
  return map_leaves(object, [&](Id x) {
    std::vector<Part> placed = parts;
    place(placed, graph[x].type.rank(), object.is_tree());
    for (const Part& part : placed)
      if (!checked) access.check(x, part);
    checked = true;
    return access.read(x, placed);
  });
}

Value Builder::update(const typed::UpdateExpr& expr, Frame& frame) {
  const Id x = tensor(*expr.object, frame);
  std::vector<Part> parts = resolved(*this, expr.parts, frame);
  place(parts, graph[x].type.rank(), false);
  Access access(*this);
  for (const Part& part : parts) access.check(x, part);
  const Id value = tensor(*expr.value, frame);
  return Value::tensor(access.write(x, parts, 0, value));
}

}  // namespace dp
