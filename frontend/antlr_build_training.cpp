#include "frontend/antlr_builder.h"

namespace dp {

using namespace ast;

namespace {

bool is_scaling(std::string_view word) {
  return word == "standardize" || word == "minmax" || word == "whiten";
}

}  // namespace

void Builder::data_item(P::DataItemContext& tree, DataDecl& data) {
  std::vector<Name> words = names(tree.NAME());
  if (tree.SPLIT()) {
    data.split_span = span(tree);
    for (P::SplitPartContext* part : tree.splitPart()) {
      Terminal& word = dynamic_cast<Terminal&>(*part->children.front());
      data.split.push_back({name(word), operation(*part->operation())});
    }
  } else if (tree.ASSIGN()) {
    DataField field{.type = optional_type(tree.type()), .value = expression(*tree.expression())};
    if (tree.LPAREN())
      field.parts = std::move(words);
    else
      field.name = std::move(words.front());
    data.fields.push_back(std::move(field));
  } else {
    Name kind = std::move(words.front());
    words.erase(words.begin());
    if (!is_scaling(kind.text)) {
      report(diagnose(diag::Unexpected, kind.span, "`split`, `standardize`, `minmax`, `whiten` or a field",
                      "`" + kind.text + "`"));
    }
    data.scalings.push_back({std::move(kind), std::move(words)});
  }
}

DataDecl Builder::data(P::DataDeclarationContext& tree) {
  DataDecl result{.name = name(*tree.NAME()), .source = expression(*tree.expression())};
  for (P::DataItemContext* item : tree.dataItem()) data_item(*item, result);
  return result;
}

TrainParam Builder::train_param(P::TrainItemContext& tree) {
  TrainParam result{
      .frozen = tree.FROZEN() != nullptr, .name = name(*tree.NAME(0)), .type = type(*tree.type())};
  const auto values = tree.expression();
  if (tree.ASSIGN()) result.initial = expression(*values.front());
  if (tree.FROM()) result.from = expression(*values.back());
  return result;
}

TrainData Builder::train_data(P::TrainItemContext& tree) {
  TrainData result{.names = names(tree.NAME())};
  result.from = std::move(result.names.back());
  result.names.pop_back();
  if (tree.BATCH()) result.batch = expression(*tree.expression(0));
  return result;
}

TrainUsing Builder::train_using(P::TrainItemContext& tree) {
  TrainUsing result{.optimizer = expression(*tree.expression(0))};
  for (P::OptionContext* item : tree.option()) {
    Argument argument = option(*item);
    if (argument.name->text == "clip") {
      result.clip = std::move(argument.value);
    } else {
      report(diagnose(diag::Unexpected, argument.name->span, "`clip = …`", "`" + argument.name->text + "`"));
    }
  }
  return result;
}

TrainRun Builder::train_run(P::TrainItemContext& tree) {
  TrainRun result{.epochs = tree.EPOCHS() != nullptr};
  if (!tree.expression().empty()) result.count = expression(*tree.expression(0));
  for (P::OptionContext* item : tree.option()) result.options.push_back(option(*item));
  return result;
}

TrainEvery::Action Builder::every_action(P::EveryActionContext& tree) {
  using Kind = TrainEvery::Action::Kind;
  TrainEvery::Action result{.kind = Kind::save, .span = span(tree)};
  if (tree.printing()) {
    result.kind = Kind::print;
    result.arguments = printing(*tree.printing());
  } else if (tree.METRIC()) {
    result.kind = Kind::metric;
    result.name = name(*tree.NAME());
  }
  if (tree.expression()) result.arguments.push_back(expression(*tree.expression()));
  return result;
}

TrainEvery Builder::train_every(P::TrainItemContext& tree) {
  TrainEvery result{.count = expression(*tree.expression(0)), .epochs = tree.EPOCHS() != nullptr};
  for (P::EveryActionContext* action : tree.everyAction()) result.actions.push_back(every_action(*action));
  return result;
}

TrainItem Builder::train_item(P::TrainItemContext& tree) {
  const Span whole = span(tree);
  if (tree.statement()) return {whole, statement(*tree.statement())};
  switch (kind(*tree.children.front())) {
    case TokenKind::param_:
    case TokenKind::frozen_: return {whole, train_param(tree)};
    case TokenKind::freeze_: return {whole, TrainFreeze{wrt_path(*tree.wrtPath())}};
    case TokenKind::data_: return {whole, train_data(tree)};
    case TokenKind::minimize_: return {whole, TrainObjective{false, expression(*tree.expression(0))}};
    case TokenKind::maximize_: return {whole, TrainObjective{true, expression(*tree.expression(0))}};
    case TokenKind::metric_:
      return {whole, TrainMetric{name(*tree.NAME(0)), expression(*tree.expression(0))}};
    case TokenKind::using_: return {whole, train_using(tree)};
    case TokenKind::run_: return {whole, train_run(tree)};
    case TokenKind::every_: return {whole, train_every(tree)};
    case TokenKind::accumulate_: return {whole, TrainAccumulate{expression(*tree.expression(0))}};
    default: break;
  }
  TrainStop stop;
  for (P::OptionContext* item : tree.option()) stop.options.push_back(option(*item));
  return {whole, std::move(stop)};
}

TrainDecl Builder::train(P::TrainDeclarationContext& tree) {
  TrainDecl result{.name = name(*tree.NAME())};
  for (P::TrainItemContext* item : tree.trainItem()) result.items.push_back(train_item(*item));
  return result;
}

}  // namespace dp
