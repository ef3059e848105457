#pragma once
// The reverse sweep: adjoints from y down to the marks, through loops.
//
// A value outside of a scan that its steps use gains something at each step. That is not added up in the
// reverse scan: there only the adjoints of the steps' values are computed, which it stacks, and what they
// contribute is a sum over all steps at once. So the gradient of a recurrent weight is one matrix product.

#include <memory>
#include <set>

#include "passes/differentiate_path.h"
#include "passes/differentiate_steps.h"

namespace dp {

class ReverseSweep {
 public:
  ReverseSweep(Graph& graph, const DerivativePath& path, const ScanLoops& scans, LoopVariables& variables);

  /// The adjoints of these marks, where y depends on them.
  std::map<Id, Id> run(Id y, Id dy, std::span<const Id> marks);

 private:
  /// What a user contributes to the adjoint of a value.
  struct Contribution {
    Id user = no_id;  // none: its adjoint is the contribution
    std::size_t operand = 0;
    Id value = no_id;
    Adjoint ct;                                         // of the user
    std::vector<std::shared_ptr<Replacement>> readers;  // of the loops that the user is in and the value not
  };
  /// What the results of a loop's nodes have gained: its last carried values by slot, what it stacks.
  struct Incoming {
    std::map<Id, Adjoint> last, stacked;
  };
  /// The sweep through a scan's steps, or outside of all.
  struct Level {
    const ScanLoop* loop = nullptr;
    Variables kept;  // what adjoints here may depend on beyond their values: never summed over
    std::map<Id, Adjoint> sums;
    std::map<std::int64_t, Incoming> incoming;
    std::vector<Contribution> leaving;  // to values outside of the loop
  };
  /// The steps of a loop in reverse.
  struct Reversal {
    Level inside;
    std::int64_t id;
    Expression last, step;  // the number of the last forward step, and of the present one
    std::vector<Expression> initial;
  };

  void sweep(Level& level);
  void visit(Level& level, Id id);
  void collect(Level& level, Id result, const Adjoint& ct);
  void gain(Level& level, Id id, const Adjoint& contribution);
  void pass(Level& level, Contribution contribution);
  void add(std::map<Id, Adjoint>& sums, Id id, const Adjoint& more);

  void close(Level& outer, const ScanLoop& loop);
  std::vector<std::int64_t> active_slots(const ScanLoop& loop) const;
  Level level_of(const Level& outer, const ScanLoop& loop, const Incoming& incoming, std::int64_t variable);
  void seed_stacked(Level& inside, const Incoming& incoming, const Expression& step,
                    const std::optional<Expression>& taken);
  Reversal reverse_steps(Level& outer, const ScanLoop& loop, const Incoming& incoming,
                         const std::vector<std::int64_t>& slots, const std::vector<std::int64_t>& guarded);
  ReverseSteps reverse_scan(Level& outer, const ScanLoop& loop, Reversal& reversal,
                            const std::vector<std::int64_t>& slots, const std::vector<std::int64_t>& guarded,
                            Replacement& forward);
  void leave(Level& outer, const ScanLoop& loop, std::vector<Contribution> leaving, const Expression& step,
             Replacement* reverse);
  void close_parallel(Level& outer, const ScanLoop& loop, const Incoming& incoming);
  Expression condition_of(const ScanLoop& loop, const Expression& step);
  Adjoint adjoint_of_carry(const Reversal& reversal, const ScanLoop& loop, std::int64_t slot);

  Graph& graph_;
  const DerivativePath& path_;
  const ScanLoops& scans_;
  LoopVariables& variables_;
  Beginning beginning_;
};

}  // namespace dp
