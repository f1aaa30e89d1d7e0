#if !__has_include(<dnnl.h>)
#error "oneDNN is missing: install libdnnl-dev (apt) or onednn (brew), or run 'make setup'"
#else

#include "COneDNN.h"
#include "single_thread.h"
#include <dnnl.h>

int rnv_dense_product(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                      const float *a, int64_t stride_a, const float *b, int64_t stride_b,
                      float beta, float *c, int64_t stride_c) {
    stay_single_threaded();
    return (int)dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a,
                           stride_a, b, stride_b, beta, c, stride_c);
}

int rnv_onednn_version(void) {
    const dnnl_version_t *v = dnnl_version();
    return v->major * 10000 + v->minor * 100 + v->patch;
}

#endif
