#include "ir/parse_node.h"

#include <algorithm>
#include <charconv>

#include "ir/infer.h"
#include "ir/text.h"

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

class NodeParser {
 public:
  NodeParser(Scanner& scanner, Graph& graph, ValueNames& names)
      : scanner_(scanner), graph_(graph), names_(names) {}

  bool node() {
    const std::size_t begin = scanner_.position();
    const std::optional<std::string> name = scanner_.reference();
    if (!name || !names_.is_free(scanner_, *name, begin) || !scanner_.expect('=')) return false;
    const std::optional<Op> op = operation();
    if (!op) return false;
    const std::optional<Id> id = *op == Op::constant ? constant(begin) : application(*op, begin);
    if (!id) return false;
    if (graph_.size() > node_limit) {
      return scanner_.fail(diagnose(diag::DumpTooLarge, scanner_.span_from(begin), "nodes", node_limit));
    }
    names_.ids.emplace(*name, *id);
    const std::string given = name->substr(1);
    note(*id, is_plain_name(given) ? given : "");
    return !scanner_.failed();
  }

 private:
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
      if (const std::optional<Id> operand = names_.value(scanner_)) operands.push_back(*operand);
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
      case 6: {
        std::optional<Graph> graph = parse_body(scanner_);
        if (!graph) return std::nullopt;
        return LoopBody{std::make_shared<const Graph>(std::move(*graph))};
      }
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

  Scanner& scanner_;
  Graph& graph_;
  ValueNames& names_;
};

}  // namespace

bool ValueNames::is_free(Scanner& scanner, const std::string& name, std::size_t begin) const {
  if (!ids.contains(name)) return true;
  return scanner.fail(diagnose(diag::DumpDefinedTwice, scanner.span_from(begin), name));
}

std::optional<Id> ValueNames::value(Scanner& scanner) const {
  const std::size_t begin = scanner.position();
  std::optional<std::string> name = scanner.reference();
  if (!name) return std::nullopt;
  if (name->front() != '%') name = name_or_quoted(*name);
  const auto found = ids.find(*name);
  if (found != ids.end()) return found->second;
  scanner.fail(diagnose(diag::DumpUnknownValue, scanner.span_from(begin), *name));
  return std::nullopt;
}

bool parse_node(Scanner& scanner, Graph& graph, ValueNames& names) {
  return NodeParser(scanner, graph, names).node();
}

}  // namespace dp
