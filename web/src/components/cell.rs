//! The text of a table's cell, broken into lines where it can still be read.

use markup::html;
use yew::prelude::*;

/// The text of a cell of a narrow table. Lines break between words. Only a word that is longer than a line is broken, where
/// [`pieces`] allows it: broken elsewhere, an address could not be read.
pub fn cell(text: &str) -> Html {
    // A space at the end of an inline block would not be seen.
    let word = |word: &str| match &pieces(word.trim_end())[..] {
        [first, rest @ ..] if !rest.is_empty() => html! {
            <>
                <span class="long-word">{ *first }{ for rest.iter().map(|piece| html! { <><wbr />{ *piece }</> }) }</span>
                { &word[word.trim_end().len()..] }
            </>
        },
        _ => word.into(),
    };
    if !text.contains(':') {
        return text.into();
    }
    html! { { for text.split_inclusive(' ').map(word) } }
}

/// A word in the pieces between which a line may break: a MAC address in two halves, other words with colons (endpoints,
/// IPv6 addresses) after each colon.
fn pieces(word: &str) -> Vec<&str> {
    // `02:50:00:00:00:01`: pairs of digits between five colons.
    const ETHERNET: usize = 17;
    let bare = word.trim_matches([',', '(', ')']);
    let is_ethernet = bare.len() == ETHERNET && bare.split(':').filter(|pair| pair.len() == 2).count() == 6;
    let colons = word.match_indices(':').map(|(at, _)| at + 1);
    // Two colons in a row are one sign; the end of a word is a place already.
    let places = colons.filter(|&at| at < word.len() && !word[at..].starts_with([':', '/']));
    let (skipped, taken) = if is_ethernet { (2, 1) } else { (0, usize::MAX) };
    let (mut pieces, mut from) = (Vec::new(), 0);
    for place in places.skip(skipped).take(taken) {
        pieces.push(&word[from..place]);
        from = place;
    }
    pieces.push(&word[from..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_long_word_of_a_table_goes_on_in_the_next_line_only_behind_a_colon() {
        for (word, expected) in [
            ("", &[""][..]),
            ("(203.0.113.1)", &["(203.0.113.1)"]),
            ("192.168.1.10:49152", &["192.168.1.10:", "49152"]),
            ("02:50:00:00:00:01", &["02:50:00:", "00:00:01"]),
            ("02:50:00:00:00:01,", &["02:50:00:", "00:00:01,"]),
            ("2001:db8::1/64", &["2001:", "db8::", "1/64"]),
            ("[fe80::1]:80", &["[fe80::", "1]:", "80"]),
            ("::/0", &["::/0"]),
            ("Dropped:", &["Dropped:"]),
        ] {
            assert_eq!(pieces(word), expected);
            assert_eq!(pieces(word).concat(), word);
        }
    }
}
