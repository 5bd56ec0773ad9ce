/* Says which program this is: version, commit, way of linking. */
#include "program.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char version_file[] = {
#embed "../../../VERSION"
  , 0};

/* scripts/build-release.sh replaces this section after linking, so that a new commit compiles nothing again. The
 * program reads it at run time: volatile keeps the compiler from using the zeros. */
__attribute__((section("readiness_build"), used)) volatile char readiness_build_section[128] = {0};

const char *readiness_version_file(void) { return version_file; }

const char *readiness_build_mark(void) { return (const char *)readiness_build_section; }

bool readiness_is_static(void) {
#ifdef READINESS_STATIC
  return true;
#else
  return false;
#endif
}
