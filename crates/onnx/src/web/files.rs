//! A server on loopback for the page: itself, the files of onnxruntime-web, the model.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tiny_http::{Header, Method, Request, Response, Server};

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");

/// A server that ends when this is dropped.
pub(super) struct Files {
    server: Arc<Server>,
    port: u16,
}

impl Files {
    /// Serves `model` as `/model` and what `runtime`, a folder, holds below `/ort/`.
    pub(super) fn serve(runtime: PathBuf, model: PathBuf) -> Result<Self, String> {
        let server = Server::http("127.0.0.1:0").map_err(|error| format!("no port on loopback: {error}"))?;
        let server = Arc::new(server);
        let port = server.server_addr().to_ip().map(|address| address.port()).ok_or("no port on loopback")?;
        let listening = Arc::clone(&server);
        thread::spawn(move || listening.incoming_requests().for_each(|it| answer(it, &runtime, &model)));
        Ok(Self { server, port })
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn answer(request: Request, runtime: &Path, model: &Path) {
    let file = match (request.method(), request.url()) {
        (Method::Get, "/") => return give(request, "text/html; charset=utf-8", Response::from_string(PAGE)),
        (Method::Get, "/page.js") => {
            return give(request, "text/javascript", Response::from_string(SCRIPT));
        }
        (Method::Get, "/model") => Some(model.to_owned()),
        (Method::Get, path) => path.strip_prefix("/ort/").and_then(plain).map(|name| runtime.join(name)),
        _ => None,
    };
    match file.filter(|path| path.is_file()).and_then(|path| Some((kind(&path), File::open(path).ok()?))) {
        Some((kind, file)) => give(request, kind, Response::from_file(file)),
        None => {
            let _ = request.respond(Response::empty(404));
        }
    }
}

/// A name without a folder and without what follows a question mark.
fn plain(name: &str) -> Option<&str> {
    let name = name.split('?').next()?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    (name.chars().all(is_plain) && !name.starts_with('.')).then_some(name)
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()) {
        Some("mjs" | "js") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

fn give<R: std::io::Read>(request: Request, kind: &str, mut response: Response<R>) {
    // Threads of WebAssembly share memory, and clocks are fine, on pages alone that are isolated from others.
    let headers = [
        ("Content-Type", kind),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
    ];
    for (name, value) in headers {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    // The browser may be gone.
    let _ = request.respond(response);
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn get(files: &Files, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", files.port)).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        text
    }

    #[test]
    fn the_model_and_the_runtime_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a folder");
        let runtime = dir.path().join("dist");
        std::fs::create_dir(&runtime).expect("a folder");
        std::fs::write(runtime.join("ort.wasm"), "code").expect("a file");
        std::fs::write(dir.path().join("secret"), "secret").expect("a file");
        let model = dir.path().join("a.onnx");
        std::fs::write(&model, "weights").expect("a file");
        let files = Files::serve(runtime, model).expect("it serves");
        let page = get(&files, "/");
        assert!(page.contains("Cross-Origin-Embedder-Policy: require-corp") && page.contains("/page.js"));
        assert!(get(&files, "/model").ends_with("weights"));
        let wasm = get(&files, "/ort/ort.wasm?v=1");
        assert!(wasm.contains("application/wasm") && wasm.ends_with("code"), "{wasm}");
        for path in
            ["/ort/../secret", "/ort/%2e%2e/secret", "/ort//etc/passwd", "/ort/", "/secret", "/ort/no"]
        {
            let refused = get(&files, path);
            assert!(refused.starts_with("HTTP/1.1 404") && !refused.contains("secret"), "{path}: {refused}");
        }
    }
}
