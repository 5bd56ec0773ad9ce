// Git runs this as prepare-commit-msg and commit-msg. Most commits change neither plan nor policy: the launcher
// detects that from git's own files and exits, and starts the program unless it is certain. `install` copies the
// launcher into the hooks folder and writes the program's path into `slot`. Why it has no C library:
// doc/design/decisions/0018-hook-launcher.md
//
// It is certain if no merge, squash, fixup or amend is in progress, the message contains no stamp, and the staged
// folders .readiness and ssot equal those of HEAD. It reads the staged trees that `git commit` has written into the
// index (gitformat-index(5), "cache tree"), and HEAD from loose objects. A packed object, a split index or another
// object folder: the program decides.

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

enum { mark_length = 18, slot_size = 4096 };

// The mark by which install recognizes its files, then `1` if prepare-commit-msg is installed in the same folder.
// Then `p` for prepare-commit-msg or `c` for commit-msg (frameworks rename hooks, so the file's name is unreliable),
// then the program's path.
volatile const char slot[slot_size] = "# readiness hook: 0p";

// MARK: - The system, without a C library

#if defined(__x86_64__)
enum { sys_read = 0, sys_write = 1, sys_open = 2, sys_close = 3, sys_lseek = 8, sys_mmap = 9, sys_access = 21, sys_getppid = 110,
       sys_execve = 59, sys_exit = 231, sys_set_thread = 158 };
static long sys(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "+a"(n) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return n;
}
static int open_file(const char *path) { return (int)sys(sys_open, (long)path, 02000000, 0, 0, 0, 0); }
static int access_file(const char *path, int mode) { return (int)sys(sys_access, (long)path, mode, 0, 0, 0, 0); }
__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
#elif defined(__aarch64__)
enum { sys_read = 63, sys_write = 64, sys_openat = 56, sys_close = 57, sys_lseek = 62, sys_mmap = 222, sys_faccessat = 48,
       sys_getppid = 173, sys_execve = 221, sys_exit = 94 };
static long sys(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
    x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
static int open_file(const char *path) { return (int)sys(sys_openat, -100, (long)path, 02000000, 0, 0, 0); }
static int access_file(const char *path, int mode) { return (int)sys(sys_faccessat, -100, (long)path, mode, 0, 0, 0); }
__asm__(".globl _start\n_start: mov x29, #0\n mov x30, #0\n mov x0, sp\n bl start\n");
uintptr_t __stack_chk_guard = 0x5eed;
#else
#error "no launcher for this machine: install lays down the POSIX sh stubs"
#endif

_Noreturn static void leave(int status) {
  for (;;) sys(sys_exit, status, 0, 0, 0, 0, 0);
}
// The functions that the compiler and zlib require.
_Noreturn void __stack_chk_fail(void) { leave(1); }
void *memcpy(void *to, const void *from, size_t count) {
  for (size_t i = 0; i < count; i++) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}
void *memset(void *to, int byte, size_t count) {
  for (size_t i = 0; i < count; i++) ((char *)to)[i] = (char)byte;
  return to;
}
int memcmp(const void *a, const void *b, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i]) return ((const uint8_t *)a)[i] - ((const uint8_t *)b)[i];
  return 0;
}
size_t strlen(const char *text) {
  size_t count = 0;
  while (text[count]) count++;
  return count;
}
static char heap[128 << 10];
static size_t used;
void *malloc(size_t count) {
  count = (count + 15) & ~(size_t)15;
  if (count > sizeof heap - used) return NULL;
  used += count;
  return heap + used - count;
}
void free(void *memory) { (void)memory; }

// MARK: - Files

typedef struct {
  const uint8_t *bytes;
  size_t count;
} Bytes;

// Reads a file into a buffer; returns {NULL, 0} if it is too large or missing.
static Bytes contents(const char *path, uint8_t *room, size_t size) {
  Bytes none = {NULL, 0};
  int file = open_file(path);
  if (file < 0) return none;
  size_t count = 0;
  while (count < size) {
    long got = sys(sys_read, file, (long)(room + count), (long)(size - count), 0, 0, 0);
    if (got < 0) count = size;
    if (got <= 0) break;
    count += (size_t)got;
  }
  sys(sys_close, file, 0, 0, 0, 0, 0);
  return count < size ? (Bytes){room, count} : none;
}

static uint8_t *map(size_t size, int protection, int flags, int file) {
  long memory = sys(sys_mmap, 0, (long)size, protection, flags, file, 0);
  return memory < 0 && memory > -4096 ? NULL : (uint8_t *)memory;
}

// Allocates memory that costs nothing until it is touched.
static uint8_t *room(size_t size) { return map(size, 3, 0x22, -1); }

// Maps a file into memory; returns {NULL, 0} if there is none.
static Bytes mapped(const char *path) {
  Bytes none = {NULL, 0};
  int file = open_file(path);
  if (file < 0) return none;
  long size = sys(sys_lseek, file, 0, 2, 0, 0, 0);
  uint8_t *bytes = size > 0 ? map((size_t)size, 1, 2, file) : NULL;
  sys(sys_close, file, 0, 0, 0, 0, 0);
  return bytes ? (Bytes){bytes, (size_t)size} : none;
}

static int starts(Bytes text, const char *with) {
  size_t count = strlen(with);
  return text.count >= count && memcmp(text.bytes, with, count) == 0;
}

static Bytes line(Bytes text) {
  size_t count = 0;
  while (count < text.count && text.bytes[count] != '\n') count++;
  return (Bytes){text.bytes, count};
}

enum { path_size = 4096 };

// Joins three parts; returns false if they do not fit.
static int join(char *path, const char *folder, const char *a, Bytes b) {
  size_t at = 0;
  const char *texts[] = {folder, a};
  for (int i = 0; i < 2; i++)
    for (const char *c = texts[i]; *c; c++) {
      if (at >= path_size - 1) return 0;
      path[at++] = *c;
    }
  if (b.count >= path_size - at) return 0;
  memcpy(path + at, b.bytes, b.count);
  path[at + b.count] = 0;
  return 1;
}

// MARK: - Git's folder

static const char *environment(char **variables, const char *name) {
  size_t count = strlen(name);
  for (; *variables; variables++)
    if (memcmp(*variables, name, count) == 0 && (*variables)[count] == '=') return *variables + count + 1;
  return NULL;
}

static char git_folder[path_size], common_folder[path_size], path[path_size];
static const Bytes nothing = {NULL, 0};

static int find_folders(char **variables) {
  if (environment(variables, "GIT_OBJECT_DIRECTORY") || environment(variables, "GIT_COMMON_DIR") ||
      environment(variables, "GIT_ALTERNATE_OBJECT_DIRECTORIES"))
    return 0;
  const char *named = environment(variables, "GIT_DIR");
  uint8_t text[path_size];
  if (!join(git_folder, named ? named : ".git", "/", nothing) || !join(path, git_folder, "commondir", nothing)) return 0;
  Bytes common = line(contents(path, text, sizeof text));
  if (common.count == 0) return join(common_folder, git_folder, "", nothing);
  if (!join(path, common.bytes[0] == '/' ? "" : git_folder, "", common)) return 0;
  return join(common_folder, path, "/", nothing);
}

static int stands(const char *name) { return !join(path, git_folder, name, nothing) || access_file(path, 0) == 0; }

// MARK: - What is staged

static uint32_t word(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

typedef struct {
  const uint8_t *readiness, *ssot;
} Folders;

// Returns the offset after the entries of an index; 0 if they are malformed.
static size_t end_of_entries(Bytes index) {
  int is_compressed = word(index.bytes + 4) == 4;
  size_t at = 12;
  for (uint32_t left = word(index.bytes + 8); left > 0; left--) {
    if (at + 64 >= index.count) return 0;
    const uint8_t *entry = index.bytes + at;
    size_t head = entry[60] & 0x40 ? 64 : 62, length = (entry[60] & 0xFu) << 8 | entry[61], end = at + head + length;
    if (is_compressed || length == 0xFFF) {
      end = at + head;
      if (is_compressed)
        while (end < index.count && index.bytes[end++] & 0x80) {}
      while (end < index.count && index.bytes[end]) end++;
    }
    at = is_compressed ? end + 1 : at + ((end - at + 8) & ~(size_t)7);
  }
  return at;
}

static int number(Bytes text, size_t *at, char end, long *value) {
  int is_negative = *at < text.count && text.bytes[*at] == '-';
  if (is_negative) ++*at;
  for (*value = 0; *at < text.count && text.bytes[*at] != end; ++*at) {
    if (text.bytes[*at] < '0' || text.bytes[*at] > '9' || *value > 1L << 40) return 0;
    *value = *value * 10 + (text.bytes[*at] - '0');
  }
  if (*at >= text.count) return 0;
  ++*at;
  if (is_negative) *value = -*value;
  return 1;
}

// Returns the two folders of the extension TREE. Each node has a name, a zero, the entry count (-1: not known), a
// space, the child count, a newline, and the tree if it is known.
static Folders folders_of(Bytes trees) {
  Folders found = {NULL, NULL};
  size_t at = 0;
  long below_top = 0;  // nodes still to come that are not children of the top
  for (long nodes = 0, left = 1; left > 0; left--, nodes++) {
    size_t name = at;
    while (at < trees.count && trees.bytes[at]) at++;
    size_t length = at++ - name;
    long entries, children;
    if (!number(trees, &at, ' ', &entries) || !number(trees, &at, '\n', &children) || children < 0) return found;
    const uint8_t *tree = entries >= 0 && at + 20 <= trees.count ? trees.bytes + at : NULL;
    if (entries >= 0) at += 20;
    int is_child = nodes > 0 && below_top == 0;
    if (is_child && length == 10 && memcmp(trees.bytes + name, ".readiness", 10) == 0) found.readiness = tree;
    if (is_child && length == 4 && memcmp(trees.bytes + name, "ssot", 4) == 0) found.ssot = tree;
    if (nodes > 0) below_top += children - (below_top > 0);
    left += children;
  }
  return found;
}

static Folders staged(Bytes index) {
  Folders none = {NULL, NULL}, found = none;
  if (index.count < 32 || word(index.bytes) != 0x44495243 || word(index.bytes + 4) < 2 || word(index.bytes + 4) > 4)
    return none;
  size_t at = end_of_entries(index);
  if (at == 0) return none;
  // The last 20 bytes are a checksum.
  while (at + 28 <= index.count) {
    size_t size = word(index.bytes + at + 4);
    if (size > index.count - at - 28) return none;
    // Lower case marks a mandatory extension, such as `link` of a split index.
    if (index.bytes[at] >= 'a') return none;
    if (word(index.bytes + at) == 0x54524545) found = folders_of((Bytes){index.bytes + at + 8, size});
    at += 8 + size;
  }
  return at + 20 == index.count ? found : none;
}

// MARK: - HEAD

static int digit(uint8_t c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

// Returns the bytes of a loose object of a type, by its hexadecimal id: a zlib stream of type, size, a zero, and the
// bytes.
static Bytes object(const uint8_t *id, const char *type, uint8_t *out, size_t size) {
  static uint8_t packed[256 << 10];
  char name[42];
  for (int i = 0; i < 40; i++) {
    if (digit(id[i]) < 0) return nothing;
    name[i + (i >= 2)] = (char)id[i];
  }
  name[2] = '/';
  if (!join(path, common_folder, "objects/", (Bytes){(uint8_t *)name, 41})) return nothing;
  Bytes file = contents(path, packed, sizeof packed);
  used = 0;
  z_stream stream = {.next_in = (uint8_t *)file.bytes, .avail_in = (uInt)file.count, .next_out = out, .avail_out = (uInt)size};
  if (file.count == 0 || inflateInit(&stream) != Z_OK || inflate(&stream, Z_FINISH) != Z_STREAM_END) return nothing;
  Bytes whole = {out, stream.total_out};
  size_t at = 0;
  while (at < whole.count && out[at]) at++;
  if (at >= whole.count || !starts(whole, type)) return nothing;
  return (Bytes){out + at + 1, whole.count - at - 1};
}

// Returns the two folders of HEAD.
static Folders head(void) {
  Folders found = {NULL, NULL};
  static uint8_t text[path_size], commit[64 << 10];
  if (!join(path, git_folder, "HEAD", nothing)) return found;
  Bytes id = line(contents(path, text, sizeof text));
  if (starts(id, "ref: ")) {
    if (!join(path, common_folder, "", (Bytes){id.bytes + 5, id.count - 5})) return found;
    id = line(contents(path, text, sizeof text));
  }
  if (id.count != 40) return found;
  Bytes body = object(id.bytes, "commit ", commit, sizeof commit);
  if (body.count < 46 || !starts(body, "tree ")) return found;
  enum { tree_size = 1 << 20 };
  uint8_t *memory = room(tree_size);
  Bytes tree = memory ? object(body.bytes + 5, "tree ", memory, tree_size) : nothing;
  for (size_t at = 0; at < tree.count;) {
    size_t name = at, end;
    for (end = at; end < tree.count && tree.bytes[end]; end++)
      if (tree.bytes[end] == ' ' && name == at) name = end + 1;
    if (end + 21 > tree.count) break;
    if (tree.bytes[at] == '4' && end - name == 10 && memcmp(tree.bytes + name, ".readiness", 10) == 0)
      found.readiness = tree.bytes + end + 1;
    if (tree.bytes[at] == '4' && end - name == 4 && memcmp(tree.bytes + name, "ssot", 4) == 0)
      found.ssot = tree.bytes + end + 1;
    at = end + 21;
  }
  return found;
}

// MARK: - The test

static int speaks_of(Bytes text, const char *word) {
  size_t count = strlen(word);
  for (size_t at = 0; at + count <= text.count; at++) {
    size_t i = 0;
    while (i < count && (text.bytes[at + i] | (word[i] >= 'a' && word[i] <= 'z' ? 0x20 : 0)) == (uint8_t)word[i]) i++;
    if (i == count) return 1;
  }
  return 0;
}

static char *decimal(long value, char *end) {
  *end = 0;
  do *--end = (char)('0' + value % 10);
  while (value /= 10);
  return end;
}

static int concerns_us(int count, char **words, char **variables) {
  static uint8_t caller[64 << 10], message[64 << 10];
  if (count < 2 || !find_folders(variables)) return 1;
  if (stands("MERGE_HEAD") || stands("SQUASH_MSG") || stands("rebase-merge/current-fixups")) return 1;
  // An amend replaces HEAD. Git's hook arguments tell, or else git's command line.
  if (count > 3 && words[2][0] == 'c' && memcmp(words[3], "HEAD", 5) == 0) return 1;
  char id[32];
  if (!join(path, "/proc/", decimal(sys(sys_getppid, 0, 0, 0, 0, 0, 0), id + 31), (Bytes){(uint8_t *)"/cmdline", 8})) return 1;
  if (speaks_of(contents(path, caller, sizeof caller), "--am")) return 1;
  Bytes text = contents(words[1], message, sizeof message);
  if (!text.bytes || speaks_of(text, "readiness-")) return 1;

  const char *named = environment(variables, "GIT_INDEX_FILE");
  if (!join(path, named ? named : git_folder, named ? "" : "index", nothing)) return 1;
  Folders new = staged(mapped(path)), old = head();
  if (!new.readiness || !new.ssot || !old.readiness || !old.ssot) return 1;
  return memcmp(new.readiness, old.readiness, 20) != 0 || memcmp(new.ssot, old.ssot, 20) != 0;
}

static void say(const char *text) { sys(sys_write, 2, (long)text, (long)strlen(text), 0, 0, 0); }

_Noreturn static void run(int count, char **words, char **variables) {
  const char *own = words[0];
  for (const char *c = words[0]; *c; c++)
    if (*c == '/') own = c + 1;
  const char *editor = environment(variables, "GIT_EDITOR");
  int is_last_word = slot[mark_length + 1] == 'c';
  const char *name = is_last_word ? "commit-msg" : "prepare-commit-msg";
  if (is_last_word && slot[mark_length] == '1' && editor && editor[0] == ':' && !editor[1]) {
    // Without an editor, the message that prepare-commit-msg has just written is the one that will be committed.
    size_t folder = (size_t)(own - words[0]);
    if (join(path, "", "", (Bytes){(uint8_t *)words[0], folder}) && folder < 4000) {
      memcpy(path + folder, "prepare-commit-msg", 19);
      if (access_file(path, 1) == 0) leave(0);
    }
  }
  if (!concerns_us(count, words, variables)) leave(0);
  const char *program = (const char *)slot + mark_length + 2;
  char *call[16] = {(char *)program, "hook", (char *)name};
  for (int i = 1; i < count && i < 12; i++) call[2 + i] = words[i];
  sys(sys_execve, (long)program, (long)call, (long)variables, 0, 0, 0);
  say("readiness: the program is gone from ");
  say(program);
  say("\n  -> install it again: readiness install; or delete this hook: ");
  say(words[0]);
  say("\n");
  leave(1);
}

#if defined(__x86_64__)
// The compiler's stack protector looks for its secret here.
static uint64_t thread_area[8] = {0, 0, 0, 0, 0, 0x5eed, 0, 0};
__attribute__((optimize("no-stack-protector")))
#endif
_Noreturn void start(long *stack) {
#if defined(__x86_64__)
  sys(sys_set_thread, 0x1002, (long)thread_area, 0, 0, 0, 0);
#endif
  int count = (int)stack[0];
  char **words = (char **)(stack + 1);
  run(count, words, words + count + 1);
}
