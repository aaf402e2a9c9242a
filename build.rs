//! Puts the built page, `web/dist`, into the program. It runs no npm and touches no network: where the page
//! is not built, the program is made without it and says how to build it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "reads what the page's build wrote"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // The lines of the code are a quarter of the program, and a tenth where they are packed.
        println!("cargo::rustc-link-arg-bins=-Wl,--compress-debug-sections=zlib");
    }
    let dist = root.join("web/dist");
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        list(&dist, &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for path in &files {
        let name = path.strip_prefix(&dist).expect("it was listed there");
        let name = name.to_str().expect("the build gives its files plain names").replace('\\', "/");
        let _ = writeln!(table, "    ({name:?}, include_bytes!({path:?}).as_slice()),");
    }
    table.push_str("]\n");
    fs::write(out.join("page.rs"), table)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // The stamp of the build is not a file of the page.
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
