/* OpenVINO's C library: FAKE_GPU is `right`, `wrong`, `unread` or `none`. Two devices; the second does not compile models. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct version { const char *build, *description; };
struct devices { char **names; size_t count; };

static float input[256], output[256];
static char *names[] = {"CPU", "NPU"};

static int is(const char *mode) {
    const char *set = getenv("FAKE_GPU");
    return set && strcmp(set, mode) == 0;
}

int ov_get_openvino_version(struct version *version) { version->build = "2099.1-fake"; return 0; }
int ov_core_create(void **core) { *core = malloc(1); return 0; }
const char *ov_get_last_err_msg(void) { return "Exception from src/core.cpp:7:\nthe plugin is not there\n\n"; }

int ov_core_get_available_devices(void *core, struct devices *devices) {
    devices->names = names;
    devices->count = is("none") ? 0 : 2;
    return 0;
}

int ov_core_get_property(void *core, const char *device, const char *key, char **value) {
    *value = "Fake Processor";
    return strcmp(key, "FULL_DEVICE_NAME") || strcmp(device, "CPU");
}

int ov_core_read_model_from_memory_buffer(void *core, const char *text, size_t length, const void *weights, void **model) {
    *model = malloc(1);
    return is("unread") || !strstr(text, "type=\"Add\"");
}

int ov_core_compile_model(void *core, const void *model, const char *device, size_t count, void **compiled, ...) {
    *compiled = malloc(1);
    return strcmp(device, "CPU") ? -4 : 0;
}

int ov_compiled_model_create_infer_request(void *compiled, void **request) { *request = compiled; return 0; }
int ov_infer_request_get_input_tensor(void *request, void **tensor) { *tensor = input; return 0; }
int ov_infer_request_get_output_tensor(void *request, void **tensor) { *tensor = output; return 0; }
int ov_tensor_data(void *tensor, void **data) { *data = tensor; return 0; }

int ov_infer_request_infer(void *request) {
    for (int i = 0; i < 256; i++) output[i] = is("wrong") ? input[i] : 2 * input[i];
    return 0;
}
