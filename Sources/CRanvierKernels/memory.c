#include "rnv_memory.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RNV_IS_SANITIZED 1
#include <sanitizer/asan_interface.h>
#endif
#endif

void rnv_memory_hide(const void *bytes, size_t count) {
#ifdef RNV_IS_SANITIZED
    __asan_poison_memory_region(bytes, count);
#else
    (void)bytes, (void)count;
#endif
}

void rnv_memory_show(const void *bytes, size_t count) {
#ifdef RNV_IS_SANITIZED
    __asan_unpoison_memory_region(bytes, count);
#else
    (void)bytes, (void)count;
#endif
}
