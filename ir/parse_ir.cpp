#include "ir/parse_ir.h"

#include <algorithm>

#include "ir/parse_node.h"
#include "ir/scanner.h"
#include "ir/text.h"
#include "ir/verify.h"

namespace dp {
namespace {

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
      if (!name || !names_.is_free(scanner_, name_or_quoted(*name), begin) || !scanner_.expect(':'))
        return false;
      std::optional<Type> type = scanner_.type();
      if (!type) return false;
      names_.ids.emplace(name_or_quoted(*name), graph_.input(*name, std::move(*type)));
      if (graph_.size() > node_limit) {
        return scanner_.fail(diagnose(diag::DumpTooLarge, scanner_.span_from(begin), "inputs", node_limit));
      }
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
    if (scanner_.peek() == '%') return parse_node(scanner_, graph_, names_);
    if (scanner_.take_word("effect")) {
      if (const std::optional<Id> id = names_.value(scanner_)) graph_.effects.push_back(*id);
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
        id = names_.value(scanner_);
      } else if (const auto found = names_.ids.find(name_or_quoted(*path)); found != names_.ids.end()) {
        id = found->second;
      } else {
        return scanner_.expected("`:` and a value");
      }
    } else {
      id = names_.value(scanner_);
    }
    output.node = id.value_or(no_id);
    return id.has_value();
  }

  bool donation() {
    const std::optional<Id> id = names_.value(scanner_);
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
      if (const std::optional<Id> id = names_.value(scanner_)) kernel.outputs.push_back(*id);
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
    const std::optional<Id> id = names_.value(scanner_);
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
  ValueNames names_;
  bool returned_ = false;
};

}  // namespace

std::optional<Graph> parse_body(Scanner& scanner) {
  GraphParser parser(scanner);
  return parser.graph() ? std::optional(std::move(parser).take()) : std::nullopt;
}

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
