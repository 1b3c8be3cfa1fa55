//! How a taken name finds a number that makes it free.

/// The search for the first number from 2 on that is free, as long as numbers are taken without gaps.
///
/// Numbers are doubled until one is free, and the way back is halved, so a thousand equal titles cost ten
/// look-ups each. One statement for all the names in use would read a thousand rows each.
#[derive(Debug)]
pub(crate) struct FreeNumber {
    taken: u32,
    free: Option<u32>,
}

impl FreeNumber {
    pub(crate) const fn search() -> Self {
        Self { taken: 1, free: None }
    }

    /// The number to look at next; `None` when the last one found free is the first that is.
    pub(crate) fn next(&self) -> Option<u32> {
        match self.free {
            None => Some(self.taken.saturating_mul(2)),
            Some(free) if free - self.taken > 1 => Some(self.taken + (free - self.taken) / 2),
            Some(_) => None,
        }
    }

    /// What was seen there.
    pub(crate) fn saw(&mut self, number: u32, is_free: bool) {
        if is_free {
            self.free = Some(number);
        } else {
            self.taken = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_free_number_is_near() {
        for first in [2, 3, 4, 5, 17, 1000, 1_000_000] {
            let (mut search, mut asked, mut found) = (FreeNumber::search(), 0, None);
            while let Some(number) = search.next() {
                asked += 1;
                let is_free = number >= first;
                search.saw(number, is_free);
                if is_free {
                    found = Some(number);
                }
            }
            assert_eq!(found, Some(first));
            assert!(asked <= 2 * first.ilog2() + 2, "{asked} for {first}");
        }
    }
}
