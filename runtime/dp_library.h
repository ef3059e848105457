/* What a library made by `dpc build` is written with: the tables that its C text holds of its functions, and
   the runtime's part of a call from C. Seen by that text and by runtime/abi/library.cpp alone; the header
   that the library's users read is made for each library. Like all of the runtime's C contract it needs libc
   alone. */
#ifndef DP_LIBRARY_H
#define DP_LIBRARY_H

#include <stdint.h>

#include "runtime/dp_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The type of a value that a message mentions. Rank 0: the value itself, a real as the bits of a double;
   else the address of the first element. */
typedef struct dp_value_type {
  int32_t dtype; /* support/dtype.h numbers them */
  int32_t rank;
  const int64_t* shape;
} dp_value_type;

/* A check or a print of a function. */
typedef struct dp_site {
  int32_t code;     /* of a check: 3003 for E3003; 0 for a print */
  const char* text; /* of a check: with {} for values; of a print: texts, each ended by '\0' */
  int32_t text_bytes;
  const char* place; /* file:line:column */
  const dp_value_type* values;
  int32_t value_count;
} dp_site;

/* An integer input whose values lie in 0 … bound - 1. */
typedef struct dp_bound {
  const char* name;
  int32_t input;
  int32_t dtype;
  int64_t count;
  int64_t bound;
} dp_bound;

typedef struct dp_entry {
  dp_function function;
  int64_t workspace_bytes;
  const dp_site* sites;
  const dp_bound* bounds;
  int32_t bound_count;
} dp_entry;

enum {
  DP_BAD_VALUE = 2201, /* a bounded integer outside of its bound */
  DP_NO_MEMORY = 4301  /* none for the workspace */
};

/* Calls the function: 0, or the code of what failed. A null workspace is taken from the heap for the call. */
int32_t dp_library_call(const dp_entry* entry, const void* const* inputs, void* const* outputs,
                        void* workspace);
/* What the calling thread's last failed call failed of; it lasts until the thread's next call. */
const char* dp_library_message(void);
/* Where prints go: a line, ended by a newline, as long as `bytes`. Null: standard error, the default. */
void dp_library_on_print(void (*print)(void* host, const char* line, int64_t bytes), void* host);

/* The text of a site with its values, into at most `capacity` bytes, ended by '\0' as snprintf does; the
   bytes of the whole text. Of a print: a line. The same text that `dpc run` prints. */
int64_t dp_describe(const dp_site* site, const int64_t* values, int32_t count, char* text, int64_t capacity);

#ifdef __cplusplus
}
#endif
#endif
