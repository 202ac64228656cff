/* A backend of Qualcomm's QNN: FAKE_GPU is `right`, `empty` or `nameless`. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct interface { uint32_t backend; const char *provider; uint32_t core[3], own[3]; };

static int is(const char *mode) {
    const char *set = getenv("FAKE_GPU");
    return set && strcmp(set, mode) == 0;
}

uint64_t QnnInterface_getProviders(const struct interface ***list, uint32_t *count) {
    static struct interface provider = {6, "HTP_QTI_AISW", {2, 14, 0}, {5, 14, 1}};
    static const struct interface *all[] = {&provider};
    if (is("nameless")) provider.provider = 0;
    *list = all;
    *count = is("empty") ? 0 : 1;
    return 0;
}
