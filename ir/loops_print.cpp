#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ir/loops.h"
#include "ir/loops_names.h"
#include "ir/loops_text.h"
#include "ir/loops_walk.h"

namespace dp::loops {
namespace {

class Printer {
 public:
  explicit Printer(const Module& module) : module_(module), names_(unique_names(module)) {}

  std::string text() {
    open(fmt::format("module {}", names_.module));
    line(fmt::format("arguments {}", fmt::join(named(module_.input_names, module_.input_types), ", ")));
    line(fmt::format("results {}", fmt::join(named(module_.output_names, module_.output_types), ", ")));
    line(fmt::format("arena {} bytes", module_.arena_bytes));
    for (const Site& site : module_.sites) print_site(site);
    for (std::size_t k = 0; k < module_.buffers.size(); ++k) print_buffer(k);
    for (std::size_t k = 0; k < module_.functions.size(); ++k) {
      open(fmt::format("kernel {} {}", names_.functions[k], quoted(module_.functions[k].comment)));
      print_body(module_.functions[k].body);
      close();
    }
    close();
    return std::move(out_);
  }

 private:
  void line(std::string_view text) { out_ += fmt::format("{:{}}{}\n", "", indent_, text); }
  void open(std::string_view head) {
    line(fmt::format("{} {{", head));
    indent_ += 2;
  }
  void close() {
    indent_ -= 2;
    line("}");
  }

  static std::vector<std::string> types(const std::vector<Type>& list) {
    std::vector<std::string> texts;
    for (const Type& type : list) texts.push_back(dp::text(type));
    return texts;
  }
  static std::vector<std::string> named(const std::vector<std::string>& names,
                                        const std::vector<Type>& types) {
    std::vector<std::string> texts;
    for (std::size_t k = 0; k < types.size(); ++k) {
      const std::string name = names.empty() ? "" : quoted(names[k]) + ": ";
      texts.push_back(name + dp::text(types[k]));
    }
    return texts;
  }

  void print_site(const Site& site) {
    const std::string code = site.code.empty() ? "" : site.code + " ";
    std::string text = fmt::format("site {}{} at {}:{}:{}", code, quoted(site.message), site.span.file,
                                   site.span.begin, site.span.end);
    if (!site.types.empty()) text += fmt::format(" of {}", fmt::join(types(site.types), ", "));
    line(text);
  }

  void print_buffer(std::size_t number) {
    const Buffer& buffer = module_.buffers[number];
    std::string text = fmt::format("{} {}: {}[{}]", name(buffer.place), names_.buffers[number],
                                   dp::name(buffer.dtype), buffer.count);
    if (buffer.place == Place::arena) text += fmt::format(" +{}", buffer.offset);
    if (buffer.place == Place::input || buffer.place == Place::output)
      text += fmt::format(" {}", buffer.offset);
    if (buffer.place == Place::constant) text += fmt::format(" = {}", literal(buffer));
    line(text);
  }

  static std::string literal(const Buffer& buffer) {
    const std::size_t count =
        std::visit([](const auto& list) { return list.size(); }, buffer.literal.elements);
    std::vector<std::string> texts;
    for (std::size_t k = 0; k < count; ++k) texts.push_back(element_text(buffer.literal, k, buffer.dtype));
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }

  void print_body(const Body& body) {
    for (const Stmt& statement : body) std::visit([&](const auto& s) { print_statement(s); }, statement.node);
  }
  void print_block(std::string_view head, const Body& body) {
    open(head);
    print_body(body);
    close();
  }

  void print_statement(const For& loop) {
    const std::string kind = loop.kind == LoopKind::serial ? "" : fmt::format("{} ", name(loop.kind));
    std::string head = fmt::format("{}for {}", kind, range(loop.variable, loop.extent));
    if (loop.going) head += fmt::format(" while {}", names_.buffers[*loop.going]);
    std::vector<std::string> carried;
    for (const BufferId buffer : loop.carried) carried.push_back(names_.buffers[buffer]);
    if (!carried.empty()) head += fmt::format(" carrying {}", fmt::join(carried, ", "));
    print_block(head, loop.body);
  }
  void print_statement(const Let& let) {
    line(fmt::format("let {} = {}", names_.values[let.value], text_of(let.expr)));
  }
  void print_statement(const Store& store) {
    line(fmt::format("store {}[{}] = {}", names_.buffers[store.buffer], text_of(store.index),
                     text_of(store.expr)));
  }
  void print_statement(const Reduce& reduce) {
    const bool has_lanes = reduce.order == ReduceOrder::lanes;
    std::vector<std::string> ranges;
    if (!has_lanes || !is_absent(reduce.outer, reduce.outer_extent)) {
      ranges.push_back(range(reduce.outer, reduce.outer_extent));
    }
    if (has_lanes || !is_absent(reduce.inner, reduce.inner_extent)) {
      ranges.push_back(range(reduce.inner, reduce.inner_extent));
    }
    open(fmt::format("reduce {} {}", name(reduce.order), fmt::join(ranges, ", ")));
    print_body(reduce.body);
    for (const ReduceTerm& term : reduce.terms) {
      const std::string second = term.y ? fmt::format(", {}", text_of(*term.y)) : "";
      line(fmt::format("{} = {}({}{})", names_.values[term.value], name(term.combine), text_of(term.x),
                       second));
    }
    close();
  }
  void print_statement(const Matmul& product) {
    open(fmt::format("{}matmul {}, {}, {}, {}", product.parallel ? "parallel " : "",
                     range(product.batch, product.batches), range(product.row, product.rows),
                     range(product.column, product.columns), range(product.inner, product.inners)));
    line(fmt::format("x = {}", text_of(product.x)));
    line(fmt::format("y = {}", text_of(product.y)));
    line(fmt::format("accumulator {}", names_.values[product.accumulator]));
    print_body(product.epilogue);
    close();
  }
  void print_statement(const If& branch) {
    print_block(fmt::format("if {}", text_of(branch.condition)), branch.then);
  }
  void print_statement(const Check& check) {
    line(fmt::format("check {} {}({})", text_of(check.condition), check.site, list(check.values)));
  }
  void print_statement(const Print& print) {
    line(fmt::format("print {}({})", print.site, list(print.values)));
  }
  void print_statement(const Call& call) {
    std::vector<std::string> operands;
    for (const BufferId operand : call.operands) operands.push_back(names_.buffers[operand]);
    const linear::Sizes& sizes = call.sizes;
    line(fmt::format("call {}[{}, {}, {}, {}]({}) into {}", dp::name(call.op), sizes.batches, sizes.rows,
                     sizes.columns, sizes.flags, fmt::join(operands, ", "), names_.buffers[call.result]));
  }

  bool is_absent(VariableId variable, std::int64_t extent) const {
    return extent == 1 && module_.variable_names[variable].empty();
  }
  std::string range(VariableId variable, std::int64_t extent) const {
    const std::string& name = names_.variables[variable];
    return fmt::format("{} in 0..{}", name.empty() ? "_" : name, extent);
  }

  std::string list(const std::vector<ExprId>& exprs) const {
    std::vector<std::string> texts;
    for (const ExprId expr : exprs) texts.push_back(text_of(expr));
    return fmt::format("{}", fmt::join(texts, ", "));
  }

  /// `level`: how tightly the surroundings bind; what binds less stands in parentheses.
  std::string text_of(ExprId id, int level = 0) const {
    const Expr& expr = module_.expressions[id];
    return std::visit([&](const auto& node) { return expression(node, expr.dtype, level); }, expr.node);
  }
  std::string expression(const ConstantExpr& constant, Dtype dtype, int) const {
    return typed_element_text(constant.value, dtype);
  }
  std::string expression(const VariableExpr& variable, Dtype, int) const {
    return names_.variables[variable.variable];
  }
  std::string expression(const ValueExpr& value, Dtype, int) const { return names_.values[value.value]; }
  std::string expression(const LoadExpr& load, Dtype, int) const {
    return fmt::format("{}[{}]", names_.buffers[load.buffer], text_of(load.index));
  }
  std::string expression(const OpExpr& op, Dtype dtype, int level) const {
    for (const Infix& infix : infixes) {
      if (infix.op != op.op) continue;
      // Signs of one level lean left, and comparisons do not chain.
      const int left = infix.level == comparison_level ? infix.level + 1 : infix.level;
      const std::string text = fmt::format("{} {} {}", text_of(op.operands[0], left), infix.sign,
                                           text_of(op.operands[1], infix.level + 1));
      return infix.level < level ? fmt::format("({})", text) : text;
    }
    const std::string_view function = op.op == Op::convert ? dp::name(dtype) : dp::name(op.op);
    const std::string exponent = op.op == Op::power ? fmt::format(", {}", op.exponent) : "";
    return fmt::format("{}({}{})", function, list(op.operands), exponent);
  }

  const Module& module_;
  Names names_;
  std::string out_;
  int indent_ = 0;
};

}  // namespace

std::string print(const Module& module) { return Printer(module).text(); }

}  // namespace dp::loops
