#if __has_include(<dnnl.h>)

#include "COneDNN.h"
#include "descriptors.h"
#include "single_thread.h"

#include <pthread.h>
#include <stdlib.h>

struct rnv_convolution {
    int direction, has_bias;
    dnnl_primitive_desc_t description;
    dnnl_primitive_t primitive;
    dnnl_primitive_desc_t reorder_description;
    dnnl_primitive_t reorder;
    owned_descriptor plain;  // weights in Ranvier's order
};

static dnnl_engine_t engine;
static dnnl_status_t engine_status;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

// Dispatch ends threads at will: the stream of one that ends goes with it.
static pthread_key_t stream_key;

static void destroy_stream(void *stream) { dnnl_stream_destroy(stream); }

static void make_engine(void) {
    engine_status = dnnl_engine_create(&engine, dnnl_cpu, 0);
    if (!engine_status && pthread_key_create(&stream_key, destroy_stream)) {
        engine_status = dnnl_out_of_memory;
    }
}

/// The stream of this thread; null where there is no memory for one, which oneDNN refuses to run on.
static dnnl_stream_t thread_stream(void) {
    dnnl_stream_t stream = pthread_getspecific(stream_key);
    if (!stream && !dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) &&
        pthread_setspecific(stream_key, stream)) {
        dnnl_stream_destroy(stream);
        stream = NULL;
    }
    return stream;
}

/// Descriptors of everything that takes part, with free choice of the weights' order.
typedef struct {
    owned_descriptor images, weights, bias, result;
    dnnl_dims_t stride, dilation, padding;
} operands;

static dnnl_status_t describe(const rnv_convolution_shape_t *s, operands *o,
                              owned_descriptor *plain) {
    const int64_t h = (s->height + 2 * s->padding_height - s->kernel_height) / s->stride_height + 1;
    const int64_t w = (s->width + 2 * s->padding_width - s->kernel_width) / s->stride_width + 1;
    const dnnl_dims_t images = {s->images, s->channels, s->height, s->width};
    const dnnl_dims_t result = {s->images, s->outputs, h, w};
    const dnnl_dims_t whole = {s->outputs, s->channels, s->kernel_height, s->kernel_width};
    const dnnl_dims_t grouped = {s->groups, s->outputs / s->groups, s->channels / s->groups,
                                 s->kernel_height, s->kernel_width};
    const dnnl_dims_t bias = {s->outputs};
    const int is_grouped = s->groups > 1, rank = is_grouped ? 5 : 4;
    const int64_t *weights = is_grouped ? grouped : whole;
    o->stride[0] = s->stride_height, o->stride[1] = s->stride_width;
    o->padding[0] = s->padding_height, o->padding[1] = s->padding_width;
    o->dilation[0] = o->dilation[1] = 0;
    dnnl_status_t status = descriptor_make(&o->images, 4, images, dnnl_nhwc);
    if (!status) status = descriptor_make(&o->result, 4, result, dnnl_nhwc);
    if (!status) status = descriptor_make(&o->weights, rank, weights, dnnl_format_tag_any);
    if (!status) status = descriptor_make(&o->bias, 1, bias, dnnl_a);
    if (!status) {
        status = descriptor_make(plain, rank, weights, is_grouped ? dnnl_hwigo : dnnl_hwio);
    }
    return status;
}

static void forget(operands *o) {
    descriptor_free(&o->images);
    descriptor_free(&o->weights);
    descriptor_free(&o->bias);
    descriptor_free(&o->result);
}

#if DNNL_VERSION_MAJOR >= 3

static dnnl_status_t describe_primitive(dnnl_primitive_desc_t *out, int direction, int has_bias,
                                        operands *o, dnnl_primitive_desc_t hint,
                                        dnnl_primitive_attr_t attributes) {
    const descriptor bias = has_bias ? DESCRIPTOR(o->bias) : NULL;
    switch (direction) {
    case RNV_CONVOLUTION_FORWARD:
        return dnnl_convolution_forward_primitive_desc_create(
            out, engine, dnnl_forward_training, dnnl_convolution_direct, o->images, o->weights,
            bias, o->result, o->stride, o->dilation, o->padding, o->padding, attributes);
    case RNV_CONVOLUTION_INPUT_GRADIENT:
        return dnnl_convolution_backward_data_primitive_desc_create(
            out, engine, dnnl_convolution_direct, o->images, o->weights, o->result, o->stride,
            o->dilation, o->padding, o->padding, hint, attributes);
    default:
        return dnnl_convolution_backward_weights_primitive_desc_create(
            out, engine, dnnl_convolution_direct, o->images, o->weights, bias, o->result,
            o->stride, o->dilation, o->padding, o->padding, hint, attributes);
    }
}

#else

static dnnl_status_t describe_primitive(dnnl_primitive_desc_t *out, int direction, int has_bias,
                                        operands *o, dnnl_primitive_desc_t hint,
                                        dnnl_primitive_attr_t attributes) {
    dnnl_convolution_desc_t c;
    dnnl_status_t status;
    const descriptor bias = has_bias ? DESCRIPTOR(o->bias) : NULL;
    switch (direction) {
    case RNV_CONVOLUTION_FORWARD:
        status = dnnl_dilated_convolution_forward_desc_init(
            &c, dnnl_forward_training, dnnl_convolution_direct, &o->images, &o->weights, bias,
            &o->result, o->stride, o->dilation, o->padding, o->padding);
        break;
    case RNV_CONVOLUTION_INPUT_GRADIENT:
        status = dnnl_dilated_convolution_backward_data_desc_init(
            &c, dnnl_convolution_direct, &o->images, &o->weights, &o->result, o->stride,
            o->dilation, o->padding, o->padding);
        break;
    default:
        status = dnnl_dilated_convolution_backward_weights_desc_init(
            &c, dnnl_convolution_direct, &o->images, &o->weights, bias, &o->result, o->stride,
            o->dilation, o->padding, o->padding);
    }
    return status ? status : dnnl_primitive_desc_create(out, &c, attributes, engine, hint);
}

#endif

static descriptor weights_of(const rnv_convolution *c) {
    const int gradient = c->direction == RNV_CONVOLUTION_WEIGHT_GRADIENT;
    return dnnl_primitive_desc_query_md(
        c->description, gradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
}

static dnnl_status_t make_reorder(rnv_convolution *c, dnnl_primitive_attr_t attributes) {
    const descriptor packed = weights_of(c), plain = DESCRIPTOR(c->plain);
    const int unpacks = c->direction == RNV_CONVOLUTION_WEIGHT_GRADIENT;
    const dnnl_status_t status = dnnl_reorder_primitive_desc_create(
        &c->reorder_description, unpacks ? packed : plain, engine, unpacks ? plain : packed,
        engine, attributes);
    return status ? status : dnnl_primitive_create(&c->reorder, c->reorder_description);
}

static dnnl_status_t build(rnv_convolution *c, const rnv_convolution_shape_t *shape,
                           dnnl_primitive_attr_t attributes) {
    operands o = {.images = DESCRIPTOR_NONE, .weights = DESCRIPTOR_NONE, .bias = DESCRIPTOR_NONE,
                  .result = DESCRIPTOR_NONE};
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t status = describe(shape, &o, &c->plain);
    if (!status && c->direction != RNV_CONVOLUTION_FORWARD) {
        status = describe_primitive(&hint, RNV_CONVOLUTION_FORWARD, 0, &o, NULL, attributes);
    }
    if (!status) {
        status = describe_primitive(&c->description, c->direction, c->has_bias, &o, hint, attributes);
    }
    if (!status) status = dnnl_primitive_create(&c->primitive, c->description);
    if (!status) status = make_reorder(c, attributes);
    if (hint) dnnl_primitive_desc_destroy(hint);
    forget(&o);
    return status;
}

rnv_convolution *rnv_convolution_create(const rnv_convolution_shape_t *shape, int direction,
                                        int has_bias, int *status) {
    stay_single_threaded();  // the number of threads is baked into a primitive
    pthread_once(&engine_once, make_engine);
    *status = (int)engine_status;
    if (engine_status) return NULL;
    rnv_convolution *c = calloc(1, sizeof *c);
    dnnl_primitive_attr_t attributes = NULL;
    if (!c) {
        *status = (int)dnnl_out_of_memory;
        return NULL;
    }
    c->direction = direction;
    c->has_bias = has_bias;
    *status = (int)dnnl_primitive_attr_create(&attributes);
    if (!*status) {
        // Each caller brings its own scratch memory, so that one primitive runs on many threads.
        *status = (int)dnnl_primitive_attr_set_scratchpad_mode(attributes,
                                                               dnnl_scratchpad_mode_user);
    }
    if (!*status) *status = (int)build(c, shape, attributes);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    if (*status) {
        rnv_convolution_destroy(c);
        return NULL;
    }
    return c;
}

void rnv_convolution_destroy(rnv_convolution *c) {
    if (!c) return;
    if (c->primitive) dnnl_primitive_destroy(c->primitive);
    if (c->description) dnnl_primitive_desc_destroy(c->description);
    if (c->reorder) dnnl_primitive_destroy(c->reorder);
    if (c->reorder_description) dnnl_primitive_desc_destroy(c->reorder_description);
    descriptor_free(&c->plain);
    free(c);
}

static size_t scratch_of(dnnl_primitive_desc_t description) {
    const descriptor m = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
    return m ? dnnl_memory_desc_get_size(m) : 0;
}

size_t rnv_convolution_scratch_bytes(const rnv_convolution *c) {
    const size_t run = scratch_of(c->description), pack = scratch_of(c->reorder_description);
    return run > pack ? run : pack;
}

size_t rnv_convolution_packed_bytes(const rnv_convolution *c) {
    return dnnl_memory_desc_get_size(weights_of(c));
}

/// Arguments of one execution; `add` skips nothing silently: the first failure stays in `status`.
typedef struct {
    dnnl_exec_arg_t list[5];
    int count;
    dnnl_status_t status;
} arguments;

static void add(arguments *a, int name, descriptor m, void *data) {
    if (a->status) return;
    dnnl_memory_t memory = NULL;
    a->status = dnnl_memory_create(&memory, m, engine, data);
    if (a->status) return;
    a->list[a->count].arg = name;
    a->list[a->count].memory = memory;
    a->count++;
}

static int finish(arguments *a, dnnl_primitive_t primitive) {
    stay_single_threaded();
    if (!a->status) {
        a->status = dnnl_primitive_execute(primitive, thread_stream(), a->count, a->list);
    }
    for (int i = 0; i < a->count; i++) dnnl_memory_destroy(a->list[i].memory);
    return (int)a->status;
}

int rnv_convolution_pack(const rnv_convolution *c, const void *from, void *to, void *scratch) {
    const descriptor packed = weights_of(c), plain = DESCRIPTOR(c->plain);
    const int unpacks = c->direction == RNV_CONVOLUTION_WEIGHT_GRADIENT;
    arguments a = {.status = dnnl_success};
    add(&a, DNNL_ARG_FROM, unpacks ? packed : plain, (void *)from);
    add(&a, DNNL_ARG_TO, unpacks ? plain : packed, to);
    add(&a, DNNL_ARG_SCRATCHPAD,
        dnnl_primitive_desc_query_md(c->reorder_description, dnnl_query_scratchpad_md, 0), scratch);
    return finish(&a, c->reorder);
}

int rnv_convolution_run(const rnv_convolution *c, void *images, void *packed, void *bias,
                        void *result, void *scratch) {
    const dnnl_primitive_desc_t d = c->description;
#define QUERY(what) dnnl_primitive_desc_query_md(d, what, 0)
    arguments a = {.status = dnnl_success};
    switch (c->direction) {
    case RNV_CONVOLUTION_FORWARD:
        add(&a, DNNL_ARG_SRC, QUERY(dnnl_query_src_md), images);
        add(&a, DNNL_ARG_WEIGHTS, QUERY(dnnl_query_weights_md), packed);
        if (c->has_bias) {
            add(&a, DNNL_ARG_BIAS, dnnl_primitive_desc_query_md(d, dnnl_query_weights_md, 1), bias);
        }
        add(&a, DNNL_ARG_DST, QUERY(dnnl_query_dst_md), result);
        break;
    case RNV_CONVOLUTION_INPUT_GRADIENT:
        add(&a, DNNL_ARG_DIFF_SRC, QUERY(dnnl_query_diff_src_md), images);
        add(&a, DNNL_ARG_WEIGHTS, QUERY(dnnl_query_weights_md), packed);
        add(&a, DNNL_ARG_DIFF_DST, QUERY(dnnl_query_diff_dst_md), result);
        break;
    default:
        add(&a, DNNL_ARG_SRC, QUERY(dnnl_query_src_md), images);
        add(&a, DNNL_ARG_DIFF_WEIGHTS, QUERY(dnnl_query_diff_weights_md), packed);
        if (c->has_bias) {
            add(&a, DNNL_ARG_DIFF_BIAS,
                dnnl_primitive_desc_query_md(d, dnnl_query_diff_weights_md, 1), bias);
        }
        add(&a, DNNL_ARG_DIFF_DST, QUERY(dnnl_query_diff_dst_md), result);
    }
    add(&a, DNNL_ARG_SCRATCHPAD, QUERY(dnnl_query_scratchpad_md), scratch);
#undef QUERY
    return finish(&a, c->primitive);
}

#endif
