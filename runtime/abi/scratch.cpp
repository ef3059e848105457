// Scratch memory of compiled code: a few blocks a thread that grow as they are asked for and stay for the
// next call, so that packing a matrix costs no page faults after the first time. Free of the C++ library.

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "runtime/dp_runtime.h"

namespace {

constexpr int slot_count = 32;
constexpr std::int64_t huge_page = std::int64_t{2} << 20;

struct Block {
  void* memory;
  std::int64_t bytes;
};

thread_local Block blocks[slot_count];
pthread_key_t at_thread_end;
pthread_once_t once = PTHREAD_ONCE_INIT;

void free_blocks(void*) {
  for (Block& block : blocks) free(block.memory);
}
void make_key() { pthread_key_create(&at_thread_end, free_blocks); }

}  // namespace

void* dp_scratch(std::int32_t slot, std::int64_t bytes) {
  Block& block = blocks[slot % slot_count];
  if (block.bytes >= bytes) return block.memory;
  pthread_once(&once, make_key);
  pthread_setspecific(at_thread_end, blocks);
  free(block.memory);
  const bool is_large = bytes >= huge_page;
  const std::int64_t alignment = is_large ? huge_page : 64;
  block.bytes = (bytes + alignment - 1) / alignment * alignment;
  if (posix_memalign(&block.memory, static_cast<std::size_t>(alignment),
                     static_cast<std::size_t>(block.bytes)) != 0) {
    abort();
  }
  if (is_large) madvise(block.memory, static_cast<std::size_t>(block.bytes), MADV_HUGEPAGE);
  return block.memory;
}
