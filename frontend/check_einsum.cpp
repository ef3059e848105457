// `einsum("bij,bjk->bik", a, b)` as the tensor operations that it means, operand by operand from the left:
// diagonals where a letter stands twice in one operand, sums over what nothing behind it names, products of
// what meets. `outer(a, b)` is one of them.

#include <algorithm>

#include "frontend/check_intrinsics.h"
#include "frontend/check_linear.h"
#include "frontend/check_notes.h"
#include "frontend/check_numbers.h"
#include "frontend/check_proof.h"

namespace dp::checker {

using typed::ExprPtr;
using typed::Scalar;

namespace {

/// What the text says: a word of letters for each operand, and one for the result.
struct Form {
  std::vector<std::string> operands;
  std::string result;
};

bool has(const std::string& letters, char letter) { return letters.find(letter) != std::string::npos; }

/// The letters that occur once, in alphabetical order: the result where the text names none.
std::string single_letters(const std::vector<std::string>& words) {
  std::string all, result;
  for (const std::string& word : words) all += word;
  for (const char letter : all) {
    if (std::count(all.begin(), all.end(), letter) == 1) result += letter;
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// Reads the text; else why it is none.
std::optional<std::string> read_form(std::string text, Form& form) {
  std::erase(text, ' ');
  const std::size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  form.operands.emplace_back();
  for (const char letter : left) {
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    if (letter == ',') {
      form.operands.emplace_back();
    } else if (is_letter) {
      form.operands.back() += letter;
    } else {
      return std::string("its axes are named by letters, not by `") + letter + "`";
    }
  }
  form.result = arrow == std::string::npos ? single_letters(form.operands) : text.substr(arrow + 2);
  std::string seen;
  for (const char letter : form.result) {
    if (!has(left, letter) || letter == ',')
      return std::string("no operand has the axis `") + letter + "` of the result";
    if (has(seen, letter)) return std::string("the result names `") + letter + "` twice";
    seen += letter;
  }
  return std::nullopt;
}

/// A tensor whose axes have letters, all different once its diagonals are taken.
struct Term {
  ExprPtr expr;
  std::string letters;
};

class Sum {
 public:
  Sum(Body& body, Span span, Scalar scalar) : body_(body), span_(span), scalar_(scalar) {}

  /// Gives the letters their sizes; the first letter that has another size already.
  std::optional<char> name_axes(const Value& operand, const std::string& letters) {
    const Shape& dims = dims_of(operand);
    for (std::size_t k = 0; k < letters.size(); ++k) {
      const auto [known, is_new] = sizes_.try_emplace(letters[k], dims[k]);
      if (!is_new && !agree(body_, known->second, dims[k])) return letters[k];
    }
    return std::nullopt;
  }

  Value run(std::vector<Value> operands, const Form& form) {
    std::vector<Term> terms;
    for (std::size_t k = 0; k < operands.size(); ++k)
      terms.push_back(without_repeats({std::move(operands[k].expr), form.operands[k]}));
    std::vector<std::string> later(terms.size(), form.result);
    for (std::size_t k = terms.size() - 1; k-- > 0;) later[k] = later[k + 1] + terms[k + 1].letters;
    Term product = summed(std::move(terms[0]), later[0]);
    for (std::size_t k = 1; k < terms.size(); ++k) {
      Term next = summed(std::move(terms[k]), later[k] + product.letters);
      product = multiplied(std::move(product), std::move(next), later[k]);
    }
    product = in_order(std::move(product), form.result);
    return {std::move(product.expr), Open::no};
  }

 private:
  typed::TensorShape shape(const std::string& letters) const {
    typed::TensorShape result;
    for (const char letter : letters) result.dims.push_back(sizes_.at(letter));
    return result;
  }
  ExprPtr structural(Op op, std::vector<ExprPtr> operands, std::vector<int> axes, const std::string& letters,
                     std::vector<Shape> dims = {}) const {
    return make(tensor(scalar_, shape(letters)), span_,
                typed::StructuralExpr{op, std::move(operands), std::move(axes), std::move(dims), false});
  }
  static int from_end(const std::string& letters, std::size_t position) {
    return static_cast<int>(position) - static_cast<int>(letters.size());
  }

  Term in_order(Term term, const std::string& letters) const {
    if (term.letters == letters) return term;
    std::vector<int> axes;
    for (const char letter : letters) axes.push_back(from_end(term.letters, term.letters.find(letter)));
    return {structural(Op::transpose, list(std::move(term.expr)), std::move(axes), letters), letters};
  }

  /// The diagonal of two axes of one letter, moved to the end: what stands at (k, k) for each k.
  Term without_repeats(Term term) const {
    for (std::size_t k = 0; k < term.letters.size();) {
      const std::size_t again = term.letters.find(term.letters[k], k + 1);
      if (again == std::string::npos) {
        ++k;
        continue;
      }
      term = diagonal(std::move(term), k, again);
      k = 0;
    }
    return term;
  }
  Term diagonal(Term term, std::size_t first, std::size_t second) const {
    std::string rest;
    std::vector<int> axes;
    for (std::size_t k = 0; k < term.letters.size(); ++k) {
      if (k == first || k == second) continue;
      rest += term.letters[k];
      axes.push_back(from_end(term.letters, k));
    }
    axes.push_back(from_end(term.letters, first));
    axes.push_back(from_end(term.letters, second));
    const std::string one = rest + term.letters[first], two = one + term.letters[first];
    ExprPtr last = structural(Op::transpose, list(std::move(term.expr)), std::move(axes), two);
    ExprPtr position =
        make(tensor(Scalar::i64, shape(one)), span_, typed::StructuralExpr{Op::iota, {}, {-1}, {}, false});
    return {structural(Op::take, list(std::move(last), std::move(position)), {-1}, one), one};
  }

  /// The sum over all axes that `needed` does not name.
  Term summed(Term term, const std::string& needed) const {
    std::string kept;
    std::vector<int> axes;
    for (std::size_t k = 0; k < term.letters.size(); ++k) {
      if (has(needed, term.letters[k])) {
        kept += term.letters[k];
      } else {
        axes.push_back(from_end(term.letters, k));
      }
    }
    if (axes.empty()) return term;
    return {structural(Op::reduce_sum, list(std::move(term.expr)), std::move(axes), kept), kept};
  }

  Term multiplied(Term a, Term b, const std::string& needed) const {
    const bool has_sum = std::any_of(a.letters.begin(), a.letters.end(), [&](char letter) {
      return has(b.letters, letter) && !has(needed, letter);
    });
    return has_sum ? contracted(std::move(a), std::move(b), needed)
                   : spread_product(std::move(a), std::move(b));
  }

  Term contracted(Term a, Term b, const std::string& needed) const {
    std::vector<Shape> axes(4);  // batch_x, batch_y, sum_x, sum_y
    std::string batch, rest;
    for (std::size_t k = 0; k < a.letters.size(); ++k) {
      const std::size_t other = b.letters.find(a.letters[k]);
      if (other == std::string::npos) {
        rest += a.letters[k];
        continue;
      }
      const bool is_kept = has(needed, a.letters[k]);
      axes[is_kept ? 0 : 2].emplace_back(static_cast<std::int64_t>(k));
      axes[is_kept ? 1 : 3].emplace_back(static_cast<std::int64_t>(other));
      if (is_kept) batch += a.letters[k];
    }
    for (const char letter : b.letters) {
      if (!has(a.letters, letter)) rest += letter;
    }
    const std::string letters = batch + rest;
    return {structural(Op::dot, list(std::move(a.expr), std::move(b.expr)), {}, letters, std::move(axes)),
            letters};
  }

  Term spread_product(Term a, Term b) const {
    std::string letters = a.letters;
    for (const char letter : b.letters) {
      if (!has(letters, letter)) letters += letter;
    }
    ExprPtr x = spread(std::move(a), letters), y = spread(std::move(b), letters);
    return {point(Op::mul, tensor(scalar_, shape(letters)), span_, list(std::move(x), std::move(y))),
            letters};
  }
  ExprPtr spread(Term term, const std::string& letters) const {
    std::string own;
    std::vector<int> axes;
    for (std::size_t k = 0; k < letters.size(); ++k) {
      if (!has(term.letters, letters[k])) continue;
      own += letters[k];
      axes.push_back(from_end(letters, k));
    }
    term = in_order(std::move(term), own);
    if (own == letters) return std::move(term.expr);
    return make(tensor(scalar_, shape(letters)), span_,
                typed::BroadcastExpr{std::move(term.expr), std::move(axes)});
  }

  Body& body_;
  Span span_;
  Scalar scalar_;
  std::map<char, Dim> sizes_;
};

Value refuse(Body& body, Span span, std::string reason) {
  body.report(diagnose(diag::EinsumForm, span, std::move(reason)));
  return {};
}

/// The operands brought to one type, and the sum that the form means.
Value sum_of(Body& body, std::vector<Value> operands, const Form& form, const CallSite& site) {
  std::vector<Value*> all;
  for (Value& each : operands) all.push_back(&each);
  if (!require_tensors(body, all, site.span, site.name)) return {};
  if (!unify(body, all, Numbers::any, site.span, site.name)) return {};
  for (Value& each : operands) settle_by_itself(each);
  Sum sum(body, site.span, as_tensor(operands.front().type())->scalar);
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const typed::TensorShape& shape = as_tensor(operands[k].type())->shape;
    const std::string& letters = form.operands[k];
    if (shape.pack || shape.dims.size() != letters.size()) {
      return refuse(body, operands[k].span(),
                    "`" + letters + "` does not name the axes of " + text(operands[k].type()));
    }
    if (const auto letter = sum.name_axes(operands[k], letters)) {
      return refuse(body, operands[k].span(),
                    std::string("`") + *letter + "` has another size in " + text(operands[k].type()));
    }
  }
  return sum.run(std::move(operands), form);
}

}  // namespace

namespace {

/// What the first argument says; nothing where that is told as an error.
std::optional<Form> form_of(Body& body, const CallSite& site) {
  if (site.arguments.empty()) {
    refuse(body, site.span, "it takes a text and the operands");
    return std::nullopt;
  }
  const Argument& first = site.arguments.front();
  const auto* words = first.syntax ? std::get_if<ast::StringLiteral>(&first.syntax->node) : nullptr;
  if (words == nullptr) {
    body.report(diagnose(diag::NotAText, first.span));
    return std::nullopt;
  }
  Form form;
  if (auto reason = read_form(words->value, form)) {
    refuse(body, first.span, std::move(*reason));
    return std::nullopt;
  }
  return form;
}

/// The product as one that knows which elements of its operands count.
Value guarded(Body& body, Value product, std::vector<Value> counts, const CallSite& site) {
  auto* node = product ? std::get_if<typed::StructuralExpr>(&product.expr->node) : nullptr;
  if (!node || node->op != Op::dot)
    return refuse(
        body, site.arguments.front().span,
        "it sums over axes that both operands have, and the result names those that they share, the "
        "others of the first and those of the second");
  node->op = Op::guarded_dot;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const typed::Type expected = tensor(Scalar::boolean, as_tensor(node->operands[k]->type)->shape);
    if (!agree(body, counts[k].type(), expected)) {
      body.report(
          diagnose(diag::WrongScalar, counts[k].span(), site.name, text(expected), text(counts[k].type())));
      return {};
    }
    node->operands.push_back(std::move(counts[k].expr));
  }
  return product;
}

}  // namespace

Value check_intrinsic_einsum(Body& body, CallSite site) {
  const auto form = form_of(body, site);
  if (!form) return {};
  const Argument& first = site.arguments.front();
  std::vector<Value> operands;
  bool fine = true;
  for (std::size_t k = 1; k < site.arguments.size(); ++k) {
    operands.push_back(evaluate(body, site.arguments[k]));
    fine = fine && operands.back();
  }
  if (!fine) return {};
  if (operands.size() != form->operands.size()) {
    return refuse(body, first.span,
                  "the text names " + std::to_string(form->operands.size()) + " operands, not " +
                      std::to_string(operands.size()));
  }
  return sum_of(body, std::move(operands), *form, site);
}

Value check_intrinsic_guarded_einsum(Body& body, CallSite site) {
  const auto form = form_of(body, site);
  if (!form) return {};
  if (form->operands.size() != 2 || site.arguments.size() != 5)
    return refuse(body, site.arguments.front().span,
                  "it takes a text that names two operands, these, and for each which of its elements count");
  std::vector<Value> operands, counts;
  bool fine = true;
  for (std::size_t k = 1; k < site.arguments.size(); ++k) {
    std::vector<Value>& values = k < 3 ? operands : counts;
    values.push_back(evaluate(body, site.arguments[k]));
    fine = fine && values.back();
  }
  if (!fine) return {};
  return guarded(body, sum_of(body, std::move(operands), *form, site), std::move(counts), site);
}

Value check_intrinsic_outer(Body& body, CallSite site) {
  auto values = values_of(body, site, {"a", "b"});
  if (!values) return {};
  return sum_of(body, std::move(*values), {{"i", "j"}, "ij"}, site);
}

}  // namespace dp::checker
