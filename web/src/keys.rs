//! What the keys do.

use lab::command::Editor;
use lab::edit::{Edit, Kind};
use texts::mark;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Play or pause.
    TogglePlay,
    /// One step forward: to the next event, or to what the person chose to step by.
    Step,
    /// One step back.
    StepBack,
    /// To the next chapter.
    NextChapter,
    /// To the chapter before.
    PreviousChapter,
    /// To the beginning of time, without starting again.
    Start,
    /// To the live edge.
    Live,
    /// Show or hide the drawer of the instruments.
    Drawer,
    /// One step faster.
    Faster,
    /// One step slower.
    Slower,
    /// Everything into view.
    Fit,
    /// Choose the speed automatically.
    AutoSpeed,
    /// From the beginning.
    Restart,
    /// Edit mode on or off.
    Edit,
    /// Frames say their addresses, or no longer.
    Addresses,
    /// Show what the selected node remembers beside the node, or no longer.
    Memory,
    /// Share a link.
    Share,
    /// The examples.
    Examples,
    /// What the keys do.
    Help,
    /// Select nothing.
    Deselect,
}

/// All of them, as the help lists them: key, what it says, what it does.
pub const ALL: &[(&str, Key, &str)] = &[
    ("Space", Key::TogglePlay, mark!("play or pause")),
    (".", Key::Step, mark!("step forward (also →)")),
    (",", Key::StepBack, mark!("step back (also ←)")),
    ("n", Key::NextChapter, mark!("next chapter")),
    ("p", Key::PreviousChapter, mark!("previous chapter")),
    ("Home", Key::Start, mark!("go to the beginning")),
    ("End", Key::Live, mark!("go to the live edge, and on")),
    ("i", Key::Drawer, mark!("show or hide the instruments: packets, sequence, graphs")),
    ("+", Key::Faster, mark!("faster")),
    ("-", Key::Slower, mark!("slower")),
    ("a", Key::AutoSpeed, mark!("follow the story: automatic speed")),
    ("r", Key::Restart, mark!("start again from the beginning")),
    ("f", Key::Fit, mark!("bring the whole network into view")),
    ("d", Key::Edit, mark!("draw the network yourself, or stop")),
    ("t", Key::Memory, mark!("keep the selected node’s table on the stage, or close it")),
    ("l", Key::Addresses, mark!("show addresses on frames, or hide them")),
    ("e", Key::Examples, mark!("examples")),
    ("s", Key::Share, mark!("share as a link")),
    ("Escape", Key::Deselect, mark!("select nothing")),
    ("?", Key::Help, mark!("this help")),
];

/// The editor's keys, as the help lists them.
pub const EDITOR: &[(&str, &str)] = &[
    ("1 2 3 4", mark!("add a host, a switch, a hub, a router")),
    ("Arrows", mark!("move what is selected (Shift: farther)")),
    ("Del", mark!("delete what is selected")),
    ("Ctrl+Z", mark!("undo; Ctrl+Y: do it again")),
    ("Ctrl+C", mark!("copy; Ctrl+V: paste; Ctrl+D: duplicate")),
    ("Ctrl+A", mark!("select all nodes")),
];

/// The meaning of a key in edit mode; `command`: with Ctrl or, on a Mac, with Cmd.
pub fn edit_meaning(key: &str, command: bool, shift: bool, focus: Focus) -> Option<Editor> {
    if focus == Focus::Text {
        return None;
    }
    let add = |kind| Some(Editor::Edit(Box::new(Edit::Add(kind, None))));
    match (command, key) {
        (false, "1") => add(Kind::Host),
        (false, "2") => add(Kind::Switch),
        (false, "3") => add(Kind::Hub),
        (false, "4") => add(Kind::Router),
        (false, "Delete" | "Backspace") => Some(Editor::Delete),
        (true, "z" | "Z") => Some(if shift { Editor::Redo } else { Editor::Undo }),
        (true, "y") => Some(Editor::Redo),
        (true, "c") => Some(Editor::Copy),
        (true, "v") => Some(Editor::Paste),
        (true, "d") => Some(Editor::Duplicate),
        (true, "a") => Some(Editor::SelectAll),
        _ => None,
    }
}

/// Where the keyboard's focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// In a field that takes text: keys have no other meaning.
    Text,
    /// On a control that uses the space bar itself.
    Control,
    /// On an element that scrolls sideways with the arrow keys.
    Wide,
    /// Anywhere else.
    Page,
}

/// The meaning of a key; `key` as [`KeyboardEvent.key`](https://developer.mozilla.org/docs/Web/API/KeyboardEvent/key)
/// has it, `modified` with Ctrl, Alt or Meta.
pub fn meaning(key: &str, modified: bool, focus: Focus) -> Option<Key> {
    if modified || focus == Focus::Text {
        return None;
    }
    let name = match key {
        " " if focus == Focus::Control => return None,
        " " => "Space",
        // On a control or a list the arrows belong to it.
        "ArrowLeft" | "ArrowRight" | "Home" | "End" if focus != Focus::Page => return None,
        "ArrowRight" => ".",
        "ArrowLeft" => ",",
        "=" => "+",
        "_" | "\u{2212}" => "-",
        key => key,
    };
    let (_, key, _) = ALL.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some(*key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_each_key_once() {
        for (name, key, _) in ALL {
            let pressed = if *name == "Space" { " " } else { *name };
            assert_eq!(meaning(pressed, false, Focus::Page), Some(*key));
        }
    }

    #[test]
    fn whoever_types_or_uses_the_browser_s_own_shortcuts_is_left_alone() {
        assert_eq!(meaning("s", false, Focus::Text), None);
        assert_eq!(meaning("s", true, Focus::Page), None);
        assert_eq!(meaning(" ", false, Focus::Control), None);
        assert_eq!(meaning(".", false, Focus::Control), Some(Key::Step));
        assert_eq!(meaning("ArrowLeft", false, Focus::Page), Some(Key::StepBack));
        assert_eq!(meaning("ArrowLeft", false, Focus::Control), None, "a slider or a list of tabs has it");
        assert_eq!(meaning("ArrowRight", false, Focus::Wide), None, "a table that does not fit is moved");
        assert_eq!(meaning(" ", false, Focus::Wide), Some(Key::TogglePlay));
        assert_eq!(meaning("Tab", false, Focus::Page), None);
    }
}
