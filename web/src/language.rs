//! The language of the page: its texts, and how it writes numbers.
//!
//! web/boot.js decides which language that is (what the address says, what was chosen by hand, what the browser is set to) and
//! begins to load its first file beside the program; this module puts the files into the catalog of the crate [`texts`]. Another language is
//! another page: choosing one loads the page anew, which the experiment survives as it survives every reload.
//!
//! Without the feature `split` (`cargo xtask serve`, tests) the texts are English and within the program.

#[cfg(not(feature = "split"))]
pub use english::{all, choose, first, later};
#[cfg(feature = "split")]
pub use loaded::{all, choose, first, later};

/// A language that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its BCP 47 tag.
    pub tag: String,
    /// What it is called by those who speak it.
    pub name: String,
    /// Whether it is the one of this page.
    pub is_chosen: bool,
}

#[cfg(not(feature = "split"))]
mod english {
    use super::Choice;
    use crate::parts::Missing;

    /// Waits for what the first frames need.
    #[allow(clippy::unused_async, reason = "the loaded one waits for its file")]
    pub async fn first() -> Result<(), Missing> {
        Ok(())
    }

    /// Waits for all else.
    #[allow(clippy::unused_async, reason = "the loaded one waits for its file")]
    pub async fn later() -> Result<(), Missing> {
        Ok(())
    }

    /// The languages that there are.
    pub fn all() -> Vec<Choice> {
        Vec::new()
    }

    /// Chooses another language.
    pub fn choose(_: &str) {}
}

#[cfg(feature = "split")]
mod loaded {
    use super::Choice;
    use crate::dom::window;
    use crate::parts::Missing;
    use crate::storage;
    use js_sys::{Array, Function, Intl, JsString, Object, Promise, Reflect};
    use std::cell::Cell;
    use texts::File;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    /// Where web/boot.js has put what it knows.
    const GLOBAL: &str = "packetariumLanguage";
    /// Read by web/boot.js.
    const CHOSEN: &str = "packetarium.language";

    fn get(name: &str) -> JsValue {
        let global = Reflect::get(&window(), &GLOBAL.into()).unwrap_or_default();
        Reflect::get(&global, &name.into()).unwrap_or_default()
    }

    /// Waits for what the first frames need.
    ///
    /// # Errors
    /// Its file could not be loaded.
    pub async fn first() -> Result<(), Missing> {
        let file = read(get("first").dyn_into()).await?;
        let tag = get("tag");
        let rules = Intl::PluralRules::new(&Array::of1(&tag), &Object::new());
        let categories = file.categories.clone();
        let form = move |number: u64| {
            let category = rules.select(number as f64).as_string().unwrap_or_default();
            // A category that the texts do not distinguish is the last one, "other".
            categories.iter().position(|known| *known == category).unwrap_or(categories.len() - 1)
        };
        let format = Intl::NumberFormat::new(&Array::of1(&tag), &Object::new()).format();
        let half =
            format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(0.5)).ok().and_then(|half| half.as_string());
        let point = half.and_then(|half| half.chars().find(|char| !char.is_ascii_digit())).unwrap_or('.');
        texts::set_numbers(Box::new(form), point);
        texts::add(file);
        Ok(())
    }

    thread_local! {
        /// All texts are there.
        static IS_COMPLETE: Cell<bool> = const { Cell::new(false) };
    }

    /// Waits for all else. After an error it tries again.
    ///
    /// # Errors
    /// Its file could not be loaded.
    pub async fn later() -> Result<(), Missing> {
        if IS_COMPLETE.get() {
            return Ok(());
        }
        let load: Function = get("later").dyn_into().map_err(|_| Missing)?;
        let file = read(load.call0(&JsValue::UNDEFINED).unwrap_or_default().dyn_into()).await?;
        // Another part may have waited for the same file.
        if !IS_COMPLETE.replace(true) {
            texts::add(file);
        }
        Ok(())
    }

    async fn read(promise: Result<Promise, JsValue>) -> Result<File, Missing> {
        let text = JsFuture::from(promise.map_err(|_| Missing)?).await.map_err(|_| Missing)?;
        let text: JsString = text.dyn_into().map_err(|_| Missing)?;
        File::read(text.into()).map_err(|_| Missing)
    }

    /// The languages that there are.
    pub fn all() -> Vec<Choice> {
        let chosen = get("tag").as_string();
        let names: Array = get("names").dyn_into().unwrap_or_default();
        let choice = |pair: JsValue| {
            let pair: Array = pair.dyn_into().ok()?;
            let (tag, name) = (pair.get(0).as_string()?, pair.get(1).as_string()?);
            Some(Choice { is_chosen: chosen.as_ref() == Some(&tag), tag, name })
        };
        names.iter().filter_map(choice).collect()
    }

    /// Chooses another language: the page is loaded anew.
    pub fn choose(tag: &str) {
        let location = window().location();
        let is_kept = storage::set(CHOSEN, tag);
        let search = location.search().unwrap_or_default();
        let parts = search
            .trim_start_matches('?')
            .split('&')
            .filter(|part| !part.is_empty() && !part.starts_with("lang="));
        let mut parts: Vec<&str> = parts.collect();
        let language = format!("lang={tag}");
        if !is_kept {
            parts.push(&language);
        }
        let wanted = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
        // Either of them loads the page anew.
        let _ = if wanted == search { location.reload() } else { location.set_search(&wanted) };
    }
}
