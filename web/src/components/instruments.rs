//! The instruments in the drawer, one at a time.

use super::compare::Compare;
use super::drawer::drawer_body;
use super::graphs::{Graphs, use_graphs};
use super::log::Log;
use super::packets::Packets;
use super::sequence::Sequence;
use crate::workspace::Tab;
use lab::view::View;
use markup::html;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Instruments`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The open tab.
    pub tab: Option<Tab>,
    /// The lab.
    pub view: Rc<View>,
}

/// The open instrument. It is there while the drawer is closed, too, and keeps what the graphs have read.
#[component]
pub fn Instruments(props: &Props) -> Html {
    let graphs = use_graphs();
    let Some(tab) = props.tab else { return Html::default() };
    let body = match tab {
        // Of another part: the drawer shows it.
        Tab::Console | Tab::Browser => return Html::default(),
        Tab::Packets => html! { <Packets view={props.view.clone()} /> },
        Tab::Sequence if props.view.compared.is_some() && !props.view.is_capture => {
            html! { <Compare view={props.view.clone()} /> }
        }
        Tab::Sequence => html! { <Sequence view={props.view.clone()} bring={0} /> },
        Tab::Log => html! { <Log view={props.view.clone()} /> },
        Tab::Graphs => html! { <Graphs kept={graphs.clone()} view={props.view.clone()} /> },
    };
    drawer_body(tab, body)
}
