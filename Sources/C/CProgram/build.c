/* The identity of this program: version, commit, kind of linking. */
#include "program.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

/* That file differs between a clone and an export by git archive. Both must give equal programs, so
 * scripts/build-release.sh leaves only the version in this section, which has a fixed size. */
__attribute__((section("readiness_version"), used)) volatile char readiness_version_section[128] = {
#embed "../../../VERSION"
};

/* scripts/build-release.sh replaces this section after linking, so that a new commit needs no compilation. The
 * program reads it at run time: volatile keeps the compiler from using the zeros. */
__attribute__((section("readiness_build"), used)) volatile char readiness_build_section[128] = {0};

const char *readiness_version_file(void) { return (const char *)readiness_version_section; }

const char *readiness_build_mark(void) { return (const char *)readiness_build_section; }

bool readiness_is_static(void) {
#ifdef READINESS_STATIC
  return true;
#else
  return false;
#endif
}
