//! tshark, which reads the captures that we write and says what it thinks of them.

use super::{apt, find, missing};
use crate::progress::Progress;
use anyhow::Result;
use std::env;

const WHY: &str = "reads our captures, and judges our packet list by its own";

/// Finds or installs it. Where it cannot be installed, tests go on without and say so aloud; with PACKETARIUM_TSHARK set, for whoever
/// wants to be sure, it is a fault.
pub fn ensure(progress: &Progress) -> Result<()> {
    if find("tshark").is_some() {
        return Ok(());
    }
    let task = progress.begin("tshark", WHY);
    match apt::install(&task, &["tshark"]) {
        Ok(()) => {
            task.end("installed");
            Ok(())
        }
        Err(cause) => {
            task.fail();
            let fault = missing("tshark", WHY, &format!("`{}`", apt::shown(&["tshark"])), Some(cause));
            if env::var_os("PACKETARIUM_TSHARK").is_some() {
                return Err(fault);
            }
            progress
                .warn(&format!("{fault:#}\n  *** going on without: NOTHING WILL BE COMPARED with tshark"));
            Ok(())
        }
    }
}
