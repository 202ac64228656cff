//! Devices with Vulkan: a compute shader on each, through Vulkan's loader.
//!
//! Nothing is released: the process ends after its last device.
#![expect(unsafe_code, reason = "Vulkan is a C interface whose drivers are loaded at run time")]

use std::io::Cursor;
use std::time::Instant;

use ash::{Instance, vk};

use super::device::{Device, State, check, inputs, twice_plus_one};
use crate::graphics::vulkan::{describe, instance};

/// The shader, `double.comp`, 64 values a group.
const SHADER: &[u8] = include_bytes!("double.spv");
const GROUP: u32 = 64;

/// A driver that compiles this shader for longer than this hangs; nanoseconds.
const LIMIT_NANOS: u64 = 15_000_000_000;

pub(super) fn probe(report: &mut dyn FnMut(&Device)) {
    let Some((_loader, instance)) = instance() else { return };
    // SAFETY: the instance is alive.
    let physical = unsafe { instance.enumerate_physical_devices() }.unwrap_or_default();
    let known: Vec<_> =
        physical.into_iter().filter_map(|device| Some((device, found(&instance, device)?))).collect();
    known.iter().for_each(|(_, device)| report(device));
    for (physical, device) in known {
        report(&Device { state: State::of(run(&instance, physical)), ..device });
    }
}

fn found(instance: &Instance, physical: vk::PhysicalDevice) -> Option<Device> {
    let adapter = describe(instance, physical)?;
    // SAFETY: the device is the instance's, which is alive.
    let memory = unsafe { instance.get_physical_device_memory_properties(physical) };
    let own = memory
        .memory_heaps_as_slice()
        .iter()
        .filter(|heap| heap.flags.contains(vk::MemoryHeapFlags::DEVICE_LOCAL));
    Some(Device {
        kind: Some(adapter.kind),
        driver: Some(format!("{} {}", adapter.driver, adapter.driver_version).trim().to_owned()),
        memory_bytes: Some(own.map(|heap| heap.size).sum()),
        ..Device::found("vulkan", adapter.name)
    })
}

/// Milliseconds of a kernel whose result was right.
fn run(instance: &Instance, physical: vk::PhysicalDevice) -> Result<f64, String> {
    let start = Instant::now();
    let outputs = Kernel::on(instance, physical)?.outputs()?;
    let took_ms = start.elapsed().as_secs_f64() * 1e3;
    check(&outputs, twice_plus_one).map(|()| took_ms)
}

/// Everything that one dispatch needs.
struct Kernel {
    device: ash::Device,
    family: u32,
    buffer: vk::Buffer,
    memory: vk::DeviceMemory,
}

impl Kernel {
    fn on(instance: &Instance, physical: vk::PhysicalDevice) -> Result<Self, String> {
        // SAFETY: the device is the instance's, which is alive, here and in the calls below.
        let families = unsafe { instance.get_physical_device_queue_family_properties(physical) };
        let computes =
            |family: &vk::QueueFamilyProperties| family.queue_flags.contains(vk::QueueFlags::COMPUTE);
        let family = families.iter().position(computes).ok_or("it has no queue for computing")? as u32;
        let queues =
            [vk::DeviceQueueCreateInfo::default().queue_family_index(family).queue_priorities(&[1.0])];
        let wanted = vk::DeviceCreateInfo::default().queue_create_infos(&queues);
        // SAFETY: as above.
        let device =
            unsafe { instance.create_device(physical, &wanted, None) }.map_err(at("making the device"))?;
        let bytes = size_of_val(inputs().as_slice()) as u64;
        let wanted = vk::BufferCreateInfo::default().size(bytes).usage(vk::BufferUsageFlags::STORAGE_BUFFER);
        // SAFETY: the logical device lives until the process ends, here and below.
        let buffer = unsafe { device.create_buffer(&wanted, None) }.map_err(at("making a buffer"))?;
        // SAFETY: as above.
        let needs = unsafe { device.get_buffer_memory_requirements(buffer) };
        // SAFETY: as above.
        let types = unsafe { instance.get_physical_device_memory_properties(physical) };
        let visible = vk::MemoryPropertyFlags::HOST_VISIBLE | vk::MemoryPropertyFlags::HOST_COHERENT;
        let index = types
            .memory_types_as_slice()
            .iter()
            .enumerate()
            .position(|(at, kind)| {
                needs.memory_type_bits & (1 << at) != 0 && kind.property_flags.contains(visible)
            })
            .ok_or("it has no memory that the host sees")? as u32;
        let wanted = vk::MemoryAllocateInfo::default().allocation_size(needs.size).memory_type_index(index);
        // SAFETY: as above.
        let memory = unsafe { device.allocate_memory(&wanted, None) }.map_err(at("allocating memory"))?;
        // SAFETY: the memory is of a type and size that the buffer takes.
        unsafe { device.bind_buffer_memory(buffer, memory, 0) }.map_err(at("binding memory"))?;
        Ok(Self { device, family, buffer, memory })
    }

    /// Writes the inputs, runs the shader over them, and reads what it left.
    fn outputs(&self) -> Result<Vec<u32>, String> {
        let inputs = inputs();
        let bytes = size_of_val(inputs.as_slice()) as u64;
        // SAFETY: the memory is visible to the host, coherent, of at least this size, and mapped once.
        let mapped = unsafe { self.device.map_memory(self.memory, 0, bytes, vk::MemoryMapFlags::empty()) }
            .map_err(at("mapping memory"))?
            .cast::<u32>();
        // SAFETY: the mapping holds that many values, and is aligned for them (64 bytes at least).
        unsafe { mapped.copy_from_nonoverlapping(inputs.as_ptr(), inputs.len()) };
        self.dispatch(inputs.len() as u32 / GROUP)?;
        // SAFETY: as above; the device has finished.
        Ok(unsafe { std::slice::from_raw_parts(mapped, inputs.len()) }.to_vec())
    }

    fn dispatch(&self, groups: u32) -> Result<(), String> {
        let (pipeline, layout, set) = self.pipeline().map_err(at("compiling the shader"))?;
        let device = &self.device;
        let pool = vk::CommandPoolCreateInfo::default().queue_family_index(self.family);
        let begin = vk::CommandBufferBeginInfo::default();
        // SAFETY: every handle is this device's and alive; the command buffer is recorded once and submitted once.
        let submitted = unsafe {
            let pool = device.create_command_pool(&pool, None).map_err(at("making commands"))?;
            let wanted = vk::CommandBufferAllocateInfo::default().command_pool(pool).command_buffer_count(1);
            let commands = device.allocate_command_buffers(&wanted).map_err(at("making commands"))?;
            device.begin_command_buffer(commands[0], &begin).map_err(at("recording"))?;
            device.cmd_bind_pipeline(commands[0], vk::PipelineBindPoint::COMPUTE, pipeline);
            device.cmd_bind_descriptor_sets(
                commands[0],
                vk::PipelineBindPoint::COMPUTE,
                layout,
                0,
                &[set],
                &[],
            );
            device.cmd_dispatch(commands[0], groups, 1, 1);
            device.end_command_buffer(commands[0]).map_err(at("recording"))?;
            let fence =
                device.create_fence(&vk::FenceCreateInfo::default(), None).map_err(at("making a fence"))?;
            let submit = [vk::SubmitInfo::default().command_buffers(&commands)];
            device
                .queue_submit(device.get_device_queue(self.family, 0), &submit, fence)
                .map_err(at("submitting"))?;
            device.wait_for_fences(&[fence], true, LIMIT_NANOS)
        };
        submitted.map_err(at("waiting for the kernel"))
    }

    fn pipeline(&self) -> Result<(vk::Pipeline, vk::PipelineLayout, vk::DescriptorSet), vk::Result> {
        let device = &self.device;
        let code =
            ash::util::read_spv(&mut Cursor::new(SHADER)).map_err(|_| vk::Result::ERROR_INVALID_SHADER_NV)?;
        let binding = [vk::DescriptorSetLayoutBinding::default()
            .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
            .descriptor_count(1)
            .stage_flags(vk::ShaderStageFlags::COMPUTE)];
        let sizes =
            [vk::DescriptorPoolSize::default().ty(vk::DescriptorType::STORAGE_BUFFER).descriptor_count(1)];
        // SAFETY: what each call is given lives until it returns, and every handle is this device's and alive.
        unsafe {
            let layouts = [device.create_descriptor_set_layout(
                &vk::DescriptorSetLayoutCreateInfo::default().bindings(&binding),
                None,
            )?];
            let wanted = vk::DescriptorPoolCreateInfo::default().max_sets(1).pool_sizes(&sizes);
            let pool = device.create_descriptor_pool(&wanted, None)?;
            let wanted = vk::DescriptorSetAllocateInfo::default().descriptor_pool(pool).set_layouts(&layouts);
            let set = device.allocate_descriptor_sets(&wanted)?[0];
            let buffers = [vk::DescriptorBufferInfo::default().buffer(self.buffer).range(vk::WHOLE_SIZE)];
            let write = vk::WriteDescriptorSet::default()
                .dst_set(set)
                .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
                .buffer_info(&buffers);
            device.update_descriptor_sets(&[write], &[]);
            let module =
                device.create_shader_module(&vk::ShaderModuleCreateInfo::default().code(&code), None)?;
            let layout = device.create_pipeline_layout(
                &vk::PipelineLayoutCreateInfo::default().set_layouts(&layouts),
                None,
            )?;
            let stage = vk::PipelineShaderStageCreateInfo::default()
                .stage(vk::ShaderStageFlags::COMPUTE)
                .module(module)
                .name(c"main");
            let wanted = [vk::ComputePipelineCreateInfo::default().stage(stage).layout(layout)];
            let made = device.create_compute_pipelines(vk::PipelineCache::null(), &wanted, None);
            Ok((made.map_err(|(_, error)| error)?[0], layout, set))
        }
    }
}

/// An error of Vulkan while `doing` something.
fn at(doing: &'static str) -> impl Fn(vk::Result) -> String {
    move |error| format!("{doing}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a machine without Vulkan nothing is reported, and with it every device twice: found, and probed.
    #[test]
    fn every_device_is_found_before_it_is_probed() {
        let mut reported = Vec::new();
        probe(&mut |device| reported.push(device.clone()));
        let (found, probed) = reported.split_at(reported.len() / 2);
        assert!(found.iter().all(|device| matches!(device.state, State::Unproven { .. })), "{found:?}");
        assert!(probed.iter().all(|device| !matches!(device.state, State::Unproven { .. })), "{probed:?}");
        let names = |devices: &[Device]| devices.iter().map(|device| device.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(found), names(probed));
        // Mesa's software driver is right on every machine that has it.
        assert!(
            probed.iter().filter(|device| device.name.contains("llvmpipe")).all(Device::is_usable),
            "{probed:?}"
        );
    }
}
