//! Messages of our own, each on one line. Ids go in as they were written.

use std::fmt::Write as _;

use super::id::RawId;
use crate::json::{Accepted, push_string};

const OPENING: &str = r#"{"jsonrpc":"2.0""#;

/// A request.
#[must_use]
pub fn request(id: RawId<'_>, method: &str, params: Option<&Accepted<'_>>) -> String {
    let mut out = String::from(OPENING);
    member(&mut out, "id", id.as_str());
    method_and_params(out, method, params)
}

/// A notification.
#[must_use]
pub fn notification(method: &str, params: Option<&Accepted<'_>>) -> String {
    method_and_params(String::from(OPENING), method, params)
}

/// The result of the request with this id.
#[must_use]
pub fn result(id: RawId<'_>, result: &Accepted<'_>) -> String {
    let mut out = String::with_capacity(OPENING.len() + result.as_str().len() + 32);
    out.push_str(OPENING);
    member(&mut out, "id", id.as_str());
    member(&mut out, "result", result.as_str());
    out.push('}');
    out
}

/// An error, for the request with this id; without one if it could not be told.
#[must_use]
pub fn error(id: Option<RawId<'_>>, code: i32, message: &str, data: Option<&Accepted<'_>>) -> String {
    let mut out = String::from(OPENING);
    if let Some(id) = id {
        member(&mut out, "id", id.as_str());
    }
    // Writing to a string cannot fail.
    let _ = write!(out, r#","error":{{"code":{code},"message":"#);
    push_string(&mut out, message);
    if let Some(data) = data {
        member(&mut out, "data", data.as_str());
    }
    out.push_str("}}");
    out
}

fn method_and_params(mut out: String, method: &str, params: Option<&Accepted<'_>>) -> String {
    out.push_str(r#","method":"#);
    push_string(&mut out, method);
    if let Some(params) = params {
        member(&mut out, "params", params.as_str());
    }
    out.push('}');
    out
}

fn member(out: &mut String, name: &str, json: &str) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    out.push_str(json);
}
