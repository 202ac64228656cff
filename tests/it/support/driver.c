/* A driver of CUDA that a test controls: FAKE_GPU is `right`, `wrong`, `crash`, `hang`, `error` or `none`. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is(const char *mode) {
    const char *set = getenv("FAKE_GPU");
    return set && strcmp(set, mode) == 0;
}

int cuInit(unsigned flags) { return is("none") ? 100 : 0; }
int cuDeviceGetCount(int *count) { *count = 2; return 0; }
int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return 0; }
int cuDeviceGetName(char *name, int length, int device) { snprintf(name, length, "Fake GPU %d", device); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t)8 << 30; return 0; }
int cuDriverGetVersion(int *version) { *version = 12080; return 0; }
int cuCtxCreate_v2(void **context, unsigned flags, int device) { *context = malloc(1); return 0; }
int cuModuleLoadData(void **module, const void *image) { *module = malloc(1); return strstr(image, ".entry twice") ? 0 : 200; }
int cuModuleGetFunction(void **function, void *module, const char *name) { *function = module; return 0; }
int cuMemAlloc_v2(uint64_t *address, size_t bytes) { *address = (uint64_t)malloc(bytes); return 0; }
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) { memcpy((void *)to, from, bytes); return 0; }
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) { memcpy(to, (void *)from, bytes); return 0; }
int cuCtxSynchronize(void) { return 0; }
int cuGetErrorName(int error, const char **name) { *name = error == 719 ? "CUDA_ERROR_LAUNCH_FAILED" : "CUDA_ERROR_NO_DEVICE"; return 0; }

int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void *stream, void **parameters, void **extra) {
    printf("a driver that prints\n");
    if (is("crash")) *(volatile int *)8 = 1;
    if (is("hang")) for (;;) pause();
    if (is("error")) return 719;
    uint32_t *values = *(uint32_t **)parameters[0];
    for (unsigned i = 0; i < gx * bx; i++) values[i] = 2 * values[i] + (is("wrong") ? 0 : 1);
    return 0;
}
