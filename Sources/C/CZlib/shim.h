#ifndef READINESS_CZLIB_SHIM_H
#define READINESS_CZLIB_SHIM_H

#include <zlib.h>

// inflateInit is a macro, which Swift cannot call.
static inline int readiness_inflate_init(z_streamp stream) { return inflateInit(stream); }

#endif
