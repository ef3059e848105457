#include <catch2/catch.hpp>

#include "ir/loops.h"
#include "passes/fuse.h"
#include "tests/support/lowering.h"
#include "tests/support/op_samples.h"

using namespace dp;
using namespace dp::test;

TEST_CASE("every op, lowered, gives the interpreter's bits", "[lower]") {
  for (const OpSample& sample : all_op_samples()) {
    if (info(sample.op).form == Form::level) continue;  // gone before `fuse`
    INFO(sample.label);
    const std::vector<Array> inputs = example_inputs(sample.graph, sample.domains);
    const loops::Module alone = lowered(unfused(sample.graph));
    INFO(loops::print(alone));
    CHECK(difference(sample.graph, alone, inputs) == "");
    const loops::Module fused = lowered(fuse(sample.graph));
    INFO(loops::print(fused));
    CHECK(difference(sample.graph, fused, inputs) == "");
  }
}
