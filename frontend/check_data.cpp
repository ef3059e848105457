#include "frontend/check_data.h"

#include <charconv>

#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

const std::string* text_of(const ast::Expr& expression) {
  const auto* literal = std::get_if<ast::StringLiteral>(&expression.node);
  return literal ? &literal->value : nullptr;
}

/// `column("label")` or `columns("p0".."p63")` inside a field's expression.
const ast::Call* find_columns(const ast::Expr& expression) {
  if (const auto* call = std::get_if<ast::Call>(&expression.node)) {
    const auto* name = std::get_if<ast::NameUse>(&call->callee->node);
    if (name && (name->name == "columns" || name->name == "column")) return call;
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
    if (path->ends_with(".csv")) return true;
    program_.report(diagnose(diag::NotSupportedYet, source.span, "data from a file that is not .csv"));
    return false;
  }

  bool read_field(const ast::DataField& syntax) {
    for (const auto& known : data_.fields) {
      if (known.name != syntax.name.text) continue;
      program_.report(diagnose(diag::DuplicateParameter, syntax.name.span, syntax.name.text));
      return false;
    }
    if (!syntax.type) {
      const Span span = syntax.parts.empty() ? syntax.name.span : syntax.parts.front().span;
      const std::string name = syntax.parts.empty() ? syntax.name.text : syntax.parts.front().text;
      program_.report(
          diagnose(diag::MissingType, span, name).fix(name + ": real = column(\"" + name + "\")"));
      return false;
    }
    Body body(program_, origin_, scratch_);
    auto type = check_type(body, *syntax.type);
    if (!type) return false;
    const ast::Call* call = find_columns(*syntax.value);
    if (!call || !as_tensor(*type)) {
      program_.report(diagnose(diag::NoColumns, syntax.value->span, syntax.name.text));
      return false;
    }
    typed::DataField field;
    field.name = syntax.name.text;
    field.span = syntax.name.span;
    field.type = std::move(*type);
    const bool fine = read_columns(*call, syntax.value->span, field) && read_value(syntax, *call, field);
    data_.fields.push_back(std::move(field));
    return fine;
  }

  bool read_columns(const ast::Call& call, Span span, typed::DataField& field) {
    const bool single = std::get<ast::NameUse>(call.callee->node).name == "column";
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
    const bool single = std::get<ast::NameUse>(call.callee->node).name == "column";
    const auto count = static_cast<std::int64_t>(field.columns.size());
    const typed::TensorType& wanted = *as_tensor(field.type);
    const bool raw = std::get_if<ast::Call>(&syntax.value->node) == &call;
    typed::TensorShape shape;
    if (!single) shape.dims.push_back(Dim(count));
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
