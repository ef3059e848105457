#include "ir/loops_parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/loops_walk.h"

namespace dp::loops {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : words_(text, module_) {}

  Result<Module> run() {
    words_.expect("module");
    module_.name = words_.name();
    words_.expect("{");
    read_head();
    while (words_.at("site")) read_site();
    while (!words_.failed() && !words_.at("kernel") && !words_.at("}")) read_buffer();
    while (words_.at("kernel")) read_function();
    words_.expect("}");
    if (words_.peek().kind != Token::Kind::end) words_.fail("text behind the module");
    if (words_.failed()) return *words_.error();
    return std::move(module_);
  }

 private:
  using Seen = ExprReader::Place::Kind;

  void read_head() {
    words_.expect("arguments");
    while (!words_.failed() && !words_.at("results")) {
      if (words_.peek().kind == Token::Kind::string) {
        module_.input_names.push_back(words_.string());
        words_.expect(":");
      }
      module_.input_types.push_back(type());
      if (!words_.at("results")) words_.expect(",");
    }
    if (!module_.input_names.empty() && module_.input_names.size() != module_.input_types.size())
      words_.fail("some arguments have names and some have none");
    words_.expect("results");
    while (!words_.failed() && !words_.at("arena")) {
      module_.output_names.push_back(words_.string());
      words_.expect(":");
      module_.output_types.push_back(type());
      if (!words_.at("arena")) words_.expect(",");
    }
    words_.expect("arena");
    module_.arena_bytes = words_.integer();
    words_.expect("bytes");
  }

  Type type() {
    Type result{words_.dtype().value_or(Dtype::f32), {}};
    if (!words_.accept("[")) return result;
    while (!words_.failed() && !words_.at("]")) {
      result.shape.emplace_back(words_.integer());
      if (!words_.at("]")) words_.expect(",");
    }
    words_.expect("]");
    return result;
  }

  void read_site() {
    words_.expect("site");
    Site site;
    if (words_.peek().kind == Token::Kind::name) site.code = words_.name();
    site.message = words_.string();
    words_.expect("at");
    site.span.file = static_cast<FileId>(words_.integer());
    words_.expect(":");
    site.span.begin = static_cast<std::uint32_t>(words_.integer());
    words_.expect(":");
    site.span.end = static_cast<std::uint32_t>(words_.integer());
    if (words_.accept("of")) site.types.push_back(type());
    while (!site.types.empty() && words_.accept(",")) site.types.push_back(type());
    module_.sites.push_back(std::move(site));
  }

  void read_buffer() {
    constexpr Place places[] = {Place::input, Place::output, Place::arena, Place::constant, Place::local};
    const auto* place = std::ranges::find_if(places, [&](Place p) { return words_.at(name(p)); });
    if (place == std::end(places))
      return words_.fail(fmt::format("no such declaration: `{}`", words_.peek().text));
    words_.expect(name(*place));
    Buffer buffer{.name = words_.name(), .place = *place};
    words_.declare(buffer.name, {Seen::buffer, static_cast<std::uint32_t>(module_.buffers.size())});
    words_.expect(":");
    buffer.dtype = words_.dtype().value_or(Dtype::f32);
    words_.expect("[");
    buffer.count = words_.integer();
    words_.expect("]");
    if (*place == Place::arena) words_.expect("+");
    if (*place == Place::constant) {
      read_literal(buffer);
    } else if (*place != Place::local) {
      buffer.offset = words_.integer();
    }
    module_.buffers.push_back(std::move(buffer));
  }
  void read_literal(Buffer& buffer) {
    if (!is_real(buffer.dtype)) buffer.literal.elements = std::vector<std::int64_t>{};
    words_.expect("=");
    words_.expect("[");
    while (!words_.failed() && !words_.at("]")) {
      words_.element(buffer.dtype, buffer.literal);
      if (!words_.at("]")) words_.expect(",");
    }
    words_.expect("]");
  }

  void read_function() {
    words_.expect("kernel");
    Function function{words_.name(), words_.string(), {}};
    function.body = block();
    module_.functions.push_back(std::move(function));
  }

  Body block() {
    const std::size_t outside = words_.scope();
    words_.expect("{");
    Body body = statements();
    words_.expect("}");
    words_.restore(outside);
    return body;
  }
  /// Up to what begins none: a brace, or a line `name = …` of a reduction. What they declare stays in sight.
  Body statements() {
    Body body;
    while (!words_.failed()) {
      auto statement = read_statement();
      if (!statement) break;
      body.push_back(std::move(*statement));
    }
    return body;
  }

  std::optional<Stmt> read_statement() {
    if (words_.accept("parallel")) return words_.at("matmul") ? product(true) : loop(LoopKind::parallel);
    if (words_.accept("vector")) return loop(LoopKind::vector);
    if (words_.accept("unroll")) return loop(LoopKind::unroll);
    if (words_.at("for")) return loop(LoopKind::serial);
    if (words_.at("matmul")) return product(false);
    if (words_.accept("let")) return let();
    if (words_.accept("store")) return store();
    if (words_.accept("reduce")) return reduce();
    if (words_.accept("if")) {
      const ExprId condition = words_.expression();
      return Stmt{If{condition, block()}};
    }
    if (words_.accept("check")) {
      const ExprId condition = words_.expression();
      const auto site = static_cast<std::uint32_t>(words_.integer());
      return Stmt{Check{condition, site, words_.expressions_in_parentheses()}};
    }
    if (words_.accept("print")) {
      const auto site = static_cast<std::uint32_t>(words_.integer());
      return Stmt{Print{site, words_.expressions_in_parentheses()}};
    }
    if (words_.accept("call")) return call();
    return std::nullopt;
  }

  Stmt call() {
    const std::string word = words_.name();
    const std::optional<Op> op = op_from_name(word);
    if (!op || !is_routine(*op)) words_.fail(fmt::format("no routine `{}`", word));
    Call result{op.value_or(Op::sort), {}, 0, {}};
    words_.expect("[");
    for (std::int64_t* size :
         {&result.sizes.batches, &result.sizes.rows, &result.sizes.columns, &result.sizes.flags}) {
      *size = words_.integer();
      if (size != &result.sizes.flags) words_.expect(",");
    }
    words_.expect("]");
    words_.expect("(");
    while (!words_.failed() && !words_.at(")")) {
      result.operands.push_back(words_.find(words_.name(), Seen::buffer).value_or(0));
      if (!words_.at(")")) words_.expect(",");
    }
    words_.expect(")");
    words_.expect("into");
    result.result = words_.find(words_.name(), Seen::buffer).value_or(0);
    return {std::move(result)};
  }

  struct Range {
    VariableId variable;
    std::int64_t extent;
  };
  Range range() {
    const std::string name = words_.name();
    words_.expect("in");
    if (words_.integer() != 0) words_.fail("ranges begin at 0");
    words_.expect("..");
    const Range result{variable(name == "_" ? "" : name), words_.integer()};
    words_.declare(name, {Seen::variable, result.variable});
    return result;
  }
  VariableId variable(std::string name) {
    module_.variable_names.push_back(std::move(name));
    return static_cast<VariableId>(module_.variable_names.size() - 1);
  }
  ValueId value(const std::string& name, Dtype dtype) {
    const auto number = static_cast<ValueId>(module_.value_names.size());
    module_.value_names.push_back(name);
    words_.value_dtypes.push_back(dtype);
    words_.declare(name, {Seen::value, number});
    return number;
  }
  Dtype dtype_of(ExprId expr) const { return words_.failed() ? Dtype::f32 : module_.expressions[expr].dtype; }

  Stmt loop(LoopKind kind) {
    words_.expect("for");
    const std::size_t outside = words_.scope();
    const Range over = range();
    For result{kind, over.variable, over.extent, {}, {}, {}};
    if (words_.accept("while")) result.going = buffer();
    if (words_.accept("carrying")) {
      do result.carried.push_back(buffer());
      while (words_.accept(","));
    }
    result.body = block();
    words_.restore(outside);
    return {std::move(result)};
  }

  BufferId buffer() { return words_.find(words_.name(), Seen::buffer).value_or(0); }

  Stmt let() {
    const std::string name = words_.name();
    words_.expect("=");
    const ExprId expr = words_.expression();
    return {Let{value(name, dtype_of(expr)), expr}};
  }

  Stmt store() {
    const BufferId to = buffer();
    words_.expect("[");
    const ExprId index = words_.expression();
    words_.expect("]");
    words_.expect("=");
    return {Store{to, index, words_.expression()}};
  }

  Stmt reduce() {
    constexpr ReduceOrder orders[] = {ReduceOrder::lanes, ReduceOrder::blocks, ReduceOrder::sequential};
    const auto* order = std::ranges::find_if(orders, [&](ReduceOrder o) { return words_.accept(name(o)); });
    if (order == std::end(orders)) words_.fail("no such order of a reduction");
    const std::size_t outside = words_.scope();
    const Range first = range();
    const bool has_two = words_.accept(",");
    const Range second = has_two ? range() : Range{variable(""), 1};
    const bool is_outer_absent = !has_two && *order == ReduceOrder::lanes;
    const Range outer = is_outer_absent ? second : first;
    const Range inner = is_outer_absent ? first : second;
    Reduce result{*order, outer.variable, inner.variable, outer.extent, inner.extent, {}, {}};
    words_.expect("{");
    result.body = statements();
    std::vector<std::string> names;
    while (!words_.failed() && !words_.at("}")) {
      names.push_back(words_.name());
      result.terms.push_back(term());
    }
    words_.expect("}");
    words_.restore(outside);
    for (std::size_t k = 0; k < result.terms.size() && !words_.failed(); ++k) {
      const ReduceTerm& done = result.terms[k];
      const bool is_position = done.combine == Combine::argmax || done.combine == Combine::argmin;
      result.terms[k].value = value(names[k], is_position ? Dtype::i64 : dtype_of(done.x));
    }
    return {std::move(result)};
  }
  ReduceTerm term() {
    constexpr Combine combines[] = {Combine::sum,          Combine::prod,   Combine::max,
                                    Combine::min,          Combine::any,    Combine::all,
                                    Combine::multiply_add, Combine::argmax, Combine::argmin};
    words_.expect("=");
    const auto* combine = std::ranges::find_if(combines, [&](Combine c) { return words_.accept(name(c)); });
    if (combine == std::end(combines)) words_.fail(fmt::format("no reduction `{}`", words_.peek().text));
    const std::vector<ExprId> operands = words_.expressions_in_parentheses();
    const std::size_t expected = !words_.failed() && *combine == Combine::multiply_add ? 2 : 1;
    if (operands.size() != expected) words_.fail(fmt::format("{} operands expected", expected));
    if (words_.failed()) return {};
    return {0, *combine, operands[0], expected == 2 ? std::optional(operands[1]) : std::nullopt};
  }

  Stmt product(bool is_parallel) {
    words_.expect("matmul");
    const std::size_t outside = words_.scope();
    Range ranges[4];
    for (Range& one : ranges) {
      one = range();
      if (&one != &ranges[3]) words_.expect(",");
    }
    words_.expect("{");
    Matmul result{.batch = ranges[0].variable,
                  .row = ranges[1].variable,
                  .column = ranges[2].variable,
                  .inner = ranges[3].variable,
                  .batches = ranges[0].extent,
                  .rows = ranges[1].extent,
                  .columns = ranges[2].extent,
                  .inners = ranges[3].extent};
    words_.expect("x");
    words_.expect("=");
    result.x = words_.expression();
    words_.expect("y");
    words_.expect("=");
    result.y = words_.expression();
    words_.expect("accumulator");
    result.accumulator = value(words_.name(), dtype_of(result.x));
    result.epilogue = statements();
    result.parallel = is_parallel;
    words_.expect("}");
    words_.restore(outside);
    return {std::move(result)};
  }

  Module module_;
  ExprReader words_;
};

}  // namespace

Result<Module> parse(std::string_view text) { return Reader(text).run(); }

}  // namespace dp::loops
