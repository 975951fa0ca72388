use super::body::{Body, BodyError};
use super::client::{CONTENT_MAX, Fetch, FetchError, Method, Output, Request, Response, SILENCE_MAX};
use super::head::Fields;
use super::server::{Connection, IDLE_MAX, Page, Site, reason};
use super::url::{Url, UrlError, decoded};
use proptest::prelude::*;
use wire::{Duration, Instant};

fn at(secs: u64) -> Instant {
    Instant::from_nanos(secs * 1_000_000_000)
}

fn site() -> Site {
    let pages = [
        ("/", Page::Text("<h1>Hello</h1>".into())),
        ("/cat.txt", Page::Text("meow\n".into())),
        ("/dir/", Page::Text("<p>in</p>".into())),
        ("/old", Page::Moved("/cat.txt".into())),
        ("/far", Page::Moved("http://other.test:8080/x".into())),
        ("/circle", Page::Moved("/circle".into())),
        ("/a b", Page::Text("space".into())),
        ("/long", Page::Text("x".repeat(100_000))),
    ];
    Site { pages: pages.into_iter().map(|(path, page)| (path.to_owned(), page)).collect() }
}

/// What a server answers to these bytes, and whether it closes the connection.
fn exchange(bytes: &[u8]) -> (String, bool) {
    let (mut connection, site) = (Connection::new(at(0)), site());
    let mut answer = Vec::new();
    let mut rest = bytes;
    loop {
        let (now, later) = rest.split_at(rest.len().min(connection.room()));
        rest = later;
        connection.receive(at(0), now, &site);
        let sent = std::mem::take(connection.output());
        if sent.is_empty() && rest.is_empty() {
            return (String::from_utf8(answer).unwrap(), connection.is_over());
        }
        answer.extend(sent);
        connection.go_on(at(0), &site);
    }
}

fn get(path: &str, fields: &str) -> String {
    exchange(format!("GET {path} HTTP/1.1\r\nHost: www.example.test\r\n{fields}\r\n").as_bytes()).0
}

/// The status and content of an answer.
fn parts(answer: &str) -> (u16, &str) {
    let (head, content) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), content)
}

#[test]
fn a_page_is_sent_with_its_type_length_and_date() {
    let answer = get("/", "");
    let expected = "HTTP/1.1 200 OK\r\nServer: packetarium\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\
                    Content-Type: text/html; charset=utf-8\r\nETag: \"3fde95f0ec68d3b9\"\r\n\
                    Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 14\r\n\r\n<h1>Hello</h1>";
    let tag = answer.split('"').nth(1).unwrap();
    assert_eq!(answer, expected.replace("3fde95f0ec68d3b9", tag));
    assert!(get("/cat.txt?x=1", "").contains("Content-Type: text/plain"));
    assert_eq!(parts(&get("/a%20b", "")), (200, "space"));
    assert_eq!(parts(&get("http://www.example.test/cat.txt", "")), (200, "meow\n"));
}

#[test]
fn a_head_request_gets_the_same_head_and_no_content() {
    let (answer, over) = exchange(b"HEAD /cat.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(answer.contains("Content-Length: 5\r\n") && answer.ends_with("\r\n\r\n") && !over);
}

#[test]
fn several_requests_are_answered_in_order_on_one_connection() {
    let two =
        "GET /cat.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let (answer, over) = exchange(two.as_bytes());
    let place = answer.find("HTTP/1.1 404 Not Found").unwrap();
    assert!(answer[..place].ends_with("meow\n") && over);
    let (old, over) = exchange(b"GET /cat.txt HTTP/1.0\r\n\r\n");
    assert!(old.contains("Connection: close") && over);
    let (kept, over) = exchange(b"GET /cat.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert!(kept.contains("Connection: keep-alive") && !over);
}

#[test]
fn a_form_comes_back_as_a_page_that_shows_it() {
    let form = "name=Ada+L%26&text=%3Cb%3E";
    let bytes = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let (answer, _) = exchange(bytes.as_bytes());
    assert!(answer.contains("Transfer-Encoding: chunked") && answer.ends_with("0\r\n\r\n"));
    assert!(
        answer.contains("<b>name</b>: Ada L&amp;") && answer.contains("<b>text</b>: &lt;b&gt;"),
        "{answer}"
    );
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab<\r\n1;x=y\r\nc\r\n0\r\nT: 1\r\n\r\n";
    assert!(exchange(chunked.as_bytes()).0.contains("<pre>ab&lt;c</pre>"));
}

#[test]
fn a_client_that_waits_for_it_is_asked_to_go_on() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";
    let (mut connection, site) = (Connection::new(at(0)), site());
    connection.receive(at(0), head.as_bytes(), &site);
    assert_eq!(std::mem::take(connection.output()), b"HTTP/1.1 100 Continue\r\n\r\n");
    connection.receive(at(0), b"x", &site);
    assert!(connection.output().starts_with(b"HTTP/1.1 200 OK"));
}

#[test]
fn what_the_client_has_already_is_not_sent_again() {
    let answer = get("/cat.txt", "");
    let tag = answer.split('"').nth(1).unwrap();
    let status = |fields: String| parts(&get("/cat.txt", &fields)).0;
    assert_eq!(status(format!("If-None-Match: \"x\", W/\"{tag}\"\r\n")), 304);
    assert_eq!(
        status("If-None-Match: \"x\"\r\nIf-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT\r\n".into()),
        200
    );
    assert_eq!(status("If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT\r\n".into()), 304);
    assert_eq!(status("If-Modified-Since: Wed, 31 Dec 2025 23:59:59 GMT\r\n".into()), 200);
    assert!(!get("/cat.txt", "If-None-Match: *\r\n").contains("meow"));
}

#[test]
fn bad_requests_are_answered_as_the_rfc_says() {
    let long = "x".repeat(9_000);
    let cases = [
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), 400),
        ("GET\r\n\r\n".into(), 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n".into(), 505),
        ("PUT / HTTP/1.1\r\nHost: a\r\n\r\n".into(), 405),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n".into(), 501),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"), 431),
        (format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(65)), 431),
        (format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"), 414),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n".into(), 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".into(), 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n".into(), 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n".into(), 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n".into(), 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".into(), 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n".into(), 417),
        (
            format!(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n{}",
                "x".repeat(0x20000)
            ),
            413,
        ),
    ];
    for (request, status) in cases {
        let (answer, over) = exchange(request.as_bytes());
        assert_eq!((parts(&answer).0, over), (status, true), "{:.80}", request);
        assert_ne!(reason(status), "");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1);
    }
    assert!(exchange(b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n").0.contains("Allow: GET, HEAD, POST"));
    assert_eq!(parts(&get("/none", "")).0, 404);
    assert!(get("/dir", "").contains("Location: /dir/"));
}

#[test]
fn an_idle_connection_ends_and_a_slow_request_is_answered() {
    let site = site();
    let mut idle = Connection::new(at(0));
    assert_eq!(
        (idle.poll_at(), idle.poll(at(0) + IDLE_MAX), idle.is_over()),
        (Some(at(0) + IDLE_MAX), None, true)
    );
    let mut slow = Connection::new(at(0));
    slow.receive(at(1), b"GET / HT", &site);
    assert_eq!(slow.poll(at(15)), None);
    assert_eq!(slow.poll(at(16)).map(|done| done.status), Some(408));
    assert!(slow.output().starts_with(b"HTTP/1.1 408"));
}

/// What a client gets from a server, and the addresses that it connected to.
fn fetch(url: &str, change: impl FnOnce(&mut Request)) -> (Result<Response, FetchError>, Vec<String>) {
    let mut request = Request {
        method: Method::Get,
        url: Url::parse(url).unwrap(),
        fields: Fields::default(),
        content: Vec::new(),
        follow: true,
    };
    change(&mut request);
    let mut out = Vec::new();
    let mut fetch = Fetch::new(request, &mut out);
    let (site, mut connection, mut connects) = (site(), Connection::new(at(0)), Vec::new());
    loop {
        let mut next = Vec::new();
        for output in out.drain(..) {
            match output {
                Output::Connect(url) => {
                    connects.push(url.authority());
                    connection = Connection::new(at(0));
                    fetch.connected(at(0), &mut next);
                }
                Output::Send(bytes) => {
                    connection.receive(at(0), &bytes, &site);
                    while !connection.output().is_empty() {
                        let sent = std::mem::take(connection.output());
                        sent.chunks(7).for_each(|piece| fetch.receive(at(0), piece, &mut next));
                        connection.go_on(at(0), &site);
                    }
                    if connection.is_over() {
                        fetch.closed(at(0), &mut next);
                    }
                }
                Output::Head(head) => assert!(head.content.is_empty()),
                Output::Done(result) => return (result, connects),
            }
        }
        out = next;
    }
}

#[test]
fn a_client_fetches_a_page_and_follows_redirects_on_the_same_connection() {
    let (response, connects) = fetch("www.example.test/old", |_| {});
    let response = response.unwrap();
    assert_eq!((response.status, &response.content[..]), (200, &b"meow\n"[..]));
    assert_eq!(response.url.to_string(), "http://www.example.test/cat.txt");
    assert_eq!(connects, ["www.example.test"]);
    let (response, connects) = fetch("www.example.test/far", |_| {});
    assert_eq!(
        (response.unwrap().status, &connects[..]),
        (404, &["www.example.test".to_owned(), "other.test:8080".into()][..])
    );
    let (response, _) = fetch("www.example.test/old", |request| request.follow = false);
    assert_eq!(response.unwrap().status, 301);
    assert_eq!(fetch("www.example.test/circle", |_| {}).0, Err(FetchError::Redirects));
    assert_eq!(fetch("a/long", |_| {}).0.unwrap().content.len(), 100_000);
}

#[test]
fn a_client_posts_forms_asks_for_heads_and_for_what_has_changed() {
    let post = |request: &mut Request| {
        request.method = Method::Post;
        request.content = b"a=1".to_vec();
    };
    let text = fetch("a/", post).0.unwrap().content;
    assert!(String::from_utf8(text).unwrap().contains("<b>a</b>: 1"));
    let head = fetch("a/cat.txt", |request| request.method = Method::Head).0.unwrap();
    assert_eq!((head.status, head.fields.get("content-length"), head.content.len()), (200, Some("5"), 0));
    let again = fetch("a/cat.txt", |request| request.fields = head.conditions()).0.unwrap();
    assert_eq!((again.status, again.content.len()), (304, 0));
    let split = |request: &mut Request| request.fields.0.push(("X".into(), "1\r\nHost: evil".into()));
    assert_eq!(fetch("a/cat.txt", split).0.unwrap().status, 200);
}

#[test]
fn a_client_names_what_is_wrong_with_an_answer() {
    let answer = |bytes: &[u8], closed: bool| {
        let mut out = Vec::new();
        let url = Url::parse("a").unwrap();
        let (fields, content) = (Fields::default(), Vec::new());
        let mut fetch =
            Fetch::new(Request { method: Method::Get, url, fields, content, follow: true }, &mut out);
        fetch.connected(at(0), &mut out);
        fetch.receive(at(0), bytes, &mut out);
        if closed {
            fetch.closed(at(0), &mut out);
        }
        fetch.poll(at(0) + SILENCE_MAX, &mut out);
        let Some(Output::Done(result)) = out.pop() else { panic!("{out:?}") };
        result.map(|response| response.content)
    };
    assert_eq!(answer(b"", true), Err(FetchError::Empty));
    assert_eq!(answer(b"", false), Err(FetchError::Timeout));
    assert_eq!(answer(b"SSH-2.0\r\n", true), Err(FetchError::Malformed));
    assert_eq!(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", true), Err(FetchError::Partial));
    assert_eq!(answer(b"HTTP/1.1 200 OK\r\n\r\nabc", true), Ok(b"abc".to_vec()));
    assert_eq!(
        answer(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc", false),
        Ok(b"a".to_vec())
    );
    assert_eq!(
        answer(b"HTTP/1.1 301 Moved\r\nLocation: https://a/\r\nContent-Length: 0\r\n\r\n", false)
            .unwrap_err()
            .exit_status(),
        1
    );
    let long = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; CONTENT_MAX + 1]].concat();
    assert_eq!(answer(&long, false), Err(FetchError::TooLong));
    assert_eq!(answer(&vec![b'x'; 9_000], false), Err(FetchError::Malformed));
}

#[test]
fn addresses_of_pages_are_read_and_joined() {
    let shown = |text: &str| Url::parse(text).map(|url| url.to_string());
    assert_eq!(shown("www.example.test").unwrap(), "http://www.example.test/");
    assert_eq!(shown("HTTP://u:p@a:8080?q=ä#x").unwrap(), "http://a:8080/?q=%C3%A4");
    assert_eq!(shown("http://[fd00::80]:81/x").unwrap(), "http://[fd00::80]:81/x");
    assert_eq!(shown("https://a/"), Err(UrlError::Scheme("https".into())));
    for wrong in
        ["", "http://", "a:0", "a:x", "a b", "http://[fd00::1", "http://[::1]x/", "[[]", "a[", "http://[a]/"]
    {
        assert_eq!(shown(wrong), Err(UrlError::Malformed), "{wrong}");
    }
    let base = Url::parse("http://a:81/b/c/d?q").unwrap();
    let joined = |link: &str| base.join(link).map(|url| url.to_string());
    // RFC 3986, 5.4, as far as pages have it.
    let cases = [
        ("g", "/b/c/g"),
        ("./g", "/b/c/g"),
        ("g/", "/b/c/g/"),
        ("/g", "/g"),
        ("?y", "/b/c/d?y"),
        ("g?y", "/b/c/g?y"),
        ("#s", "/b/c/d?q"),
        ("", "/b/c/d?q"),
        (".", "/b/c/"),
        ("..", "/b/"),
        ("../g", "/b/g"),
        ("../../../g", "/g"),
    ];
    for (link, target) in cases {
        assert_eq!(joined(link).unwrap(), format!("http://a:81{target}"), "{link}");
    }
    assert_eq!(joined("//g").unwrap(), "http://g/");
    assert_eq!(joined("http://g/x").unwrap(), "http://g/x");
    for scheme in ["javascript:alert(1)", "mailto:a@b", "https://a/", "data:text/html,x"] {
        assert!(matches!(joined(scheme), Err(UrlError::Scheme(_))), "{scheme}");
    }
    assert_eq!(decoded("a+b%20c%zz%+1%", true), "a b c%zz% 1%");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_are_put_together_however_they_are_cut(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6),
        cut in 1usize..20,
    ) {
        let mut bytes = Vec::new();
        for piece in &pieces {
            bytes.extend(format!("{:X};e=1\r\n", piece.len()).as_bytes());
            bytes.extend(piece);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\nX: y\r\n\r\nrest");
        let (mut body, mut input, mut content) = (Body::chunked(), Vec::new(), Vec::new());
        for piece in bytes.chunks(cut) {
            input.extend(piece);
            body.read(&mut input, &mut content, 1_000).unwrap();
        }
        prop_assert_eq!((body, input, content), (Body::Done, b"rest".to_vec(), pieces.concat()));
    }

    #[test]
    fn a_content_does_not_grow_above_its_bound(len in 0usize..200, max in 0usize..200) {
        let (mut input, mut content) = (vec![0; len], Vec::new());
        let result = Body::UntilEnd.read(&mut input, &mut content, max);
        prop_assert_eq!(result, if len > max { Err(BodyError::TooLong) } else { Ok(()) });
        prop_assert!(content.len() <= max);
    }

    #[test]
    fn no_bytes_make_a_server_or_client_panic_or_grow(
        words in prop::collection::vec(prop::sample::select(vec![
            "GET ", "POST ", "/ ", "/old ", "HTTP/1.1\r\n", "HTTP/1.0\r\n", "Host: a\r\n", "Content-Length: 5\r\n", "\r\n", "hello",
            "Transfer-Encoding: chunked\r\n", "5\r\n", "0\r\n\r\n", "Expect: 100-continue\r\n", "HTTP/1.1 200 OK\r\n", "ffffffffffffffff\r\n",
            "HTTP/1.1 301 Moved\r\n", "Location: /x\r\n", "Content-Length: 99999999999999999999\r\n", "\u{0}", "%", ": ",
        ]), 0..25),
        noise in prop::collection::vec(any::<u8>(), 0..40),
        cut in 1usize..60,
    ) {
        let bytes = [words.concat().into_bytes(), noise].concat();
        let (mut connection, site, mut out) = (Connection::new(at(0)), site(), Vec::new());
        let url = Url::parse("a").unwrap();
        let request = Request { method: Method::Get, url, fields: Fields::default(), content: Vec::new(), follow: true };
        let mut fetch = Fetch::new(request, &mut out);
        fetch.connected(at(0), &mut out);
        for piece in bytes.chunks(cut) {
            connection.receive(at(0), piece, &site);
            connection.output().clear();
            connection.go_on(at(0), &site);
            fetch.receive(at(0), piece, &mut out);
        }
        prop_assert!(connection.room() > 0);
        prop_assert!(connection.served() <= bytes.len() as u32);
        connection.finish(at(1), &site);
        fetch.closed(at(1), &mut out);
        connection.poll(at(0) + Duration::from_secs(99));
        let done = out.iter().filter(|output| matches!(output, Output::Done(_))).count();
        prop_assert!(done <= 1);
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(url) = Url::parse(&text) {
            prop_assert_eq!(Url::parse(&url.to_string()), Ok(url.clone()));
            let _ = url.join(&text);
        }
    }

    #[test]
    fn what_is_joined_is_an_address(base in "[a-z/.?]{0,12}", link in "[a-z/.?:#%\\\\ä]{0,12}") {
        let base = Url::parse(&format!("http://a/{base}")).unwrap();
        if let Ok(url) = base.join(&link) {
            prop_assert_eq!(Url::parse(&url.to_string()), Ok(url));
        }
    }
}
