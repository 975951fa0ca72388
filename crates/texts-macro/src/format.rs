//! The places for arguments in a text: what stands in braces, as [`std::fmt`] has it, without `$` arguments.

/// A place in the order of its first mention.
#[derive(Debug, PartialEq)]
pub struct Place {
    /// What is named there: an argument's name, or its number.
    pub name: String,
    /// What stands after the colon.
    pub spec: String,
}

/// What a text has in braces.
#[derive(Debug, PartialEq)]
pub struct Format {
    /// Its places, each argument once.
    pub places: Vec<Place>,
    /// Whether there are no braces.
    pub is_plain: bool,
}

impl Format {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// What is wrong with its braces.
    pub fn of(text: &str) -> Result<Self, String> {
        let mut format = Self { places: Vec::new(), is_plain: !text.contains(['{', '}']) };
        let (mut rest, mut next) = (text, 0);
        while let Some(at) = rest.find(['{', '}']) {
            let (brace, after) = rest[at..].split_at(1);
            if after.starts_with(brace) {
                return Err(format!(
                    "a brace as text in {text:?}: a text with braces is passed as an argument"
                ));
            }
            let (place, after) = match after.split_once('}') {
                Some(parts) if brace == "{" => parts,
                _ => return Err(format!("a lonely {brace} in {text:?}")),
            };
            let (name, spec) = place.split_once(':').unwrap_or((place, ""));
            let name = if name.is_empty() {
                next += 1;
                (next - 1).to_string()
            } else {
                name.to_owned()
            };
            if format.places.iter().all(|known| known.name != name) {
                format.places.push(Place { name, spec: spec.to_owned() });
            }
            rest = after;
        }
        Ok(format)
    }
}
