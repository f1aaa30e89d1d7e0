// How a kernel is compiled: once for each x86-64 level, chosen when the program starts. No fused
// multiply-add unless written out, so that every level computes the same bits.
#ifndef RNV_LEVELS_H
#define RNV_LEVELS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__)
#define RNV_LEVELS \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
// For kernels that count bits: one instruction for eight words where the processor has it.
#define RNV_LEVELS_COUNTING \
    __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4", \
                                 "avx512vpopcntdq")))
#else
#define RNV_LEVELS
#define RNV_LEVELS_COUNTING
#endif

#define RNV_INLINE static inline __attribute__((always_inline))

#endif
