#ifndef RANVIER_KERNELS_H
#define RANVIER_KERNELS_H

#include "rnv_random.h"
#include "rnv_spikes.h"

#endif
