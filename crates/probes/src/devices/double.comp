#version 450
// What the probe of Vulkan runs; `glslangValidator -V double.comp -o double.spv` makes the other file.
layout(local_size_x = 64) in;
layout(std430, binding = 0) buffer Values { uint values[]; };
void main() {
    uint i = gl_GlobalInvocationID.x;
    values[i] = 2u * values[i] + 1u;
}
