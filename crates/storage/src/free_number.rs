//! How a taken name finds a number that makes it free.

use crate::StorageError;

/// What `free` gives for a number from 2 on for which it gives something: the first one, as long as numbers are
/// taken without gaps.
///
/// Numbers are doubled until one is free, and the way back is halved, so a thousand equal titles cost ten
/// look-ups each. One statement for all the names in use would read a thousand rows each.
pub(crate) async fn free_number<T>(
    free: impl AsyncFn(u32) -> Result<Option<T>, StorageError>,
) -> Result<T, StorageError> {
    let (mut taken, mut number) = (1_u32, 2_u32);
    let mut found = loop {
        if let Some(found) = free(number).await? {
            break found;
        }
        taken = number;
        number = number.saturating_mul(2);
    };
    while number - taken > 1 {
        let between = taken + (number - taken) / 2;
        match free(between).await? {
            Some(nearer) => (number, found) = (between, nearer),
            None => taken = between,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn the_first_free_number_is_near() {
        for first in [2, 3, 4, 5, 17, 1000, 1_000_000] {
            let asked = Cell::new(0);
            let free = async |number: u32| {
                asked.set(asked.get() + 1);
                Ok((number >= first).then_some(number))
            };
            assert_eq!(free_number(free).await.unwrap(), first);
            assert!(asked.get() <= 2 * first.ilog2() + 2, "{} for {first}", asked.get());
        }
    }
}
