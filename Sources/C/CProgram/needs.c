/* Checks the Swift runtime's requirements before the runtime starts. Without /proc it cannot find its own program,
 * and ends the process with SIGABRT before main, which looks like a crash. */
#ifdef __linux__
#include <string.h>
#include <unistd.h>

#define MESSAGE "/proc is not mounted here, and the program cannot start without it."
#define HINT "Mount it: mount -t proc proc /proc. A container or chroot needs its own."

static const char text[] = "readiness: " MESSAGE " (no-proc)\n  -> " HINT "\n";
static const char json[] =
  "{\n  \"schemaVersion\": 1,\n  \"kind\": \"error\",\n  \"code\": \"no-proc\",\n  \"message\": \"" MESSAGE
  "\",\n  \"hint\": \"" HINT "\"\n}\n";

static void end(int file, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written <= 0) break;
    bytes += written;
    count -= (size_t)written;
  }
  _exit(3);
}

static void require_proc(int count, char **words, char **environment) {
  (void)environment;
  char path[8];
  if (readlink("/proc/self/exe", path, sizeof path) > 0) return;
  for (int index = 1; index < count; index++) {
    if (strcmp(words[index], "--json") == 0) end(STDOUT_FILENO, json, sizeof json - 1);
  }
  end(STDERR_FILENO, text, sizeof text - 1);
}

/* Runs before every constructor, including those of shared libraries (System V ABI, "Initialization and
 * Termination Functions"). */
__attribute__((section(".preinit_array"), used)) static void (*const before_all)(int, char **, char **) = require_proc;
#endif
