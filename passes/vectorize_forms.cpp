// The ops whose meaning does not change with leading axes: operands aligned, axes moved on by their number.

#include <algorithm>

#include "passes/patterns.h"
#include "passes/vectorize_frame.h"
#include "support/assert.h"

namespace dp::vectorizer {
namespace {

std::vector<Batched> operands_of(Frame& frame, const Node& node) {
  std::vector<Batched> operands;
  for (const Id id : node.operands) operands.push_back(frame.value(id));
  return operands;
}

/// The op over operands that have all loops.
Batched on_all(Frame& frame, const Node& node, const std::vector<Batched>& operands, Attributes attributes) {
  const Loops loops = joined(operands);
  std::vector<Id> ids;
  for (const Batched& operand : operands) ids.push_back(aligned(frame, operand, loops).value.id);
  return {{&frame.target, frame.target.add(node.op, std::move(ids), std::move(attributes))}, loops};
}

/// scatter_add(0, i, v), perhaps in another shape.
std::optional<Node> scattered_sum(const Frame& frame, const Expression& x) {
  const Node& node = x.node();
  if (node.op == Op::reshape) return scattered_sum(frame, {x.graph, node.operands[0]});
  if (node.op != Op::scatter_add) return std::nullopt;
  const Node& base = frame.target[node.operands[0]];
  const bool adds_to_zero = real_splat(base) == 0 || integer_splat(base) == 0;
  return adds_to_zero ? std::optional(node) : std::nullopt;
}

/// x + parts laid into zeros: the parts added to x itself, since a step of a loop should cost no more than
/// what it changes.
std::optional<Batched> add_in_place(const Frame& frame, const Batched& x, const Batched& y) {
  if (x.loops != y.loops) return std::nullopt;
  const std::optional<Node> scatter = scattered_sum(frame, y.value);
  if (!scatter) return std::nullopt;
  const Shape shape = y.value.shape();
  const Expression base = reshape(x.value, scatter->type.shape);
  Graph& graph = frame.target;
  const Expression sum{
      &graph,
      graph.add(Op::scatter_add, {base.id, scatter->operands[1], scatter->operands[2]}, scatter->attributes)};
  return Batched{reshape(sum, shape), x.loops};
}

Shape behind(const Batched& x, const Shape& part) {
  Shape shape(x.value.shape().begin(), x.value.shape().begin() + static_cast<std::ptrdiff_t>(x.depth()));
  shape.insert(shape.end(), part.begin(), part.end());
  return shape;
}

/// `first` for each loop, then what an attribute says of the part's axes.
template <class Element>
std::vector<Element> led_by(const Batched& x, const Element& first, const std::vector<Element>& part) {
  std::vector<Element> all(x.depth(), first);
  all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The attributes of a move of x's part, for the whole of x.
Attributes moved_on(const Batched& x, const Node& node) {
  Attributes attributes = node.attributes;
  for (Attribute& attribute : attributes) {
    if (attribute.name == "shape") attribute.value = behind(x, node.dims("shape"));
    if (attribute.name == "start" || attribute.name == "low")
      attribute.value = led_by(x, Dim(0), node.dims(attribute.name));
    if (attribute.name == "stride") attribute.value = led_by(x, std::int64_t{1}, node.integers("stride"));
    if (attribute.name == "axis")
      attribute.value = node.integer("axis") + static_cast<std::int64_t>(x.depth());
    if (attribute.name == "axes" || attribute.name == "permutation") {
      const bool is_set = node.op == Op::flip || info(node.op).form == Form::reduce;
      const Axes before = is_set ? Axes{} : axes_between(0, x.depth());
      attribute.value = concatenated(before, shifted(node.integers(attribute.name), x.depth()));
    }
  }
  return attributes;
}

Batched on_part(Frame& frame, const Node& node, const Batched& x) {
  return {{&frame.target, frame.target.add(node.op, {x.value.id}, moved_on(x, node))}, x.loops};
}

/// Operands that share their loops, moved on along with the axis.
Batched side_by_side(Frame& frame, const Node& node) {
  const std::vector<Batched> operands = operands_of(frame, node);
  const Batched model = aligned(frame, operands[0], joined(operands));
  return on_all(frame, node, operands, moved_on(model, node));
}

/// Positions of a neighbour's part are outside, though they lie in the tensor: they are moved inside first.
bool needs_no_clamp(const Batched& x, const Batched& index) { return shared(x.loops, index.loops).empty(); }

Batched gathered(Frame& frame, const Node& node) {
  const Batched x = frame.value(node.operands[0]), index = frame.value(node.operands[1]);
  return read_at(frame, x, {{node.integer("axis"), index, needs_no_clamp(x, index)}});
}

Batched scattered(Frame& frame, const Node& node) {
  const Batched x = frame.value(node.operands[0]), index = frame.value(node.operands[1]);
  const Place place{node.integer("axis"), index, index.loops.empty()};
  return write_at(frame, node.op, x, {place}, frame.value(node.operands[2]), {});
}

/// One side of a product: its operand, its guard where it has one, and its axes.
struct Side {
  Batched x;
  std::optional<Batched> guard;
  Axes batch, summed;
};

Side side_of(Frame& frame, const Node& node, std::size_t k) {
  Side side{frame.value(node.operands[k]), {}, {}, {}};
  if (node.op == Op::guarded_dot) {
    const Batched guard = frame.value(node.operands[k + 2]);
    const Loops loops = joined(std::vector{side.x, guard});
    side.x = aligned(frame, side.x, loops);
    side.guard = aligned(frame, guard, loops);
  }
  side.batch = axes_of_part(side.x, node.integers(k == 0 ? "batch_x" : "batch_y"));
  side.summed = axes_of_part(side.x, node.integers(k == 0 ? "sum_x" : "sum_y"));
  return side;
}

std::size_t kept_axes(const Side& side) { return side.x.rank() - side.batch.size() - side.summed.size(); }

/// The product of the sides: loops that both depend on are batch axes, the others kept axes of their side.
Batched product(Frame& frame, Op op, const Side& x, const Side& y) {
  const Loops common = shared(x.x.loops, y.x.loops);
  const Loops of_x = without(x.x.loops, common), of_y = without(y.x.loops, common);
  std::vector<Id> operands{x.x.value.id, y.x.value.id};
  if (x.guard) operands.insert(operands.end(), {x.guard->value.id, y.guard->value.id});
  const Attributes attributes{{"batch_x", concatenated(axes_of_loops(x.x, common), x.batch)},
                              {"batch_y", concatenated(axes_of_loops(y.x, common), y.batch)},
                              {"sum_x", x.summed},
                              {"sum_y", y.summed}};
  const Expression result{&frame.target, frame.target.add(op, std::move(operands), attributes)};
  // [common, batch, loops of x, rest of x, loops of y, rest of y]
  const std::size_t batch = common.size(), x_loops = batch + x.batch.size(), x_rest = x_loops + of_x.size(),
                    y_loops = x_rest + kept_axes(x), y_rest = y_loops + of_y.size(),
                    end = y_rest + kept_axes(y);
  Axes order = axes_between(0, batch);
  for (const Axes& more :
       {axes_between(x_loops, x_rest), axes_between(y_loops, y_rest), axes_between(batch, x_loops),
        axes_between(x_rest, y_loops), axes_between(y_rest, end)})
    order.insert(order.end(), more.begin(), more.end());
  return {transpose(result, order), concatenated(common, concatenated(of_x, of_y))};
}

}  // namespace

Batched emit_pointwise(Frame& frame, const Node& node) {
  const std::vector<Batched> operands = operands_of(frame, node);
  if (node.op == Op::add) {
    if (auto sum = add_in_place(frame, operands[0], operands[1])) return *sum;
    if (auto sum = add_in_place(frame, operands[1], operands[0])) return *sum;
  }
  return on_all(frame, node, operands, node.attributes);
}

Batched emit_call(Frame& frame, const Node& node) {
  return on_all(frame, node, operands_of(frame, node), node.attributes);
}

Batched emit_move(Frame& frame, const Node& node) {
  switch (node.op) {
    case Op::concat:
    case Op::take: return side_by_side(frame, node);
    case Op::gather: return gathered(frame, node);
    case Op::scatter_add:
    case Op::scatter_set: return scattered(frame, node);
    default: return on_part(frame, node, frame.value(node.operands[0]));
  }
}

Batched emit_reduce(Frame& frame, const Node& node) {
  if (auto sum = sum_of_puts(frame, node)) return *sum;
  const Batched x = frame.value(node.operands[0]);
  const bool over_loops = x.depth() > 0 || frame.source[node.operands[0]].op == Op::for_;
  if (node.op == Op::reduce_sum && over_loops) {
    if (auto sum = sum_of_products(x.value, shifted(node.integers("axes"), x.depth())))
      return {*sum, x.loops};
  }
  return on_part(frame, node, x);
}

Batched emit_dot(Frame& frame, const Node& node) {
  const Side x = side_of(frame, node, 0), y = side_of(frame, node, 1);
  // A matrix times each of many vectors: the vectors' loops come first without a transpose.
  const bool many_vectors = x.x.loops.empty() && !y.x.loops.empty() && kept_axes(y) == 0;
  return many_vectors ? product(frame, node.op, y, x) : product(frame, node.op, x, y);
}

Id emit_effect(Frame& frame, const Node& node) {
  std::vector<Batched> operands = operands_of(frame, node);
  if (frame.active) {
    // Lanes that have stopped are not checked. The last operand of a check, the first of a print, is whether.
    Graph& target = frame.target;
    Batched& taken = node.op == Op::print ? operands.front() : operands.back();
    const Loops loops = joined(std::vector{taken, *frame.active});
    const Batched all = aligned(frame, taken, loops), lanes = aligned(frame, *frame.active, loops);
    const Expression active = broadcast(lanes.value, axes_between(0, loops.size()), all.value.shape());
    taken = {node.op == Op::assert_ ? all.value | !active : all.value & active, loops};
    DP_ASSERT(taken.value.graph == &target, "a check of another frame");
  }
  Loops loops = joined(operands);
  std::ranges::sort(loops);
  DP_ASSERT(node.op != Op::print || loops.empty(), "a print in a parallel loop");
  std::vector<Id> ids;
  for (const Batched& operand : operands) ids.push_back(aligned(frame, operand, loops).value.id);
  return frame.target.add(node.op, std::move(ids), node.attributes);
}

}  // namespace dp::vectorizer
