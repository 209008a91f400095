//! Server-sent events, written.

use super::sse::Event;

/// Appends `event` to `out` as the stream has it. Data of several lines becomes several `data` fields; a carriage
/// return counts as a line's end, since every reader takes it for one (in JSON it is white space, see
/// [`crate::json::on_one_line`]). A type or id with a line break in it would forge fields: it is cut there.
pub fn encode(event: &Event<'_>, out: &mut String) {
    if event.event != "message" {
        field(out, "event", first_line(event.event));
    }
    if let Some(id) = event.id {
        field(out, "id", first_line(id));
    }
    if let Some(retry) = event.retry_ms {
        field(out, "retry", &retry.to_string());
    }
    let mut rest = event.data;
    loop {
        let line = first_line(rest);
        field(out, "data", line);
        let Some(tail) = rest.get(line.len()..).filter(|tail| !tail.is_empty()) else {
            break;
        };
        rest = tail.strip_prefix("\r\n").or_else(|| tail.get(1..)).unwrap_or_default();
    }
    out.push('\n');
}

/// Appends a comment line: nothing to a reader but a sign of life.
pub fn comment(text: &str, out: &mut String) {
    out.push_str(": ");
    out.push_str(first_line(text));
    out.push_str("\n\n");
}

fn field(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str(": ");
    out.push_str(value);
    out.push('\n');
}

fn first_line(text: &str) -> &str {
    text.split(['\n', '\r']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::sse::{Events, SseLimits};
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for (event, data, id, retry_ms) in [
            ("message", "{}", None, None),
            ("endpoint", "/message?x=1", Some("e-1"), Some(3000)),
            ("message", "a\nb\r\nc\rd\n", Some(""), None),
            ("message", "", None, None),
            ("message", "\n\n", None, None),
        ] {
            let mut out = String::new();
            comment("hello", &mut out);
            encode(&Event { event, data, id, retry_ms }, &mut out);
            let mut events = Events::new(SseLimits { line_bytes: 1000, event_bytes: 1000 });
            let read = events.next(&mut out.as_bytes()).unwrap().unwrap();
            let data = data.replace("\r\n", "\n").replace('\r', "\n");
            assert_eq!(read, Event { event, data: &data, id, retry_ms });
        }
    }

    #[test]
    fn names_cannot_forge_fields() {
        let mut out = String::new();
        encode(
            &Event { event: "x\ndata: forged", data: "d", id: Some("1\r\n\r\n"), retry_ms: None },
            &mut out,
        );
        assert_eq!(out, "event: x\nid: 1\ndata: d\n\n");
    }
}
