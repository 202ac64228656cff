/* AMD's HIP and its runtime compiler: FAKE_GPU is `right`, `wrong` or `unbuilt`. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is(const char *mode) {
    const char *set = getenv("FAKE_GPU");
    return set && strcmp(set, mode) == 0;
}

int hipInit(unsigned flags) { return 0; }
int hipGetDeviceCount(int *count) { *count = 1; return 0; }
int hipDeviceGet(int *device, int ordinal) { *device = ordinal; return 0; }
int hipDeviceGetName(char *name, int length, int device) { snprintf(name, length, "Fake Instinct"); return 0; }
int hipDeviceTotalMem(size_t *bytes, int device) { *bytes = (size_t)64 << 30; return 0; }
int hipDriverGetVersion(int *version) { *version = 60240000; return 0; }
int hipSetDevice(int ordinal) { return ordinal == 0 ? 0 : 101; }
int hipModuleLoadData(void **module, const void *image) { *module = malloc(1); return memcmp(image, "code", 4) ? 209 : 0; }
int hipModuleGetFunction(void **function, void *module, const char *name) { *function = module; return strcmp(name, "twice"); }
int hipMalloc(void **address, size_t bytes) { *address = malloc(bytes); return 0; }
int hipMemcpyHtoD(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); return 0; }
int hipMemcpyDtoH(void *to, void *from, size_t bytes) { memcpy(to, from, bytes); return 0; }
int hipDeviceSynchronize(void) { return 0; }
const char *hipGetErrorName(int error) { return "hipErrorUnknown"; }

int hipModuleLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                          unsigned shared, void *stream, void **parameters, void **extra) {
    uint32_t *values = *(uint32_t **)parameters[0];
    for (unsigned i = 0; i < gx * bx; i++) values[i] = is("wrong") ? 7 : 2 * values[i] + 1;
    return 0;
}

int hiprtcCreateProgram(void **program, const char *source, const char *name, int headers, const char **texts, const char **names) {
    *program = malloc(1);
    return strstr(source, "2 * values[i] + 1") ? 0 : 3;
}
int hiprtcCompileProgram(void *program, int count, const char **options) { return is("unbuilt") ? 6 : 0; }
int hiprtcGetCodeSize(void *program, size_t *bytes) { *bytes = 5; return 0; }
int hiprtcGetCode(void *program, char *code) { memcpy(code, "code", 5); return 0; }
