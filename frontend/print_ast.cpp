#include "frontend/print_ast.h"

#include <fmt/format.h>

#include "frontend/parse_operators.h"

namespace dp {
namespace {

using namespace ast;

/// Writes s-expressions; `list("if", a, b)` is `(if a b)`.
class Dumper {
 public:
  std::string take() { return std::move(text_); }

  template <class... Parts>
  void list(std::string_view head, const Parts&... parts) {
    text_ += text_.empty() || text_.back() == '(' || text_.back() == '\n' ? "(" : " (";
    text_ += head;
    (write(parts), ...);
    text_ += ')';
  }

  void write(const ExprPtr& expression) { expression ? write(*expression) : word("-"); }
  void write(const TypePtr& type) { type ? write(*type) : word("-"); }
  void write(const Expr& expression) {
    std::visit([this](const auto& node) { write(node); }, expression.node);
  }
  void write(const TypeExpr& type) {
    std::visit([this](const auto& node) { write(node); }, type.node);
  }
  void write(const Stmt& statement) {
    std::visit([this](const auto& node) { write(node); }, statement.node);
  }
  void write(const Decl& declaration) {
    std::visit([this](const auto& node) { write(node); }, declaration.node);
    text_ += '\n';
  }

 private:
  void word(std::string_view text) {
    if (!text_.empty() && text_.back() != '(' && text_.back() != '\n') text_ += ' ';
    text_ += text;
  }
  void write(std::string_view text) { word(text); }
  void write(const std::string& text) { word(text.empty() ? "_" : text); }
  void write(const char* text) { word(text); }
  void write(bool flag) { word(flag ? "yes" : "no"); }
  void write(const Name& name) { write(name.text); }
  template <class T>
  void write(const std::optional<T>& part) {
    if (part)
      write(*part);
    else
      word("-");
  }
  template <class T>
  void write(const std::vector<T>& parts) {
    word("[");
    for (const T& part : parts) write(part);
    text_ += ']';
  }

  // ---- expressions
  void write(const IntegerLiteral& node) { word(fmt::format("{}", node.value)); }
  void write(const RealLiteral& node) { word(fmt::format("{:a}", node.value)); }
  void write(const BoolLiteral& node) { word(node.value ? "true" : "false"); }
  void write(const StringLiteral& node) { word(fmt::format("\"{}\"", node.value)); }
  void write(const NameUse& node) { word(node.name); }
  void write(const Field& node) { list("field", node.object, node.field); }
  void write(const IndexItem& item) {
    constexpr std::array kinds{"at", "slice", "all", "ellipsis"};
    list(kinds[static_cast<std::size_t>(item.kind)], item.begin, item.end);
  }
  void write(const Index& node) { list("index", node.object, node.items); }
  void write(const Argument& argument) { list("argument", argument.name, argument.value); }
  void write(const Call& node) { list("call", node.callee, node.arguments); }
  void write(const Unary& node) { list(node.op == UnaryOp::not_ ? "not" : "negative", node.operand); }
  void write(const Binary& node) { list(row_of(node.op).spelling, node.left, node.right); }
  void write(const Pipe& node) { list("|>", node.value, node.target); }
  void write(const As& node) { list("as", node.value, node.pack, node.dims); }
  void write(const IfBranch& branch) { list("branch", branch.condition, branch.body); }
  void write(const If& node) { list("if", node.branches, node.otherwise); }
  void write(const Binder& binder) { list("binder", binder.name, binder.range); }
  void write(const For& node) { list("for", node.function, node.binders, node.filter, node.body); }
  void write(const Grad& node) {
    constexpr std::array kinds{"grad", "vjp", "jvp", "jacobian", "hessian"};
    list(kinds[static_cast<std::size_t>(node.kind)], node.of, node.wrt, node.with);
  }
  void write(const Tuple& node) { list("tuple", node.elements); }
  void write(const Stack& node) { list("stack", node.elements); }

  // ---- types
  void write(const DimList& dims) { list("dims", dims.pack, dims.dims); }
  void write(const NamedType& node) {
    list("type", node.module, node.name, node.bound, node.has_arguments, node.arguments, node.dims);
  }
  void write(const TupleType& node) { list("tuple-type", node.elements); }
  void write(const FunctionType& node) { list("fn-type", node.parameters, node.result); }

  // ---- statements
  void write(const Block& block) { list("block", block.statements); }
  void write(const Target& target) { list("target", target.name, target.items, target.parts); }
  void write(const Bind& node) {
    constexpr std::array ops{"=", "+=", "-=", "*=", "/="};
    list(ops[static_cast<std::size_t>(node.op)], node.target, node.value);
  }
  void write(const ExprStmt& node) { list("do", node.value); }
  void write(const Return& node) { list("return", node.value); }
  void write(const While& node) { list("while", node.condition, node.limit, node.body); }
  void write(const Assert& node) { list("assert", node.condition, node.message); }
  void write(const Print& node) { list("print", node.arguments); }

  // ---- declarations
  void write(const Parameter& node) { list("parameter", node.name, node.type, node.initial); }
  void write(const Function& node) {
    list("fn", node.name, node.parameters, node.result, node.where, node.remat, node.exported, node.body);
  }
  void write(const DimDecl::One& one) { list("size", one.name, one.size); }
  void write(const DimDecl& node) { list("dim", node.dims); }
  void write(const ConstDecl& node) { list("const", node.name, node.type, node.value); }
  void write(const StructDecl& node) { list("struct", node.name, node.fields); }
  void write(const LayerField& node) { list(node.state ? "state" : "field", node.field); }
  void write(const LayerDecl& node) { list("layer", node.name, node.arguments, node.fields, node.functions); }
  void write(const AdjointDecl& node) {
    list("adjoint", node.function, node.unchecked, node.parameters, node.result, node.cotangent, node.body);
  }
  void write(const DataField& node) { list("field", node.name, node.parts, node.type, node.value); }
  void write(const SplitPart& node) { list("part", node.name, node.size); }
  void write(const DataDecl::Scaling& node) { list("scaling", node.kind, node.fields); }
  void write(const DataDecl& node) {
    list("data", node.name, node.source, node.fields, node.split, node.scalings);
  }
  void write(const TrainParam& node) {
    list(node.frozen ? "frozen" : "param", node.name, node.type, node.initial, node.from);
  }
  void write(const TrainFreeze& node) { list("freeze", node.path); }
  void write(const TrainData& node) { list("data", node.names, node.from, node.batch); }
  void write(const TrainObjective& node) { list(node.maximize ? "maximize" : "minimize", node.value); }
  void write(const TrainMetric& node) { list("metric", node.name, node.value); }
  void write(const TrainUsing& node) { list("using", node.optimizer, node.clip); }
  void write(const TrainRun& node) { list("run", node.count, node.epochs, node.options); }
  void write(const TrainEvery::Action& action) {
    constexpr std::array kinds{"save", "print", "metric"};
    list(kinds[static_cast<std::size_t>(action.kind)], action.name, action.arguments);
  }
  void write(const TrainEvery& node) { list("every", node.count, node.epochs, node.actions); }
  void write(const TrainAccumulate& node) { list("accumulate", node.count); }
  void write(const TrainStop& node) { list("stop", node.options); }
  void write(const TrainItem& item) {
    std::visit([this](const auto& node) { write(node); }, item.node);
  }
  void write(const TrainDecl& node) { list("train", node.name, node.items); }
  void write(const OptimizerDecl::State& node) { list("state", node.name, node.initial); }
  void write(const OptimizerDecl& node) {
    list("optimizer", node.name, node.arguments, node.states, node.functions);
  }
  void write(const TestDecl& node) { list("test", "\"" + node.name + "\"", node.given, node.body); }
  void write(const ImportDecl& node) { list("import", "\"" + node.path + "\"", node.as); }
  void write(const PrecisionDecl& node) { list("precision", node.type); }

  std::string text_;
};

}  // namespace

std::string dump(const Module& module) {
  Dumper dumper;
  for (const Decl& declaration : module.declarations) dumper.write(declaration);
  return dumper.take();
}

std::string dump(const Expr& expression) {
  Dumper dumper;
  dumper.write(expression);
  return dumper.take();
}

}  // namespace dp
