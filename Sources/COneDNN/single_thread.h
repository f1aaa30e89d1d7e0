// Ranvier's own parallel loop hands out the work, so the library must stay on the calling thread.
#ifndef RNV_SINGLE_THREAD_H
#define RNV_SINGLE_THREAD_H

// clang ships no <omp.h> on Linux; libgomp exports the symbol.
extern void omp_set_num_threads(int count);

// The setting belongs to each thread, and Dispatch makes new threads at will.
static inline void stay_single_threaded(void) {
    static __thread int done;
    if (!done) {
        omp_set_num_threads(1);
        done = 1;
    }
}

#endif
