// A model in onnxruntime-web. What `call` runs is an entry of `calls`; it answers with JSON, an error included.
import * as ort from "/ort/ort.all.min.mjs";

const arrays = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array };

let session;
let feeds;

function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

function base64(array) {
    const all = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const parts = [];
    // A call takes some ten thousand arguments.
    for (let at = 0; at < all.length; at += 8192) parts.push(String.fromCharCode(...all.subarray(at, at + 8192)));
    return btoa(parts.join(""));
}

// The device that a provider works on, or an error.
const devices = {
    async wasm() {
        return "";
    },
    async webgpu() {
        if (!navigator.gpu) throw new Error("this browser has no `navigator.gpu`");
        const adapter = await navigator.gpu.requestAdapter();
        if (!adapter) throw new Error("the browser gives out no adapter");
        const { vendor, architecture, description } = adapter.info;
        return description || `${vendor} ${architecture}`.trim();
    },
    async webnn() {
        if (!navigator.ml) throw new Error("this browser has no `navigator.ml`");
        await navigator.ml.createContext();
        return "";
    },
};

const calls = {
    async device({ provider }) {
        const agent = navigator.userAgent.split(" ").find((word) => word.includes("Chrome/")) ?? "";
        const device = await devices[provider]();
        return { agent, device, runtime: ort.env.versions.web ?? ort.env.versions.common };
    },

    // `lengths`: of axes that the file leaves open, by name. WebNN has none such, and nothing else may compute in its place.
    async load({ provider, threads, lengths }) {
        ort.env.wasm.numThreads = threads;
        ort.env.wasm.wasmPaths = "/ort/";
        const only = provider === "webnn" ? { extra: { session: { disable_cpu_ep_fallback: "1" } } } : {};
        if (session) await session.release();
        session = await ort.InferenceSession.create("/model", {
            executionProviders: [provider],
            freeDimensionOverrides: lengths,
            ...only,
        });
        return session.inputMetadata.map(({ name, type, shape }) => ({ name, type, shape }));
    },

    async give({ inputs }) {
        const tensor = ({ type, shape, data }) => new ort.Tensor(type, new arrays[type](bytes(data)), shape);
        feeds = Object.fromEntries(inputs.map((input) => [input.name, tensor(input)]));
        return null;
    },

    async run() {
        const outputs = Object.entries(await session.run(feeds)).filter(([, { type }]) => type === "float32");
        return outputs.map(([name, { dims, data }]) => ({ name, shape: dims, data: base64(data) }));
    },

    // Milliseconds that this many passes take, each with its outputs where JavaScript reads them.
    async time({ passes }) {
        const start = performance.now();
        for (let pass = 0; pass < passes; pass += 1) await session.run(feeds);
        return performance.now() - start;
    },
};

globalThis.call = async (name, what) => {
    try {
        return JSON.stringify({ done: await calls[name](what) });
    } catch (error) {
        return JSON.stringify({ failed: String(error?.message ?? error) });
    }
};
