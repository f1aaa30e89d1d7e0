#include "rnv_processor.h"

int rnv_processor_level(void) {
#if defined(RNV_ONE_LEVEL)
    return 1;
#elif defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4")) return 4;
    if (__builtin_cpu_supports("x86-64-v3")) return 3;
    return 1;
#else
    return 0;
#endif
}
