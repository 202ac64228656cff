/* A management library of NVIDIA that a test controls: FAKE_NVML is `right` (100 W), `falls`, `reset`, `huge` or `broken`. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int is(const char *mode) {
    const char *set = getenv("FAKE_NVML");
    return set && strcmp(set, mode) == 0;
}

static unsigned long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

int nvmlInit_v2(void) { return is("broken") ? 9 : 0; }
const char *nvmlErrorString(int error) { return "Driver Not Loaded"; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = (void *)(size_t)(index + 1); return 0; }

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {
    static int asked;
    if (is("huge")) return 3;
    /* The driver is loaded again after the first reading. */
    if (is("reset")) {
        *millijoules = asked++ == 0 ? 5000000 : 1000 * asked;
        return 0;
    }
    *millijoules = is("falls") ? 1000000000000ull - 100 * milliseconds() : 100 * milliseconds();
    return 0;
}

int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) { *milliwatts = is("huge") ? 4000000000u : 100000; return 0; }
int nvmlDeviceGetClockInfo(void *device, unsigned kind, unsigned *mhz) { *mhz = kind == 1 ? 1500 : 1; return 0; }
int nvmlDeviceGetTemperature(void *device, unsigned sensor, unsigned *celsius) { *celsius = 65; return 0; }
int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *reasons) { *reasons = 0x20; return 0; }
