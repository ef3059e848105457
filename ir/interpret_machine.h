#pragma once
// What the interpreter needs to know of an element, once for bits (the formats of the language) and once for
// Quad (the reference). Both give the same functions, so that everything structural is written once over
// either.

#include <string>

#include "ir/evaluate.h"
#include "ir/graph.h"
#include "ir/quad.h"
#include "ir/reduction.h"

namespace dp::interpreter {

struct BitsMachine {
  using Element = Bits;
  static Element literal(const Literal& literal, std::size_t position, Dtype dtype);
  static Element of_integer(std::int64_t value, Dtype dtype);
  static std::int64_t integer(Element element, Dtype dtype);
  static Element evaluate(Op op, Dtype from, Dtype to, std::span<const Element> operands,
                          std::int64_t exponent);
  static Element random(Op op, std::span<const Element> operands);
  static std::string text(Element element, Dtype dtype);
  static bool is_nan(Element element, Dtype dtype);
  /// Whether a real, its fraction cut off, has a value in that integer type.
  static bool fits(Element element, Dtype from, Dtype to);

  using Reduction = dp::Reduction;
};

struct QuadMachine {
  using Element = Quad;
  static Element literal(const Literal& literal, std::size_t position, Dtype dtype);
  static Element of_integer(std::int64_t value, Dtype) { return static_cast<Quad>(value); }
  static std::int64_t integer(Element element, Dtype) { return static_cast<std::int64_t>(element); }
  static Element evaluate(Op op, Dtype from, Dtype to, std::span<const Element> operands,
                          std::int64_t exponent);
  static Element random(Op op, std::span<const Element> operands);
  static std::string text(Element element, Dtype dtype);
  static bool is_nan(Element element, Dtype) { return element != element; }
  static bool fits(Element element, Dtype from, Dtype to);

  /// As dp::Reduction, in one lane: quad precision needs no order.
  class Reduction {
   public:
    Reduction(Combine combine, ReduceOrder order, Dtype dtype);
    void feed(Element x, Element y, std::int64_t inner);
    Element result();

   private:
    Combine combine_;
    Dtype dtype_;
    Element best_ = 0;
    std::int64_t fed_ = 0, position_ = 0;
  };
};

}  // namespace dp::interpreter
