//! The page's style sheets as one file: a file that is compressed by itself shares nothing with the others, and each is a request of its own.

use crate::offline::named_by_content;
use crate::project;
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::Path;

const LINK: &str = r#"<link rel="stylesheet" href="./"#;

/// Joins the style sheets that index.html still names, in their order.
pub fn join(dist: &Path) -> Result<()> {
    let path = dist.join("index.html");
    let page = fs::read_to_string(&path).context("index.html cannot be read")?;
    let names: Vec<&str> =
        page.split(LINK).skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name).collect();
    ensure!(!names.is_empty(), "index.html names no style sheets");
    let (page, styles) = taken(dist, &page, &names)?;
    let name = named_by_content("page.css", &styles);
    fs::write(dist.join(&name), styles).context("the style sheet cannot be written")?;
    let page = page.replacen(
        "<script type=\"module\"",
        &format!("{LINK}{name}\" />\n    <script type=\"module\""),
        1,
    );
    ensure!(page.contains(&name), "index.html has no script before which its style sheet could stand");
    fs::write(&path, page).context("index.html cannot be written")
}

/// The page without the links to these style sheets, which are removed, and what was in them.
pub fn taken(dist: &Path, page: &str, names: &[impl AsRef<str>]) -> Result<(String, String)> {
    let (mut page, mut styles) = (page.to_owned(), String::new());
    for name in names.iter().map(AsRef::as_ref) {
        let (before, after) =
            page.split_once(&format!("{LINK}{name}")).with_context(|| format!("index.html has no {name}"))?;
        let (rest, after) = after.split_once('"').context("index.html ends in a name")?;
        let (_, after) = after.split_once('>').context("index.html ends in a link")?;
        let file = dist.join(format!("{name}{rest}"));
        let style =
            fs::read_to_string(&file).with_context(|| format!("{} cannot be read", project::shown(&file)))?;
        styles += &shrunk(&style);
        fs::remove_file(&file).with_context(|| format!("{} cannot be removed", project::shown(&file)))?;
        page = before.trim_end().to_owned() + "\n    " + after.trim_start();
    }
    Ok((page, styles))
}

/// A style sheet without comments, indentation and empty lines.
fn shrunk(style: &str) -> String {
    let mut rest = style;
    let mut code = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        code += before;
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code += rest;
    let lines = code.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_all_rules_stay() {
        let style = "/* One. */\n.a {\n  color: red; /* two,\n  lines */\n\n  top: 0;\n}\n";
        assert_eq!(shrunk(style), ".a {\ncolor: red;\ntop: 0;\n}\n");
        assert_eq!(shrunk("a{}/* open"), "a{}\n");
    }

    #[test]
    fn the_style_sheets_of_a_page_become_one_before_its_script() {
        let folder = std::env::temp_dir().join(format!("packetarium-styles-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let page = "<head>\n    <link rel=\"stylesheet\" href=\"./a-1.css\"/>\n    <link rel=\"stylesheet\" href=\"./b-2.css\"/>\n    <script type=\"module\" src=\"x\"></script></head>";
        fs::write(folder.join("index.html"), page).unwrap();
        fs::write(folder.join("a-1.css"), "a { }\n").unwrap();
        fs::write(folder.join("b-2.css"), "b { }\n").unwrap();
        join(&folder).unwrap();
        let page = fs::read_to_string(folder.join("index.html")).unwrap();
        let name = named_by_content("page.css", "a { }\nb { }\n");
        assert_eq!(page.matches("stylesheet").count(), 1);
        assert!(page.find(&name).unwrap() < page.find("<script").unwrap(), "{page}");
        assert_eq!(fs::read_to_string(folder.join(&name)).unwrap(), "a { }\nb { }\n");
        assert!(!folder.join("a-1.css").exists() && !folder.join("b-2.css").exists());
        assert!(join(&folder).is_ok(), "one alone stays one");
        fs::remove_dir_all(&folder).unwrap();
    }
}
