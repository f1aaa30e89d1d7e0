// What differs between the interfaces of oneDNN 2 and 3: there a memory descriptor is a handle that
// must be destroyed, here a structure.
#ifndef RNV_DESCRIPTORS_H
#define RNV_DESCRIPTORS_H

#include <dnnl.h>

#if DNNL_VERSION_MAJOR >= 3

typedef dnnl_memory_desc_t owned_descriptor;
typedef const_dnnl_memory_desc_t descriptor;
#define DESCRIPTOR_NONE NULL
#define DESCRIPTOR(m) (m)

static inline dnnl_status_t descriptor_make(owned_descriptor *m, int rank, const dnnl_dims_t sizes,
                                            dnnl_format_tag_t tag) {
    return dnnl_memory_desc_create_with_tag(m, rank, sizes, dnnl_f32, tag);
}

static inline void descriptor_free(owned_descriptor *m) {
    if (*m) dnnl_memory_desc_destroy(*m);
    *m = NULL;
}

#else

typedef dnnl_memory_desc_t owned_descriptor;
typedef const dnnl_memory_desc_t *descriptor;
#define DESCRIPTOR_NONE {0}
#define DESCRIPTOR(m) (&(m))

static inline dnnl_status_t descriptor_make(owned_descriptor *m, int rank, const dnnl_dims_t sizes,
                                            dnnl_format_tag_t tag) {
    return dnnl_memory_desc_init_by_tag(m, rank, sizes, dnnl_f32, tag);
}

static inline void descriptor_free(owned_descriptor *m) { (void)m; }

#endif

#endif
