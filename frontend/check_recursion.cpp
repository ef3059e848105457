// Functions that call themselves, by whatever way: they will be unrolled at compile time, and are refused
// till then.

#include <unordered_map>

#include "frontend/check_body.h"
#include "frontend/check_functions.h"

namespace dp::checker {
namespace {

enum class Mark : std::uint8_t { fresh, open, closed };

class CycleFinder {
 public:
  explicit CycleFinder(Program& program) : program_(program) {}

  void visit(FunctionRecord& function) {
    marks_[&function] = Mark::open;
    for (const auto& [callee, span] : function.calls) {
      const Mark mark = marks_[callee];
      if (mark == Mark::open) program_.report(diagnose(diag::NotSupportedYet, span, "recursion"));
      if (mark == Mark::fresh) visit(*callee);
    }
    marks_[&function] = Mark::closed;
  }
  bool seen(FunctionRecord& function) { return marks_[&function] != Mark::fresh; }

 private:
  Program& program_;
  std::unordered_map<FunctionRecord*, Mark> marks_;
};

}  // namespace

void report_recursion(Program& program) {
  CycleFinder finder(program);
  for (FunctionRecord& each : program.functions) {
    if (!finder.seen(each)) finder.visit(each);
  }
}

}  // namespace dp::checker
