//! Whatever comes in at a web server and a web client, in pieces of any length: no panic, no end of the world.
#![no_main]

use services::http::client::{Fetch, Method, Request};
use services::http::head::Fields;
use services::http::server::{Connection, Page, Site};
use services::http::url::Url;
use wire::Instant;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [cut, bytes @ ..] = bytes else { return };
    let now = Instant::ZERO;
    let pages = [("/", Page::Text("<p>x</p>".into())), ("/old", Page::Moved("/".into()))];
    let site = Site { pages: pages.into_iter().map(|(path, page)| (path.to_owned(), page)).collect() };
    let (mut connection, mut out) = (Connection::new(now), Vec::new());
    let url = Url::parse("http://a/").unwrap();
    let request = Request { method: Method::Get, url, fields: Fields::default(), content: Vec::new(), follow: true };
    let mut fetch = Fetch::new(request, &mut out);
    fetch.connected(now, &mut out);
    for piece in bytes.chunks(usize::from(*cut) + 1) {
        connection.receive(now, piece, &site);
        connection.output().clear();
        connection.go_on(now, &site);
        fetch.receive(now, piece, &mut out);
    }
    connection.finish(now, &site);
    fetch.closed(now, &mut out);
    if let Ok(url) = Url::parse(&String::from_utf8_lossy(bytes)) {
        assert_eq!(Url::parse(&url.to_string()), Ok(url));
    }
});
