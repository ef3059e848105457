#include "frontend/typed_print.h"

#include <fmt/format.h>

#include "frontend/typed_text.h"

namespace dp::typed {
namespace {

std::string_view name_of(FieldDeclaration::Initial initial) {
  using Initial = FieldDeclaration::Initial;
  switch (initial) {
    case Initial::none: return "";
    case Initial::value: return "value";
    case Initial::normal: return "normal";
    case Initial::uniform: return "uniform";
    case Initial::glorot: return "glorot";
    case Initial::he: return "he";
    case Initial::orthogonal: return "orthogonal";
    case Initial::zeros: return "zeros";
    case Initial::ones: return "ones";
  }
  return "";
}

const std::vector<Variable> no_variables{};

std::string closed(const Expr& expression) { return ExpressionPrinter(no_variables).text(expression); }

std::string initial_text(const FieldDeclaration& field) {
  if (field.initial == FieldDeclaration::Initial::none) return "";
  if (field.value) return " = " + closed(*field.value);
  std::string result = " = " + std::string(name_of(field.initial));
  if (field.arguments.empty()) return result;
  result += "(";
  for (std::size_t k = 0; k < field.arguments.size(); ++k)
    result += (k ? ", " : "") + closed(*field.arguments[k]);
  return result + ")";
}

std::string field_text(const FieldDeclaration& field) {
  return fmt::format("{}{}: {}{}", field.state ? "state " : "", field.name, text(field.type),
                     initial_text(field));
}

std::string clauses_text(const Function& function) {
  std::string result;
  const auto add = [&](const auto& clause, std::string_view relation) {
    result += (result.empty() ? " where " : ", ");
    result += fmt::format("{} {} {}", clause.first.text(), relation, clause.second.text());
  };
  for (const auto& clause : function.equalities) add(clause, "==");
  for (const auto& clause : function.at_most) add(clause, "<=");
  return result;
}

std::string parameters_text(const Function& function, const ExpressionPrinter& printer) {
  std::string result;
  for (std::size_t k = 0; k < function.parameters.size(); ++k) {
    const VariableId id = function.parameters[k];
    const std::string marked = function.variables[id].marked ? "marked " : "";
    result +=
        fmt::format("{}{}{}: {}", k ? ", " : "", marked, printer.name(id), text(function.variables[id].type));
    if (k < function.defaults.size() && function.defaults[k])
      result += " = " + printer.text(*function.defaults[k]);
  }
  return result;
}

std::string function_text(const Function& function, int indent) {
  const ExpressionPrinter printer(function.variables);
  std::string dims;
  for (const std::string& name : function.dims) dims += (dims.empty() ? "" : ", ") + name;
  if (!dims.empty()) dims = "{" + dims + "}";
  return fmt::format("{}{}fn {}{}({}) -> {}{} = {}\n", function.exported ? "@export " : "",
                     function.remat ? "@remat " : "", function.name, dims, parameters_text(function, printer),
                     text(function.result), clauses_text(function),
                     function.body ? printer.text(*function.body, indent) : "?");
}

std::string layer_text(const Layer& layer) {
  std::string arguments;
  for (const std::string& name : layer.arguments) arguments += (arguments.empty() ? "" : ", ") + name;
  std::string result = fmt::format("layer {}({}) {{\n", layer.name, arguments);
  for (const FieldDeclaration& field : layer.fields) result += "  " + field_text(field) + "\n";
  for (const auto& function : layer.functions) result += "  " + function_text(*function, 1);
  return result + "}\n";
}

std::string struct_text(const Struct& structure) {
  std::string result = "struct " + structure.name + " {\n";
  for (const FieldDeclaration& field : structure.fields) result += "  " + field_text(field) + "\n";
  return result + "}\n";
}

std::string data_text(const Data& data) {
  std::string result = fmt::format("data {} from \"{}\" {{\n", data.name, data.source);
  const std::vector<Variable> raw{Variable{"columns", {}, {}, false}};
  for (const DataField& field : data.fields) {
    const std::string value = field.value ? ExpressionPrinter(raw).text(*field.value) : "columns";
    const std::string from = field.array.empty()
                                 ? fmt::format("{} columns from \"{}\"", field.columns.size(),
                                               field.columns.empty() ? "" : field.columns.front())
                                 : fmt::format("array \"{}\"", field.array);
    result += fmt::format("  {}: {} = {}, {}\n", field.name, text(field.type), value, from);
  }
  for (const auto& [part, size] : data.split) result += fmt::format("  split {} {}\n", part, size);
  for (const auto& [kind, field] : data.scalings) result += fmt::format("  {} {}\n", kind, field);
  return result + fmt::format("  seed {}\n}}\n", data.seed);
}

std::string optimizer_text(const Optimizer& optimizer) {
  std::string result = "optimizer " + optimizer.name + " {\n";
  for (const auto& each : optimizer.hyperparameters) {
    result += fmt::format("  {} {}{}\n", each.schedule ? "schedule" : "number", each.name,
                          each.initial ? " = " + closed(*each.initial) : "");
  }
  for (const auto& state : optimizer.states)
    result += fmt::format("  state {} = {}\n", state.name, closed(*state.initial));
  return result + "  " + function_text(optimizer.step, 1) + "}\n";
}

std::string train_data_text(const Train& train, const ExpressionPrinter& printer) {
  std::string names;
  for (VariableId id : train.batch_fields) {
    names += (names.empty() ? "" : ", ") + printer.name(id) + ": " + text(train.body.variables[id].type);
  }
  const std::string batch = train.batch ? fmt::format(", batch {}", *train.batch) : "";
  return fmt::format("  data {} from {}{}\n", names, train.data->name, batch);
}

std::string train_using_text(const Train& train, const ExpressionPrinter& printer) {
  std::string result = "  using " + train.optimizer->name;
  for (std::size_t k = 0; k < train.hyperparameters.size(); ++k) {
    result += fmt::format("{}{} = {}", k ? ", " : "(", train.optimizer->hyperparameters[k].name,
                          printer.text(*train.hyperparameters[k]));
  }
  if (!train.hyperparameters.empty()) result += ")";
  if (train.clip.limit) {
    const bool by_norm = train.clip.kind == Train::Clip::Kind::global_norm;
    result +=
        fmt::format(", clip = {}({})", by_norm ? "global_norm" : "value", printer.text(*train.clip.limit));
  }
  return result + "\n";
}

std::string train_text(const Train& train) {
  const ExpressionPrinter printer(train.body.variables);
  std::string result = "train " + train.name + " {\n";
  for (const auto& parameter : train.parameters) {
    result +=
        fmt::format("  {} {}{}\n", parameter.frozen ? "frozen" : "param", field_text(parameter.declaration),
                    parameter.from.empty() ? "" : " from \"" + parameter.from + "\"");
  }
  for (const WrtPath& path : train.freeze) result += "  freeze " + printer.path(path) + "\n";
  if (train.data) result += train_data_text(train, printer);
  for (const Statement& statement : train.statements) result += "  " + printer.text(statement, 1) + "\n";
  if (train.objective) {
    result +=
        fmt::format("  {} {}\n", train.maximize ? "maximize" : "minimize", printer.text(*train.objective, 1));
  }
  for (const auto& metric : train.metrics)
    result += fmt::format("  metric {} = {}\n", metric.name, printer.text(*metric.value, 1));
  if (train.optimizer) result += train_using_text(train, printer);
  return result + fmt::format("  run {} {}, seed = {}\n}}\n", train.count, train.epochs ? "epochs" : "steps",
                              train.seed);
}

}  // namespace

std::string print(const Module& module) {
  std::string result = module.double_precision ? "precision f64\n" : "";
  for (const DimDeclaration& dim : module.dims) result += fmt::format("dim {} = {}\n", dim.name, dim.size);
  for (const auto& each : module.constants) {
    result += fmt::format("const {}: {} = {}\n", each->name, text(each->type), closed(*each->value));
  }
  const auto add = [&result](const std::string& text) { result += (result.empty() ? "" : "\n") + text; };
  for (const auto& each : module.structs) add(struct_text(*each));
  for (const auto& each : module.layers) add(layer_text(*each));
  for (const auto& each : module.functions) add(function_text(*each, 0));
  for (const auto& each : module.data) add(data_text(*each));
  for (const auto& each : module.optimizers) add(optimizer_text(*each));
  for (const auto& each : module.trains) add(train_text(*each));
  for (const auto& each : module.tests)
    add(fmt::format("test \"{}\" {}", each->name, function_text(each->function, 0)));
  return result;
}

}  // namespace dp::typed
