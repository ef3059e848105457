#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "runtime/dp_runtime.h"

namespace {

struct Counted {
  std::vector<std::atomic<int>> visits;
  std::atomic<int> parts = 0;
  std::atomic<std::int64_t> shortest = INT64_MAX;
};

void count(void* context, std::int64_t begin, std::int64_t end) {
  auto& counted = *static_cast<Counted*>(context);
  ++counted.parts;
  std::int64_t shortest = counted.shortest;
  while (end - begin < shortest && !counted.shortest.compare_exchange_weak(shortest, end - begin)) {}
  for (std::int64_t i = begin; i < end; ++i) ++counted.visits[static_cast<std::size_t>(i)];
}

void fail_often(void* context, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) {
    if (i % 1000 != 777) continue;
    dp_fail(static_cast<dp_context*>(context), DP_CHECK_FAILED, 3, &i, 1);
    return;
  }
}

}  // namespace

TEST_CASE("parallel loops visit everything once, in parts of at least the grain", "[parallel]") {
  for (const int threads : {1, 2, 3, 8}) {
    dp_set_threads(threads);
    CHECK(dp_threads() == threads);
    for (const std::int64_t total : {0, 1, 2, 7, 100, 1003}) {
      for (const std::int64_t grain : {0, 1, 10, 5000}) {
        Counted counted = {std::vector<std::atomic<int>>(static_cast<std::size_t>(total))};
        dp_parallel_for(count, &counted, total, grain);
        for (const auto& visits : counted.visits) REQUIRE(visits == 1);
        CHECK(counted.parts <= 4 * threads);
        if (total > grain) CHECK(counted.shortest >= grain);
      }
    }
  }
  dp_set_threads(0);
}

TEST_CASE("nested loops, and loops of several host threads, run to their ends", "[parallel]") {
  dp_set_threads(2);
  struct Outer {
    std::atomic<int> sum = 0;
  } outer;
  const auto inner = [](void* context, std::int64_t begin, std::int64_t end) {
    static_cast<Outer*>(context)->sum += static_cast<int>(end - begin);
  };
  static constexpr auto inner_body = +inner;
  const auto body = [](void* context, std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) dp_parallel_for(inner_body, context, 10, 1);
  };
  std::vector<std::thread> hosts;
  for (int i = 0; i < 3; ++i) {
    hosts.emplace_back([&] {
      for (int round = 0; round < 100; ++round) dp_parallel_for(+body, &outer, 20, 1);
    });
  }
  for (std::thread& host : hosts) host.join();
  CHECK(outer.sum == 3 * 100 * 20 * 10);
  dp_set_threads(0);
}

TEST_CASE("the failure that is reported is that of the smallest iteration, for any number of threads",
          "[parallel]") {
  for (const int threads : {1, 2, 5}) {
    dp_set_threads(threads);
    for (int round = 0; round < 50; ++round) {
      dp_context context = {};
      dp_parallel_for(fail_often, &context, 100'000, 1);
      REQUIRE(context.error.code == DP_CHECK_FAILED);
      REQUIRE(context.error.site == 3);
      REQUIRE(context.error.values[0] == 777);
      REQUIRE(context.error.values[1] == 0);
    }
  }
  dp_set_threads(0);
}

TEST_CASE("a failure that comes later but stands earlier replaces the first", "[parallel]") {
  dp_set_threads(2);
  struct Both {
    dp_context context = {};
    std::atomic<bool> later_failed = false;
  } both;
  const auto body = [](void* context, std::int64_t begin, std::int64_t) {
    Both& shared = *static_cast<Both*>(context);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (begin == 0 && !shared.later_failed && std::chrono::steady_clock::now() < deadline) {}
    dp_fail(&shared.context, DP_CHECK_FAILED, begin == 0 ? 1 : 2, &begin, 1);
    shared.later_failed = shared.later_failed || begin != 0;
  };
  dp_parallel_for(+body, &both, 8, 1);
  REQUIRE(both.later_failed);
  CHECK(both.context.error.site == 1);
  dp_set_threads(0);
}

TEST_CASE("prints reach the host, where it listens", "[parallel]") {
  std::vector<std::int64_t> seen;
  dp_context context = {};
  const std::int64_t values[] = {4, 5};
  dp_print(&context, 1, values, 2);
  context.host = &seen;
  context.print = [](void* host, std::int32_t site, const std::int64_t* printed, std::int32_t count) {
    auto& list = *static_cast<std::vector<std::int64_t>*>(host);
    list.push_back(site);
    list.insert(list.end(), printed, printed + count);
  };
  dp_print(&context, 7, values, 2);
  CHECK(seen == std::vector<std::int64_t>{7, 4, 5});
}
