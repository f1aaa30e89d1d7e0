#ifndef RANVIER_KERNELS_H
#define RANVIER_KERNELS_H

#include "rnv_elementwise.h"
#include "rnv_exact_theta.h"
#include "rnv_gram.h"
#include "rnv_images.h"
#include "rnv_living.h"
#include "rnv_memory.h"
#include "rnv_neurons.h"
#include "rnv_normalization.h"
#include "rnv_optimizers.h"
#include "rnv_peak.h"
#include "rnv_pooling.h"
#include "rnv_population.h"
#include "rnv_processor.h"
#include "rnv_quantization.h"
#include "rnv_random.h"
#include "rnv_recurrent.h"
#include "rnv_reductions.h"
#include "rnv_selection.h"
#include "rnv_sparse_gradient.h"
#include "rnv_sparse_products.h"
#include "rnv_spike_products.h"
#include "rnv_spikes.h"
#include "rnv_tile_convolution.h"
#include "rnv_tiles.h"

#endif
