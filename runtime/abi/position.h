#pragma once
// Where in a parallel loop the calling thread is: the first iteration of its part, 0 outside. Set by the
// pool, read where a failure is recorded, so that the failure of the smallest iteration wins.

#include <cstdint>

std::int64_t& dp_position();
