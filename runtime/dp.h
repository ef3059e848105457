/* The compiler as a library (libdp.so): loads programs of dp, compiles their functions in memory, calls them
   on the caller's buffers. docs/library_api.md has a C and a Python program that use it. For functions that
   are built once and called without a compiler, see `dpc build`.

   Failure. A function that can fail gives a `dp_failure *`: NULL where all went well, else what went wrong,
   which the caller frees with dp_free_failure. Results behind pointers are then untouched. Nothing here
   throws, and mistakes of the compiler itself are failures too (class DP_INTERNAL_ERROR). One thing ends the
   process: scratch for matrix products and routines that the machine has no memory for.

   Threads. Everything may be called from several threads at once, on one object or on many, unless it is
   said otherwise; freeing an object while another thread uses it is the caller's mistake.

   Text is UTF-8. Texts and tables that a function gives belong to the object that they were asked of and live
   as long as it does. Any pointer given to a dp_free_… may be NULL. */
#ifndef DP_H
#define DP_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DP_API __attribute__((visibility("default")))
#else
#define DP_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dp_failure dp_failure;
typedef struct dp_program dp_program;
typedef struct dp_compiled dp_compiled;

/* ---- what went wrong */

/* The class of a failure: the exit code that `dpc` would give. */
enum {
  DP_PROGRAM_ERROR = 1,  /* the program has errors */
  DP_USAGE_ERROR = 2,    /* the caller has asked for what there is not, or a file cannot be read */
  DP_RUN_TIME_ERROR = 3, /* a check failed: an index, a division by 0, an assert */
  DP_LIMIT_REACHED = 4,  /* not enough memory, or a limit of the options */
  DP_INTERNAL_ERROR = 70 /* a mistake in the compiler */
};

typedef struct dp_failure_item {
  const char* code;    /* "E0203": `dpc explain` tells about it; "internal" for a mistake of the compiler */
  const char* message; /* one line */
  const char* file;    /* "" where it has no place */
  uint32_t line;       /* from 1 on; 0 where it has no place */
  uint32_t column;     /* from 1 on, in code points */
  int32_t is_warning;
} dp_failure_item;

/* The class of the failure, that of its first error. */
DP_API int dp_failure_class(const dp_failure* failure);
/* All of it as dpc prints it: messages, excerpts of the source, notes, fixes. */
DP_API const char* dp_failure_text(const dp_failure* failure);
/* How many errors and warnings it has: 1 or more. */
DP_API size_t dp_failure_count(const dp_failure* failure);
/* One of them, counted from 0; NULL where there are not so many. */
DP_API const dp_failure_item* dp_failure_at(const dp_failure* failure, size_t index);
DP_API void dp_free_failure(dp_failure* failure);

/* ---- programs */

/* How a program is compiled. Begin with dp_default_options. */
typedef struct dp_options {
  int32_t precision;    /* of `real`: 32 or 64; 0: what the program says */
  int32_t optimize;     /* 0 … 3, by default 2; results do not depend on it */
  int32_t fast_math;    /* not 0: results may differ in their last bits, for speed */
  int32_t reserved;     /* 0 */
  int64_t memory_limit; /* most bytes of inputs, outputs and workspace together; 0: no limit */
  const char* cpu;      /* NULL or "native": this machine; or an LLVM name such as "x86-64-v3" */
  /* What the program prints, line by line, in order, from the thread that runs it. NULL: it is dropped. */
  void (*print)(void* host, const char* line, size_t bytes);
  void* host; /* handed to `print` */
} dp_options;

DP_API void dp_default_options(dp_options* options);

/* Reads, parses and checks a file and what it imports. `options` may be NULL; they are copied. On success
 *program is the caller's, to be freed with dp_free_program. Fails where the file cannot be read or has
   errors, all of which are told. */
DP_API dp_failure* dp_load_file(const char* path, const dp_options* options, dp_program** program);
/* The same of `bytes` bytes of text. `name` is what messages call it; imports are looked up beside it. */
DP_API dp_failure* dp_load_text(const char* name, const char* text, size_t bytes, const dp_options* options,
                                dp_program** program);
/* Warnings about a program that was loaded; NULL where there are none. Belongs to the program. */
DP_API const dp_failure* dp_program_warnings(const dp_program* program);
/* What was compiled from the program lives on. */
DP_API void dp_free_program(dp_program* program);

typedef struct dp_parameter_info {
  const char* name;
  const char* type; /* as written: "real[batch, 4]", "Linear(4, 8)" */
} dp_parameter_info;

typedef struct dp_function_info {
  const char* name;
  const char* type; /* "(x: real[n]) -> real" */
  const char* documentation;
  const char* result; /* the type of the result */
  size_t parameter_count;
  const dp_parameter_info* parameters;
  size_t dimension_count;
  const char* const* dimensions; /* the names of the sizes that a call binds: "n" */
} dp_function_info;

/* How many functions the program's own file has. */
DP_API size_t dp_function_count(const dp_program* program);
/* One of them, in the order of the file; NULL where there are not so many. */
DP_API const dp_function_info* dp_function_at(const dp_program* program, size_t index);

/* ---- compiled functions */

/* The size of a dimension, by name. */
typedef struct dp_size {
  const char* name;
  int64_t size;
} dp_size;

/* The extents of a tensor; of a scalar rank 0. */
typedef struct dp_shape {
  size_t rank;
  const int64_t* extents;
} dp_shape;

/* Compiles a function for known sizes. These come from `sizes`, from `shapes` (none, or one for each input in
   the order of dp_input_at, which is that of the parameters; a layer, struct or tuple counts leaf by leaf),
   or from both. On success *compiled is the caller's, to be freed with dp_free_compiled. Fails where there is
   no such function, where a size stays open or the shapes contradict the declarations, and where the memory
   limit of the options does not suffice. */
DP_API dp_failure* dp_compile(const dp_program* program, const char* function, const dp_size* sizes,
                              size_t size_count, const dp_shape* shapes, size_t shape_count,
                              dp_compiled** compiled);
DP_API void dp_free_compiled(dp_compiled* compiled);

typedef enum dp_dtype {
  dp_float32, /* float */
  dp_float64, /* double */
  dp_int32,   /* int32_t */
  dp_int64,   /* int64_t */
  dp_bool,    /* uint8_t, 0 or 1 */
  dp_key      /* uint64_t, a key of random numbers */
} dp_dtype;

/* A tensor that is passed in or out, dense and in row-major order. */
typedef struct dp_tensor_info {
  const char* name; /* "x", "net.fc1.w"; of a result "", "0", "fc1.w" */
  int32_t dtype;    /* dp_dtype */
  int32_t rank;
  const int64_t* extents; /* `rank` of them */
  int64_t count;          /* elements */
  int64_t bytes;
  int64_t bound; /* integers must lie in 0 … bound - 1; -1: any will do */
} dp_tensor_info;

DP_API size_t dp_input_count(const dp_compiled* compiled);
/* An input or output, counted from 0; NULL where there are not so many. */
DP_API const dp_tensor_info* dp_input_at(const dp_compiled* compiled, size_t index);
DP_API size_t dp_output_count(const dp_compiled* compiled);
DP_API const dp_tensor_info* dp_output_at(const dp_compiled* compiled, size_t index);
/* Bytes of memory for intermediate values that a call needs. */
DP_API int64_t dp_workspace_bytes(const dp_compiled* compiled);

/* Calls the function. `inputs` and `outputs` point to one buffer for each input and output, as large as told,
   aligned as their elements are, and are read and written in place: nothing is copied. Outputs must not
   overlap inputs or each other. `workspace` is dp_workspace_bytes bytes aligned to 64, or NULL, and the
   library takes it from the heap for the call. Calls at once need outputs and workspaces of their own. Fails
   where a check of the program fails (the outputs then hold anything), where a bounded integer is outside of
   its bound, and where there is no memory for the workspace. */
DP_API dp_failure* dp_run(const dp_compiled* compiled, const void* const* inputs, void* const* outputs,
                          void* workspace);

/* ---- the process */

/* How many threads a call may use, the caller's included; 0, the default: as many as there are cores. Holds
   for the whole process; results do not depend on it. Not while a compiled function runs. */
DP_API void dp_use_threads(int threads);

/* "0.1.0" */
DP_API const char* dp_version(void);

#ifdef __cplusplus
}
#endif
#endif
