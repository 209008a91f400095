//! Every method of the five revisions as one table: what it is called, whether it wants an answer, who may send it
//! in which revision. Source: the revisions' schemas.

use super::version::{Revision, RevisionSet};

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The host's end.
    Client,
    /// The tool's end.
    Server,
}

/// Whether a message wants an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It does.
    Request,
    /// It does not.
    Notification,
}

/// What is known about a method in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The revision defines it for this sender and form.
    Defined,
    /// Only as part of an extension that has to be negotiated.
    Extension,
    /// The revision does not have it, another one does.
    OtherRevision,
    /// The revision has it, but the other side sends it.
    OtherSide,
    /// It stands inside `inputRequests` there, never as a message.
    EmbeddedOnly,
    /// A request without id, or a notification with one.
    OtherForm,
    /// No revision has it.
    Unknown,
}

/// What the table says of one method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodRow {
    /// The method.
    pub method: Method,
    /// As it is written on the wire.
    pub name: &'static str,
    /// Whether it wants an answer.
    pub form: Form,
    /// Revisions in which the client sends it.
    pub client: RevisionSet,
    /// Revisions in which the server sends it.
    pub server: RevisionSet,
    /// Revisions in which the client sends it if an extension was negotiated.
    pub client_extension: RevisionSet,
    /// Revisions in which the server sends it if an extension was negotiated.
    pub server_extension: RevisionSet,
    /// Revisions in which it stands inside the `inputRequests` of a result.
    pub embedded: RevisionSet,
}

const NONE: RevisionSet = RevisionSet::NONE;
const ALL: RevisionSet = RevisionSet::ALL;
const LEGACY: RevisionSet = RevisionSet::LEGACY;
const MODERN: RevisionSet = RevisionSet::MODERN;
/// Tasks in the core, and URL elicitation, are of one revision only.
const V2025_11: RevisionSet = RevisionSet::between(Revision::V2025_11_25, Revision::V2025_11_25);
const SINCE_2025_06: RevisionSet = RevisionSet::between(Revision::V2025_06_18, Revision::V2025_11_25);

macro_rules! methods {
    ($($method:ident $name:literal $form:ident
        client $client:ident $(ext $client_ext:ident)?,
        server $server:ident $(ext $server_ext:ident)?
        $(, embedded $embedded:ident)?;)*) => {
        /// A method or notification of any known revision.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Method {
            $(#[doc = concat!("`", $name, "`")] $method,)*
        }

        /// One row for each [`Method`], in its order.
        pub const TABLE: &[MethodRow] = &[$(MethodRow {
            method: Method::$method,
            name: $name,
            form: Form::$form,
            client: $client,
            server: $server,
            client_extension: NONE $(.union($client_ext))?,
            server_extension: NONE $(.union($server_ext))?,
            embedded: NONE $(.union($embedded))?,
        },)*];

        impl Method {
            /// The method of this (decoded) name.
            #[must_use]
            pub fn read(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$method),)*
                    _ => None,
                }
            }

            /// As it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$method => $name,)*
                }
            }
        }
    };
}

methods! {
    Initialize "initialize" Request client LEGACY, server NONE;
    Initialized "notifications/initialized" Notification client LEGACY, server NONE;
    Ping "ping" Request client LEGACY, server LEGACY;
    Discover "server/discover" Request client MODERN, server NONE;
    SubscriptionsListen "subscriptions/listen" Request client MODERN, server NONE;
    SubscriptionsAcknowledged "notifications/subscriptions/acknowledged" Notification client NONE, server MODERN;
    ToolsList "tools/list" Request client ALL, server NONE;
    ToolsCall "tools/call" Request client ALL, server NONE;
    PromptsList "prompts/list" Request client ALL, server NONE;
    PromptsGet "prompts/get" Request client ALL, server NONE;
    ResourcesList "resources/list" Request client ALL, server NONE;
    ResourceTemplatesList "resources/templates/list" Request client ALL, server NONE;
    ResourcesRead "resources/read" Request client ALL, server NONE;
    ResourcesSubscribe "resources/subscribe" Request client LEGACY, server NONE;
    ResourcesUnsubscribe "resources/unsubscribe" Request client LEGACY, server NONE;
    CompletionComplete "completion/complete" Request client ALL, server NONE;
    LoggingSetLevel "logging/setLevel" Request client LEGACY, server NONE;
    SamplingCreateMessage "sampling/createMessage" Request client NONE, server LEGACY, embedded MODERN;
    RootsList "roots/list" Request client NONE, server LEGACY, embedded MODERN;
    ElicitationCreate "elicitation/create" Request client NONE, server SINCE_2025_06, embedded MODERN;
    TasksGet "tasks/get" Request client V2025_11 ext MODERN, server V2025_11;
    TasksResult "tasks/result" Request client V2025_11, server V2025_11;
    TasksList "tasks/list" Request client V2025_11, server V2025_11;
    TasksCancel "tasks/cancel" Request client V2025_11 ext MODERN, server V2025_11;
    TasksUpdate "tasks/update" Request client NONE ext MODERN, server NONE;
    TasksStatus "notifications/tasks/status" Notification client V2025_11, server V2025_11;
    Tasks "notifications/tasks" Notification client NONE, server NONE ext MODERN;
    Cancelled "notifications/cancelled" Notification client ALL, server ALL;
    Progress "notifications/progress" Notification client LEGACY, server ALL;
    LogMessage "notifications/message" Notification client NONE, server ALL;
    ResourceUpdated "notifications/resources/updated" Notification client NONE, server ALL;
    ResourcesChanged "notifications/resources/list_changed" Notification client NONE, server ALL;
    ToolsChanged "notifications/tools/list_changed" Notification client NONE, server ALL;
    PromptsChanged "notifications/prompts/list_changed" Notification client NONE, server ALL;
    RootsChanged "notifications/roots/list_changed" Notification client LEGACY, server NONE;
    ElicitationComplete "notifications/elicitation/complete" Notification client NONE, server V2025_11;
}

impl Method {
    /// What the table says of it.
    #[must_use]
    pub fn row(self) -> Option<&'static MethodRow> {
        TABLE.get(self as usize)
    }

    /// What is known of the method called `name`, sent by `side` in `form`, in `revision`; without a revision (it
    /// is not agreed yet, or not one of ours) what any revision allows is taken as defined.
    #[must_use]
    pub fn classify(name: &str, side: Side, form: Form, revision: Option<Revision>) -> Known {
        let Some(row) = Self::read(name).and_then(Self::row) else {
            return Known::Unknown;
        };
        if row.form != form {
            return Known::OtherForm;
        }
        let (own, own_extension, other, other_extension) = match side {
            Side::Client => (row.client, row.client_extension, row.server, row.server_extension),
            Side::Server => (row.server, row.server_extension, row.client, row.client_extension),
        };
        let has = |set: RevisionSet| revision.map_or(!set.is_empty(), |revision| set.contains(revision));
        if has(own) {
            Known::Defined
        } else if has(own_extension) {
            Known::Extension
        } else if has(row.embedded) {
            Known::EmbeddedOnly
        } else if has(other) || has(other_extension) {
            Known::OtherSide
        } else {
            Known::OtherRevision
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Form::{Notification, Request};
    use super::Side::{Client, Server};
    use super::*;

    #[test]
    fn every_row_is_found_by_its_name_and_order() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.method as usize, index);
            assert_eq!(row.method.row(), Some(row));
            assert_eq!(Method::read(row.name), Some(row.method));
            assert_eq!(row.method.as_str(), row.name);
            assert_eq!(row.form == Notification, row.name.starts_with("notifications/"), "{}", row.name);
            let sets = [row.client, row.server, row.client_extension, row.server_extension];
            assert!(sets.iter().any(|set| !set.is_empty()), "{} is sent by nobody", row.name);
        }
        assert_eq!(Method::read("tools/Call"), None);
    }

    #[test]
    fn each_revision_has_the_methods_of_its_schema() {
        let count = |revision: Revision, side: Side, form: Form| {
            TABLE
                .iter()
                .filter(|row| Method::classify(row.name, side, form, Some(revision)) == Known::Defined)
                .count()
        };
        // The sizes of the unions ClientRequest, ClientNotification, ServerRequest and ServerNotification.
        for (revision, sizes) in [
            (Revision::V2024_11_05, [13, 4, 3, 7]),
            (Revision::V2025_03_26, [13, 4, 3, 7]),
            (Revision::V2025_06_18, [13, 4, 4, 7]),
            (Revision::V2025_11_25, [17, 5, 8, 9]),
            (Revision::V2026_07_28, [10, 1, 0, 8]),
        ] {
            let counted = [
                count(revision, Client, Request),
                count(revision, Client, Notification),
                count(revision, Server, Request),
                count(revision, Server, Notification),
            ];
            assert_eq!(counted, sizes, "{}", revision.as_str());
        }
    }

    #[test]
    fn what_does_not_belong_is_told_apart() {
        let known = |name, side, form, revision| Method::classify(name, side, form, revision);
        let modern = Some(Revision::V2026_07_28);
        let legacy = Some(Revision::V2025_11_25);
        assert_eq!(known("tools/call", Client, Notification, modern), Known::OtherForm);
        assert_eq!(known("notifications/cancelled", Client, Request, legacy), Known::OtherForm);
        assert_eq!(known("initialize", Client, Request, modern), Known::OtherRevision);
        assert_eq!(known("server/discover", Client, Request, legacy), Known::OtherRevision);
        assert_eq!(known("server/discover", Client, Request, None), Known::Defined);
        assert_eq!(known("tools/call", Server, Request, legacy), Known::OtherSide);
        assert_eq!(known("notifications/progress", Client, Notification, modern), Known::OtherSide);
        assert_eq!(known("roots/list", Server, Request, modern), Known::EmbeddedOnly);
        assert_eq!(known("tasks/update", Client, Request, modern), Known::Extension);
        assert_eq!(known("notifications/tasks", Server, Notification, modern), Known::Extension);
        assert_eq!(known("x/y", Client, Request, legacy), Known::Unknown);
    }
}
