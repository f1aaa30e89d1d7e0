// How a kernel is compiled: once for each x86-64 level, chosen when the program starts. No fused
// multiply-add unless written out, so that every level computes the same bits.
#ifndef RNV_LEVELS_H
#define RNV_LEVELS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

// With RNV_ONE_LEVEL only for the level that the compiler is told, so that the lowest can be checked on any processor.
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && !defined(RNV_ONE_LEVEL)
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
