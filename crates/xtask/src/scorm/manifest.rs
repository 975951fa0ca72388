//! `imsmanifest.xml`: what a package contains, for a learning platform. IMS Content Packaging 1.1.2 with the additions of SCORM 1.2.
//!
//! Each lesson is a unit (SCO) that opens the page with the lesson's address. The files of the page are one asset, on which all
//! units depend. The schemas are not named with places: a platform has its own, and the package needs no other file.

use super::lessons::Lesson;
use std::fmt;
use xxhash_rust::xxh3::xxh3_64;

/// Its name, at the top of the package.
pub const NAME: &str = "imsmanifest.xml";

/// What is written into it.
pub struct Manifest<'a> {
    pub title: &'a str,
    /// The percentage of goals with which a lesson is passed.
    pub mastery: u8,
    /// The language of the titles.
    pub lang: &'a str,
    pub lessons: &'a [Lesson],
    /// All other files of the package.
    pub files: &'a [String],
}

impl fmt::Display for Manifest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = escaped(self.title);
        // The same lessons are the same package: a platform then takes it as a new version.
        let names: String = self.lessons.iter().map(|lesson| format!("{}\n", lesson.name)).collect();
        let identifier = format!("packetarium-{:016x}", xxh3_64(names.as_bytes()));
        writeln!(
            f,
            r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="{identifier}" version="1.1"
    xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
    xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="course">
    <organization identifier="course">
      <title>{title}</title>"#
        )?;
        for lesson in self.lessons {
            let (name, title) = (&lesson.name, escaped(lesson.title(self.lang)));
            writeln!(
                f,
                r#"      <item identifier="item-{name}" identifierref="lesson-{name}" isvisible="true">
        <title>{title}</title>
        <adlcp:masteryscore>{}</adlcp:masteryscore>
      </item>"#,
                self.mastery
            )?;
        }
        writeln!(f, "    </organization>\n  </organizations>\n  <resources>")?;
        for Lesson { name, .. } in self.lessons {
            writeln!(
                f,
                r#"    <resource identifier="lesson-{name}" type="webcontent" adlcp:scormtype="sco" href="index.html#lesson:{name}">
      <file href="index.html"/>
      <dependency identifierref="page"/>
    </resource>"#
            )?;
        }
        writeln!(f, r#"    <resource identifier="page" type="webcontent" adlcp:scormtype="asset">"#)?;
        for file in self.files {
            writeln!(f, r#"      <file href="{}"/>"#, escaped(file))?;
        }
        writeln!(f, "    </resource>\n  </resources>\n</manifest>")
    }
}

/// A text in XML; characters that XML 1.0 does not have are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorm::lessons;
    use roxmltree::{Document, Node};

    const CP: &str = "http://www.imsproject.org/xsd/imscp_rootv1p1p2";
    const ADL: &str = "http://www.adlnet.org/xsd/adlcp_rootv1p2";

    fn manifest(title: &str, arguments: &[&str]) -> String {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        let lessons = lessons::find(&arguments).unwrap();
        let files =
            ["boot-0123456789abcdef.js", "index.html", "lessons/02-switch/lesson.json"].map(str::to_owned);
        Manifest { title, mastery: 80, lang: "en", lessons: &lessons, files: &files }.to_string()
    }

    #[test]
    fn a_manifest_has_a_unit_for_each_lesson_and_the_files_of_the_page() {
        insta::assert_snapshot!(manifest("Networks, 10th grade", &["02-switch", "h1-office"]));
    }

    #[test]
    fn every_reference_leads_to_something_of_its_kind() {
        let text = manifest("x", &["02-switch", "03-arp", "h1-office"]);
        let document = Document::parse(&text).unwrap();
        let all = |name: &'static str| {
            document
                .descendants()
                .filter(move |node| node.has_tag_name((CP, name)))
                .collect::<Vec<Node<'_, '_>>>()
        };
        let resource = |id: &str| {
            all("resource").into_iter().find(|resource| resource.attribute("identifier") == Some(id)).unwrap()
        };
        assert_eq!(all("item").len(), 3);
        for item in all("item") {
            let unit = resource(item.attribute("identifierref").unwrap());
            assert_eq!(unit.attribute((ADL, "scormtype")), Some("sco"));
            assert!(unit.attribute("href").unwrap().starts_with("index.html#lesson:"));
            let dependency = unit.children().find(|child| child.has_tag_name((CP, "dependency"))).unwrap();
            let page = resource(dependency.attribute("identifierref").unwrap());
            assert_eq!(page.attribute((ADL, "scormtype")), Some("asset"));
            let score = item.children().find(|child| child.has_tag_name((ADL, "masteryscore"))).unwrap();
            assert_eq!(score.text(), Some("80"));
        }
        let organizations = all("organizations")[0];
        assert_eq!(organizations.attribute("default"), all("organization")[0].attribute("identifier"));
    }

    #[test]
    fn any_title_is_a_text_and_no_markup() {
        let title = "</title><item a=\"1\"> & \u{1}\u{ffff}\n Ada";
        let text = manifest(title, &["02-switch"]);
        let document = Document::parse(&text).unwrap();
        let found = document.descendants().find(|node| node.has_tag_name((CP, "title"))).unwrap();
        assert_eq!(found.text(), Some("</title><item a=\"1\"> &   Ada"));
    }

    #[test]
    fn a_package_keeps_its_name_when_only_its_title_changes() {
        let name = |text: &str| {
            Document::parse(text).unwrap().root_element().attribute("identifier").unwrap().to_owned()
        };
        assert_eq!(name(&manifest("a", &["02-switch"])), name(&manifest("b", &["02-switch"])));
        assert_ne!(name(&manifest("a", &["02-switch"])), name(&manifest("a", &["03-arp"])));
    }
}
