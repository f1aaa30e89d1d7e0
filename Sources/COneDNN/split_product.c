#if __has_include(<dnnl.h>)

#include "COneDNN.h"
#include "single_thread.h"
#include <dnnl.h>

#include <pthread.h>
#include <stddef.h>

// Matrix units multiply 16-bit numbers some eight times as fast as vector units multiply 32-bit ones, so three
// products of halves are still faster than one of whole numbers.

static dnnl_engine_t engine;
static dnnl_status_t engine_status;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void make_engine(void) { engine_status = dnnl_engine_create(&engine, dnnl_cpu, 0); }

int rnv_split_product_is_fast(void) {
    const int amx = dnnl_cpu_isa_avx512_core_amx;
    return ((int)dnnl_get_effective_cpu_isa() & amx) == amx;
}

// A primitive for each shape that was used last, one set per thread: blocks come in few shapes.
enum { KEPT = 8 };
typedef struct {
    int64_t m, n, k, stride, stride_c;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, c;
} prepared;

static void forget(prepared *p) {
    if (p->primitive) {
        dnnl_primitive_destroy(p->primitive);
        dnnl_memory_destroy(p->a);
        dnnl_memory_destroy(p->b);
        dnnl_memory_destroy(p->c);
    }
    p->primitive = NULL;
}

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t layout;
#define LAYOUT(m) (m)
static dnnl_status_t layout_make(layout *l, const dnnl_dims_t sizes, dnnl_data_type_t type,
                                 const dnnl_dims_t strides) {
    return dnnl_memory_desc_create_with_strides(l, 2, sizes, type, strides);
}
static void layout_free(layout *l) { dnnl_memory_desc_destroy(*l); }
static dnnl_status_t describe(dnnl_primitive_desc_t *out, layout *a, layout *b, layout *c,
                              dnnl_primitive_attr_t attributes) {
    return dnnl_matmul_primitive_desc_create(out, engine, *a, *b, NULL, *c, attributes);
}
#else
typedef dnnl_memory_desc_t layout;
#define LAYOUT(m) (&(m))
static dnnl_status_t layout_make(layout *l, const dnnl_dims_t sizes, dnnl_data_type_t type,
                                 const dnnl_dims_t strides) {
    return dnnl_memory_desc_init_by_strides(l, 2, sizes, type, strides);
}
static void layout_free(layout *l) { (void)l; }
static dnnl_status_t describe(dnnl_primitive_desc_t *out, layout *a, layout *b, layout *c,
                              dnnl_primitive_attr_t attributes) {
    dnnl_matmul_desc_t description;
    const dnnl_status_t status = dnnl_matmul_desc_init(&description, a, b, NULL, c);
    return status ? status
                  : dnnl_primitive_desc_create(out, &description, attributes, engine, NULL);
}
#endif

static dnnl_status_t prepare(prepared *p) {
    const dnnl_dims_t size_a = {p->m, p->k}, size_b = {p->k, p->n}, size_c = {p->m, p->n};
    const dnnl_dims_t stride_a = {p->stride, 1}, stride_b = {1, p->stride},
                      stride_c = {p->stride_c, 1};
    layout a, b, c;
    dnnl_status_t status = layout_make(&a, size_a, dnnl_bf16, stride_a);
    if (status) return status;
    status = layout_make(&b, size_b, dnnl_bf16, stride_b);
    if (!status) status = layout_make(&c, size_c, dnnl_f32, stride_c);
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t sum = NULL;
    dnnl_primitive_desc_t description = NULL;
    if (!status) status = dnnl_primitive_attr_create(&attributes);
    if (!status) status = dnnl_post_ops_create(&sum);
    if (!status) {
#if DNNL_VERSION_MAJOR >= 3
        status = dnnl_post_ops_append_sum(sum, 1.0f, 0, dnnl_data_type_undef);
#else
        status = dnnl_post_ops_append_sum(sum, 1.0f);
#endif
    }
    if (!status) status = dnnl_primitive_attr_set_post_ops(attributes, sum);
    if (!status) status = describe(&description, &a, &b, &c, attributes);
    if (!status) status = dnnl_primitive_create(&p->primitive, description);
    if (!status) status = dnnl_memory_create(&p->a, LAYOUT(a), engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&p->b, LAYOUT(b), engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&p->c, LAYOUT(c), engine, DNNL_MEMORY_NONE);
    if (description) dnnl_primitive_desc_destroy(description);
    if (sum) dnnl_post_ops_destroy(sum);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    layout_free(&a);
    layout_free(&b);
    layout_free(&c);
    return status;
}

int rnv_half_product(int64_t m, int64_t n, int64_t k, const uint16_t *a, const uint16_t *b,
                     int64_t stride, float *c, int64_t stride_c) {
    static __thread prepared kept[KEPT];
    static __thread unsigned next;
    static __thread dnnl_stream_t stream;
    stay_single_threaded();
    pthread_once(&engine_once, make_engine);
    if (engine_status) return (int)engine_status;
    if (!stream) {
        const dnnl_status_t status =
            dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
        if (status) return (int)status;
    }
    prepared *p = NULL;
    for (int i = 0; i < KEPT && !p; i++) {
        prepared *q = &kept[i];
        if (q->primitive && q->m == m && q->n == n && q->k == k && q->stride == stride &&
            q->stride_c == stride_c) {
            p = q;
        }
    }
    if (!p) {
        p = &kept[next++ % KEPT];
        forget(p);
        *p = (prepared){.m = m, .n = n, .k = k, .stride = stride, .stride_c = stride_c};
        const dnnl_status_t status = prepare(p);
        if (status) return (int)status;
    }
    dnnl_memory_set_data_handle(p->a, (void *)a);
    dnnl_memory_set_data_handle(p->b, (void *)b);
    dnnl_memory_set_data_handle(p->c, c);
    const dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, p->a}, {DNNL_ARG_WEIGHTS, p->b}, {DNNL_ARG_DST, p->c}};
    dnnl_status_t status = dnnl_primitive_execute(p->primitive, stream, 3, arguments);
    if (!status) status = dnnl_stream_wait(stream);
    return (int)status;
}

#endif
