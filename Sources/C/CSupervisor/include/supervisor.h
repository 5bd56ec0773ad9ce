#ifndef READINESS_SUPERVISOR_H
#define READINESS_SUPERVISOR_H

#include <stdint.h>
#include <sys/types.h>

/// A program to run, and its bounds. Strings and lists belong to the caller and are only read.
struct readiness_job {
  /// The executable, as an absolute path.
  const char *executable;
  /// The arguments, starting with the name, and a final NULL.
  char *const *arguments;
  /// The variables `NAME=value`, and a final NULL.
  char *const *environment;
  /// The file for standard input.
  const char *input;
  /// The working folder.
  const char *folder;
  /// The files and folders that may be read, and a final NULL.
  const char *const *readable;
  /// The files and folders that may be written, and a final NULL.
  const char *const *writable;
  /// The largest size of a written file, in bytes.
  uint64_t file_bytes;
};

/// The caller's ends of the pipes, which the caller closes.
struct readiness_pipes {
  /// The job's standard output.
  int output;
  /// The job's standard error.
  int errors;
  /// Orders for the job. A byte `T` asks the job to end. A byte `K`, or the end of the pipe, kills it and all its
  /// descendants, so that none outlives a killed caller.
  int control;
  /// The one `readiness_result`.
  int result;
};

/// The step at which a job's start failed.
enum readiness_step {
  READINESS_ENDED = 0,
  READINESS_FORK = 1,
  READINESS_FOLDER = 2,
  READINESS_CONFINE = 3,
  READINESS_EXEC = 4,
};

/// The result of a job.
struct readiness_result {
  /// One of `readiness_step`.
  int32_t step;
  /// The status from `wait` if the job ended, `errno` if it could not be started.
  int32_t code;
  /// The number of processes that it left behind, which were killed.
  int32_t left;
  /// 1 if the kernel confined it to its paths, 0 if the kernel cannot.
  int32_t confined;
};

/// Starts a job under its own supervisor, in its own session without a terminal. Returns the supervisor's process id,
/// for waitpid, or -1 with `errno`.
pid_t readiness_supervise(const struct readiness_job *job, struct readiness_pipes *pipes);

/// Creates a pipe that no program inherits, not even one that another thread is starting. Returns 0, or -1 with
/// `errno`.
int readiness_pipe(int ends[2]);

#endif
