#include "ir/loops_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "ir/loops_text.h"
#include "ir/loops_walk.h"

namespace dp::loops {
namespace {

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

std::string cleaned(std::string_view name, std::string_view otherwise) {
  std::string result(name.empty() ? otherwise : name);
  for (char& c : result) {
    if (!is_letter(c)) c = '_';
  }
  if (std::isalpha(static_cast<unsigned char>(result.front())) == 0 && result.front() != '_')
    result.insert(0, "_");
  while (result.back() == '.') result.back() = '_';
  // `a..b` would read as a range.
  for (std::size_t at = result.find(".."); at != std::string::npos; at = result.find(".."))
    result.replace(at, 2, "_");
  return result;
}

std::string unused(std::string_view name, std::string_view otherwise, std::set<std::string>& taken) {
  const std::string base = cleaned(name, otherwise);
  std::string candidate = base;
  for (int number = 2; is_reserved(candidate) || taken.contains(candidate); ++number) {
    candidate = fmt::format("{}_{}", base, number);
  }
  taken.insert(candidate);
  return candidate;
}

struct Namer {
  const Module& module;
  Names& names;
  std::set<std::string> taken;

  void name_body(const Body& body) {
    for (const Stmt& statement : body) {
      for (const VariableId variable : variables_bound(statement)) name_variable(variable);
      if (const auto inside = value_inside(statement)) name_value(*inside);
      if (const Body* inner = body_of(statement)) name_body(*inner);
      for (const ValueId value : values_given(statement)) name_value(value);
    }
  }
  // An unnamed variable stays so: it is the one of an extent that is not there.
  void name_variable(VariableId variable) {
    const std::string& given = module.variable_names[variable];
    if (!given.empty()) names.variables[variable] = unused(given, "i", taken);
  }
  void name_value(ValueId value) { names.values[value] = unused(module.value_names[value], "v", taken); }
};

}  // namespace

Names unique_names(const Module& module) {
  Names names;
  names.module = cleaned(module.name, "main");
  names.variables.resize(module.variable_names.size());
  names.values.resize(module.value_names.size());
  std::set<std::string> buffers;
  for (const Buffer& buffer : module.buffers) names.buffers.push_back(unused(buffer.name, "t", buffers));
  std::set<std::string> functions;
  for (const Function& function : module.functions) {
    names.functions.push_back(unused(function.name, "k", functions));
    Namer{module, names, buffers}.name_body(function.body);
  }
  return names;
}

}  // namespace dp::loops
