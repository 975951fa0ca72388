//! Packetarium: the page.

use yew::prelude::*;

#[component]
fn App() -> Html {
    html! { <h1>{ "Packetarium" }</h1> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
