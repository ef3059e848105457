#pragma once
// A call's arguments against the callee's parameter types: solves the callee's dimensions, its `..` and its
// `real`. Names are bound where they stand alone, from left to right; arithmetic is solved for what is left
// in the end.

#include "frontend/check_functions.h"
#include "frontend/check_value.h"

namespace dp::checker {

class Matcher {
 public:
  /// `lifted`: scalar parameters take tensors of any shape.
  Matcher(Body& caller, const typed::Function& callee, bool lifted)
      : body_(caller), callee_(callee), lifted_(lifted) {}

  /// False where the argument does not fit; then `mismatched_last_axis` tells whether only its last axis
  /// differs.
  bool match(const typed::Type& pattern, const Value& argument);
  /// Solves what stands in arithmetic. The index of the first argument (in the order of `match`) that does
  /// not fit.
  std::optional<std::size_t> solve_rest();
  /// The first dimension that nothing tells, if any.
  std::optional<std::string> unsolved() const;

  /// The first dimension in a parameter's type that nothing has told yet, `..` included.
  std::optional<std::string> unsolved_in(const typed::Type& pattern) const;

  /// Which argument (in the order of `match`) told a dimension of the callee first; nothing where none has.
  /// Why the arguments do not tell the dimension, where it occurs in them; else "".
  std::string why_unsolved(const std::string& name) const;
  std::optional<std::size_t> told_by(const std::string& dim) const;
  const Dim& solved(const std::string& dim) const { return instance_.dims.at(dim); }
  /// A pattern with what is known so far put in.
  typed::Type shown(const typed::Type& pattern) const;
  bool mismatched_last_axis() const { return mismatched_last_axis_; }
  typed::Instance& instance() { return instance_; }

 private:
  struct Later {
    Dim pattern, actual;
    std::size_t argument;
  };

  bool match_type(const typed::Type& pattern, const typed::Type& actual, Open open);
  bool match_tensor(const typed::TensorType& pattern, const typed::TensorType& actual, Open open);
  bool match_scalar(typed::Scalar pattern, typed::Scalar actual, Open open);
  bool match_shape(const typed::TensorShape& pattern, const typed::TensorShape& actual);
  bool match_layer(const typed::LayerType& pattern, const typed::LayerType& actual);
  bool match_dim(const Dim& pattern, const Dim& actual);
  bool match_bound(const typed::TensorType& pattern, const typed::TensorType& actual, Open open);
  bool is_callee_dim(const std::string& name) const;
  /// The pattern with solved names put in and the others renamed, so that they are not the caller's.
  Dim known_part(const Dim& pattern) const;
  /// Works on one of the `later_`: nothing where it must wait, else whether it fits.
  std::optional<bool> settle_one(const Later& later);

  Body& body_;
  const typed::Function& callee_;
  bool lifted_;
  typed::Instance instance_;
  bool real_is_bound_ = false;
  bool mismatched_last_axis_ = false;
  std::size_t arguments_ = 0;
  std::vector<Later> later_;
  std::map<std::string, std::size_t> told_by_;
};

}  // namespace dp::checker
