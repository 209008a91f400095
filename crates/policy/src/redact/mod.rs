//! The search for credentials in text, and their replacement by labels.
//!
//! [`Scanner`] holds the built-in kinds (`data/credentials.rules`, written from the vendors' published formats) and finds
//! them in decoded text in one pass of linear cost. A finding covers the credential part only: the password of an
//! address, the value of an assignment, the whole of a private key. Deliberately absent: files, the network, calls to
//! vendors to see whether a key lives, and any regular expression at run time.
//!
//! ```
//! use portcullis_policy::redact::Scanner;
//!
//! let text = "connect to postgres://app:s3cr3t-pw@db.internal/main";
//! assert_eq!(Scanner::builtin().redact(text), "connect to postgres://app:[REDACTED:db_connection]@db.internal/main");
//! ```

mod address;
mod assignment;
mod check;
mod class;
mod companion;
mod encoding;
mod engine;
mod finding;
mod keywords;
mod lexicon;
mod makeup;
mod name;
mod pattern;
mod pem;
mod replace;
mod rule;
mod scanner;
mod spelling;
mod value;
mod words;

pub use finding::Finding;
pub use pattern::Shape;
pub use replace::{Mode, label};
pub use rule::Rule;
pub use scanner::{LiteralsTooLarge, SHORTEST_LITERAL, Scanner};
