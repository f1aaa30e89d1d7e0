#ifndef RNV_PEAK_H
#define RNV_PEAK_H

#include <stddef.h>

/// Operations on sixteen lanes in one round of the functions below.
#define RNV_PEAK_OPERATIONS 16

/// Multiplies and adds in registers, `rounds` times, and nothing else: what one core can do at most.
/// The result only keeps the work from being left out.
float rnv_peak_f32(size_t rounds);

/// The same with every multiply and add fused into one, where the processor can: counted as two.
float rnv_peak_fused_f32(size_t rounds);

/// Multiplies and adds in double precision.
double rnv_peak_f64(size_t rounds);

#endif
