// A process between the program and a check: it owns all processes that the check starts, and kills them.
//
// Why C: between fork and exec, a program with threads may only use system calls, and a killed supervisor must take
// everything with it. Orphans become its children (PR_SET_CHILD_SUBREAPER), so a check cannot leave a process behind
// by forking twice or by starting a session. The kernel enforces paths (Landlock, since Linux 5.13).
#define _GNU_SOURCE
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

// The rights by version of the kernel's interface; older headers lack the later ones.
#define RIGHTS_1 ((1ULL << 13) - 1)
#define RIGHT_REFER (1ULL << 13)
#define RIGHT_TRUNCATE (1ULL << 14)
#define RIGHT_IOCTL (1ULL << 15)
#define RIGHTS_READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_OF_FILES                                                                                          \
  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE | \
   RIGHT_IOCTL)

static int allow(int ruleset, const char *path, uint64_t rights) {
  int file = open(path, O_PATH | O_CLOEXEC);
  // A path that does not exist needs no rule.
  if (file < 0) return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
  struct stat status;
  if (fstat(file, &status) == 0 && !S_ISDIR(status.st_mode)) rights &= RIGHTS_OF_FILES;
  struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = file};
  long code = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  int error = errno;
  close(file);
  errno = error;
  return code < 0 ? -1 : 0;
}

// Returns 1 if the kernel confines this process to its paths from now on, 0 if it cannot, -1 on an error.
static int confine(const struct readiness_job *job) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return 0;
  uint64_t all = RIGHTS_1;
  if (version >= 2) all |= RIGHT_REFER;
  if (version >= 3) all |= RIGHT_TRUNCATE;
  if (version >= 5) all |= RIGHT_IOCTL;
  struct landlock_ruleset_attr attributes = {.handled_access_fs = all};
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  if (ruleset < 0) return -1;
  for (const char *const *path = job->readable; *path; path++)
    if (allow(ruleset, *path, all & RIGHTS_READ) < 0) return -1;
  for (const char *const *path = job->writable; *path; path++)
    if (allow(ruleset, *path, all) < 0) return -1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) return -1;
  close(ruleset);
  return 1;
}

static void say(int pipe, int32_t step, int32_t code, int32_t left, int32_t confined) {
  struct readiness_result result = {step, code, left, confined};
  while (write(pipe, &result, sizeof result) < 0 && errno == EINTR) {
  }
}

static void default_signals(void) {
  for (int signal_number = 1; signal_number < 32; signal_number++) signal(signal_number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, NULL);
}

// Becomes the check. Never returns.
static void become(const struct readiness_job *job, int output, int errors, int news) {
  setsid();
  default_signals();
  int input = open(job->input, O_RDONLY);
  dup2(input, 0);
  dup2(output, 1);
  dup2(errors, 2);
  struct rlimit files = {job->file_bytes, job->file_bytes};
  setrlimit(RLIMIT_FSIZE, &files);
  struct rlimit core = {0, 0};
  setrlimit(RLIMIT_CORE, &core);
  if (chdir(job->folder) < 0) {
    say(news, READINESS_FOLDER, errno, 0, 0);
    _exit(127);
  }
  int confined = confine(job);
  if (confined < 0) {
    say(news, READINESS_CONFINE, errno, 0, 0);
    _exit(127);
  }
  // Reports a successful start; a report of a failure may follow.
  say(news, READINESS_ENDED, 0, 0, confined);
  if (news != 3) dup2(news, 3);
  syscall(SYS_close_range, 4, ~0U, 0);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  execve(job->executable, job->arguments, job->environment);
  say(3, READINESS_EXEC, errno, 0, confined);
  _exit(127);
}

// Kills every child. Reads /proc by system calls only, because a library's folder handle allocates memory.
static void kill_children(void) {
  char buffer[8192];
  pid_t self = getpid();
  int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  for (;;) {
    long count = syscall(SYS_getdents64, folder, buffer, sizeof buffer);
    if (count <= 0) break;
    for (long at = 0; at < count;) {
      unsigned short length;
      memcpy(&length, buffer + at + 16, sizeof length);
      const char *name = buffer + at + 19;
      at += length;
      pid_t pid = 0;
      char path[32] = "/proc/";
      size_t end = 6;
      for (const char *digit = name; *digit; digit++) {
        if (*digit < '0' || *digit > '9' || end > 20) {
          pid = 0;
          break;
        }
        pid = pid * 10 + (*digit - '0');
        path[end++] = *digit;
      }
      if (pid == 0) continue;
      memcpy(path + end, "/stat", 6);
      int file = open(path, O_RDONLY | O_CLOEXEC);
      if (file < 0) continue;
      char text[512];
      long size = read(file, text, sizeof text - 1);
      close(file);
      if (size <= 0) continue;
      text[size] = 0;
      // pid (name) state parent …; the name may contain any characters.
      const char *bracket = strrchr(text, ')');
      if (!bracket || !bracket[1] || !bracket[2] || !bracket[3]) continue;
      pid_t parent = 0;
      for (const char *digit = bracket + 4; *digit >= '0' && *digit <= '9'; digit++) parent = parent * 10 + (*digit - '0');
      if (parent != self || bracket[2] == 'Z') continue;
      kill(pid, SIGKILL);
    }
  }
  close(folder);
}

static void supervise(const struct readiness_job *job, int output, int errors, int control, int result) {
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  default_signals();
  // A signal to end the whole group also reaches the caller, which sends an order through the pipe.
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  pthread_sigmask(SIG_SETMASK, &children, NULL);
  int births[2];
  int news = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (news < 0 || pipe2(births, O_CLOEXEC) < 0) {
    say(result, READINESS_FORK, errno, 0, 0);
    _exit(1);
  }
  pid_t child = fork();
  if (child < 0) {
    say(result, READINESS_FORK, errno, 0, 0);
    _exit(1);
  }
  if (child == 0) become(job, output, errors, births[1]);
  // Only these stay open, because another job's pipes must end when its own caller closes them.
  int kept[4] = {control, result, births[0], news};
  for (int index = 0; index < 4; index++) kept[index] = fcntl(kept[index], F_DUPFD, 64);
  for (int index = 0; index < 4; index++) dup2(kept[index], 3 + index);
  syscall(SYS_close_range, 7, ~0U, 0);
  int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, 0), dup2(nothing, 1), dup2(nothing, 2);
  if (nothing > 2) close(nothing);
  struct readiness_result start = {READINESS_FORK, 0, 0, 0}, failure;
  long count;
  while ((count = read(5, &start, sizeof start)) < 0 && errno == EINTR) {
  }
  int failed = start.step != READINESS_ENDED || count != sizeof start;
  if (!failed && read(5, &failure, sizeof failure) == sizeof failure) start = failure, failed = 1;
  int status = 0, ended = 0, orphans = 0;
  struct pollfd waits[2] = {{3, POLLIN, 0}, {6, POLLIN, 0}};
  while (!ended) {
    struct signalfd_siginfo info;
    while (read(6, &info, sizeof info) > 0) {
    }
    int each;
    pid_t gone;
    while ((gone = waitpid(-1, &each, WNOHANG)) > 0)
      if (gone == child) status = each, ended = 1;
    if (ended) break;
    if (poll(waits, 2, -1) < 0) continue;
    if (waits[0].revents) {
      char order = 'K';
      if (read(3, &order, 1) <= 0) order = 'K', waits[0].fd = -1;
      if (order == 'T') kill(-child, SIGTERM);
      if (order == 'K') kill(-child, SIGKILL), kill(child, SIGKILL);
    }
  }
  // A killed child's own children become children of this process, until there are none.
  for (;;) {
    int each = 0;
    kill_children();
    pid_t gone = waitpid(-1, &each, 0);
    if (gone < 0 && errno == ECHILD) break;
    if (gone > 0 && WIFSIGNALED(each)) orphans++;
  }
  if (failed) {
    say(4, start.step, start.code, orphans, start.confined);
  } else {
    say(4, READINESS_ENDED, status, orphans, start.confined);
  }
  _exit(0);
}

pid_t readiness_supervise(const struct readiness_job *job, struct readiness_pipes *pipes) {
  // Output, errors, control, result. On failure none of them stays open.
  int ends[4][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  pid_t pid = -1;
  int made = 0;
  while (made < 4 && pipe2(ends[made], O_CLOEXEC) == 0) made++;
  if (made == 4) pid = fork();
  if (pid == 0) supervise(job, ends[0][1], ends[1][1], ends[2][0], ends[3][1]);
  int error = errno;
  for (int index = 0; index < 4; index++) {
    int theirs = index == 2 ? 0 : 1;
    if (ends[index][theirs] >= 0) close(ends[index][theirs]);
    if (pid < 0 && ends[index][1 - theirs] >= 0) close(ends[index][1 - theirs]);
  }
  *pipes = (struct readiness_pipes){ends[0][0], ends[1][0], ends[2][1], ends[3][0]};
  errno = error;
  return pid;
}

int readiness_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
