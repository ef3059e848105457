#include "dpc/documentation.h"

#include <algorithm>
#include <filesystem>

#include "frontend/check_intrinsics.h"
#include "frontend/parse.h"
#include "ir/op.h"
#include "stdlib/library.h"

namespace dp {
namespace {

std::string trimmed(std::string text) {
  const std::size_t end = text.find_last_not_of(" \n={");
  return text.substr(0, end == std::string::npos ? 0 : end + 1);
}

/// A place where a name could go on.
bool is_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool uses(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    if (begins && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

class Documenter {
 public:
  Documenter(const ast::Module& module, const Sources& sources) : module_(module), sources_(sources) {}

  std::vector<DocEntry> entries() {
    std::vector<DocEntry> result;
    for (const ast::Decl& declaration : module_.declarations) {
      DocEntry entry = std::visit([&](const auto& node) { return of(declaration, node); }, declaration.node);
      if (entry.name.empty()) continue;
      entry.text = declaration.doc;
      while (entry.text.ends_with('\n')) entry.text.pop_back();
      for (const ast::Decl& other : module_.declarations) {
        const bool is_test = std::holds_alternative<ast::TestDecl>(other.node);
        if (is_test && uses(text(other.span), entry.name)) entry.examples.push_back(text(other.span));
      }
      result.push_back(std::move(entry));
    }
    return result;
  }

 private:
  std::string text(Span span) const { return std::string(sources_.text(span)); }
  std::string between(std::uint32_t begin, std::uint32_t end) const {
    return trimmed(text({module_.file, begin, end}));
  }

  /// Up to its body.
  std::string head(const ast::Function& function) const {
    return between(function.span.begin, function.body.span.begin);
  }
  DocEntry whole(const ast::Decl& declaration, std::string kind) const {
    return {std::move(kind), declaration.name.text, text(declaration.span), "", {}};
  }

  DocEntry of(const ast::Decl& declaration, const ast::Function& node) const {
    return {"function", declaration.name.text, between(declaration.span.begin, node.body.span.begin), "", {}};
  }
  DocEntry of(const ast::Decl& declaration, const ast::LayerDecl& node) const {
    std::string lines = trimmed(text(declaration.span).substr(0, text(declaration.span).find('{'))) + " {\n";
    for (const ast::LayerField& field : node.fields) {
      const ast::Parameter& parameter = field.field;
      const std::uint32_t end = parameter.initial ? parameter.initial->span.end : parameter.type->span.end;
      lines += fmt::format("  {}{}\n", field.state ? "state " : "", between(parameter.name.span.begin, end));
    }
    for (const ast::Function& function : node.functions) lines += fmt::format("  {}\n", head(function));
    return {"layer", declaration.name.text, lines + "}", "", {}};
  }
  DocEntry of(const ast::Decl& declaration, const ast::StructDecl&) const {
    return whole(declaration, "struct");
  }
  DocEntry of(const ast::Decl& declaration, const ast::ConstDecl&) const {
    return whole(declaration, "constant");
  }
  DocEntry of(const ast::Decl& declaration, const ast::DataDecl&) const { return whole(declaration, "data"); }
  DocEntry of(const ast::Decl& declaration, const ast::TrainDecl&) const {
    return whole(declaration, "training");
  }
  DocEntry of(const ast::Decl& declaration, const ast::OptimizerDecl&) const {
    return whole(declaration, "optimizer");
  }
  DocEntry of(const ast::Decl& declaration, const ast::DimDecl& node) const {
    const std::string name = node.dims.empty() ? "" : node.dims.front().name.text;
    return {"dimension", name, text(declaration.span), "", {}};
  }
  template <class Node>
  DocEntry of(const ast::Decl&, const Node&) const {
    return {};  // adjoints, imports, tests and the precision are no names of their own
  }

  const ast::Module& module_;
  const Sources& sources_;
};

/// Text with what HTML takes for itself written out.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else
      result += c;
  }
  return result;
}

/// A paragraph: `code` and **strong** words.
std::string inline_html(std::string_view text) {
  std::string result;
  bool in_code = false, in_strong = false;
  const std::string safe = escaped(text);
  for (std::size_t k = 0; k < safe.size(); ++k) {
    if (safe[k] == '`') {
      result += in_code ? "</code>" : "<code>";
      in_code = !in_code;
    } else if (!in_code && safe.compare(k, 2, "**") == 0) {
      result += in_strong ? "</strong>" : "<strong>";
      in_strong = !in_strong;
      ++k;
    } else {
      result += safe[k];
    }
  }
  return result + (in_code ? "</code>" : "") + (in_strong ? "</strong>" : "");
}

/// Paragraphs, fenced code and lists.
std::string text_html(std::string_view text) {
  std::string result, paragraph;
  bool in_code = false;
  const auto close = [&] {
    if (!paragraph.empty()) result += "<p>" + inline_html(paragraph) + "</p>\n";
    paragraph.clear();
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("```")) {
      close();
      result += in_code ? "</pre>\n" : "<pre>";
      in_code = !in_code;
    } else if (in_code) {
      result += escaped(line) + "\n";
    } else if (line.empty()) {
      close();
    } else if (line.starts_with("- ")) {
      close();
      result += "<li>" + inline_html(line.substr(2)) + "</li>\n";
    } else {
      paragraph += (paragraph.empty() ? "" : " ") + std::string(line);
    }
  }
  close();
  return result + (in_code ? "</pre>\n" : "");
}

}  // namespace

DocPage document(const Program& program) {
  return {std::filesystem::path(program.path).filename().string(),
          Documenter(program.syntax, program.sources).entries()};
}

DocPage document_library() {
  DocPage page{"The standard library", {}};
  Sources sources;
  Diagnostics diagnostics;
  for (const LibraryFile& file : library_files()) {
    const FileId id = sources.add(std::string(file.name), std::string(file.text));
    const auto module = parse(id, sources, diagnostics);
    if (!module) continue;
    for (DocEntry& entry : Documenter(*module, sources).entries()) page.entries.push_back(std::move(entry));
  }
  for (const checker::IntrinsicDoc& doc : checker::intrinsic_docs())
    page.entries.push_back(
        {"function", std::string(doc.name), std::string(doc.signature), std::string(doc.doc), {}});
  for (const OpInfo& op : all_ops()) {
    if (op.form != Form::eval) continue;
    const bool is_known = std::any_of(page.entries.begin(), page.entries.end(),
                                      [&](const DocEntry& entry) { return entry.name == op.name; });
    if (is_known) continue;
    page.entries.push_back({"function",
                            std::string(op.name),
                            fmt::format("{}({})", op.name, fmt::join(op.operands, ", ")),
                            std::string(op.doc),
                            {}});
  }
  return page;
}

std::string to_markdown(const DocPage& page) {
  std::string out = "# " + page.title + "\n";
  for (const DocEntry& entry : page.entries) {
    out += fmt::format("\n## `{}`\n\n```dp\n{}\n```\n", entry.name, entry.signature);
    if (!entry.text.empty()) out += "\n" + entry.text + "\n";
    for (const std::string& example : entry.examples)
      out += fmt::format("\nExample:\n\n```dp\n{}\n```\n", example);
  }
  return out;
}

std::string to_html(const DocPage& page) {
  const std::string title = escaped(page.title);
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>" + title +
      "</title>\n<style>body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
      "pre{background:#f4f4f4;padding:.7em;overflow-x:auto}code,pre{font-family:monospace}</style>\n<h1>" +
      title + "</h1>\n<ul>\n";
  for (const DocEntry& entry : page.entries)
    out +=
        fmt::format("<li><a href=\"#{0}\"><code>{0}</code></a> {1}</li>\n", escaped(entry.name), entry.kind);
  out += "</ul>\n";
  for (const DocEntry& entry : page.entries) {
    const std::string name = escaped(entry.name);
    out += fmt::format("<h2 id=\"{0}\"><code>{0}</code></h2>\n<pre>{1}</pre>\n{2}", name,
                       escaped(entry.signature), text_html(entry.text));
    for (const std::string& example : entry.examples)
      out += "<p>Example:</p>\n<pre>" + escaped(example) + "</pre>\n";
  }
  return out + "</html>\n";
}

}  // namespace dp
