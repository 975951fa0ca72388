//! Network namespaces with TAP devices that a world is joined to.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

/// What the tests start. All come from Debian's iproute2, iputils-ping, iputils-tracepath, traceroute and iperf3.
const TOOLS: [&str; 7] = ["unshare", "nsenter", "ip", "ping", "tracepath", "traceroute", "iperf3"];

/// A world at the clock's speed, and namespaces in which the kernel is at home. All of it is gone when this is dropped.
pub struct Lab {
    /// In each of them a kernel with its own devices, addresses and routes. The first one has the world's process.
    namespaces: Vec<Namespace>,
    world: Option<Child>,
    /// What the world's process has written to standard error before it was running.
    said: String,
    log: File,
}

/// A network namespace, held open by a process that sleeps in it.
struct Namespace {
    holder: Child,
}

/// A device: its name, and in which namespace it is to be.
pub struct Device {
    /// The host of the scenario whose place it takes.
    pub at: &'static str,
    /// As the kernel calls it.
    pub name: &'static str,
    /// By its place among the lab's.
    pub namespace: usize,
}

impl Lab {
    /// Runs this document with the devices in place of their hosts. `None` where that is not possible, which has been said.
    pub fn new(test: &str, document: &str, namespaces: usize, devices: &[Device]) -> Option<Self> {
        if let Err(why) = possible() {
            assert!(env::var_os("PACKETARIUM_KERNEL").is_none(), "{why}, and PACKETARIUM_KERNEL asks for it");
            // Not by a macro, whose output a passed test keeps to itself.
            let _ = writeln!(io::stderr(), "\n*** {test}: {why}. NOTHING WAS TESTED against the kernel.\n");
            return None;
        }
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../kernel");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{test}.json"));
        fs::write(&file, document).unwrap();
        let log = File::create(folder.join(format!("{test}.log"))).unwrap();
        let mut lab = Self { namespaces: vec![Namespace::new(None)], world: None, said: String::new(), log };
        for _ in 1..namespaces {
            let beside = Namespace::new(Some(&lab.namespaces[0]));
            lab.namespaces.push(beside);
        }
        let mut command = lab.command(0, env!("CARGO_BIN_EXE_packetarium"));
        command.arg("tap").arg(&file);
        for device in devices {
            command.args(["--at", device.at, "--dev", device.name]);
        }
        let mut world = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(world.stderr.take().unwrap());
        lab.world = Some(world);
        loop {
            let mut line = String::new();
            let bytes = said.read_line(&mut line).unwrap();
            lab.note(&line);
            lab.said += &line;
            assert!(bytes > 0, "{test}: packetarium tap has ended: see its log in target/kernel");
            if line.contains("running") {
                break;
            }
        }
        for device in devices.iter().filter(|device| device.namespace != 0) {
            let target = lab.namespaces[device.namespace].holder.id().to_string();
            lab.run(0, &["ip", "link", "set", device.name, "netns", &target]);
        }
        Some(lab)
    }

    /// Interrupts the world's process; what it said before it was running, and what it printed at its end.
    pub fn interrupt(&mut self) -> (String, String) {
        let world = self.world.take().expect("it is interrupted once");
        let id = nix::unistd::Pid::from_raw(world.id().try_into().expect("a process number"));
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
        let output = world.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let printed = String::from_utf8(output.stdout).unwrap();
        self.note(&printed);
        (std::mem::take(&mut self.said), printed)
    }

    fn note(&mut self, text: &str) {
        self.log.write_all(text.as_bytes()).unwrap();
    }

    fn command(&self, namespace: usize, program: &str) -> Command {
        self.namespaces[namespace].command(program)
    }

    /// Runs a command in a namespace to its end: whether it succeeded, and what it said.
    pub fn attempt(&mut self, namespace: usize, words: &[&str]) -> (bool, String) {
        self.note(&format!("\n{namespace}$ {}\n", words.join(" ")));
        let mut command = self.command(namespace, words[0]);
        let output = command.args(&words[1..]).stdin(Stdio::null()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        self.note(&said);
        (output.status.success(), said)
    }

    /// Runs a command that has to succeed; what it said.
    pub fn run(&mut self, namespace: usize, words: &[&str]) -> String {
        let (succeeded, said) = self.attempt(namespace, words);
        assert!(succeeded, "{} failed:\n{said}", words.join(" "));
        said
    }

    /// Starts a command that goes on in the background; it is ended with the namespace.
    pub fn start(&mut self, namespace: usize, words: &[&str]) {
        self.note(&format!("\n{namespace}$ {} &\n", words.join(" ")));
        let mut command = self.command(namespace, words[0]);
        command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        self.namespaces[namespace].children(child);
    }

    /// Brings a device up with an address and, if one is given, a gateway.
    pub fn address(&mut self, namespace: usize, device: &str, address: &str, gateway: Option<&str>) {
        self.run(namespace, &["ip", "link", "set", device, "up"]);
        let version = if address.contains(':') { "-6" } else { "-4" };
        // Without duplicate address detection, which takes a second or two.
        let mut words = vec!["ip", version, "address", "add", address, "dev", device];
        if version == "-6" {
            words.push("nodad");
        }
        self.run(namespace, &words);
        if let Some(gateway) = gateway {
            self.run(namespace, &["ip", version, "route", "replace", "default", "via", gateway]);
        }
    }

    /// Runs a command again and again until what it says is as wanted; panics when that takes too long.
    pub fn until(&mut self, namespace: usize, words: &[&str], wanted: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let (_, said) = self.attempt(namespace, words);
            if wanted(&said) {
                return said;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{} still says:\n{said}", words.join(" "));
            thread::sleep(Duration::from_millis(250));
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Some(world) = &mut self.world {
            let _ = world.kill();
            let _ = world.wait();
        }
    }
}

impl Namespace {
    /// With the users of this other one, so that devices can be moved between the two.
    fn new(beside: Option<&Self>) -> Self {
        let mut holder = match beside {
            None => unshare(),
            Some(other) => {
                let mut command = other.command("unshare");
                command.arg("--net");
                command
            }
        };
        // It says that it stands.
        holder.args(["sh", "-c", "echo stands; exec sleep 600"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut holder = holder.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let namespace = Self { holder };
        let up = namespace.command("ip").args(["link", "set", "lo", "up"]).status().unwrap();
        assert!(up.success());
        namespace
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--preserve-credentials", "--user", "--net", "--target"]);
        command.arg(self.holder.id().to_string()).arg(program);
        command
    }

    /// Processes in the background end when their standard streams and the namespace's owner do: here they are only let go.
    fn children(&self, child: Child) {
        thread::spawn(move || drop(child.wait_with_output()));
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// A namespace of its own, in which the test is root.
fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--net"]);
    command
}

/// Whether the kernel lets us have namespaces and TAP devices, and all tools are there.
fn possible() -> Result<(), String> {
    for tool in TOOLS {
        let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
            .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
            .any(|folder| folder.join(tool).is_file());
        if !found {
            return Err(format!("{tool} is missing"));
        }
    }
    let mut tap = unshare();
    tap.args(["ip", "tuntap", "add", "dev", "probe0", "mode", "tap"]);
    match tap.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "no network namespace with a TAP device can be made here ({})",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("unshare cannot be started ({error})")),
    }
}
