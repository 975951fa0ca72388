//! What a host would have in files: where it looks up names, its name, and what was typed.

use crate::history;
use host::program::Program;
use host::system::System;
use shell::Hosts;
use shell::arguments::Wrong;
use shell::once::Once;

pub(super) fn cat(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    if words.is_empty() {
        return Err("say which file".into());
    }
    let files = words.to_vec();
    Ok(Box::new(Once(move |system: &mut System<'_>| {
        let (mut text, mut status) = (String::new(), 0);
        for file in &files {
            match content(file, system) {
                Some(content) => text += &content,
                None => {
                    text += &format!("cat: {file}: No such file or directory\n");
                    status = 1;
                }
            }
        }
        (text, status)
    })))
}

fn content(file: &str, system: &System<'_>) -> Option<String> {
    let name = system.hostname();
    Some(match file {
        "/etc/resolv.conf" => {
            let resolver = system.resolver();
            let search = resolver.domain.iter().map(|domain| format!("search {domain}\n"));
            search.chain(resolver.servers.iter().map(|server| format!("nameserver {server}\n"))).collect()
        }
        "/etc/hosts" => format!("127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t{name}\n"),
        "/etc/hostname" => format!("{name}\n"),
        _ => return None,
    })
}

pub(super) fn history(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    if let [extra, ..] = words {
        return Err(format!("extra operand \"{extra}\""));
    }
    Ok(Box::new(Once(|system: &mut System<'_>| {
        let lines = history::lines(system).enumerate();
        (lines.map(|(number, line)| format!("{:5}  {line}\n", number + 1)).collect(), 0)
    })))
}
