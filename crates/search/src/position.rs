//! The position of an index in the change log, as it stands in the payload of a commit.

use inkstand_model::{LogId, Position, Seq};
use uuid::Uuid;

/// The format of the payload itself.
const FORMAT: &str = "1";

/// `1:LOG:SEQ`.
pub(crate) fn to_payload(position: Position) -> String {
    format!("{FORMAT}:{}:{}", position.log.uuid().simple(), position.seq)
}

/// The position that a payload tells; `None` where it is none of ours.
pub(crate) fn from_payload(payload: &str) -> Option<Position> {
    let mut parts = payload.split(':');
    let format = parts.next()?;
    let log = Uuid::parse_str(parts.next()?).ok()?;
    let seq = parts.next()?.parse().ok()?;
    (format == FORMAT && parts.next().is_none())
        .then_some(Position { log: LogId::from_uuid(log), seq: Seq::new(seq) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_tells_the_position() {
        let position = Position { log: LogId::from_uuid(Uuid::from_u128(7)), seq: Seq::new(42) };
        assert_eq!(from_payload(&to_payload(position)), Some(position));
        for other in [
            "",
            "1",
            "2:00000000000000000000000000000007:42",
            "1:x:42",
            "1:00000000000000000000000000000007:42:",
        ] {
            assert_eq!(from_payload(other), None, "{other}");
        }
    }
}
