use super::*;

/// The code for this, without spaces.
fn code(input: &str) -> String {
    expanded(input.parse().expect("tokens")).expect(input).to_string().replace(' ', "").replace(",}", "}")
}

/// What is wrong with this: the part that the error points at, and the message.
fn fault(input: &str) -> (String, String) {
    let error = expanded(input.parse().expect("tokens")).expect_err(input);
    (error.span().source_text().unwrap_or_default(), error.to_string())
}

#[test]
fn an_element_without_anything_dynamic_is_a_constant() {
    assert_eq!(
        code(r#"<p class="a">{ "text" }<br /></p>"#),
        r#"::markup::fixed(&::markup::Shape::Element(&::markup::Element{tag:"p",attributes:::markup::Attributes::Fixed(&[("class",::yew::virtual_dom::AttributeOrProperty::Static("a"))]),children:&[::markup::Shape::Text("text"),::markup::Shape::Element(&::markup::Element{tag:"br",attributes:::markup::Attributes::Fixed(&[]),children:&[],listeners:0u8,special:0})],listeners:0u8,special:0}))"#
    );
}

#[test]
fn a_text_in_the_pages_language_is_a_constant_unless_it_has_arguments() {
    let constant = code(r#"<p title={t!("Play")}>{ t!("Stop") }</p>"#);
    assert!(constant.starts_with("::markup::fixed("), "{constant}");
    assert!(constant.contains(r#"::markup::Shape::Said(t!(const"Stop"))"#), "{constant}");
    assert!(
        constant.contains(r#"Open(&["title"],&[::std::option::Option::Some(t!(const"Play"))])"#),
        "{constant}"
    );
    for dynamic in [r#"t!("{a}")"#, r#"t!("verb" => "Open")"#, r#"t!("{}", a)"#] {
        let code = code(&format!("<p>{{ {dynamic} }}</p>"));
        assert!(code.contains("slots.child(t!("), "{code}");
    }
}

#[test]
fn what_is_dynamic_is_put_in_the_order_in_which_it_is_taken() {
    let code = code(
        "<input {onclick} class={a} disabled={b} id={c} key={d} ref={e} checked={f} value={g} ~style={h} />",
    );
    let calls =
        ["attribute(g)", "flag(f)", "reference(e)", "key(d)", "attribute(c)", "property(h)", "flag(b)"];
    let places: Vec<_> =
        calls.iter().chain(&["class(a)", "onclick(onclick)"]).map(|call| code.find(call)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {code}");
}

#[test]
fn children_of_a_branch_are_put_after_the_branch() {
    let code = code("<p>if let Some(a) = b { { a } } else if c { <i id={d} /> }{ e }</p>");
    let calls = [
        "ifletSome(a)=b{slots.branch(",
        "slots.child(a)",
        "else{ifc{",
        "slots.attribute(d)",
        "branch(&[])",
        "child(e)",
    ];
    let places: Vec<_> = calls.iter().map(|call| code.find(call)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {code}");
}

#[test]
fn components_are_given_to_yew_with_our_children() {
    assert_eq!(code("<Frame title={a} />"), "::yew::html!{<Frametitle={a}/>}");
    let code = code("<context::Of<Vec<A>> {b}><p id={c} /></context::Of<Vec<A>>>");
    assert!(code.starts_with("::yew::html!{<context::Of<Vec<A>>{b}>{{letmutslots"), "{code}");
    assert!(code.ends_with("}</context::Of<Vec<A>>>}"), "{code}");
}

#[test]
fn faults_point_at_what_is_wrong() {
    for (input, place, message) in [
        ("<p>", "p", "no closing tag"),
        ("<p></b>", "b", "expected `</p>`"),
        ("</p>", "<", "a closing tag without an opening one"),
        ("<p /><p />", "<", "one root only"),
        ("<br></br>", "br", "has no children"),
        ("<p id></p>", "id", "has no value"),
        ("<p id={}></p>", "{}", "expected an expression"),
        ("<p id=a></p>", "a", "an expression in braces"),
        ("<p {a.b}></p>", ".", "a name alone"),
        ("<p id=1 id=2></p>", "id", "is there twice"),
        ("<p onplay={a}></p>", "onplay", "is no event that the page listens to"),
        ("<p checked={a}></p>", "checked", "is not supported here"),
        ("<textarea defaultvalue={a} />", "defaultvalue", "is not supported here"),
        ("<p id=1.5></p>", "1.5", "literals of this kind"),
        ("<p>text</p>", "text", "expected an element"),
        ("<p>for a in b { <i /> }</p>", "for", "`for` with a block is not supported"),
        ("<@{a} />", "@", "names of elements that are expressions"),
        ("<key={a}></>", "key", "fragments with a key"),
    ] {
        let (pointed, says) = fault(input);
        assert_eq!(pointed, place, "{input}: {says}");
        assert!(says.contains(message), "{input}: {says}");
    }
}
