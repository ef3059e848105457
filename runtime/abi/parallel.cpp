// The thread pool behind `dp_parallel_for`. One region runs at a time. The caller opens it by publishing the
// loop and moving the epoch to an odd number; workers join by counting themselves into the word that holds
// the epoch, so that one who comes late cannot enter a region that is already closed, and nobody waits for a
// sleeping worker. Workers spin for a while between regions, then sleep on a futex. Nothing from the C++
// library is linked: built libraries need libc alone.

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>

#include "runtime/abi/position.h"
#include "runtime/dp_runtime.h"

namespace {

constexpr int most_threads = 1024;
constexpr int parts_a_thread = 4;
constexpr int spins_before_sleep = 4000;                      // some 50 microseconds
constexpr std::uint64_t epoch_step = std::uint64_t{1} << 16;  // the low 16 bits count the workers that joined

using LoopBody = void (*)(void*, std::int64_t, std::int64_t);

struct Pool {
  // The open region. Written by the caller before the epoch moves, read by those who joined.
  LoopBody body;
  void* context;
  std::int64_t count;
  std::int64_t parts;
  alignas(64) std::atomic<std::int64_t> next_part;
  alignas(64) std::atomic<std::uint64_t> entry;  // epoch (odd: open) and joined workers
  alignas(64) std::atomic<int> left;             // joined workers that are done
  alignas(64) std::atomic<int> generation;       // the futex: grows with each region
  std::atomic<int> sleeping;
  std::atomic<bool> busy;
  std::atomic<bool> stopping;
  std::atomic<int> threads;  // 0: not chosen yet
  int workers;               // that run; under `busy`
  pthread_t handles[most_threads];
};

constinit Pool pool{};

void futex_wait(std::atomic<int>& word, int expected) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futex_wake(std::atomic<int>& word, int count) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

std::int64_t part_begin(std::int64_t part, std::int64_t count, std::int64_t parts) {
  const std::int64_t longer = count % parts;  // that many parts have one iteration more
  return part * (count / parts) + (part < longer ? part : longer);
}

void run_parts() {
  for (;;) {
    const std::int64_t part = pool.next_part.fetch_add(1, std::memory_order_relaxed);
    if (part >= pool.parts) return;
    const std::int64_t begin = part_begin(part, pool.count, pool.parts);
    dp_position() = begin;
    pool.body(pool.context, begin, part_begin(part + 1, pool.count, pool.parts));
    dp_position() = 0;
  }
}

/// Enters the region that is open now; false where there is none, or none that this worker has not been in.
bool join_region(std::uint64_t& last_epoch) {
  std::uint64_t entry = pool.entry.load(std::memory_order_acquire);
  for (;;) {
    const std::uint64_t epoch = entry / epoch_step;
    if (epoch % 2 == 0 || epoch == last_epoch) return false;
    if (pool.entry.compare_exchange_weak(entry, entry + 1, std::memory_order_acq_rel)) {
      last_epoch = epoch;
      return true;
    }
  }
}

void wait_for_generation(int seen) {
  for (int spin = 0; spin < spins_before_sleep; ++spin) {
    if (pool.generation.load(std::memory_order_acquire) != seen) return;
    pause_cpu();
  }
  pool.sleeping.fetch_add(1);
  while (pool.generation.load() == seen) futex_wait(pool.generation, seen);
  pool.sleeping.fetch_sub(1);
}

void* worker(void*) {
  std::uint64_t last_epoch = 0;
  while (!pool.stopping.load(std::memory_order_acquire)) {
    const int seen = pool.generation.load(std::memory_order_acquire);
    if (join_region(last_epoch)) {
      run_parts();
      pool.left.fetch_add(1, std::memory_order_release);
    } else {
      wait_for_generation(seen);
    }
  }
  return nullptr;
}

void stop_workers() {
  pool.stopping.store(true);
  pool.generation.fetch_add(1);
  futex_wake(pool.generation, INT_MAX);
  for (int i = 0; i < pool.workers; ++i) pthread_join(pool.handles[i], nullptr);
  pool.workers = 0;
  pool.stopping.store(false);
}

/// Where threads cannot be had, fewer do the work. Signals go to the host's own threads.
void start_workers(int wanted) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (pool.workers < wanted &&
         pthread_create(&pool.handles[pool.workers], nullptr, worker, nullptr) == 0) {
    ++pool.workers;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// The child of a fork has no workers; they start again with its first loop.
void forget_workers() {
  pool.workers = 0;
  pool.sleeping.store(0);
  pool.busy.store(false);
}

__attribute__((constructor)) void prepare_for_fork() { pthread_atfork(nullptr, nullptr, forget_workers); }

/// Before the library's code is unmapped nobody may be left running it.
__attribute__((destructor)) void stop_at_unload() {
  if (!pool.busy.exchange(true)) stop_workers();
}

int available_processors() {
  cpu_set_t set;
  const int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return count < most_threads ? count : most_threads;
}

void run_region(LoopBody body, void* context, std::int64_t count, std::int64_t parts) {
  pool.body = body;
  pool.context = context;
  pool.count = count;
  pool.parts = parts;
  pool.next_part.store(0, std::memory_order_relaxed);
  pool.left.store(0, std::memory_order_relaxed);
  const std::uint64_t open = (pool.entry.load(std::memory_order_relaxed) / epoch_step + 1) * epoch_step;
  pool.entry.store(open, std::memory_order_release);
  pool.generation.fetch_add(1);
  if (pool.sleeping.load() > 0) futex_wake(pool.generation, static_cast<int>(parts - 1));
  run_parts();
  const std::uint64_t closed = pool.entry.exchange(open + epoch_step, std::memory_order_acq_rel);
  const int joined = static_cast<int>(closed % epoch_step);
  for (int spin = 0; pool.left.load(std::memory_order_acquire) != joined; ++spin) {
    if (spin > spins_before_sleep) sched_yield();
    pause_cpu();
  }
}

}  // namespace

std::int64_t& dp_position() {
  static thread_local std::int64_t position = 0;
  return position;
}

void dp_parallel_for(LoopBody body, void* context, std::int64_t count, std::int64_t grain) {
  if (count <= 0) return;
  const int threads = dp_threads();
  const std::int64_t most = count / (grain > 1 ? grain : 1);
  const std::int64_t parts = most < threads * parts_a_thread ? most : threads * parts_a_thread;
  if (threads == 1 || parts < 2 || pool.busy.exchange(true, std::memory_order_acquire)) {
    body(context, 0, count);
    return;
  }
  if (pool.workers != threads - 1) {
    if (pool.workers > threads - 1) stop_workers();
    start_workers(threads - 1);
  }
  run_region(body, context, count, parts);
  pool.busy.store(false, std::memory_order_release);
}

void dp_set_threads(std::int32_t threads) {
  const int wanted = threads > 0 ? threads : available_processors();
  pool.threads.store(wanted < most_threads ? wanted : most_threads);
}

std::int32_t dp_threads() {
  const int threads = pool.threads.load(std::memory_order_relaxed);
  if (threads > 0) return threads;
  dp_set_threads(0);
  return pool.threads.load(std::memory_order_relaxed);
}
