// Simplified graphs give the same numbers: exact rules the same bits on all awkward values, the others the
// same within rounding where the mathematics is defined. The interpreter is the judge.

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

#include "ir/interpret.h"
#include "ir/print.h"
#include "passes/rules.h"
#include "passes/simplify.h"
#include "tests/support/op_samples.h"
#include "tests/support/rule_samples.h"

namespace dp {
namespace {

template <class F>
std::vector<double> awkward_reals() {
  using limits = std::numeric_limits<F>;
  return {0.0,
          -0.0,
          1,
          -1,
          0.5,
          -2,
          3.7,
          F(0.1),
          F(-1e-3),
          1e6,
          7,
          49,
          limits::infinity(),
          -limits::infinity(),
          limits::quiet_NaN(),
          limits::denorm_min(),
          -limits::denorm_min(),
          limits::min(),
          limits::max(),
          limits::lowest(),
          limits::epsilon()};
}

template <class I>
std::vector<std::int64_t> awkward_integers() {
  using limits = std::numeric_limits<I>;
  return {0, 1, -1, 2, -3, 7, 31, 64, 1000003, limits::max(), limits::min(), limits::min() + 1};
}

/// The awkward values of a scalar type, as an array of one axis.
Array awkward(Dtype dtype) {
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  switch (dtype) {
    case Dtype::f32: reals = awkward_reals<float>(); break;
    case Dtype::f64: reals = awkward_reals<double>(); break;
    case Dtype::i32: integers = awkward_integers<std::int32_t>(); break;
    case Dtype::i64: integers = awkward_integers<std::int64_t>(); break;
    default: integers = {0, 1}; break;
  }
  Array array(dtype, {static_cast<std::int64_t>(reals.size() + integers.size())});
  for (std::size_t k = 0; k < reals.size(); ++k) array.set_real(static_cast<std::int64_t>(k), reals[k]);
  for (std::size_t k = 0; k < integers.size(); ++k)
    array.set_integer(static_cast<std::int64_t>(k), integers[k]);
  return array;
}

void copy_element(Array& to, std::int64_t position, const Array& from, std::int64_t source) {
  if (is_real(to.dtype())) {
    to.set_real(position, from.real(source));
  } else {
    to.set_integer(position, from.integer(source));
  }
}

/// Inputs in which every combination of awkward values occurs once: element k of them is combination k.
std::vector<Array> combinations(const Graph& graph) {
  std::int64_t count = 1;
  for (const Id id : graph.inputs) count *= awkward(graph[id].type.dtype).count();
  std::vector<Array> inputs;
  std::int64_t period = 1;
  for (const Id id : graph.inputs) {
    const Array values = awkward(graph[id].type.dtype);
    Array input(values.dtype(), {count});
    for (std::int64_t k = 0; k < count; ++k) copy_element(input, k, values, k / period % values.count());
    period *= values.count();
    inputs.push_back(std::move(input));
  }
  return inputs;
}

bool same_bits(const Array& a, const Array& b, std::int64_t k) {
  if (!is_real(a.dtype())) return a.integer(k) == b.integer(k);
  const double x = a.real(k), y = b.real(k);
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  return x == y && std::signbit(x) == std::signbit(y);
}

bool near(const Array& a, const Array& b, std::int64_t k) {
  if (!is_real(a.dtype())) return a.integer(k) == b.integer(k);
  const double tolerance = a.dtype() == Dtype::f32 ? 1e-5 : 1e-13;
  return std::abs(a.real(k) - b.real(k)) <= tolerance * std::max(1.0, std::abs(a.real(k)));
}

template <class Same>
void check_equal(const Graph& one, const Graph& other, const std::vector<Array>& inputs, Same same) {
  const Result<std::vector<Array>> left = interpret(one, inputs), right = interpret(other, inputs);
  REQUIRE(left);
  if (!right) FAIL(right.error().message);
  for (std::size_t output = 0; output < left->size(); ++output) {
    const Array &a = (*left)[output], &b = (*right)[output];
    REQUIRE(a.shape() == b.shape());
    for (std::int64_t k = 0; k < a.count(); ++k) {
      if (same(a, b, k)) continue;
      for (const Array& input : inputs) {
        if (input.count() == a.count()) UNSCOPED_INFO("input " << input.real(k));
      }
      UNSCOPED_INFO(print(one) << print(other));
      UNSCOPED_INFO("element " << k << ": " << a.real(k) << " and " << b.real(k));
      CHECK(same(a, b, k));
      return;
    }
  }
}

/// The values that a constant letter is tried with, where the rule has one.
std::vector<double> constants_for(const Rule& rule) {
  const bool has_constant = rule.pattern_text.find('c') != std::string_view::npos;
  if (!has_constant || rule.kind != RuleKind::exact) return {3};
  return {0.0, -0.0, 1, -1, 0.5, -2, 1e6, std::numeric_limits<double>::infinity(), std::nan("")};
}

/// Shapes must agree with the number of combinations.
Shape shape_for(const Rule& rule, Dtype dtype) {
  for (const test::RuleSample& sample : test::rule_samples(rule)) {
    if (sample.dtype == dtype) return {combinations(sample.pattern)[0].count()};
  }
  return {};
}

bool is_whole(double value) { return std::trunc(value) == value && std::abs(value) < 1e9; }

TEST_CASE("exact rules give the same bits on all awkward values", "[rules]") {
  for (const Rule& rule : all_rules()) {
    if (rule.kind != RuleKind::exact) continue;
    for (const test::RuleSample& found : test::rule_samples(rule)) {
      for (const double c : constants_for(rule)) {
        if (!is_real(found.dtype) && !is_whole(c)) continue;
        for (const test::RuleSample& sample : test::rule_samples(rule, shape_for(rule, found.dtype), c)) {
          if (sample.dtype != found.dtype) continue;
          CAPTURE(std::string(rule.pattern_text), std::string(name(sample.dtype)), c);
          check_equal(sample.pattern, sample.replacement, combinations(sample.pattern), same_bits);
        }
      }
    }
  }
}

TEST_CASE("the test of exactness finds rules that are not", "[rules]") {
  const auto claims_exact = [](std::string_view pattern, std::string_view replacement) {
    const Rule rule{RuleKind::exact, TypeClass::real,         pattern,
                    replacement,     *parse_pattern(pattern), *parse_pattern(replacement)};
    const test::RuleSample sample = test::rule_samples(rule, shape_for(rule, Dtype::f32)).front();
    const std::vector<Array> inputs = combinations(sample.pattern);
    const Result<std::vector<Array>> left = interpret(sample.pattern, inputs),
                                     right = interpret(sample.replacement, inputs);
    for (std::int64_t k = 0; k < (*left)[0].count(); ++k) {
      if (!same_bits((*left)[0], (*right)[0], k)) return false;
    }
    return true;
  };
  CHECK(claims_exact("x * 1", "x"));
  CHECK_FALSE(claims_exact("x + 0", "x"));
  CHECK_FALSE(claims_exact("x * 0", "0"));
  CHECK_FALSE(claims_exact("x - x", "0"));
  CHECK_FALSE(claims_exact("neg(x - y)", "y - x"));
  CHECK_FALSE(claims_exact("max(x, y)", "max(y, x)"));
  CHECK_FALSE(claims_exact("x / 10", "x * 0.1"));
}

TEST_CASE("the other rules hold of real numbers", "[rules]") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> distribution(0.2, 3);
  for (const Rule& rule : all_rules()) {
    if (rule.kind == RuleKind::exact) continue;
    for (const test::RuleSample& sample : test::rule_samples(rule, {50})) {
      CAPTURE(std::string(rule.pattern_text), std::string(name(sample.dtype)));
      std::vector<Array> inputs;
      for (const Id id : sample.pattern.inputs) {
        Array input(sample.pattern[id].type.dtype, {50});
        for (std::int64_t k = 0; k < 50; ++k) input.set_real(k, distribution(random));
        inputs.push_back(std::move(input));
      }
      check_equal(sample.pattern, sample.replacement, inputs, near);
    }
  }
}

/// Random elements from each input's domain; for reals awkward ones among them.
std::vector<Array> draw(const test::OpSample& sample, std::mt19937& random) {
  std::vector<Array> inputs;
  for (std::size_t k = 0; k < sample.graph.inputs.size(); ++k) {
    const Type& type = sample.graph[sample.graph.inputs[k]].type;
    Array input(type.dtype, *constants(type.shape));
    const Array odd = awkward(type.dtype);
    std::uniform_real_distribution<double> real(sample.domains[k].low, sample.domains[k].high);
    for (std::int64_t element = 0; element < input.count(); ++element) {
      const double value = real(random);
      if (!is_real(type.dtype)) {
        input.set_integer(element, std::llround(value));
      } else if (random() % 4 == 0) {
        copy_element(input, element, odd,
                     static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(odd.count())));
      } else {
        input.set_real(element, value);
      }
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

bool can_run(Op op) {
  return info(op).form != Form::level && info(op).form != Form::effect && op != Op::input;
}

TEST_CASE("every op gives the same bits simplified, and folded where its operands are known", "[simplify]") {
  std::mt19937 random(3);
  for (const test::OpSample& sample : test::all_op_samples()) {
    if (!can_run(sample.op)) continue;
    CAPTURE(sample.label);
    const std::vector<Array> inputs = draw(sample, random);
    check_equal(sample.graph, simplify(sample.graph, {}), inputs, same_bits);
    Graph known;
    std::vector<Id> ids(sample.graph.size(), no_id);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      Literal literal;
      std::vector<double> reals;
      std::vector<std::int64_t> integers;
      for (std::int64_t element = 0; element < inputs[k].count(); ++element) {
        if (is_real(inputs[k].dtype()))
          reals.push_back(inputs[k].real(element));
        else
          integers.push_back(inputs[k].integer(element));
      }
      if (is_real(inputs[k].dtype()))
        literal.elements = reals;
      else
        literal.elements = integers;
      const Id id = sample.graph.inputs[k];
      ids[id] = known.add(Op::constant, {}, {{"value", literal}}, sample.graph[id].type);
    }
    for (const Id id : live_nodes(sample.graph)) {
      const Node& node = sample.graph[id];
      if (node.op == Op::input) continue;
      std::vector<Id> operands;
      for (const Id operand : node.operands) operands.push_back(ids[operand]);
      ids[id] = known.add(node.op, operands, node.attributes, node.type);
    }
    known.outputs = {{"", ids[sample.graph.outputs[0].node]}};
    const Graph folded = simplify(known, {});
    check_equal(known, folded, {}, same_bits);
    const bool small = element_count(known[known.outputs[0].node].type.shape) <= Dim(16);
    if (small && info(sample.op).form == Form::eval) CHECK(folded[folded.outputs[0].node].op == Op::constant);
  }
}

}  // namespace
}  // namespace dp
