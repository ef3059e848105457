#include "support/stack.h"

#include <pthread.h>

#include <exception>

namespace dp {
namespace {

struct Job {
  const std::function<void()>& work;
  std::exception_ptr thrown;
};

void* run_job(void* argument) {
  Job& job = *static_cast<Job*>(argument);
  try {
    job.work();
  } catch (...) { job.thrown = std::current_exception(); }
  return nullptr;
}

bool start(pthread_t& thread, std::size_t bytes, Job& job) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  const bool started = pthread_attr_setstacksize(&attributes, bytes) == 0 &&
                       pthread_create(&thread, &attributes, run_job, &job) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace

void run_with_stack(std::size_t bytes, const std::function<void()>& work) {
  Job job{work, nullptr};
  pthread_t thread;
  if (start(thread, bytes, job)) {
    pthread_join(thread, nullptr);
  } else {
    run_job(&job);
  }
  if (job.thrown) std::rethrow_exception(job.thrown);
}

}  // namespace dp
