//! TLS: the records in a segment, and the messages of the handshake (RFC 8446 §4, §5.1).

use std::ops::Range;

use super::payload;
use crate::message::TlsMessage;
use crate::message::tls::{
    CLIENT_HELLO, HANDSHAKE, HANDSHAKES, RECORDS, Record, SERVER_HELLO, VERSIONS, handshakes, records,
    server_name,
};
use crate::number::number;
use crate::text::{bytes, named, text_up_to};
use crate::tree::{Field, Tree, Wanted};
use texts::mark;

/// The longest name of a server (RFC 1035 §2.3.4).
const NAME_MAX: usize = 255;

pub(super) fn add(tree: &mut Tree<'_>, range: Range<usize>, message: &TlsMessage<'_>) {
    let wanted = tree.wanted;
    let data = &tree.frame[range.clone()];
    let end = records(data).last().map_or(0, |record| record.content.end);
    let mut draft = wanted.layer("TLS", &range, end);
    draft.summary(|| message.info());
    for record in records(data) {
        draft.add(record_field(wanted, data, &record));
    }
    let end = draft.end();
    tree.push(draft);
    payload::add(tree, end..range.end);
}

fn record_field(wanted: Wanted<'_>, data: &[u8], record: &Record) -> Field {
    let &Record { kind, version, start, ref content } = record;
    let name = named(RECORDS, kind.into());
    let mut parts = vec![
        wanted.field(
            "tls.record.content_type",
            "Content type",
            start..start + 1,
            &name,
            mark!("What the record carries."),
        ),
        wanted.field(
            "tls.record.version",
            "Version",
            start + 1..start + 3,
            version_text(version),
            mark!("Of records: TLS 1.3 says 1.2 here, so that old devices on the way do not stumble."),
        ),
        wanted.field(
            "tls.record.length",
            "Length",
            start + 3..start + 5,
            bytes(content.len()),
            mark!("How many bytes the record carries."),
        ),
    ];
    if kind == HANDSHAKE {
        for message in handshakes(&data[content.clone()]).flatten() {
            let at = content.start;
            parts.push(handshake_field(wanted, data, at + message.start..at + message.end));
        }
    }
    let meaning = mark!(
        "A piece of the connection: of the handshake in which both ends agree on keys, or of what they encrypt."
    );
    wanted.field("tls.record", "Record", start..content.end, &name, meaning).parts(parts)
}

fn handshake_field(wanted: Wanted<'_>, data: &[u8], range: Range<usize>) -> Field {
    let message = &data[range.clone()];
    let at = range.start;
    let kind = named(HANDSHAKES, message[0].into());
    let mut parts = vec![
        wanted.field(
            "tls.handshake.type",
            "Type",
            at..at + 1,
            &kind,
            mark!("Which step of the handshake this is."),
        ),
        wanted.field(
            "tls.handshake.length",
            "Length",
            at + 1..at + 4,
            bytes(message.len() - 4),
            mark!("How long the message is."),
        ),
    ];
    if matches!(message[0], CLIENT_HELLO | SERVER_HELLO) && message.len() >= 6 {
        let version = version_text(number(message, 4..6) as u16);
        let meaning = mark!("The highest version of the sender; since TLS 1.3 an extension says that.");
        parts.push(wanted.field("tls.handshake.version", "Version", at + 4..at + 6, version, meaning));
    }
    if let Some(name) = server_name(message).filter(|_| message[0] == CLIENT_HELLO) {
        let value = text_up_to(&message[name.clone()], NAME_MAX);
        let meaning = mark!("The name of the server that is wanted (SNI). It is not encrypted.");
        let range = at + name.start..at + name.end;
        parts.push(wanted.field(
            "tls.handshake.extensions_server_name",
            "Server name",
            range,
            value,
            meaning,
        ));
    }
    wanted
        .field(
            "tls.handshake",
            "Handshake",
            range,
            &kind,
            mark!("A message in which both ends agree on keys."),
        )
        .parts(parts)
}

fn version_text(version: u16) -> String {
    match crate::text::name(VERSIONS, version.into()) {
        Some(name) => format!("0x{version:04x} ({name})"),
        None => format!("0x{version:04x}"),
    }
}
