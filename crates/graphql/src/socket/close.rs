//! Why a socket is closed: the codes are the protocol's, but for the last two, which are of RFC 6455.

/// Bytes of a reason in a close frame (RFC 6455 §5.5, less the code).
const LONGEST_REASON: usize = 123;

/// A code, and a reason for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code.
    pub code: u16,
    /// The reason.
    pub reason: String,
}

impl Close {
    fn new(code: u16, reason: &str) -> Self {
        Self { code, reason: reason[..reason.floor_char_boundary(LONGEST_REASON)].to_owned() }
    }

    pub(super) fn bad_request(reason: &str) -> Self {
        Self::new(4400, reason)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized: send connection_init and wait for connection_ack")
    }

    pub(super) fn forbidden(reason: &str) -> Self {
        Self::new(4403, reason)
    }

    pub(super) fn not_acceptable() -> Self {
        Self::new(4406, "Subprotocol not acceptable: offer graphql-transport-ws")
    }

    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub(super) fn exists(id: &str) -> Self {
        let id = &id[..id.floor_char_boundary(80)];
        Self::new(4409, &format!("Subscriber for {id} already exists"))
    }

    pub(super) fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    pub(super) fn going_away() -> Self {
        Self::new(1001, "this server stops; connect again in a moment")
    }

    pub(super) fn failed() -> Self {
        Self::new(1011, "something failed here; connect again in a moment")
    }
}
