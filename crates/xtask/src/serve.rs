//! `cargo xtask serve`: sets up what the machine lacks and serves the page.

use crate::project;
use crate::setup::{self, Needs};
use anyhow::{Context as _, Result, bail};
use std::env;
use std::io::{self, ErrorKind, IsTerminal as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Options {
    /// Optimize the page: it takes longer to build and runs faster
    #[arg(long)]
    release: bool,
    /// The port to serve on
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// Sets up what is missing, serves until interrupted, and rebuilds when a file changes.
pub fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    // Before anything is compiled, which takes minutes.
    ensure_free(options.port)?;
    let toolbox = setup::prepare(Needs { page: true, optimized: options.release, ..Needs::default() })?;

    let mut trunk = toolbox.wasm_command("trunk");
    trunk.args(["serve", "--port", &options.port.to_string(), "--dist"]).arg(project::target().join("serve"));
    if options.release {
        trunk.arg("--release");
    }
    let mut trunk = trunk.spawn().context("trunk cannot be started")?;

    // Trunk listens once it has built the page.
    while TcpStream::connect((Ipv4Addr::LOCALHOST, options.port)).is_err() {
        if let Some(status) = trunk.try_wait()? {
            bail!("trunk ended ({status}) before it served anything");
        }
        thread::sleep(Duration::from_millis(100));
    }
    let address = format!("http://127.0.0.1:{}/", options.port);
    println!(
        "\nPacketarium is at {address} (after {:.0} s; Ctrl-C ends it)\n",
        started.elapsed().as_secs_f32()
    );
    open(&address);

    let status = trunk.wait()?;
    if !status.success() {
        bail!("trunk ended ({status})");
    }
    Ok(())
}

fn ensure_free(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let other = port.checked_add(1).unwrap_or(8080);
            bail!("port {port} is taken by another program; try `cargo xtask serve --port {other}`")
        }
        Err(error) => {
            Err(error).with_context(|| format!("port {port} cannot be opened; try another with --port"))
        }
    }
}

/// Opens the page in a browser if there is a screen. A failure is ignored: the address has been printed.
fn open(address: &str) {
    if !io::stdout().is_terminal() {
        return;
    }
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else if env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some() {
        "xdg-open"
    } else {
        return;
    };
    let _ = Command::new(opener).arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_taken_port_suggests_another() {
        let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = holder.local_addr().unwrap().port();
        let error = ensure_free(port).unwrap_err().to_string();
        assert!(error.contains(&format!("port {port} is taken")) && error.contains("--port"), "{error}");
        drop(holder);
        ensure_free(port).unwrap();
    }
}
