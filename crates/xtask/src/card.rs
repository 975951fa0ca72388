//! The card that a chat shows of a link to the page: title, description and picture, in the Open Graph tags of index.html.
//!
//! A chat's server reads the tags, and most want an absolute address of the picture. The page's own address is known only to its
//! host, so `cargo xtask build --site` takes it. The page itself never loads the picture (web/icons/card.jpg, made by
//! tests/browser/card.js): it is in no list of the service worker, and no part of what a visitor downloads.

use anyhow::{Result, ensure};

/// The picture's name below `dist/`.
pub const PICTURE: &str = "card.jpg";

/// The address at which the page is going to be: ends with a slash, and can stand in an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(String);

impl Site {
    /// Reads an address such as `https://example.org/packetarium/`; the last slash may be missing.
    pub fn parse(address: &str) -> Result<Self> {
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        ensure!(
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')),
            "the site's address has to be complete, such as https://example.org/packetarium/"
        );
        let is_plain = |c: char| c.is_ascii_graphic() && !"\"'<>\\?#&".contains(c);
        ensure!(
            address.chars().all(is_plain),
            "the site's address is that of a folder, without `?`, `#`, quotes and spaces; other characters are written as %20"
        );
        Ok(Self(format!("{}/", address.trim_end_matches('/'))))
    }
}

/// The page with the absolute address of its picture.
pub fn with_site(page: &str, Site(site): &Site) -> Result<String> {
    let relative = format!(r#" content="{PICTURE}""#);
    ensure!(page.matches(&relative).count() == 1, "index.html does not name {PICTURE} once, as og:image");
    Ok(page.replace(&relative, &format!(r#" content="{site}{PICTURE}""#)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../index.html");

    #[test]
    fn the_picture_of_this_checkouts_page_gets_an_absolute_address() {
        for address in ["https://example.org/lab", "https://example.org/lab/"] {
            let page = with_site(PAGE, &Site::parse(address).unwrap()).unwrap();
            let tag = r#"<meta property="og:image" content="https://example.org/lab/card.jpg" />"#;
            assert!(page.contains(tag), "{page}");
        }
        assert!(with_site("<html></html>", &Site::parse("https://example.org").unwrap()).is_err());
    }

    #[test]
    fn only_the_address_of_a_folder_is_taken() {
        assert_eq!(Site::parse("http://[::1]:8080").unwrap().0, "http://[::1]:8080/");
        for address in ["", "example.org", "https://", "https:///lab", "ftp://example.org"] {
            assert!(Site::parse(address).unwrap_err().to_string().contains("complete"), "{address}");
        }
        for address in ["https://a.org/?b", "https://a.org/#b", r#"https://a.org/"x="#, "https://a.org/a b"] {
            assert!(Site::parse(address).unwrap_err().to_string().contains("folder"), "{address}");
        }
    }
}
