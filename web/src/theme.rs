//! Light and dark.

use crate::dom::window;
use crate::stage::palette::Theme;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The person's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// As in the system's settings.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Choice {
    /// The theme that this choice means.
    pub fn resolve(self, system_is_dark: bool) -> Theme {
        match self {
            Self::Light => Theme::Light,
            Self::Dark => Theme::Dark,
            Self::System if system_is_dark => Theme::Dark,
            Self::System => Theme::Light,
        }
    }

    /// The choice for the other theme: [`System`](Self::System) where that means the other theme.
    pub fn toggled(self, system_is_dark: bool) -> Self {
        match (self.resolve(system_is_dark), system_is_dark) {
            (Theme::Light, true) | (Theme::Dark, false) => Self::System,
            (Theme::Light, false) => Self::Dark,
            (Theme::Dark, true) => Self::Light,
        }
    }

    /// The value of the root element's `data-theme`; none: the style sheet asks the system itself.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// Gives the legend the stage's colors, as custom properties of the root element. Through the object model: the policy
/// forbids style attributes.
pub fn apply_palette(theme: Theme) {
    let Some(root) = root() else { return };
    for (name, value) in theme.palette().custom_properties() {
        let _ = root.style().set_property(&name, value);
    }
}

/// Gives the style sheets the chosen theme.
pub fn apply(choice: Choice) {
    let Some(root) = root() else { return };
    let _ = match choice.attribute() {
        Some(value) => root.set_attribute("data-theme", value),
        None => root.remove_attribute("data-theme"),
    };
}

fn root() -> Option<HtmlElement> {
    window().document()?.document_element()?.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toggle_always_changes_what_is_seen_and_twice_is_none() {
        for system_is_dark in [false, true] {
            for choice in [Choice::System, Choice::Light, Choice::Dark] {
                let once = choice.toggled(system_is_dark);
                assert_ne!(once.resolve(system_is_dark), choice.resolve(system_is_dark));
                let twice = once.toggled(system_is_dark);
                assert_eq!(twice.resolve(system_is_dark), choice.resolve(system_is_dark));
            }
        }
    }
}
