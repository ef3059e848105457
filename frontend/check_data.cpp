#include "frontend/check_data.h"

#include <fmt/format.h>

#include <charconv>

#include "frontend/check_dims.h"
#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_train.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

const std::string* text_of(const ast::Expr& expression) {
  const auto* literal = std::get_if<ast::StringLiteral>(&expression.node);
  return literal ? &literal->value : nullptr;
}

bool reads_file(std::string_view name) { return name == "columns" || name == "column" || name == "array"; }

std::string_view called(const ast::Call& call) {
  const auto* name = std::get_if<ast::NameUse>(&call.callee->node);
  return name ? std::string_view(name->name) : std::string_view();
}

/// What the end of a file's name says about it, and how a field is then read.
struct SourceKind {
  std::string_view suffix;
  std::string_view reader;
  std::string_view example;
};
constexpr SourceKind source_kinds[] = {{".csv", "columns", "columns(\"a\", \"b\")"},
                                       {".npy", "array", "array()"},
                                       {".npz", "array", "array(\"x\")"},
                                       {".safetensors", "array", "array(\"x\")"},
                                       {".txt", "windows", "(x, y) = windows(bytes, 64)"}};

/// `column("label")`, `columns("p0".."p63")` or `array("x")` inside a field's expression.
const ast::Call* find_columns(const ast::Expr& expression) {
  if (const auto* call = std::get_if<ast::Call>(&expression.node)) {
    if (reads_file(called(*call))) return call;
    for (const ast::Argument& each : call->arguments) {
      if (const auto* found = find_columns(*each.value)) return found;
    }
  }
  if (const auto* binary = std::get_if<ast::Binary>(&expression.node)) {
    if (const auto* found = find_columns(*binary->left)) return found;
    return find_columns(*binary->right);
  }
  if (const auto* unary = std::get_if<ast::Unary>(&expression.node)) return find_columns(*unary->operand);
  if (const auto* pipe = std::get_if<ast::Pipe>(&expression.node)) return find_columns(*pipe->value);
  if (const auto* reshape = std::get_if<ast::As>(&expression.node)) return find_columns(*reshape->value);
  return nullptr;
}

/// `"p0".."p63"`: the same name with a number that counts up.
std::optional<std::vector<std::string>> column_range(const std::string& first, const std::string& last) {
  const auto split = [](const std::string& name) {
    std::size_t digits = name.size();
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') --digits;
    return digits;
  };
  const std::size_t a = split(first), b = split(last);
  if (a == first.size() || b == last.size() || first.substr(0, a) != last.substr(0, b)) return std::nullopt;
  int from = 0, to = 0;
  const auto read = [](const std::string& text, std::size_t at, int& value) {
    return std::from_chars(text.data() + at, text.data() + text.size(), value).ec == std::errc();
  };
  constexpr int most = 100'000;
  if (!read(first, a, from) || !read(last, b, to) || to < from || to - from >= most) return std::nullopt;
  std::vector<std::string> result;
  for (int k = from; k <= to; ++k) result.push_back(first.substr(0, a) + std::to_string(k));
  return result;
}

class DataReader {
 public:
  DataReader(Program& program, typed::Data& data, Origin origin)
      : program_(program), data_(data), origin_(origin) {
    scratch_.span = data.span;
  }

  bool read(const ast::DataDecl& syntax) {
    if (!read_source(*syntax.source)) return false;  // what the fields mean depends on the kind of file
    bool fine = true;
    for (const ast::DataField& each : syntax.fields) fine = read_field(each) && fine;
    fine = read_split(syntax) && fine;
    for (const auto& scaling : syntax.scalings) fine = read_scaling(scaling) && fine;
    return fine;
  }

 private:
  bool read_source(const ast::Expr& source) {
    const std::string* path = text_of(source);
    if (!path) {
      program_.report(diagnose(diag::NotAText, source.span));
      return false;
    }
    data_.source = path->starts_with("/") ? *path : program_.file_of(origin_).folder + *path;
    for (const SourceKind& each : source_kinds) {
      if (path->ends_with(each.suffix)) kind_ = &each;
    }
    if (kind_) return true;
    program_.report(diagnose(diag::UnknownArrayFormat, source.span, *path)
                        .note("data come from .csv, .npy, .npz, .safetensors and .txt files"));
    return false;
  }

  bool is_new(const ast::Name& name) {
    if (!find(name.text)) return true;
    program_.report(diagnose(diag::DuplicateParameter, name.span, name.text));
    return false;
  }

  bool not_from_here(const std::string& field, Span span) {
    program_.report(diagnose(diag::NoColumns, span, field)
                        .note(fmt::format("a {} file is read by `{}`", kind_->suffix, kind_->example)));
    return false;
  }

  /// `(x, y) = windows(bytes, 64)`: the inputs and what follows each of their bytes; `x = …`: the inputs
  /// alone. Without a type they are bytes, `i32<256>[64]`.
  bool read_windows(const ast::DataField& syntax) {
    const bool single = syntax.parts.empty();
    const std::vector<ast::Name> names = single ? std::vector{syntax.name} : syntax.parts;
    const auto* call = std::get_if<ast::Call>(&syntax.value->node);
    if (!call || called(*call) != "windows" || call->arguments.size() != 2 || names.size() > 2)
      return not_from_here(names.front().text, syntax.value->span);
    const auto* bytes = std::get_if<ast::NameUse>(&call->arguments[0].value->node);
    if (!bytes || bytes->name != "bytes") return not_from_here(names.front().text, syntax.value->span);
    const auto type = window_type(syntax, *call->arguments[1].value, names.front().text);
    if (!type) return false;
    constexpr const char* arrays[] = {"inputs", "targets"};
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (!is_new(names[k])) return false;
      typed::DataField field;
      field.name = names[k].text;
      field.span = names[k].span;
      field.type = field.raw = *type;
      field.array = arrays[k];
      data_.fields.push_back(std::move(field));
    }
    return true;
  }

  std::optional<typed::Type> window_type(const ast::DataField& syntax, const ast::Expr& length,
                                         const std::string& name) {
    Body body(program_, origin_, scratch_);
    if (!check_count(body, length, 1)) return std::nullopt;
    typed::TensorShape shape;
    shape.dims.push_back(*try_dim(body, length));
    constexpr int byte_values = 256;
    typed::Type bytes = tensor(typed::Scalar::i32, shape);
    std::get<typed::TensorType>(bytes.node).bound = Dim(byte_values);
    if (!syntax.type) return bytes;
    auto declared = check_type(body, *syntax.type);
    if (!declared) return std::nullopt;
    const typed::TensorType* wanted = as_tensor(*declared);
    const bool whole =
        wanted && (wanted->scalar == typed::Scalar::i32 || wanted->scalar == typed::Scalar::i64);
    if (whole && agree(body, shape, wanted->shape)) return declared;
    program_.report(diagnose(diag::ColumnsDoNotFit, syntax.value->span, name, text(*declared), text(bytes)));
    return std::nullopt;
  }

  bool read_field(const ast::DataField& syntax) {
    if (kind_->reader == "windows") return read_windows(syntax);
    if (!syntax.parts.empty()) return not_from_here(syntax.parts.front().text, syntax.value->span);
    if (!is_new(syntax.name)) return false;
    if (!syntax.type) {
      const std::string& name = syntax.name.text;
      program_.report(diagnose(diag::MissingType, syntax.name.span, name)
                          .fix(fmt::format("{}: real = {}", name, kind_->example)));
      return false;
    }
    Body body(program_, origin_, scratch_);
    auto type = check_type(body, *syntax.type);
    if (!type) return false;
    const ast::Call* call = find_columns(*syntax.value);
    if (!call || !as_tensor(*type) || (called(*call) == "array") != (kind_->reader == "array"))
      return not_from_here(syntax.name.text, syntax.value->span);
    typed::DataField field;
    field.name = syntax.name.text;
    field.span = syntax.name.span;
    field.type = std::move(*type);
    const bool named = kind_->reader == "array" ? read_array(*call, syntax.value->span, field)
                                                : read_columns(*call, syntax.value->span, field);
    const bool fine = named && read_value(syntax, *call, field);
    data_.fields.push_back(std::move(field));
    return fine;
  }

  /// A .npy file holds one array, which has no name.
  bool read_array(const ast::Call& call, Span span, typed::DataField& field) {
    const bool nameless = kind_->suffix == ".npy";
    if (call.arguments.size() != (nameless ? 0 : 1)) return not_from_here(field.name, span);
    if (nameless) return true;
    const std::string* name = text_of(*call.arguments.front().value);
    if (name) field.array = *name;
    return name != nullptr || not_from_here(field.name, span);
  }

  bool read_columns(const ast::Call& call, Span span, typed::DataField& field) {
    const bool single = called(call) == "column";
    for (const ast::Argument& each : call.arguments) {
      const auto* range = std::get_if<ast::Binary>(&each.value->node);
      if (const std::string* name = text_of(*each.value)) {
        field.columns.push_back(*name);
        continue;
      }
      const bool is_range =
          range && range->op == ast::BinaryOp::range && text_of(*range->left) && text_of(*range->right);
      const auto names =
          is_range ? column_range(*text_of(*range->left), *text_of(*range->right)) : std::nullopt;
      if (!names) {
        program_.report(diagnose(diag::BadColumns, each.value->span));
        return false;
      }
      field.columns.insert(field.columns.end(), names->begin(), names->end());
    }
    if (field.columns.empty() || (single && field.columns.size() != 1)) {
      program_.report(diagnose(diag::BadColumns, span));
      return false;
    }
    return true;
  }

  /// The columns are variable 0 of the field's expression, whose value must have the field's type.
  bool read_value(const ast::DataField& syntax, const ast::Call& call, typed::DataField& field) {
    const bool single = called(call) == "column";
    const auto count = static_cast<std::int64_t>(field.columns.size());
    const typed::TensorType& wanted = *as_tensor(field.type);
    const bool raw = std::get_if<ast::Call>(&syntax.value->node) == &call;
    typed::TensorShape shape;
    if (called(call) == "array")
      shape = wanted.shape;  // what an array holds is known when it is read: it must fill the declared shape
    else if (!single)
      shape.dims.push_back(Dim(count));
    if (raw) return read_raw(field, wanted, shape, syntax.value->span);
    field.raw = tensor(typed::Scalar::real, shape);
    typed::Function function;
    function.span = data_.span;
    Body body(program_, origin_, function);
    body.columns = &call;
    body.notes[body.add_variable("columns", field.raw, syntax.value->span)].parameter = true;
    Value value = check_expr(body, *syntax.value);
    if (!value) return false;
    const typed::Type found = value.type();
    field.value = fitted(body, std::move(value), field.type);
    if (field.value) return true;
    program_.report(
        diagnose(diag::ColumnsDoNotFit, syntax.value->span, field.name, text(field.type), text(found)));
    return false;
  }

  bool read_raw(typed::DataField& field, const typed::TensorType& wanted, const typed::TensorShape& shape,
                Span span) {
    Body body(program_, origin_, scratch_);
    field.raw = tensor(wanted.scalar, shape);
    if (agree(body, shape, wanted.shape)) return true;
    // Columns side by side fill any shape of as many elements, row by row.
    if (agree(body, element_count(shape), element_count(wanted.shape))) return true;
    program_.report(diagnose(diag::ColumnsDoNotFit, span, field.name, text(field.type), text(field.raw)));
    return false;
  }

  static std::optional<double> number_of(const ast::Expr& expression) {
    if (const auto* real = std::get_if<ast::RealLiteral>(&expression.node)) return real->value;
    const auto* whole = std::get_if<ast::IntegerLiteral>(&expression.node);
    return whole ? std::optional(static_cast<double>(whole->value)) : std::nullopt;
  }

  bool read_split(const ast::DataDecl& syntax) {
    double total = 0;
    for (const ast::SplitPart& part : syntax.split) {
      const auto size = number_of(*part.size);
      const bool known =
          part.name.text == "train" || part.name.text == "validation" || part.name.text == "test";
      if (part.name.text == "seed" && size) {
        data_.seed = static_cast<std::int64_t>(*size);
        continue;
      }
      if (!known || !size || *size < 0 || *size > 1) {
        program_.report(diagnose(diag::BadSplitPart, join(part.name.span, part.size->span)));
        return false;
      }
      total += *size;
      data_.split.emplace_back(part.name.text, *size);
    }
    constexpr double rounding = 1e-9;
    if (total <= 1 + rounding) return true;
    program_.report(diagnose(diag::BadSplitPart, syntax.split_span).note("the parts sum to more than 1"));
    return false;
  }

  bool read_scaling(const ast::DataDecl::Scaling& scaling) {
    bool fine = true;
    for (const ast::Name& name : scaling.fields) {
      const typed::DataField* field = find(name.text);
      if (!field) {
        program_.report(diagnose(diag::UnknownDataField, name.span, data_.name, name.text));
        fine = false;
      } else if (!holds_reals(field->type)) {
        program_.report(
            diagnose(diag::WrongScalar, name.span, scaling.kind.text, "real numbers", text(field->type)));
        fine = false;
      }
      data_.scalings.emplace_back(scaling.kind.text, name.text);
    }
    return fine;
  }

  const typed::DataField* find(const std::string& name) const {
    for (const auto& each : data_.fields) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }

  Program& program_;
  typed::Data& data_;
  Origin origin_;
  const SourceKind* kind_ = nullptr;
  typed::Function scratch_;
};

}  // namespace

const typed::Data* data_of(Program& program, Entry& entry) {
  if (entry.progress == Progress::untouched) {
    auto data = std::make_unique<typed::Data>();
    data->name = entry.declaration->name.text;
    data->span = entry.declaration->span;
    const bool fine =
        DataReader(program, *data, entry.origin).read(std::get<ast::DataDecl>(entry.declaration->node));
    entry.progress = fine ? Progress::done : Progress::failed;
    entry.data = data.get();
    program.module.data.push_back(std::move(data));
  }
  return entry.progress == Progress::done ? entry.data : nullptr;
}

}  // namespace dp::checker
