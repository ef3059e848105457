#include "tests/support/rule_samples.h"

#include <set>

#include "ir/infer.h"

namespace dp::test {
namespace {

void collect_letters(const Pattern& pattern, std::set<char>& letters) {
  if (pattern.kind == Pattern::Kind::variable) letters.insert(pattern.letter);
  for (const Pattern& operand : pattern.operands) collect_letters(operand, letters);
}

/// The type of the whole: that of the letters, except that comparisons and tests give bools.
Type root_type(const Pattern& pattern, const Type& letter) {
  const TypeClass types = pattern.kind == Pattern::Kind::apply ? info(pattern.op).types : TypeClass::none;
  const bool gives_bool =
      types == TypeClass::compare || types == TypeClass::test || types == TypeClass::logic;
  return gives_bool ? Type{Dtype::boolean, letter.shape} : letter;
}

Graph side(const Rule& rule, const Pattern& pattern, const Type& type, double c, double d) {
  std::set<char> letters;
  collect_letters(rule.pattern, letters);
  Graph graph;
  graph.name = "rule";
  Bindings bindings = unbound;
  for (const char letter : letters) {
    const bool constant = letter == 'c' || letter == 'd';
    const Type letter_type{letter == 'p' ? Dtype::boolean : type.dtype, type.shape};
    bindings[static_cast<std::size_t>(letter - 'a')] =
        constant ? constant_splat(graph, letter == 'c' ? c : d, type)
                 : graph.input(std::string(1, letter), letter_type);
  }
  const auto make = [&](Op op, std::vector<Id> operands, Attributes attributes) {
    return graph.add(op, std::move(operands), std::move(attributes));
  };
  graph.outputs = {{"", build(graph, pattern, bindings, root_type(rule.pattern, type), make)}};
  return graph;
}

}  // namespace

std::vector<RuleSample> rule_samples(const Rule& rule, const Shape& shape, double c, double d) {
  std::vector<RuleSample> samples;
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::boolean}) {
    if (!accepts(rule.types, dtype)) continue;
    const Type type{dtype, shape};
    samples.push_back(
        {dtype, side(rule, rule.pattern, type, c, d), side(rule, rule.replacement, type, c, d)});
  }
  return samples;
}

}  // namespace dp::test
