#ifndef READINESS_PROGRAM_H
#define READINESS_PROGRAM_H

#include <stdbool.h>

/* Returns the file VERSION: the version, then the commit and its date in seconds, which `git archive` writes
 * there. */
const char *readiness_version_file(void);

/* Returns the second line, which scripts/build-release.sh writes into the linked program; empty after a plain
 * build. */
const char *readiness_build_mark(void);

/* Returns true if the program was linked without any shared library. */
bool readiness_is_static(void);

#endif
