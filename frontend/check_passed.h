#pragma once
// The arguments of one call that are functions. They are checked after the others, which tell what the
// functions take; what the functions give tells the rest of the callee's dimensions.

#include "frontend/check_calls.h"
#include "frontend/check_function_values.h"
#include "frontend/check_match.h"

namespace dp::checker {

class PassedFunctions {
 public:
  PassedFunctions(Body& body, const FunctionRecord& function, const CallSite& site)
      : body_(body), function_(function), callee_(*function.typed), site_(site) {}

  /// Whether that parameter of the callee is a function.
  bool takes(std::size_t parameter) const;
  /// Remembers what is given for it, null for the default; `written` is its place in the signature. False,
  /// and reported, where a value is given.
  bool add(std::size_t parameter, const Argument* given, std::size_t written);
  /// Checks them, in the order of the parameters. Reports what does not fit.
  bool match(Matcher& matcher);
  /// Puts them among the values, now that all dimensions are known.
  bool settle(const typed::Instance& instance, std::vector<Value>& values);

 private:
  struct Passed {
    std::size_t parameter;
    const ast::Expr* syntax;
    bool is_default;
    PassedFunction function;
  };

  const typed::FunctionType& type_of(const Passed& each) const;
  bool match_one(Matcher& matcher, Passed& each);
  PassedFunction check(const Passed& each, const std::vector<typed::Type>& types);
  void report(const Passed& each, const typed::FunctionType& wanted, const typed::Type& found);

  Body& body_;
  const FunctionRecord& function_;
  const typed::Function& callee_;
  const CallSite& site_;
  std::vector<Passed> passed_;
};

}  // namespace dp::checker
