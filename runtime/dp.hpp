// The C interface of runtime/dp.h for C++17: handles that free themselves, failures as exceptions. Nothing
// else is added; what the functions mean stands there.
#ifndef DP_HPP
#define DP_HPP

#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "dp.h"

namespace dp::host {

/// `what()` is the whole text of the failure; `get()` its parts.
class Failure : public std::runtime_error {
 public:
  explicit Failure(dp_failure* failure)
      : std::runtime_error(dp_failure_text(failure)), failure_(failure, dp_free_failure) {}
  const dp_failure* get() const { return failure_.get(); }
  int failure_class() const { return dp_failure_class(get()); }

 private:
  std::shared_ptr<dp_failure> failure_;
};

inline void check(dp_failure* failure) {
  if (failure != nullptr) throw Failure(failure);
}

/// A function compiled for known sizes.
class Compiled {
 public:
  explicit Compiled(dp_compiled* compiled) : compiled_(compiled, dp_free_compiled) {}
  const dp_compiled* get() const { return compiled_.get(); }
  const dp_tensor_info& input(std::size_t index) const { return checked(dp_input_at(get(), index)); }
  const dp_tensor_info& output(std::size_t index) const { return checked(dp_output_at(get(), index)); }

  /// On the caller's buffers, one for each input and output; nothing is copied.
  void run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
           void* workspace = nullptr) const {
    if (inputs.size() != dp_input_count(get()) || outputs.size() != dp_output_count(get()))
      throw std::invalid_argument("as many buffers are needed as there are inputs and outputs");
    check(dp_run(get(), inputs.data(), outputs.data(), workspace));
  }

 private:
  static const dp_tensor_info& checked(const dp_tensor_info* info) {
    if (info == nullptr) throw std::out_of_range("there are not so many inputs or outputs");
    return *info;
  }
  std::shared_ptr<dp_compiled> compiled_;
};

/// A program that was loaded.
class Program {
 public:
  static Program from_file(const std::string& path, const dp_options* options = nullptr) {
    dp_program* program = nullptr;
    check(dp_load_file(path.c_str(), options, &program));
    return Program(program);
  }
  static Program from_text(const std::string& name, const std::string& text,
                           const dp_options* options = nullptr) {
    dp_program* program = nullptr;
    check(dp_load_text(name.c_str(), text.data(), text.size(), options, &program));
    return Program(program);
  }
  const dp_program* get() const { return program_.get(); }

  Compiled compile(const std::string& function, std::initializer_list<dp_size> sizes = {}) const {
    dp_compiled* compiled = nullptr;
    check(dp_compile(get(), function.c_str(), sizes.begin(), sizes.size(), nullptr, 0, &compiled));
    return Compiled(compiled);
  }
  /// For inputs of these shapes.
  Compiled compile_for(const std::string& function,
                       const std::vector<std::vector<std::int64_t>>& shapes) const {
    std::vector<dp_shape> given;
    for (const auto& shape : shapes) given.push_back({shape.size(), shape.data()});
    dp_compiled* compiled = nullptr;
    check(dp_compile(get(), function.c_str(), nullptr, 0, given.data(), given.size(), &compiled));
    return Compiled(compiled);
  }

 private:
  explicit Program(dp_program* program) : program_(program, dp_free_program) {}
  std::shared_ptr<dp_program> program_;
};

}  // namespace dp::host

#endif
