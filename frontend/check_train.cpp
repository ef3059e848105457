#include "frontend/check_train.h"

#include "frontend/check_data.h"
#include "frontend/check_expr.h"
#include "frontend/check_functions.h"
#include "frontend/check_grad.h"
#include "frontend/check_layers.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_reach.h"
#include "frontend/check_types.h"

namespace dp::checker {

using typed::Scalar;

namespace {

class TrainReader {
 public:
  TrainReader(Program& program, const ast::TrainDecl& syntax, typed::Train& train)
      : program_(program), syntax_(syntax), train_(train), body_(program, Origin::user, train.body) {
    key_ = body_.bind("step_key", tensor(Scalar::key), train.span, nullptr);
    body_.notes[key_].parameter = true;
  }

  bool read() {
    // In the order of what uses what, not of the text.
    each<ast::TrainParam>([&](const auto& item, Span) { return read_param(item); });
    each<ast::TrainFreeze>([&](const auto& item, Span) { return read_freeze(item); });
    each<ast::TrainData>([&](const auto& item, Span span) { return read_data(item, span); });
    each<ast::Stmt>([&](const auto& item, Span) {
      check_statement(body_, item, train_.statements);
      return true;
    });
    each<ast::TrainObjective>([&](const auto& item, Span span) { return read_objective(item, span); });
    each<ast::TrainMetric>([&](const auto& item, Span) { return read_metric(item); });
    bind_steps();
    each<ast::TrainUsing>(
        [&](const auto& item, Span span) { return check_using(body_, train_, item, span); });
    each<ast::TrainRun>([&](const auto& item, Span span) { return check_run(body_, train_, item, span); });
    each<ast::TrainEvery>([&](const auto& item, Span) { return check_every(body_, train_, item); });
    each<ast::TrainAccumulate>(
        [&](const auto& item, Span span) { return check_accumulate(body_, train_, item, span); });
    each<ast::TrainStop>([&](const auto& item, Span span) { return check_stop(body_, train_, item, span); });
    require_parts();
    if (body_.notes[key_].read) train_.key_variable = key_;
    if (fine_ && !program_.diagnostics.has_errors()) warn_of_unread(body_);
    return fine_;
  }

 private:
  template <class Item, class Read>
  void each(Read read) {
    for (const ast::TrainItem& item : syntax_.items) {
      const auto* node = std::get_if<Item>(&item.node);
      if (node && !read(*node, item.span)) fine_ = false;
    }
  }

  template <class Item>
  std::size_t count() const {
    std::size_t result = 0;
    for (const ast::TrainItem& item : syntax_.items) result += std::holds_alternative<Item>(item.node);
    return result;
  }

  bool read_param(const ast::TrainParam& item) {
    auto type = check_type(body_, *item.type);
    if (!type) {
      body_.bind_poisoned(item.name.text, item.name.span);
      return false;
    }
    if (body_.find_variable(item.name.text)) {
      program_.report(diagnose(diag::DuplicateParameter, item.name.span, item.name.text));
      return false;
    }
    if (!item.frozen && !holds_reals(*type)) {
      program_.report(diagnose(diag::GradientOfIntegers, item.name.span, item.name.text, text(*type)));
      body_.bind_poisoned(item.name.text, item.name.span);
      return false;
    }
    typed::Train::Parameter result;
    result.name = item.name.text;
    result.frozen = item.frozen;
    result.declaration.name = item.name.text;
    result.declaration.type = *type;
    result.declaration.span = item.name.span;
    result.variable = body_.bind(item.name.text, std::move(*type), item.name.span, nullptr);
    body_.notes[result.variable].parameter = true;
    bool fine = true;
    if (item.from)
      fine = read_file(*item.from, result);
    else
      fine = check_initial(body_, item.initial.get(), result.declaration);
    train_.parameters.push_back(std::move(result));
    return fine;
  }

  bool read_file(const ast::Expr& from, typed::Train::Parameter& parameter) {
    const auto* path = std::get_if<ast::StringLiteral>(&from.node);
    if (path)
      parameter.from = path->value;
    else
      program_.report(diagnose(diag::NotAText, from.span));
    return path != nullptr;
  }

  bool read_freeze(const ast::TrainFreeze& item) {
    auto path = check_path(body_, *item.path);
    if (path) train_.freeze.push_back(std::move(path->place));
    return path.has_value();
  }

  bool read_data(const ast::TrainData& item, Span span) {
    Entry* entry = program_.find(Origin::user, item.from.text);
    if (!entry || !std::holds_alternative<ast::DataDecl>(entry->declaration->node)) {
      program_.report(diagnose(diag::UnknownData, item.from.span, item.from.text));
      return poison(item);
    }
    train_.data = data_of(program_, *entry);
    if (!train_.data) return poison(item);
    train_.batch_dim = "batch";
    body_.dims.emplace("batch", DimOrigin{span, "the batch of `" + item.from.text + "`"});
    bool fine = true;
    for (const ast::Name& name : item.names) fine = bind_field(name) && fine;
    if (!item.batch) return fine;
    train_.batch = check_count(body_, *item.batch, 1);
    return fine && train_.batch;
  }

  bool poison(const ast::TrainData& item) {
    for (const ast::Name& name : item.names) body_.bind_poisoned(name.text, name.span);
    return false;
  }

  /// The batch of a field: the type of one example with the batch in front.
  bool bind_field(const ast::Name& name) {
    const auto& fields = train_.data->fields;
    for (std::size_t k = 0; k < fields.size(); ++k) {
      if (fields[k].name != name.text) continue;
      typed::TensorType type = *as_tensor(fields[k].type);
      type.shape.dims.insert(type.shape.dims.begin(), Dim::name("batch"));
      const typed::VariableId id = body_.bind(name.text, {type}, name.span, nullptr);
      body_.notes[id].parameter = true;
      train_.batch_fields.push_back(id);
      train_.batch_field_indices.push_back(k);
      return true;
    }
    program_.report(diagnose(diag::UnknownDataField, name.span, train_.data->name, name.text));
    body_.bind_poisoned(name.text, name.span);
    return false;
  }

  bool read_objective(const ast::TrainObjective& item, Span span) {
    const std::string word = item.maximize ? "maximize" : "minimize";
    if (has_objective_) {
      program_.report(diagnose(diag::RepeatedItem, span, word));
      return false;
    }
    has_objective_ = true;
    train_.maximize = item.maximize;
    train_.objective = one_real(body_, *item.value, word);
    if (train_.objective) warn_of_independent();
    return train_.objective != nullptr;
  }

  /// A parameter that the objective does not depend on is never trained.
  void warn_of_independent() {
    for (const auto& parameter : train_.parameters) {
      if (parameter.frozen) continue;
      const typed::WrtPath whole{parameter.variable, {}, parameter.declaration.span};
      if (reach(body_, *train_.objective, whole) != Reach::none) continue;
      program_.report(diagnose(diag::GradientIsZero, parameter.declaration.span, parameter.name));
    }
  }

  bool read_metric(const ast::TrainMetric& item) {
    typed::ExprPtr value = one_real(body_, *item.value, "metric");
    if (!value) return false;
    add_metric(body_, train_, item.name, std::move(value));
    return true;
  }

  void bind_steps() {
    const Span span = train_.span;
    train_.step_variable = body_.add_variable("t", tensor(Scalar::real), span);
    train_.steps_variable = body_.add_variable("steps", tensor(Scalar::real), span);
    body_.notes[train_.step_variable].parameter = body_.notes[train_.steps_variable].parameter = true;
    body_.step_variable = train_.step_variable;
    body_.steps_variable = train_.steps_variable;
  }

  void require_parts() {
    const Span name = syntax_.name.span;
    std::string missing;
    std::vector<std::string> fixes;
    const auto require = [&](bool present, const std::string& what, const std::string& fix) {
      if (present) return;
      missing += (missing.empty() ? "" : ", ") + what;
      fixes.push_back(fix);
    };
    require(count<ast::TrainParam>() > 0, "`param`", "param net: …");
    require(count<ast::TrainObjective>() > 0, "`minimize`", "minimize loss");
    require(count<ast::TrainUsing>() > 0, "`using`", "using adam(lr = 1e-3)");
    require(count<ast::TrainRun>() > 0, "`run`", "run 10 epochs");
    if (!missing.empty()) {
      fine_ = false;
      auto diagnostic = diagnose(diag::TrainPartMissing, name, train_.name, missing);
      diagnostic.fixes = std::move(fixes);
      program_.report(std::move(diagnostic));
    }
    for (const auto& [number, word] : {std::pair{count<ast::TrainData>(), "data"},
                                       {count<ast::TrainUsing>(), "using"},
                                       {count<ast::TrainRun>(), "run"},
                                       {count<ast::TrainAccumulate>(), "accumulate"},
                                       {count<ast::TrainStop>(), "stop"}}) {
      if (number < 2) continue;
      fine_ = false;
      program_.report(diagnose(diag::RepeatedItem, name, word));
    }
  }

  Program& program_;
  const ast::TrainDecl& syntax_;
  typed::Train& train_;
  Body body_;
  typed::VariableId key_ = 0;
  bool fine_ = true;
  bool has_objective_ = false;
};

}  // namespace

void check_train(Program& program, const ast::TrainDecl& syntax, const ast::Decl& declaration) {
  auto train = std::make_unique<typed::Train>();
  train->name = syntax.name.text;
  train->doc = declaration.doc;
  train->span = declaration.span;
  train->body.name = train->name;
  train->body.span = declaration.span;
  train->body.result = {typed::NothingType{}};
  if (TrainReader(program, syntax, *train).read()) program.module.trains.push_back(std::move(train));
}

}  // namespace dp::checker
