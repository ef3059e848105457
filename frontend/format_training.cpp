#include <algorithm>

#include "frontend/format_printer.h"

namespace dp {

using namespace ast;

Doc Printer::declaration_node(const DataDecl& node, Span span) {
  std::vector<Item> items;
  for (const DataField& each : node.fields) {
    const std::uint32_t begin = each.parts.empty() ? each.name.span.begin : each.parts.front().span.begin;
    items.push_back({begin, each.value->span.end, [this, &each] {
                       Doc result = each.parts.empty() ? sequence({each.name.text})
                                                       : sequence({"(", name_list(each.parts), ")"});
                       if (each.type) result.add(": ").add(type(*each.type));
                       return result.add(value(" = ", each.value));
                     }});
  }
  if (!node.split.empty()) {
    items.push_back(
        {node.split_span.begin, node.split_span.end, [this, &node] {
           Doc result = sequence({"split "});
           for (std::size_t i = 0; i < node.split.size(); ++i) {
             result.add((i == 0 ? "" : ", ") + node.split[i].name.text).add(value(" ", node.split[i].size));
           }
           return result;
         }});
  }
  for (const DataDecl::Scaling& each : node.scalings) {
    items.push_back({each.kind.span.begin, each.fields.back().span.end,
                     [this, &each] { return sequence({each.kind.text + " ", name_list(each.fields)}); }});
  }
  std::ranges::stable_sort(items, {}, &Item::begin);
  Doc head = sequence({"data " + node.name.text, value(" from ", node.source), " "});
  return group(head.add(braces(brace_after(node.source->span.end), span.end, std::move(items), "; ")));
}

Doc Printer::declaration_node(const TrainDecl& node, Span span) {
  std::vector<Item> items;
  for (const TrainItem& each : node.items) {
    items.push_back({each.span.begin, each.span.end, [this, &each] { return train_item(each); }});
  }
  Doc head = sequence({"train " + node.name.text + " "});
  return group(head.add(braces(brace_after(node.name.span.end), span.end, std::move(items), "; ")));
}

Doc Printer::train_item(const TrainItem& item) {
  return std::visit([&](const auto& node) { return train_node(node, item.span); }, item.node);
}

Doc Printer::train_node(const TrainParam& node, Span) {
  Doc head = sequence({(node.frozen ? "frozen " : "param ") + node.name.text + ": ", type(*node.type)});
  return head.add(value(" = ", node.initial)).add(value(" from ", node.from));
}

Doc Printer::train_node(const TrainFreeze& node, Span) { return value("freeze ", node.path); }

Doc Printer::train_node(const TrainData& node, Span) {
  Doc names = node.names.size() == 1 ? name_list(node.names) : sequence({"(", name_list(node.names), ")"});
  return sequence({"data ", std::move(names), " from " + node.from.text, value(", batch ", node.batch)});
}

Doc Printer::train_node(const TrainObjective& node, Span) {
  return value(node.maximize ? "maximize " : "minimize ", node.value);
}

Doc Printer::train_node(const TrainMetric& node, Span) {
  return sequence({"metric " + node.name.text, value(" = ", node.value)});
}

Doc Printer::train_node(const TrainUsing& node, Span) {
  return sequence({value("using ", node.optimizer), value(", clip = ", node.clip)});
}

Doc Printer::train_node(const TrainRun& node, Span) {
  Doc result = sequence({"run "});
  if (node.count) result.add(expression(*node.count)).add(node.epochs ? " epochs" : " steps");
  for (std::size_t i = 0; i < node.options.size(); ++i) {
    result.add(i == 0 && !node.count ? "" : ", ").add(argument(node.options[i]));
  }
  return result;
}

Doc Printer::train_node(const TrainEvery& node, Span span) {
  std::vector<Item> items;
  for (const TrainEvery::Action& each : node.actions) {
    items.push_back({each.span.begin, each.span.end, [this, &each] { return every_action(each); }});
  }
  Doc head = sequence({value("every ", node.count), node.epochs ? " epochs " : " steps "});
  return group(head.add(braces(brace_after(node.count->span.end), span.end, std::move(items), "; ")));
}

Doc Printer::every_action(const TrainEvery::Action& action) {
  using Kind = TrainEvery::Action::Kind;
  if (action.kind == Kind::print) {
    std::vector<Doc> elements;
    for (const ExprPtr& each : action.arguments) elements.push_back(expression(*each));
    return sequence({"print", list("(", std::move(elements), ")", false)});
  }
  const bool is_metric = action.kind == Kind::metric;
  Doc result = sequence({is_metric ? "metric " + action.name->text : "save"});
  if (!action.arguments.empty()) result.add(value(is_metric ? " = " : " ", action.arguments.front()));
  return result;
}

Doc Printer::train_node(const TrainAccumulate& node, Span) { return value("accumulate ", node.count); }

Doc Printer::train_node(const TrainStop& node, Span) {
  Doc result = sequence({"stop "});
  for (std::size_t i = 0; i < node.options.size(); ++i)
    result.add(i == 0 ? "" : ", ").add(argument(node.options[i]));
  return result;
}

Doc Printer::train_node(const Stmt& node, Span) { return statement(node); }

}  // namespace dp
