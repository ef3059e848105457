/* What compiled code asks of the outside: parallel loops, run-time checks, prints. This header is the whole
   contract between generated code and its host, in C, because libraries made by `dpc build` are called from
   C. The code behind it (runtime/abi/) needs libc and pthreads alone.

   A compiled program is one function of type `dp_function`. It returns DP_OK, or the code that it left in
   `context->error`; its outputs are then unspecified. A context belongs to one call at a time; calls with
   contexts, outputs and arenas of their own may run at once. */
#ifndef DP_RUNTIME_H
#define DP_RUNTIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  DP_OK = 0,
  DP_CHECK_FAILED = 1, /* `site` numbers the check; `values` are what its message mentions */
  DP_NOT_FINITE =
      2 /* under --check-nan: `site` numbers the operation, `values[0]` is the element's position */
};

/* A failed check. Integers stand in `values` as they are, reals as the bits of a double: the site says which.
 */
typedef struct dp_error {
  int32_t code;
  int32_t site;
  int64_t values[4];
} dp_error;

typedef struct dp_context {
  dp_error error;
  int64_t error_position; /* where in a parallel loop it happened; for dp_fail alone */
  int32_t error_lock;     /* for dp_fail alone */
  int32_t reserved;
  void* host; /* handed to `print` */
  /* Values as in dp_error. May be null: then nothing is printed. */
  void (*print)(void* host, int32_t site, const int64_t* values, int32_t count);
} dp_context;

/* One pointer an input and output; the arena has the bytes that the plan says, aligned to 64. */
typedef int32_t (*dp_function)(dp_context* context, const void* const* inputs, void* const* outputs,
                               void* arena);

/* Records a failed check. The caller then leaves its loop: a parallel body returns, a function returns
   `context->error.code`, which it also looks at after each parallel loop. Of the failures of one parallel
   loop the one with the smallest iteration is kept, so what is reported does not depend on the number of
   threads. At most 4 values are kept. */
void dp_fail(dp_context* context, int32_t code, int32_t site, const int64_t* values, int32_t count);

/* Prints from the middle of a program. Never called inside a parallel loop: prints are in order. */
void dp_print(dp_context* context, int32_t site, const int64_t* values, int32_t count);

/* Calls `body(context, begin, end)` for parts of 0 .. count-1 that are disjoint, cover everything, differ in
   length by at most one, and have `grain` iterations or more (unless count is smaller). At most four parts a
   thread. `context` is any pointer of the caller's. Inside a parallel loop, and while another thread is in
   one, it is the plain call `body(context, 0, count)`; so it is with one thread, at the cost of a load and
   two compares. The threads spin for some microseconds after a loop, then sleep. */
void dp_parallel_for(void (*body)(void* context, int64_t begin, int64_t end), void* context, int64_t count,
                     int64_t grain);

/* At least `bytes` of the calling thread's own memory, aligned to 64; contents are whatever they are. A slot
   (below 32) holds until the thread's next call for it: functions that run inside one another use different
   slots. Stops the process where there is no memory. */
void* dp_scratch(int32_t slot, int64_t bytes);

/* A routine of support/linear/routine.h, by its number, on operands of that scalar type (support/dtype.h);
   `sizes` are batches, rows, columns and flags. Uses the last slot of the scratch memory. */
void dp_call(int32_t routine, int32_t dtype, const int64_t* sizes, const void* const* operands, void* result);

/* How many threads parallel loops use, the caller's included; 0: as many as the process may run on, the
   default. Not while a parallel loop runs. */
void dp_set_threads(int32_t threads);
int32_t dp_threads(void);

#ifdef __cplusplus
}
#endif
#endif
