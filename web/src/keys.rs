//! What the keys do.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Play or pause.
    TogglePlay,
    /// The next event.
    Step,
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
    /// A link to this.
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
    ("Space", Key::TogglePlay, "play or pause"),
    (".", Key::Step, "go to the next event"),
    ("+", Key::Faster, "faster"),
    ("-", Key::Slower, "slower"),
    ("a", Key::AutoSpeed, "automatic speed"),
    ("r", Key::Restart, "start again from the beginning"),
    ("f", Key::Fit, "bring the whole network into view"),
    ("e", Key::Examples, "examples"),
    ("s", Key::Share, "share as a link"),
    ("Escape", Key::Deselect, "select nothing"),
    ("?", Key::Help, "this help"),
];

/// Where the keyboard's focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// In a field that takes text: no key is ours.
    Text,
    /// On a control that uses the space bar itself.
    Control,
    /// Anywhere else.
    Page,
}

/// What this key asks for; `key` as [`KeyboardEvent.key`](https://developer.mozilla.org/docs/Web/API/KeyboardEvent/key)
/// has it, `modified` with Ctrl, Alt or Meta.
pub fn meaning(key: &str, modified: bool, focus: Focus) -> Option<Key> {
    if modified || focus == Focus::Text {
        return None;
    }
    let name = match key {
        " " if focus == Focus::Control => return None,
        " " => "Space",
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
            let pressed = if *name == "Space" { " " } else { name };
            assert_eq!(meaning(pressed, false, Focus::Page), Some(*key));
        }
    }

    #[test]
    fn whoever_types_or_uses_the_browser_s_own_shortcuts_is_left_alone() {
        assert_eq!(meaning("s", false, Focus::Text), None);
        assert_eq!(meaning("s", true, Focus::Page), None);
        assert_eq!(meaning(" ", false, Focus::Control), None);
        assert_eq!(meaning(".", false, Focus::Control), Some(Key::Step));
        assert_eq!(meaning("Tab", false, Focus::Page), None);
    }
}
