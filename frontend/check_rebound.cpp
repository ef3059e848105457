// Which names a piece of the syntax tree binds again, before it is checked.

#include <algorithm>

#include "frontend/ast_walk.h"
#include "frontend/check_loops.h"

namespace dp::checker {
namespace {

class Finder {
 public:
  explicit Finder(const Body& body) : body_(body) {}

  void hide(const std::vector<ast::Binder>& binders) {
    for (const ast::Binder& each : binders) hidden_.push_back(each.name.text);
  }

  std::vector<std::string> run(const std::vector<const ast::Block*>& blocks) {
    ast::Walker walker;
    walker.enter = [&](const ast::Expr& expression) {
      if (const auto* loop = std::get_if<ast::For>(&expression.node)) hide(loop->binders);
      return true;
    };
    walker.leave = [&](const ast::Expr& expression) {
      if (const auto* loop = std::get_if<ast::For>(&expression.node))
        hidden_.resize(hidden_.size() - loop->binders.size());
    };
    walker.enter_statement = [&](const ast::Stmt& statement) {
      if (const auto* bind = std::get_if<ast::Bind>(&statement.node)) add(bind->target);
      return true;
    };
    for (const ast::Block* each : blocks) walker.visit(*each);
    return std::move(found_);
  }

 private:
  static bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  void add(const ast::Target& target) {
    for (const ast::Target& each : target.parts) add(each);
    const std::string& name = target.name.text;
    if (!target.parts.empty() || contains(hidden_, name) || contains(found_, name)) return;
    const auto variable = body_.find_variable(name);
    if (variable && !body_.notes[*variable].poisoned) found_.push_back(name);
  }

  const Body& body_;
  std::vector<std::string> hidden_, found_;
};

}  // namespace

std::vector<std::string> rebound_names(const Body& body, const std::vector<const ast::Block*>& blocks,
                                       const std::vector<ast::Binder>& binders) {
  Finder finder(body);
  finder.hide(binders);
  return finder.run(blocks);
}

}  // namespace dp::checker
