//! Instants and zones.

use std::{fmt, time::Duration};

use jiff::{Timestamp, civil, tz::TimeZone};
use thiserror::Error;

/// A moment: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Whole milliseconds sort, compare and page alike as a BIGINT on every database, in the index and in a cursor,
/// which text or driver-native times do not. Years 0001 to 9999, so that each has an RFC 3339 form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// The text or number is not a moment between the years 0001 and 9999.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not a date and time with a zone between the years 0001 and 9999 (example: 2024-05-01T10:00:00Z)")]
pub struct InvalidInstant;

/// The name is not in the zone database.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown time zone {0:?}; use a name of the IANA database, such as Europe/Berlin")]
pub struct InvalidZone(pub String);

impl Instant {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);
    /// 9999-12-30T22:00:00Z, the last that jiff's timestamps hold.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// The moment that many milliseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Where that lies outside the years 0001 to 9999.
    pub fn from_millis(millis: i64) -> Result<Self, InvalidInstant> {
        (Self::MIN.0..=Self::MAX.0).contains(&millis).then_some(Self(millis)).ok_or(InvalidInstant)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The moment that much later; at the end of all time, that.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis).min(Self::MAX.0))
    }

    /// The moment that much earlier; at the beginning of all time, that.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(millis).max(Self::MIN.0))
    }

    /// How long it is from `earlier` to this moment; nothing where that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads `2024-05-01T10:00:00+02:00` (RFC 3339); fractions below a millisecond are cut.
    ///
    /// # Errors
    /// Where the text has no zone or is no such moment.
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidInstant> {
        let timestamp: Timestamp = text.trim().parse().map_err(|_| InvalidInstant)?;
        Self::from_millis(timestamp.as_millisecond())
    }

    /// `2024-05-01T10:00:00Z`, with three decimals only where there are milliseconds.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.timestamp().to_string()
    }

    /// The moment that a local date and time means in `zone`; in a gap or a fold, the one that RFC 5545 takes.
    ///
    /// # Errors
    /// Where that lies outside the years 0001 to 9999.
    pub fn from_local(local: civil::DateTime, zone: &Zone) -> Result<Self, InvalidInstant> {
        let timestamp = zone.0.to_timestamp(local).map_err(|_| InvalidInstant)?;
        Self::from_millis(timestamp.as_millisecond())
    }

    /// The first moment of a day in `zone`; `None` where there is no such day.
    #[must_use]
    pub fn start_of_day(year: i16, month: i8, day: i8, zone: &Zone) -> Option<Self> {
        let date = civil::Date::new(year, month, day).ok()?;
        Self::from_local(date.to_datetime(civil::Time::midnight()), zone).ok()
    }

    /// The date and time on the wall in `zone`.
    #[must_use]
    pub fn local(self, zone: &Zone) -> civil::DateTime {
        zone.0.to_datetime(self.timestamp())
    }

    fn timestamp(self) -> Timestamp {
        // Cannot fail: every constructor checks the range.
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// A time zone of the IANA database, which is compiled in and so the same on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Finds a zone by name, such as `Europe/Berlin`.
    ///
    /// # Errors
    /// Where no zone has that name.
    pub fn parse(name: &str) -> Result<Self, InvalidZone> {
        TimeZone::get(name).map(Self).map_err(|_| InvalidZone(name.to_owned()))
    }

    /// The zone's name in the IANA database.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_milliseconds_agree() {
        for (text, millis, canonical) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2024-05-01T12:00:00.25+02:00", 1_714_557_600_250, "2024-05-01T10:00:00.25Z"),
            ("0001-01-01T00:00:00Z", Instant::MIN.millis(), "0001-01-01T00:00:00Z"),
            ("9999-12-30T22:00:00Z", Instant::MAX.millis(), "9999-12-30T22:00:00Z"),
        ] {
            let instant = Instant::parse_rfc3339(text).unwrap();
            assert_eq!(instant.millis(), millis, "{text}");
            assert_eq!(instant.to_rfc3339(), canonical);
        }
        for bad in ["", "2024-05-01", "2024-05-01T10:00:00", "tomorrow", "-9000-01-01T00:00:00Z"] {
            assert_eq!(Instant::parse_rfc3339(bad), Err(InvalidInstant), "{bad}");
        }
    }

    #[test]
    fn time_is_added_and_taken_within_all_time() {
        let (noon, hour) =
            (Instant::parse_rfc3339("2024-05-01T12:00:00Z").unwrap(), Duration::from_secs(3600));
        assert_eq!(noon.plus(hour).to_rfc3339(), "2024-05-01T13:00:00Z");
        assert_eq!(noon.minus(hour).to_rfc3339(), "2024-05-01T11:00:00Z");
        assert_eq!(noon.plus(hour).since(noon), hour);
        assert_eq!(noon.since(noon.plus(hour)), Duration::ZERO);
        assert_eq!(noon.plus(Duration::MAX), Instant::MAX);
        assert_eq!(noon.minus(Duration::MAX), Instant::MIN);
    }

    #[test]
    fn a_local_date_depends_on_the_zone() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let midnight = civil::date(2024, 7, 1).at(0, 0, 0, 0);
        let instant = Instant::from_local(midnight, &berlin).unwrap();
        assert_eq!(instant.to_rfc3339(), "2024-06-30T22:00:00Z");
        assert_eq!(instant.local(&berlin), midnight);
        assert_eq!(berlin.name(), "Europe/Berlin");
        assert_eq!(Zone::utc().name(), "UTC");
        assert!(Zone::parse("Mars/Olympus").is_err());
        let may = Instant::start_of_day(2024, 5, 1, &berlin).unwrap();
        assert_eq!(may.to_rfc3339(), "2024-04-30T22:00:00Z");
        assert_eq!(Instant::start_of_day(2024, 2, 30, &berlin), None);
    }
}
