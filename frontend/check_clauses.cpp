// The callee's `where` clauses at a call: proven from what the caller knows, or refused with the clause to
// write.

#include "frontend/check_calls.h"
#include "frontend/check_notes.h"
#include "frontend/check_proof.h"
#include "frontend/check_types.h"

namespace dp::checker {
namespace {

bool report(Body& body, Verdict verdict, const CallSite& site, const std::string& clause,
            const std::string& here, const std::vector<Dim>& dims) {
  if (verdict == Verdict::proven) return true;
  if (verdict == Verdict::refuted) {
    body.report(with_origins(
        diagnose(diag::ClauseFails, site.callee, site.name, clause, "here it is " + here), body, dims));
    return false;
  }
  body.report(with_origins(diagnose(diag::MissingClause, site.callee, clause), body, dims)
                  .note("`" + site.name + "` states it")
                  .fix("where " + here));
  return false;
}

}  // namespace

bool check_clauses(Body& body, const typed::Function& callee, const typed::Instance& instance,
                   const CallSite& site) {
  bool fine = true;
  for (const auto& [left, right] : callee.equalities) {
    const Dim a = substitute(left, instance), b = substitute(right, instance);
    fine = report(body, prove_equal(body, a, b), site, left.text() + " == " + right.text(),
                  a.text() + " == " + b.text(), {a, b}) &&
           fine;
  }
  for (const auto& [left, right] : callee.at_most) {
    const Dim a = substitute(left, instance), b = substitute(right, instance);
    const Verdict verdict = prove_at_most(body, a, b);
    // That an axis is not empty is looked at where sizes are known: no caller must state it.
    if (left == Dim(1) && verdict == Verdict::open) continue;
    fine = report(body, verdict, site, left.text() + " <= " + right.text(), a.text() + " <= " + b.text(),
                  {a, b}) &&
           fine;
  }
  return fine;
}

}  // namespace dp::checker
