//! The nodes of `markup::html!` are those of yew's macro with the same input.

use std::rc::Rc;
use texts::t;
use yew::prelude::*;
use yew::virtual_dom::AttrValue;

/// Compares both macros' nodes for the same tokens. Their form for debugging has all that yew knows of a node: lists, keys,
/// attributes and their order, kinds of listeners. (`==` would compare listeners by their address.)
macro_rules! same {
    ($($tokens:tt)*) => {{
        let ours = format!("{:?}", markup::html! { $($tokens)* });
        let yews = format!("{:?}", yew::html! { $($tokens)* });
        assert_eq!(ours, yews);
        ours
    }};
}

#[test]
fn elements_stand_in_each_other() {
    same! {};
    same! { <br /> };
    same! { <p></p> };
    same! { <p>{ "text" }</p> };
    same! { <p>{ 5 }{ 'c' }{ true }</p> };
    same! { <ul><li>{ "one" }</li><li><b>{ "two" }</b>{ " " }</li></ul> };
    same! { <div><p /></div> };
    same! { <svg viewBox="0 0 1 1"><linearGradient id="a"><stop offset="0"/></linearGradient></svg> };
}

#[test]
fn fragments_are_lists_also_within_elements() {
    same! { <><p /><p /></> };
    same! { <div><>{ "text" }</></div> };
    same! { <div><p /><>{ "text" }<p /></></div> };
    same! { <><p key="a" /><p key="b" /></> };
}

#[test]
fn attributes_are_in_the_same_order() {
    let (label, name) = (String::from("label"), Some("name"));
    same! { <p id="a" tabindex=0 aria-label="b" class="c d"></p> };
    same! { <p id="a" class={label.clone()} aria-label={label.clone()} data-name={name} title={"literal"} hidden=true></p> };
    same! { <p class="" readonly=false></p> };
    same! { <a for="b" type="c" hidden={label.is_empty()} {name}></a> };
    same! { <option value="a" selected={true} lang="b"></option> };
    same! { <progress max="1" value={label.clone()}></progress> };
    let shared: Rc<str> = Rc::from("shared");
    let text = AttrValue::from("text");
    same! { <p id={shared.clone()} lang={text.clone()} title={&text} role={None::<String>}></p> };
    same! { <p title={ let long = label.len() > 2; if long { "long" } else { "short" } }></p> };
}

#[test]
fn texts_in_the_pages_language_are_texts() {
    same! { <p>{ t!("Play") }</p> };
    same! { <button title={t!("Play")} class="a" disabled=true>{ t!("Play") }{ " " }{ t!("verb" => "Open") }</button> };
}

#[test]
fn classes_are_joined_and_none_is_no_attribute() {
    let chosen = Some("chosen");
    same! { <p class={classes!("a", chosen, String::from("b c"))}></p> };
    same! { <p class={classes!(None::<&'static str>)}></p> };
    same! { <p class={chosen}></p> };
    let class = "a b a";
    same! { <p {class} id="p"></p> };
}

#[test]
fn fields_have_a_value_and_perhaps_a_check() {
    let text = String::from("text");
    same! { <input type="text" value={text.clone()} id="a" /> };
    same! { <input type="checkbox" checked={text.is_empty()} disabled={true} /> };
    same! { <input type="radio" value="a" checked=true class={text.clone()} /> };
    same! { <textarea value={text.clone()} rows="4" readonly=true /> };
    same! { <input /> };
}

#[test]
fn keys_and_references_are_kept() {
    let key = String::from("k");
    let place = NodeRef::default();
    same! { <p key={3} /> };
    same! { <p key="literal">{ "text" }</p> };
    same! { <p key={key.clone()} ref={place.clone()} id="a"></p> };
    same! { <ul>{ for [1_u32, 2].map(|number| yew::html! { <li key={number}>{ number }</li> }) }</ul> };
}

#[test]
fn a_reference_leads_to_the_element_of_this_node() {
    let place = NodeRef::default();
    let node = markup::html! { <p ref={&place} /> };
    let Html::VTag(tag) = node else { panic!("an element: {node:?}") };
    assert!(tag.node_ref == place);
}

#[test]
fn listeners_are_in_their_order_and_may_be_missing() {
    let onclick = Callback::from(|_: MouseEvent| ());
    let none: Option<Callback<MouseEvent>> = None;
    let printed = same! {
        <p onclick={&onclick} onkeydown={|_: KeyboardEvent| ()} onmouseleave={none.clone()} id="a" onchange={Some(|_: Event| ())} />
    };
    let places: Vec<_> =
        ["onclick", "onkeydown", "None, Some", "onchange"].iter().map(|name| printed.find(name)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{printed}");
    same! { <div onwheel={|_: WheelEvent| ()} ontouchmove={|_: TouchEvent| ()} onscroll={|_: Event| ()}></div> };
    same! { <form onsubmit={|_: SubmitEvent| ()} oninput={|_: InputEvent| ()} onfocus={|_: FocusEvent| ()}></form> };
    same! { <p ondrop={|_: DragEvent| ()} onpointerdown={|_: PointerEvent| ()} /> };
}

#[test]
fn values_are_children_of_every_kind() {
    let string = String::from("string");
    let shared: Rc<str> = Rc::from("shared");
    let text = AttrValue::from("text");
    let node = yew::html! { <i /> };
    same! { <p>{ string.clone() }</p> };
    same! { <p>{ &string }</p> };
    same! { <p>{ string.as_str() }</p> };
    same! { <p>{ text.clone() }</p> };
    same! { <p>{ 3_usize }</p> };
    same! { <p>{ node.clone() }</p> };
    same! { <p>{ &string }{ shared.clone() }{ &shared }{ &text }{ 3_usize }{ 4_u8 }{ 5_u64 }{ node.clone() }{ &"text" }</p> };
    same! { <p>{ { let twice = string.len() * 2; twice + 1 } }{ string.len() + 1 }</p> };
    same! { { if string.is_empty() { Html::default() } else { node.clone() } } };
    same! { &string };
    same! { <>{ node.clone() }</> };
}

#[test]
fn nothing_and_several_are_children_too() {
    let some = Some(String::from("some"));
    let none: Option<Html> = None;
    let several = vec![yew::html! { <i /> }, yew::html! { <b /> }];
    same! { <p>{ some.clone() }</p> };
    same! { <p>{ none.clone() }</p> };
    same! { <p>{ several.clone() }</p> };
    same! { <p>{ several[..1].to_vec() }</p> };
    same! { <p>{ "a" }{ some.clone() }{ none.clone() }{ several.clone() }{ "b" }</p> };
    same! { <p>{ for several.clone() }</p> };
    same! { <p>{ for several.iter().take(1).cloned() }</p> };
    same! { <p>{ for none.iter().cloned() }</p> };
    same! { <p><u />{ for several.iter().cloned() }<u /></p> };
    // yew has not yet looked whether all of these have keys, which it prints.
    let (ours, yews) = (markup::html! { { for several.clone() } }, yew::html! { { for several.clone() } });
    assert!(ours == yews);
    same! { <>{ for several.clone() }</> };
}

#[test]
fn a_branch_is_a_list_so_that_siblings_keep_their_places() {
    for number in [0, 1, 2] {
        let some = (number == 1).then_some("one");
        same! { <p>if number > 0 { <i /> }</p> };
        same! { <p><u />if number > 0 { { "text" }<i id={number.to_string()} /> }<u /></p> };
        same! { <p>if number == 0 { <i /> } else { <b>{ "b" }</b> }</p> };
        same! { <p>if number == 0 { <i /> } else if let Some(one) = some { { one } } else { <u />{ number.to_string() } }</p> };
        same! { if number > 0 { <i /> } };
        same! { if let Some(one) = some { <i id={one} /> } else { { "other" } } };
        same! { <p>if number > 0 { if number > 1 { <i /> } <b>if number > 1 { { number.to_string() } } else { { "1" } }</b> }<u /></p> };
        same! { <p>if number == 2 {}</p> };
    }
}

#[derive(Properties, PartialEq)]
struct Props {
    #[prop_or_default]
    title: AttrValue,
    #[prop_or_default]
    children: Html,
}

/// Shows what is between its tags.
#[component]
fn Frame(props: &Props) -> Html {
    markup::html! { <div title={&props.title}>{ props.children.clone() }</div> }
}

/// Compares both macros' nodes for the same tokens with their components' properties, children among them.
macro_rules! same_properties {
    ($($tokens:tt)*) => {
        assert!(markup::html! { $($tokens)* } == yew::html! { $($tokens)* });
        same! { $($tokens)* };
    };
}

#[test]
fn components_have_the_same_key_properties_and_children() {
    let title = String::from("title");
    let node = yew::html! { <i /> };
    same_properties! { <Frame /> };
    same_properties! { <p><Frame key="a" title={title.clone()} /></p> };
    same_properties! { <><Frame title={title.clone()}></Frame><u /></> };
    same_properties! { <Frame><p /></Frame> };
    same_properties! { <Frame>{ "text" }</Frame> };
    same_properties! { <Frame>{ node.clone() }</Frame> };
    same_properties! { <Frame><Frame title={title.clone()} /></Frame> };
    same_properties! { <Frame title={title.clone()}><p id={title.clone()} />{ node.clone() }</Frame> };
    same_properties! { <Frame>if title.is_empty() { <p /> } else { { &title } }</Frame> };
    same_properties! { <Frame>{ for [1, 2].map(|number| yew::html! { { number } }) }</Frame> };
    same_properties! { <ContextProvider<u32> context={3}><p />{ node.clone() }</ContextProvider<u32>> };
    assert!(markup::html! { <Frame title="a" /> } != yew::html! { <Frame title="b" /> });
}
