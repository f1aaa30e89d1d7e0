#ifndef RNV_PROCESSOR_H
#define RNV_PROCESSOR_H

/// The x86-64 level whose kernels run: 1 (baseline), 3 (AVX2) or 4 (AVX-512); 0 on other processors.
int rnv_processor_level(void);

#endif
