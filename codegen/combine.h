#pragma once
// What a reduction does with one element, and with two partial results: on scalars, or on vectors lane by
// lane. The order in which it is done is emit_reduce.cpp's business.

#include "codegen/emitter.h"

namespace dp::codegen {

/// One term of a reduction. Its state is one value, or of argmax and argmin two: the best so far and its
/// position.
class Reduction {
 public:
  Reduction(Emitter& emitter, const loops::ReduceTerm& term, loops::ReduceOrder order);

  loops::ValueId value() const { return term_.value; }
  std::size_t state_size() const { return is_position() ? 2 : 1; }
  /// What changes nothing; of `lanes` lanes, or a scalar where that is 0.
  Values identity(unsigned lanes) const;
  /// The state after one more element, which the term's expressions give at this place. `position` counts
  /// elements; it is a scalar, or one a lane.
  Values next(const Values& state, llvm::Value* position) const;
  Values merged(const Values& a, const Values& b) const;
  /// The term's value, once all is in one state.
  llvm::Value* result(const Values& state) const;
  /// The value of no elements.
  llvm::Value* empty(unsigned lanes) const;
  bool is_position() const;

 private:
  Value merged(Value a, Value b) const;
  Value is_better(Value x, Value x_position, Value best, Value position) const;
  llvm::Constant* element(double real, std::int64_t integer) const;
  llvm::Constant* identity_element() const;

  Emitter& emitter_;
  const loops::ReduceTerm& term_;
  loops::ReduceOrder order_;
  llvm::Type* type_;
};

/// The states of several reductions, one after the other.
class Reductions {
 public:
  Reductions(Emitter& emitter, const loops::Reduce& reduce);

  Values identity(unsigned lanes) const;
  Values next(const Values& states, llvm::Value* position) const;
  Values merged(const Values& a, const Values& b) const;
  /// Gives each term's value to what follows.
  void bind(const Values& states) const;
  void bind_empty(unsigned lanes) const;

 private:
  template <class F>
  Values each(F f) const;

  Emitter& emitter_;
  std::vector<Reduction> terms_;
};

}  // namespace dp::codegen
