#include "ir/parse_ir.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "ir/infer.h"
#include "ir/scanner.h"
#include "ir/text.h"
#include "ir/verify.h"

namespace dp {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text, Dtype dtype) {
  if (dtype == Dtype::boolean) {
    if (text == "true" || text == "false") return text == "true" ? 1 : 0;
    return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A value of another kind if a word is no element of that scalar type.
std::optional<Literal> parse_literal(const std::vector<std::string_view>& words, Dtype dtype) {
  std::vector<double> reals;
  std::vector<std::int64_t> integers;
  for (const std::string_view word : words) {
    if (is_real(dtype)) {
      const std::optional<double> real = parse_real(word, dtype);
      if (!real) return std::nullopt;
      reals.push_back(*real);
    } else {
      const std::optional<std::int64_t> integer = parse_integer(word, dtype);
      if (!integer) return std::nullopt;
      integers.push_back(*integer);
    }
  }
  return is_real(dtype) ? Literal{std::move(reals)} : Literal{std::move(integers)};
}

/// Attributes in the order of the row, those that go without saying filled in; others stay as they are, to be
/// refused.
Attributes completed(Op op, Attributes written, const Type& type) {
  Attributes result;
  for (const std::string_view name : info(op).attributes) {
    const auto found = std::find_if(written.begin(), written.end(),
                                    [&](const Attribute& attribute) { return attribute.name == name; });
    if (found != written.end()) {
      result.push_back(*found);
    } else if (std::optional<AttributeValue> value = default_attribute(name, type)) {
      result.push_back({name, std::move(*value)});
    }
  }
  return result;
}

/// Reads one graph after the other from one text.
class GraphParser {
 public:
  explicit GraphParser(Scanner& scanner) : scanner_(scanner) {}

  bool graph() {
    if (!scanner_.take_word("graph")) return scanner_.expected("`graph`");
    const std::optional<std::string> name = scanner_.name();
    if (!name || !scanner_.expect('(')) return false;
    graph_.name = *name;
    if (!inputs() || !stage() || !scanner_.expect('{')) return false;
    while (!scanner_.failed()) {
      scanner_.skip_lines();
      if (scanner_.take('}')) break;
      line();
    }
    if (!scanner_.failed() && !returned_) scanner_.expected("a line `return …` before the end of the graph");
    return !scanner_.failed();
  }

  Graph take() && { return std::move(graph_); }

 private:
  bool inputs() {
    scanner_.skip_lines();
    if (scanner_.take(')')) return true;
    do {
      scanner_.skip_lines();
      const std::size_t begin = scanner_.position();
      const std::optional<std::string> name = scanner_.name();
      if (!name || !define_is_free(name_or_quoted(*name), begin) || !scanner_.expect(':')) return false;
      std::optional<Type> type = scanner_.type();
      if (!type) return false;
      ids_.emplace(name_or_quoted(*name), graph_.input(*name, std::move(*type)));
      scanner_.skip_lines();
    } while (scanner_.take(','));
    return scanner_.expect(')');
  }

  bool stage() {
    if (!scanner_.take_word("at")) return true;
    const std::size_t begin = scanner_.position();
    const std::optional<std::string> word = scanner_.name();
    if (!word || !stage_from_name(*word)) {
      return scanner_.fail(diagnose(diag::DumpSyntax, scanner_.span_from(begin), "the name of a stage"));
    }
    graph_.stage = *word;
    return true;
  }

  bool line() {
    if (scanner_.peek() == '%') return node();
    if (scanner_.take_word("effect")) {
      if (const std::optional<Id> id = value()) graph_.effects.push_back(*id);
      return end_line();
    }
    if (scanner_.take_word("return")) return results() && end_line();
    if (scanner_.take_word("donate")) return donation() && end_line();
    if (scanner_.take_word("kernel")) return kernel();
    if (scanner_.take_word("plan")) return plan();
    return scanner_.expected("a value `%name = …`, `effect`, `return`, `donate`, `kernel`, `plan` or `}`");
  }

  bool end_line() {
    scanner_.rest_of_line();
    return !scanner_.failed();
  }

  bool define_is_free(const std::string& name, std::size_t begin) {
    if (!ids_.contains(name)) return true;
    return scanner_.fail(diagnose(diag::DumpDefinedTwice, scanner_.span_from(begin), name));
  }

  /// A use of a value.
  std::optional<Id> value() {
    const std::size_t begin = scanner_.position();
    std::optional<std::string> name = scanner_.reference();
    if (!name) return std::nullopt;
    if (name->front() != '%') name = name_or_quoted(*name);
    const auto found = ids_.find(*name);
    if (found != ids_.end()) return found->second;
    scanner_.fail(diagnose(diag::DumpUnknownValue, scanner_.span_from(begin), *name));
    return std::nullopt;
  }

  bool node() {
    const std::size_t begin = scanner_.position();
    const std::optional<std::string> name = scanner_.reference();
    if (!name || !define_is_free(*name, begin) || !scanner_.expect('=')) return false;
    const std::optional<Op> op = operation();
    if (!op) return false;
    const std::optional<Id> id = *op == Op::constant ? constant(begin) : application(*op, begin);
    if (!id) return false;
    if (graph_.size() > node_limit) {
      return scanner_.fail(diagnose(diag::DumpTooLarge, scanner_.span_from(begin), "nodes", node_limit));
    }
    ids_.emplace(*name, *id);
    const std::string given = name->substr(1);
    note(*id, is_plain_name(given) ? given : "");
    return !scanner_.failed();
  }

  std::optional<Op> operation() {
    const std::size_t begin = scanner_.position();
    const std::optional<std::string> word = scanner_.name();
    if (!word) return std::nullopt;
    const std::optional<Op> op = op_from_name(*word);
    if (!op || *op == Op::input)
      scanner_.fail(diagnose(diag::DumpUnknownOp, scanner_.span_from(begin), *word));
    return scanner_.failed() ? std::nullopt : op;
  }

  /// `# logits @digits.dp:12` behind a node; a comment of another form is somebody's own and passed over.
  void note(Id id, std::string name) {
    const std::string_view rest = scanner_.rest_of_line();
    Scanner words(rest, 0);
    std::optional<std::string> written;
    if (words.peek() != '@' && words.peek() != '\0') written = words.name();
    Note note;
    if (words.take('@')) note.place = rest.substr(words.position());
    const bool whole = !note.place.empty() || words.peek() == '\0';
    note.name = written && whole && !words.failed() ? std::move(*written) : std::move(name);
    graph_.annotate(id, std::move(note));
  }

  std::optional<Id> constant(std::size_t begin) {
    std::vector<std::string_view> words;
    if (!scanner_.take('[')) {
      words.push_back(scanner_.token());
    } else if (!scanner_.take(']')) {
      do words.push_back(scanner_.token());
      while (scanner_.take(','));
      if (!scanner_.expect(']')) return std::nullopt;
    }
    const std::optional<Type> type = scanner_.expect(':') ? scanner_.type() : std::nullopt;
    if (!type) return std::nullopt;
    std::optional<Literal> literal = parse_literal(words, type->dtype);
    if (!literal) {
      scanner_.fail(diagnose(diag::DumpSyntax, scanner_.span_from(begin),
                             fmt::format("elements of type {}", name(type->dtype))));
      return std::nullopt;
    }
    return add(Op::constant, {}, {{"value", std::move(*literal)}}, *type, begin);
  }

  std::optional<Id> application(Op op, std::size_t begin) {
    std::vector<Id> operands;
    if (!scanner_.expect('(')) return std::nullopt;
    while (!scanner_.failed() && scanner_.peek() != ')') {
      if (!operands.empty() && !scanner_.expect(',')) return std::nullopt;
      if (const std::optional<Id> operand = value()) operands.push_back(*operand);
    }
    Attributes attributes;
    if (!scanner_.expect(')')) return std::nullopt;
    while (!scanner_.failed() && scanner_.peek() != ':') {
      if (!attribute(op, attributes)) return std::nullopt;
    }
    const std::optional<Type> type = scanner_.expect(':') ? scanner_.type() : std::nullopt;
    if (!type) return std::nullopt;
    return add(op, std::move(operands), completed(op, std::move(attributes), *type), *type, begin);
  }

  std::optional<Id> add(Op op, std::vector<Id> operands, Attributes attributes, const Type& type,
                        std::size_t begin) {
    const Node node{op, std::move(operands), std::move(attributes), type};
    const std::string reason = type_error(graph_, node);
    if (reason.empty()) return graph_.add(node.op, node.operands, node.attributes, node.type);
    scanner_.fail(diagnose(diag::DumpIllTyped, scanner_.span_from(begin), std::string(name(op)), reason));
    return std::nullopt;
  }

  bool attribute(Op op, Attributes& attributes) {
    const std::size_t begin = scanner_.position();
    const std::optional<std::string> word = scanner_.name();
    if (!word) return false;
    for (const std::string_view name : info(op).attributes) {
      if (name != *word) continue;
      std::optional<AttributeValue> value = scanner_.expect('=') ? attribute_value(name) : std::nullopt;
      if (value) attributes.push_back({name, std::move(*value)});
      return value.has_value();
    }
    return scanner_.fail(diagnose(diag::DumpIllTyped, scanner_.span_from(begin), std::string(name(op)),
                                  fmt::format("has no attribute `{}`", *word)));
  }

  std::optional<AttributeValue> attribute_value(std::string_view name) {
    switch (attribute_kind(name)) {
      case 0: return wrap(scanner_.integer());
      case 1: return wrap(scanner_.quoted_text());
      case 2: return wrap(integers());
      case 3: return wrap(scanner_.shape());
      default: {
        const std::optional<Type> type = scanner_.type();
        return type ? std::optional<AttributeValue>(type->dtype) : std::nullopt;
      }
    }
  }

  template <class T>
  std::optional<AttributeValue> wrap(std::optional<T> value) {
    if (value) return AttributeValue(std::move(*value));
    scanner_.expected("the value of the attribute");
    return std::nullopt;
  }

  std::optional<std::vector<std::int64_t>> integers() {
    std::vector<std::int64_t> result;
    if (!scanner_.expect('[')) return std::nullopt;
    while (!scanner_.failed() && scanner_.peek() != ']') {
      if (!result.empty() && !scanner_.expect(',')) return std::nullopt;
      if (const std::optional<std::int64_t> integer = scanner_.integer()) result.push_back(*integer);
    }
    return scanner_.expect(']') ? std::optional(std::move(result)) : std::nullopt;
  }

  bool results() {
    if (returned_) return scanner_.expected("one line `return …` only");
    returned_ = true;
    if (scanner_.peek() == '\n' || scanner_.peek() == '#') return true;
    do {
      Output output;
      if (!output_path(output)) return false;
      graph_.outputs.push_back(std::move(output));
    } while (scanner_.take(','));
    return !scanner_.failed();
  }

  /// `"path": value`, or a value; an input with a quoted name is a value too.
  bool output_path(Output& output) {
    std::optional<Id> id;
    if (scanner_.peek() == '"') {
      const std::optional<std::string> path = scanner_.quoted_text();
      if (!path) return false;
      if (scanner_.take(':')) {
        output.name = *path;
        id = value();
      } else if (const auto found = ids_.find(name_or_quoted(*path)); found != ids_.end()) {
        id = found->second;
      } else {
        return scanner_.expected("`:` and a value");
      }
    } else {
      id = value();
    }
    output.node = id.value_or(no_id);
    return id.has_value();
  }

  bool donation() {
    const std::optional<Id> id = value();
    if (!id) return false;
    const auto input = std::find(graph_.inputs.begin(), graph_.inputs.end(), *id);
    if (input == graph_.inputs.end()) return scanner_.expected("an input");
    if (!scanner_.take_word("to")) return scanner_.expected("`to` and the number of an output");
    const std::optional<std::int64_t> output = scanner_.integer();
    if (!output || *output < 0) return scanner_.expected("the number of an output");
    graph_.donated[static_cast<std::size_t>(*output)] =
        static_cast<std::size_t>(input - graph_.inputs.begin());
    return true;
  }

  bool kernel() {
    const std::optional<std::int64_t> number = scanner_.integer();
    if (!number) return false;
    if (*number != static_cast<std::int64_t>(graph_.kernels.size()))
      return scanner_.expected("kernels in order");
    Kernel kernel;
    const std::optional<std::string> kind = scanner_.name();
    if (!kind || !scanner_.expect('-') || !scanner_.expect('>')) return false;
    kernel.kind = *kind;
    do {
      if (const std::optional<Id> id = value()) kernel.outputs.push_back(*id);
    } while (scanner_.take(','));
    kernel.comment = scanner_.rest_of_line();
    graph_.kernels.push_back(std::move(kernel));
    return !scanner_.failed();
  }

  bool plan() {
    if (graph_.plan || !scanner_.take_word("arena")) return scanner_.expected("one `plan arena BYTES {`");
    const std::optional<std::int64_t> bytes = scanner_.integer();
    if (!bytes || !scanner_.expect('{')) return false;
    graph_.plan.emplace();
    graph_.plan->arena_bytes = *bytes;
    while (!scanner_.failed()) {
      scanner_.skip_lines();
      if (scanner_.take('}')) return end_line();
      buffer();
    }
    return false;
  }

  bool buffer() {
    Buffer buffer;
    const std::optional<Id> id = value();
    if (!id) return false;
    buffer.node = *id;
    if (scanner_.take_word("input")) {
      buffer.place = Buffer::Place::input;
    } else if (scanner_.take_word("output")) {
      buffer.place = Buffer::Place::output;
    } else if (scanner_.take_word("constant")) {
      buffer.place = Buffer::Place::constant;
    } else if (!scanner_.take_word("arena")) {
      return scanner_.expected("`input`, `output`, `arena` or `constant`");
    }
    if (!scanner_.expect('+')) return false;
    const std::optional<std::int64_t> offset = scanner_.integer(), bytes = scanner_.integer();
    if (!offset || !bytes) return false;
    buffer.offset = *offset;
    buffer.bytes = *bytes;
    graph_.plan->buffers.push_back(buffer);
    return end_line();
  }

  Scanner& scanner_;
  Graph graph_;
  std::unordered_map<std::string, Id> ids_;
  bool returned_ = false;
};

}  // namespace

Result<std::vector<Graph>> parse_graphs(const Sources& sources, FileId file) {
  Scanner scanner(sources[file].text, file);
  std::vector<Graph> graphs;
  scanner.skip_lines();
  do {
    GraphParser parser(scanner);
    if (!parser.graph()) return *scanner.error();
    graphs.push_back(std::move(parser).take());
    scanner.skip_lines();
  } while (scanner.peek() != '\0');
  return graphs;
}

Result<Graph> parse_graph(const Sources& sources, FileId file) {
  Result<std::vector<Graph>> graphs = parse_graphs(sources, file);
  if (!graphs) return graphs.error();
  if (graphs->size() == 1) return std::move(graphs->front());
  const Span start{file, 0, 0};
  return diagnose(diag::DumpSyntax, start, fmt::format("one graph, not {}", graphs->size()));
}

}  // namespace dp
