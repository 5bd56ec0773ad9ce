#ifndef READINESS_SUPERVISOR_H
#define READINESS_SUPERVISOR_H

#include <stdint.h>
#include <sys/types.h>

/// What is to run, and within which bounds. Strings and lists belong to the caller and are only read.
struct readiness_job {
  /// The executable, as an absolute path.
  const char *executable;
  /// Arguments, the first of them the name, and a NULL at the end.
  char *const *arguments;
  /// `NAME=value`, and a NULL at the end.
  char *const *environment;
  /// The file that is its standard input.
  const char *input;
  /// The folder to run in.
  const char *folder;
  /// Files and folders that may be read, and a NULL at the end.
  const char *const *readable;
  /// Files and folders that may be written, and a NULL at the end.
  const char *const *writable;
  /// How large a file may become.
  uint64_t file_bytes;
};

/// The caller's ends of the pipes; each is to be closed.
struct readiness_pipes {
  /// What the job prints on standard output.
  int output;
  /// What the job prints on standard error.
  int errors;
  /// A byte `T` asks the job to end; a byte `K`, or the end of the pipe, ends it and whatever it started, so that nothing
  /// outlives a caller that was killed.
  int control;
  /// One `readiness_result`.
  int result;
};

/// Where a job that could not be started failed.
enum readiness_step {
  READINESS_ENDED = 0,
  READINESS_FORK = 1,
  READINESS_FOLDER = 2,
  READINESS_CONFINE = 3,
  READINESS_EXEC = 4,
};

/// How a job ended.
struct readiness_result {
  /// One of `readiness_step`.
  int32_t step;
  /// `wait`'s status where the job ended, `errno` where it could not be started.
  int32_t code;
  /// Processes that it left behind, which were ended.
  int32_t left;
  /// 1 where the kernel kept it to its paths, 0 where it cannot.
  int32_t confined;
};

/// Starts a job under a supervisor of its own, in a session of its own without a terminal.
/// Returns the supervisor's process id, to be waited for, or -1 with `errno`.
pid_t readiness_supervise(const struct readiness_job *job, struct readiness_pipes *pipes);

/// Makes a pipe that no program inherits, not even one that another thread starts at this moment.
/// Returns 0, or -1 with `errno`.
int readiness_pipe(int ends[2]);

#endif
