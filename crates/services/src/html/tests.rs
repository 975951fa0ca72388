use super::*;
use proptest::prelude::*;

/// The tree as a text: elements in brackets.
fn shown(nodes: &[Node]) -> String {
    let node = |node: &Node| match node {
        Node::Text(text) => format!("{text:?}"),
        Node::Element { tag, href, children } => {
            let href = href.as_ref().map(|href| format!("={href}")).unwrap_or_default();
            format!("{tag:?}{href}[{}]", shown(children))
        }
    };
    nodes.iter().map(node).collect::<Vec<_>>().join(" ")
}

fn page(text: &str) -> String {
    shown(&parse(text).body)
}

#[test]
fn a_page_is_headings_paragraphs_links_and_lists() {
    let text = "<!DOCTYPE html><html><head><title> The\n page </title></head><body>
        <h1>Hello</h1>
        <p>A <a href='/cat.txt'>cat</a> and <em>more</em>.
        <p>Second
        <ul><li>one<li>two<ul><li>deep</ul></ul>
        <hr><pre>\n a\n  b</pre></body></html>";
    assert_eq!(parse(text).title.as_deref(), Some("The page"));
    let expected = "H1[\"Hello\"] P[\"A \" A=/cat.txt[\"cat\"] \" and \" Em[\"more\"] \".\"] P[\"Second\"] \
                    Ul[Li[\"one\"] Li[\"two\" Ul[Li[\"deep\"]]]] Hr[] Pre[\" a\\n  b\"]";
    assert_eq!(page(text), expected);
}

#[test]
fn nothing_that_acts_is_in_the_tree() {
    let text = "a<script>alert('<p>x</p>')</script>b<style>p{}</style><img src=x onerror=alert(1) alt='a cat'>
        <iframe src=x>y</iframe><svg><p>z</p></svg><p onclick=alert(1)>t</p><!-- <h1>no</h1> --><SCRIPT>never closed";
    assert_eq!(page(text), "\"aba cat \" P[\"t\"]");
}

#[test]
fn faults_are_overlooked() {
    assert_eq!(page("<b>bold<p>still</b> here"), "Strong[\"bold\"] P[\"still here\"]");
    assert_eq!(page("1 < 2 &amp;&lt;&#65;&#x42;&nosuch; & &#0;"), "\"1 < 2 &<AB&nosuch; & \u{fffd}\"");
    assert_eq!(page("</p></ul>text</b>"), "\"text\"");
    assert_eq!(page("<a href=/a>one<a href=\"/b>c\">two"), "A=/a[\"one\"] A=/b>c[\"two\"]");
    assert_eq!(page("<div>x</div><div><section>y</div>"), "P[\"x\"] P[\"y\"]");
    assert_eq!(page("<table><tr><th>x<td>y<tr><td>z"), "P[\"x y\"] P[\"z\"]");
    assert_eq!(page("<p"), "");
    assert_eq!(page("<a href"), "A[]");
    assert_eq!(shown(&plain("<p>\n").body), "Pre[\"<p>\\n\"]");
}

#[test]
fn a_page_is_bounded() {
    let deep = parse(&"<ul><li>".repeat(10_000));
    fn depth(nodes: &[Node]) -> usize {
        nodes
            .iter()
            .map(|node| match node {
                Node::Text(_) => 1,
                Node::Element { children, .. } => 1 + depth(children),
            })
            .max()
            .unwrap_or(0)
    }
    assert!(depth(&deep.body) <= DEPTH_MAX);
    let long = parse(&"<p>x</p>".repeat(10_000));
    assert!(long.is_cut && long.body.len() <= NODES_MAX);
    assert!(parse(&"x".repeat(TEXT_MAX + 1)).is_cut);
    let link = parse(&format!("<a href='{}'>x", "y".repeat(10_000)));
    assert!(matches!(&link.body[..], [Node::Element { href: Some(href), .. }] if href.len() == VALUE_MAX));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic_or_grow(
        pieces in prop::collection::vec(prop_oneof![
            prop::sample::select(vec![
                "<", ">", "</", "<p>", "</p>", "<ul>", "<li>", "<a href=", "\"", "'", "=", "&", "&#", ";", "<pre>", "<!--", "-->", "<title>",
                "</title>", "<script>", "</script", "ä", "\u{a0}", "<h1>", "<br/>", "<img alt=ä", "<b>", "</b>", " ", "\n", "<hr>",
            ]).prop_map(str::to_owned),
            ".{0,8}",
        ], 0..60),
    ) {
        let text = pieces.concat();
        let page = parse(&text);
        let length = shown(&page.body).len() + page.title.map_or(0, |title| title.len());
        prop_assert!(length <= 100 + 40 * text.len());
        plain(&text);
    }
}
