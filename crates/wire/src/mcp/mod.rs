//! The messages of MCP, both eras: revisions, methods, and what stands in parameters and results. It reads and
//! classifies; it translates nothing and decides nothing. What it does not know it leaves as it is.

mod envelope;
mod method;
mod names;
mod outcome;
mod session;
mod version;

pub use envelope::Envelope;
pub use method::{Form, Known, Method, MethodRow, Side, TABLE};
pub use names::{META, PARAMS, RESULT, meta_key};
pub use outcome::{Outcome, ResultType};
pub use session::{DiscoverResult, InitializeRequest, InitializeResult};
pub use version::{Era, ProtocolVersion, Revision, RevisionSet};
