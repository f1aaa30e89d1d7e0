#ifndef RNV_MEMORY_H
#define RNV_MEMORY_H

#include <stddef.h>

/// Tells the address sanitiser that bytes may not be touched, until `rnv_memory_show`; does nothing in other builds.
/// Memory that is kept for reuse would otherwise hide what is written beyond its end or after it was given back.
void rnv_memory_hide(const void *bytes, size_t count);

/// Tells it that they may.
void rnv_memory_show(const void *bytes, size_t count);

#endif
