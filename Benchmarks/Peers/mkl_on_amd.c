// MKL asks for the vendor of the processor and takes its AVX2 kernels on AMD even where AVX-512 is there.
// Preloaded, this answers for it, so that PyTorch is compared at the speed its code is capable of.
// Processors of Intel need no help.
int mkl_serv_intel_cpu_true(void) { return 1; }
