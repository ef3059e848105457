// The C text of a library: for each function its sites, bounds and the call of its machine code. The structs
// are those of runtime/dp_library.h.

#include <charconv>

#include "dpc/library_names.h"
#include "dpc/library_text.h"
#include "ir/loops_walk.h"

namespace dp {
namespace {

constexpr std::string_view opening = R"(#include <stdbool.h>
#include <stdint.h>

#include "runtime/dp_library.h"

#define SHOWN __attribute__((visibility("default")))
#define HIDDEN __attribute__((visibility("hidden")))

SHOWN const char *{0}_message(void) {{ return dp_library_message(); }}
SHOWN void {0}_set_threads(int threads) {{ dp_set_threads(threads); }}
SHOWN void {0}_on_print(void (*print)(void *host, const char *line, int64_t bytes), void *host) {{
  dp_library_on_print(print, host);
}}
)";

constexpr std::size_t most_check_values = 4;  // of dp_error

/// The types of the values that the checks of a module mention, by site.
void collect_types(const loops::Module& module, const loops::Body& body,
                   std::vector<std::vector<Type>>& types) {
  for (const loops::Stmt& statement : body) {
    if (const auto* check = std::get_if<loops::Check>(&statement.node)) {
      std::vector<Type>& list = types[check->site];
      list.clear();
      for (const loops::ExprId value : check->values)
        if (list.size() < most_check_values) list.push_back({module.expressions[value].dtype, {}});
    }
    if (const loops::Body* inner = loops::body_of(statement)) collect_types(module, *inner, types);
  }
}

int code_number(std::string_view code) {
  int number = 0;
  if (!code.empty()) std::from_chars(code.data() + 1, code.data() + code.size(), number);
  return number;
}

/// Tables of one function, written from the leaves up.
class TableWriter {
 public:
  TableWriter(const LibraryFunction& function, std::size_t number, const Sources& sources)
      : function_(function), number_(number), sources_(sources) {}

  std::string write() {
    text_ =
        fmt::format("\nextern int32_t {}(dp_context *, const void *const *, void *const *, void *) HIDDEN;\n",
                    entry_name(number_));
    const std::string sites = site_table();
    const std::string bounds = bound_table();
    text_ += fmt::format("static const dp_entry entry_{} = {{{}, {}, {}, {}, {}}};\n", number_,
                         entry_name(number_), function_.module.arena_bytes, sites, bounds, bound_count_);
    return std::move(text_);
  }

 private:
  /// A table of rows and its name; no rows: 0.
  std::string table(const std::string& type, const std::string& name, const std::string& rows) {
    if (rows.empty()) return "0";
    text_ += fmt::format("static const {} {}[] = {{{}}};\n", type, name, rows);
    return name;
  }

  std::string site_table() {
    const auto& sites = function_.module.sites;
    std::vector<std::vector<Type>> types(sites.size());
    for (const loops::Function& each : function_.module.functions)
      collect_types(function_.module, each.body, types);
    std::string rows;
    for (std::size_t k = 0; k < sites.size(); ++k) {
      const loops::Site& site = sites[k];
      const std::vector<Type>& values = site.code.empty() ? site.types : types[k];
      const std::string name = value_table(values, k);
      rows += fmt::format("\n  {{{}, {}, {}, {}, {}, {}}},", code_number(site.code), c_literal(site.message),
                          site.message.size(), c_literal(sources_.where(site.span)), name, values.size());
    }
    return table("dp_site", fmt::format("sites_{}", number_), rows);
  }

  std::string value_table(const std::vector<Type>& values, std::size_t site) {
    std::string rows;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto shape = constants(values[k].shape);
      DP_ASSERT(shape, "a print of unknown size: {}", text(values[k]));
      const std::string name = table("int64_t", fmt::format("shape_{}_{}_{}", number_, site, k),
                                     fmt::format("{}", fmt::join(*shape, ", ")));
      rows += fmt::format("{{{}, {}, {}}}, ", static_cast<int>(values[k].dtype), shape->size(), name);
    }
    return table("dp_value_type", fmt::format("values_{}_{}", number_, site), rows);
  }

  std::string bound_table() {
    std::string rows;
    for (std::size_t k = 0; k < function_.inputs.size(); ++k) {
      const LibraryTensor& input = function_.inputs[k];
      if (!input.bound) continue;
      rows += fmt::format("{{{}, {}, {}, {}, {}}}, ", c_literal(input.path), k, static_cast<int>(input.dtype),
                          input.count(), *input.bound);
      ++bound_count_;
    }
    return table("dp_bound", fmt::format("bounds_{}", number_), rows);
  }

  const LibraryFunction& function_;
  std::size_t number_;
  const Sources& sources_;
  std::string text_;
  int bound_count_ = 0;
};

std::string call_text(const Library& library, std::size_t number) {
  const LibraryFunction& function = library.functions[number];
  std::string inputs, outputs;
  for (const LibraryTensor& tensor : function.inputs)
    inputs += (tensor.is_scalar() ? "&" : "") + tensor.name + ", ";
  for (const LibraryTensor& tensor : function.outputs) outputs += tensor.name + ", ";
  return fmt::format(
      "SHOWN {} {{\n  const void *const inputs_[] = {{{}0}};\n  void *const outputs_[] = {{{}0}};\n"
      "  return dp_library_call(&entry_{}, inputs_, outputs_, workspace);\n}}\n",
      c_declaration(library, function), inputs, outputs, number);
}

}  // namespace

std::string entry_name(std::size_t function) { return fmt::format("dp_entry_{}", function); }

std::string library_source(const Library& library, const Sources& sources) {
  std::string text = fmt::format(fmt::runtime(opening), library.prefix);
  for (std::size_t k = 0; k < library.functions.size(); ++k) {
    text += TableWriter(library.functions[k], k, sources).write();
    text += call_text(library, k);
  }
  return text;
}

}  // namespace dp
