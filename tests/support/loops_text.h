#pragma once
// Small loop modules as text, for the tests of the loop IR.

#include <catch2/catch.hpp>
#include <string>

#include "ir/loops.h"

namespace dp::test {

/// A module text around the kernels, with what they use declared.
inline std::string module_of(std::string_view arguments, std::string_view results,
                             std::string_view declarations, std::string_view kernel) {
  return "module test {\n  arguments " + std::string(arguments) + "\n  results " + std::string(results) +
         "\n  arena 256 bytes\n" + std::string(declarations) + "  kernel k0 \"\" {\n" + std::string(kernel) +
         "  }\n}\n";
}

inline loops::Module parsed(const std::string& text) {
  const Result<loops::Module> module = loops::parse(text);
  if (!module) FAIL(module.error().message);
  return *module;
}

inline const std::string softmax = module_of("f32[320]", "\"y\": f32[320]",
                                             "  input x: f32[320] 0\n"
                                             "  output y: f32[320] 0\n"
                                             "  local e: f32[10]\n",
                                             "    parallel for i in 0..32 {\n"
                                             "      reduce lanes k in 0..10 {\n"
                                             "        m = max(x[i * 10 + k])\n"
                                             "      }\n"
                                             "      reduce lanes k_2 in 0..10 {\n"
                                             "        let v = exp(x[i * 10 + k_2] - m)\n"
                                             "        store e[k_2] = v\n"
                                             "        s = sum(v)\n"
                                             "      }\n"
                                             "      vector for j in 0..10 {\n"
                                             "        store y[i * 10 + j] = e[j] / s\n"
                                             "      }\n"
                                             "    }\n");

}  // namespace dp::test
