//! A page as a small tree: the part of HTML that a text needs, and nothing that acts.
//!
//! What comes from a server is hostile. The tree contains texts and a fixed set of elements, never markup, scripts, styles or anything
//! that would be loaded; its size and depth are bounded. The page makes its own nodes of the tree.

/// Elements and texts in one page.
const NODES_MAX: usize = 4_096;
/// Elements in elements.
const DEPTH_MAX: usize = 32;
/// Bytes of a page that are read.
const TEXT_MAX: usize = 256 * 1024;
/// Bytes of one link or title.
const VALUE_MAX: usize = 2_048;

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its title.
    pub title: Option<String>,
    /// What it shows.
    pub body: Vec<Node>,
    /// It was cut, since it is too long.
    pub is_cut: bool,
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A text. Outside of [`Tag::Pre`] any white space is one space.
    Text(String),
    /// An element.
    Element {
        /// What it is.
        tag: Tag,
        /// Where a link leads, as it stands in the page.
        href: Option<String>,
        /// What is in it.
        children: Vec<Node>,
    },
}

/// The elements that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Tag {
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    P,
    A,
    Ul,
    Ol,
    Li,
    Pre,
    Code,
    Em,
    Strong,
    Blockquote,
    Br,
    Hr,
}

/// What is known of an element.
struct Known {
    name: &'static str,
    tag: Tag,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It stands in a line.
    Inline,
    /// It contains lines, and ends a paragraph.
    Block,
    /// It contains blocks.
    Group,
    /// Nothing is in it.
    Empty,
}

const fn known(name: &'static str, tag: Tag, kind: Kind) -> Known {
    Known { name, tag, kind }
}

const KNOWN: [Known; 21] = [
    known("h1", Tag::H1, Kind::Block),
    known("h2", Tag::H2, Kind::Block),
    known("h3", Tag::H3, Kind::Block),
    known("h4", Tag::H4, Kind::Block),
    known("h5", Tag::H5, Kind::Block),
    known("h6", Tag::H6, Kind::Block),
    known("p", Tag::P, Kind::Block),
    known("a", Tag::A, Kind::Inline),
    known("ul", Tag::Ul, Kind::Group),
    known("ol", Tag::Ol, Kind::Group),
    known("li", Tag::Li, Kind::Group),
    known("pre", Tag::Pre, Kind::Block),
    known("code", Tag::Code, Kind::Inline),
    known("tt", Tag::Code, Kind::Inline),
    known("em", Tag::Em, Kind::Inline),
    known("i", Tag::Em, Kind::Inline),
    known("strong", Tag::Strong, Kind::Inline),
    known("b", Tag::Strong, Kind::Inline),
    known("blockquote", Tag::Blockquote, Kind::Group),
    known("br", Tag::Br, Kind::Empty),
    known("hr", Tag::Hr, Kind::Empty),
];

/// Elements whose content is no text for people, up to their end.
const SKIPPED: [&str; 10] =
    ["script", "style", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea"];
/// Elements that stand in lines of their own: as paragraphs.
const BOXES: [&str; 14] = [
    "div", "section", "article", "header", "footer", "nav", "main", "table", "tr", "form", "dl", "dt", "dd",
    "body",
];

/// Reads a page; whatever is in it, something is shown.
pub fn parse(text: &str) -> Document {
    let end = text.floor_char_boundary(TEXT_MAX);
    let mut reader = Reader {
        rest: &text[..end],
        open: vec![Open { known: None, href: None, children: Vec::new() }],
        title: None,
        nodes: 0,
        is_cut: end < text.len(),
    };
    while !reader.rest.is_empty() && reader.nodes < NODES_MAX {
        reader.step();
    }
    reader.is_cut |= !reader.rest.is_empty();
    while reader.open.len() > 1 {
        reader.close();
    }
    let root = reader.open.pop().map(|root| root.children).unwrap_or_default();
    Document { title: reader.title, body: root, is_cut: reader.is_cut }
}

/// A page that is no HTML: its text as it is.
pub fn plain(text: &str) -> Document {
    let end = text.floor_char_boundary(TEXT_MAX);
    let children = vec![Node::Text(text[..end].to_owned())];
    let body = vec![Node::Element { tag: Tag::Pre, href: None, children }];
    Document { title: None, body, is_cut: end < text.len() }
}

/// An element whose end has not come; the first is the page.
struct Open {
    known: Option<&'static Known>,
    href: Option<String>,
    children: Vec<Node>,
}

struct Reader<'t> {
    rest: &'t str,
    open: Vec<Open>,
    title: Option<String>,
    nodes: usize,
    is_cut: bool,
}

impl Reader<'_> {
    fn step(&mut self) {
        let Some(text) = self.rest.strip_prefix('<') else {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return self.text(text);
        };
        if let Some(comment) = text.strip_prefix("!--") {
            self.rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
        } else if text.starts_with(['!', '?']) {
            self.rest = text.split_once('>').map_or("", |(_, rest)| rest);
        } else if let Some(end) =
            text.strip_prefix('/').filter(|end| end.starts_with(|letter: char| letter.is_ascii_alphabetic()))
        {
            let (tag, rest) = end.split_once('>').unwrap_or((end, ""));
            self.rest = rest;
            self.end(&name_of(tag));
        } else if text.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let end = end_of_tag(text);
            let (tag, rest) = (&text[..end], text.get(end + 1..).unwrap_or_default());
            self.rest = rest;
            self.start(tag);
        } else {
            self.rest = text;
            self.text("<");
        }
    }

    fn start(&mut self, tag: &str) {
        let name = name_of(tag);
        if name == "title" || SKIPPED.contains(&name.as_str()) {
            let end = find_end(self.rest, &name);
            if name == "title" && self.title.is_none() {
                let title = collapsed(&unescaped(&self.rest[..end]));
                self.title = Some(cut(title.trim()));
            }
            self.rest = self.rest[end..].split_once('>').map_or("", |(_, rest)| rest);
            return;
        }
        let known = if BOXES.contains(&name.as_str()) { "p" } else { &name };
        let Some(known) = KNOWN.iter().find(|here| here.name == known) else {
            match name.as_str() {
                "img" => self.text(&attribute(tag, "alt").unwrap_or_default()),
                "td" | "th" => self.text(" "),
                _ => {}
            }
            return;
        };
        match known.kind {
            Kind::Inline => {}
            Kind::Block | Kind::Group => self.end_lines(),
            Kind::Empty => {
                if known.tag == Tag::Hr {
                    self.end_lines();
                }
                self.push(Node::Element { tag: known.tag, href: None, children: Vec::new() });
                return;
            }
        }
        // An item ends the item before it in the same list; a link ends the link that it is in.
        if matches!(known.tag, Tag::Li | Tag::A) {
            let stop = |open: &Open| open.known.is_some_and(|open| matches!(open.tag, Tag::Ul | Tag::Ol));
            self.end_within(known.tag, stop);
        }
        if self.open.len() < DEPTH_MAX {
            let href = attribute(tag, "href").filter(|_| known.tag == Tag::A).map(|href| cut(href.trim()));
            self.nodes += 1;
            self.open.push(Open { known: Some(known), href, children: Vec::new() });
            // A line end directly behind it is no part of a preformatted text.
            if known.tag == Tag::Pre {
                self.rest =
                    self.rest.strip_prefix("\r\n").or(self.rest.strip_prefix('\n')).unwrap_or(self.rest);
            }
        }
    }

    fn end(&mut self, name: &str) {
        match KNOWN.iter().find(|known| known.name == name) {
            Some(known) if known.kind == Kind::Empty => {}
            Some(known) => {
                let stop = |open: &Open| {
                    known.kind == Kind::Inline && open.known.is_some_and(|open| open.kind != Kind::Inline)
                };
                self.end_within(known.tag, stop);
            }
            None if BOXES.contains(&name) => self.end_lines(),
            None => {}
        }
    }

    /// Ends paragraphs and what is in them.
    fn end_lines(&mut self) {
        let is_line = |open: &Open| open.known.is_some_and(|known| known.kind != Kind::Group);
        while self.open.last().is_some_and(is_line) {
            self.close();
        }
    }

    /// Ends the innermost element of this kind and what is in it, unless one at which to stop is around it.
    fn end_within(&mut self, tag: Tag, stop: impl Fn(&Open) -> bool) {
        let its = |open: &Open| open.known.is_some_and(|known| known.tag == tag);
        let Some(place) = self.open.iter().rposition(its) else { return };
        if !self.open[place + 1..].iter().any(stop) {
            while self.open.len() > place {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let Some(Open { known: Some(known), href, mut children }) = self.open.pop() else { return };
        if known.kind != Kind::Inline && known.tag != Tag::Pre {
            trim(&mut children);
        }
        // A paragraph of nothing is a side effect of how ends are implied.
        if known.tag != Tag::P || !children.is_empty() {
            self.put(Node::Element { tag: known.tag, href, children });
        }
    }

    fn text(&mut self, text: &str) {
        let text = unescaped(text);
        let pre = self.open.iter().any(|open| open.known.is_some_and(|known| known.tag == Tag::Pre));
        let text = if pre { text } else { collapsed(&text) };
        let Some(open) = self.open.last_mut() else { return };
        let is_line =
            open.known.is_some_and(|known| known.kind != Kind::Group) || ends_in_line(&open.children);
        match open.children.last_mut() {
            Some(Node::Text(before)) => {
                let double = !pre && before.ends_with(' ');
                before.push_str(if double { text.trim_start_matches(' ') } else { &text });
            }
            // Between blocks, white space means nothing.
            None | Some(Node::Element { .. }) if text == " " && !is_line => {}
            None | Some(Node::Element { .. }) => self.push(Node::Text(text)),
        }
    }

    fn push(&mut self, node: Node) {
        self.nodes += 1;
        self.put(node);
    }

    fn put(&mut self, node: Node) {
        if let Some(open) = self.open.last_mut() {
            open.children.push(node);
        }
    }
}

/// Whether the last of these nodes stands in a line.
fn ends_in_line(nodes: &[Node]) -> bool {
    match nodes.last() {
        Some(Node::Text(_)) => true,
        Some(Node::Element { tag, .. }) => {
            KNOWN.iter().any(|known| known.tag == *tag && known.kind == Kind::Inline)
        }
        None => false,
    }
}

/// Removes white space at the ends of a block.
fn trim(nodes: &mut Vec<Node>) {
    if let Some(Node::Text(text)) = nodes.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Node::Text(text)) = nodes.last_mut() {
        *text = text.trim_end().to_owned();
    }
    nodes.retain(|node| *node != Node::Text(String::new()));
}

fn name_of(tag: &str) -> String {
    let end = tag.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(tag.len());
    tag[..end].to_ascii_lowercase()
}

/// Where a tag ends: at the first `>` that is in no value.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    let mut before = ' ';
    for (place, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '>') => return place,
            (None, '"' | '\'') if before == '=' => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            _ => {}
        }
        if !letter.is_whitespace() {
            before = letter;
        }
    }
    text.len()
}

/// The value of an attribute in a tag.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
    while let Some(start) = rest.find(|letter: char| !letter.is_whitespace() && letter != '/') {
        rest = &rest[start..];
        let ends = |(_, letter): &(usize, char)| letter.is_whitespace() || matches!(letter, '=' | '/');
        // The first character belongs to the name, whatever it is.
        let end = rest.char_indices().skip(1).find(ends).map_or(rest.len(), |(place, _)| place);
        let (name, tail) = rest.split_at(end);
        let Some(value) = tail.trim_start().strip_prefix('=') else {
            rest = tail;
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let (value, tail) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(unescaped(value));
        }
        rest = tail;
    }
    None
}

/// Where the end tag of a skipped element begins.
fn find_end(text: &str, name: &str) -> usize {
    let is_end = |(place, _): &(usize, &str)| {
        let end = text.get(place + 2..place + 2 + name.len());
        end.is_some_and(|end| end.eq_ignore_ascii_case(name))
    };
    text.match_indices("</").find(is_end).map_or(text.len(), |(place, _)| place)
}

/// White space becomes one space.
fn collapsed(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        // Not the no-break space, which is there to stay.
        let space = letter.is_ascii_whitespace();
        if !space || !out.ends_with(' ') {
            out.push(if space { ' ' } else { letter });
        }
    }
    out
}

/// Characters written as `&name;` or `&#number;`.
fn unescaped(text: &str) -> String {
    const NAMES: [(&str, &str); 14] = [
        ("amp", "&"),
        ("lt", "<"),
        ("gt", ">"),
        ("quot", "\""),
        ("apos", "'"),
        ("nbsp", "\u{a0}"),
        ("copy", "©"),
        ("ndash", "–"),
        ("mdash", "—"),
        ("hellip", "…"),
        ("rarr", "→"),
        ("larr", "←"),
        ("middot", "·"),
        ("times", "×"),
    ];
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.bytes().take(10).position(|byte| byte == b';');
        let name = end.map(|end| &after[..end]);
        let number = name.and_then(|name| name.strip_prefix('#')).and_then(|number| {
            match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            }
        });
        let letter = number
            .map(|number| char::from_u32(number).filter(|letter| !letter.is_control()).unwrap_or('\u{fffd}'));
        let named = NAMES.iter().find(|(here, _)| Some(*here) == name).map(|(_, text)| *text);
        rest = match (letter, named, end) {
            (Some(letter), _, Some(end)) => {
                out.push(letter);
                &after[end + 1..]
            }
            (None, Some(named), Some(end)) => {
                out.push_str(named);
                &after[end + 1..]
            }
            _ => {
                out.push('&');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// A link or a title of a bearable length.
fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(VALUE_MAX)].to_owned()
}

#[cfg(test)]
mod tests;
