#ifndef READINESS_CNETWORKSTUBS_H
#define READINESS_CNETWORKSTUBS_H

// Nothing to call: this target is linked for the symbols that stubs.c defines.

#endif
