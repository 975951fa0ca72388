//! Tests of the macros with a catalog.

use crate::*;

fn language(texts: &[(&str, &str)]) -> String {
    let mut entries: Vec<_> = texts.iter().map(|(english, text)| (key::of(None, english), *text)).collect();
    entries.sort_unstable();
    let numbers: String = entries.iter().map(|(number, _)| format!("{number:06x}")).collect();
    let lines: String = entries.iter().map(|(_, text)| format!("{text}\n")).collect();
    format!("one other\n{numbers}\n{lines}")
}

#[test]
fn a_text_is_that_of_the_language_with_its_arguments_where_that_wants_them() {
    add(File::read(language(&[
        ("Play", "Reproducir"),
        ("{node} learns at {port:02}, {}", "{2}: en {1} aprende {0}"),
        ("{count} line\t{count} lines", "{0} línea\t{0} líneas"),
        ("two\nlines", "dos\\nlíneas \\\\"),
    ]))
    .unwrap());
    let (node, port) = ("s1", 3);
    assert_eq!(t!("Play"), "Reproducir");
    assert_eq!(t!("{node} learns at {port:02}, {}", 'x'), "x: en 03 aprende s1");
    let lines = |count: u64| plural!(count, "{count} line", "{count} lines");
    assert_eq!([lines(1), lines(2)], ["1 línea", "2 líneas"]);
    assert_eq!(t!("two\nlines"), "dos\nlíneas \\");
    assert_eq!(t!("Not there yet"), "");
    assert_eq!([of(mark!("Play")), of("A title of its own")], ["Reproducir", "A title of its own"]);
    assert_eq!(of_document("Play"), "Play", "a title is no text of the page");
}

#[test]
fn a_text_of_a_document_is_translated_only_if_all_of_its_hash_is_that_of_one_that_ships() {
    let number = |text| key::of(Some(document::CONTEXT), text);
    let check = document::check("Home");
    let mut entries = [(number("Home"), format!("{check}Casa")), (number("My lab"), format!("{check}Casa"))];
    entries.sort_unstable();
    let [(first, a), (second, b)] = entries;
    add(File::read(format!("one other\n{first:06x}{second:06x}\n{a}\n{b}\n")).unwrap());
    assert_eq!([of_document("Home"), of_document("My lab")], ["Casa", "My lab"]);
}

#[test]
fn what_is_no_language_file_is_refused() {
    for text in [
        "",
        "one",
        "one\n000001\n",
        "one\n000001\na\nb\n",
        "one\n000002000001\na\nb\n",
        "one\nzzzzzz\na\n",
        "one\n00000é\na\n",
    ] {
        assert_eq!(File::read(text.into()), Err(Unreadable), "{text:?}");
    }
}
