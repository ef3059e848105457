#include "frontend/check_dims.h"

#include "frontend/check_declarations.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"

namespace dp::checker {
namespace {

/// Reads a dimension. Quiet where it only tries: then nothing is reported and no new name is made.
class DimReader {
 public:
  DimReader(Body& body, Division division, bool quiet) : body_(body), division_(division), quiet_(quiet) {}

  std::optional<Dim> read(const ast::Expr& expression) {
    if (const auto* literal = std::get_if<ast::IntegerLiteral>(&expression.node)) {
      return Dim(static_cast<std::int64_t>(literal->value));
    }
    if (const auto* name = std::get_if<ast::NameUse>(&expression.node))
      return read_name(name->name, expression.span);
    if (const auto* field = std::get_if<ast::Field>(&expression.node))
      return read_field(*field, expression.span);
    if (const auto* unary = std::get_if<ast::Unary>(&expression.node);
        unary && unary->op == ast::UnaryOp::negative) {
      const auto operand = read(*unary->operand);
      return operand ? std::optional(-*operand) : std::nullopt;
    }
    if (const auto* binary = std::get_if<ast::Binary>(&expression.node))
      return read_binary(*binary, expression.span);
    return refuse(expression.span);
  }

 private:
  /// `gpt.hidden`
  std::optional<Dim> read_field(const ast::Field& field, Span span) {
    const auto* module = std::get_if<ast::NameUse>(&field.object->node);
    Entry* entry = module && !body_.find_variable(module->name)
                       ? body_.program.find_in(body_.origin, module->name, field.field.text)
                       : nullptr;
    auto dim = entry ? declared_dim(body_, *entry, field.field.text) : std::nullopt;
    return dim ? dim : refuse(span);
  }

  std::optional<Dim> read_name(const std::string& name, Span span) {
    if (quiet_ && body_.find_variable(name)) return std::nullopt;  // a value hides a dimension of its name
    if (auto known = find_dim(body_, name)) return known;
    if (quiet_) return std::nullopt;
    if (body_.binds_dims && !body_.find_variable(name)) return bind_name(name, span);
    report_unknown(name, span);
    return std::nullopt;
  }

  std::optional<Dim> bind_name(const std::string& name, Span span) {
    if (name.front() >= 'A' && name.front() <= 'Z') {
      body_.report(diagnose(diag::CapitalDimension, span, name));
      return std::nullopt;
    }
    body_.function.dims.push_back(name);
    const std::string owner = body_.function.name.empty() ? "this block" : "`" + body_.function.name + "`";
    body_.dims.emplace(name, DimOrigin{span, "a dimension of " + owner});
    return Dim::name(name);
  }

  void report_unknown(const std::string& name, Span span) {
    auto diagnostic = diagnose(diag::UnknownDimension, span, name);
    if (body_.find_variable(name)) {
      diagnostic.notes.push_back("`" + name + "` is a value: shapes never depend on the values of tensors");
    }
    std::vector<std::string> names;
    for (const auto& [known, origin] : body_.dims) names.push_back(known);
    for (const auto& [known, size] : body_.program.sizes) names.push_back(known);
    if (const auto near = did_you_mean(name, names); !near.empty()) {
      diagnostic.fixes.push_back("did you mean `" + std::string(near) + "`?");
    }
    body_.report(std::move(diagnostic));
    // Told once: where the name comes again it is taken for a dimension.
    body_.dims.emplace(name, DimOrigin{span, "not known"});
  }

  std::optional<Dim> read_binary(const ast::Binary& binary, Span span) {
    using ast::BinaryOp;
    const bool divides = binary.op == BinaryOp::divide || binary.op == BinaryOp::remainder;
    const bool known = divides || binary.op == BinaryOp::add || binary.op == BinaryOp::subtract ||
                       binary.op == BinaryOp::multiply || binary.op == BinaryOp::power;
    if (!known) return refuse(span);
    const auto left = read(*binary.left);
    const auto right = read(*binary.right);
    if (!left || !right) return std::nullopt;
    if (binary.op == BinaryOp::add) return *left + *right;
    if (binary.op == BinaryOp::subtract) return *left - *right;
    if (binary.op == BinaryOp::multiply) return *left * *right;
    if (binary.op == BinaryOp::power) return power(*left, *right, span);
    if (*right == Dim(0)) return refuse(span);
    if (binary.op == BinaryOp::remainder) return Dim::remainder(*left, *right);
    return division_ == Division::exact ? divide(*left, *right, span) : Dim::floor_quotient(*left, *right);
  }

  std::optional<Dim> divide(const Dim& left, const Dim& right, Span span) {
    const auto a = constant_size(body_, left), b = constant_size(body_, right);
    if (a && b && *b != 0 && *a % *b != 0) {
      if (!quiet_)
        body_.report(with_origins(diagnose(diag::InexactDivision, span, left.text(), right.text()), body_,
                                  {left, right}));
      return std::nullopt;
    }
    return Dim::quotient(left, right);
  }

  std::optional<Dim> power(const Dim& base, const Dim& exponent, Span span) {
    const auto count = exponent.constant();
    if (!count || *count < 0 || *count > 8) return refuse(span);
    Dim result(1);
    for (std::int64_t k = 0; k < *count; ++k) result = result * base;
    return result;
  }

  std::optional<Dim> refuse(Span span) {
    if (!quiet_) body_.report(diagnose(diag::NotADimension, span));
    return std::nullopt;
  }

  Body& body_;
  Division division_;
  bool quiet_;
};

}  // namespace

std::optional<Dim> find_dim(Body& body, const std::string& name) {
  if (body.dims.contains(name)) return Dim::name(name);
  Entry* entry = body.program.find(body.origin, name);
  return entry ? declared_dim(body, *entry, name) : std::nullopt;
}

std::optional<Dim> declared_dim(Body& body, Entry& entry, const std::string& name) {
  if (std::holds_alternative<ast::DimDecl>(entry.declaration->node))
    return Dim::name(body.program.dim_name(entry.origin, name));
  if (!std::holds_alternative<ast::ConstDecl>(entry.declaration->node)) return std::nullopt;
  const typed::Constant* constant = constant_of(body.program, entry);
  if (constant == nullptr) return std::nullopt;
  const auto value = literal_integer(*constant->value);
  return value ? std::optional(Dim(*value)) : std::nullopt;
}

std::optional<Dim> check_dim(Body& body, const ast::Expr& expression) {
  return DimReader(body, Division::exact, false).read(expression);
}

std::optional<Dim> try_dim(Body& body, const ast::Expr& expression, Division division) {
  return DimReader(body, division, true).read(expression);
}

std::optional<typed::TensorShape> check_shape(Body& body, const ast::DimList& list) {
  typed::TensorShape result{list.pack, {}};
  bool fine = true;
  for (const ast::ExprPtr& each : list.dims) {
    const auto dim = check_dim(body, *each);
    if (!dim)
      fine = false;
    else
      result.dims.push_back(*dim);
  }
  if (!fine) return std::nullopt;
  if (result.dims.size() > 8) {
    body.report(diagnose(diag::RankLimit, list.span, result.dims.size()));
    return std::nullopt;
  }
  return result;
}

std::optional<Shape> check_shape_argument(Body& body, const ast::Expr& expression) {
  Shape result;
  const auto add = [&](const ast::Expr& each) {
    const auto dim = check_dim(body, each);
    if (!dim || !check_size(body, *dim, each.span)) return false;
    result.push_back(*dim);
    return true;
  };
  const auto* stack = std::get_if<ast::Stack>(&expression.node);
  if (stack == nullptr) return add(expression) ? std::optional(result) : std::nullopt;
  for (const ast::ExprPtr& each : stack->elements) {
    if (!add(*each)) return std::nullopt;
  }
  return result;
}

}  // namespace dp::checker
