//! A tar archive as a stream of entries.
//!
//! The `tar` crate lends its entries out, which an owned iterator can't hold, and reads long names of any length
//! into memory. So only its headers serve here; walking from block to block is ours, with limits.

use std::io::{self, Read};

use tar::{EntryType, Header, PaxExtensions};

use crate::listing::Kind;

const BLOCK: usize = 512;
/// Long names and extended headers beyond this are an error.
const MAX_NAME: u64 = 1024 * 1024;

/// An archive being read.
pub(crate) struct TarStream<R> {
    reader: R,
    /// What of the current entry has not been read, with the padding to the next block.
    unread: u64,
    padding: u64,
}

/// An entry's head.
pub(crate) struct TarEntry {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) size: u64,
}

/// What extended headers say about the entry that follows them.
#[derive(Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Whether a block could begin a tar archive.
pub(crate) fn is_header(block: &[u8]) -> bool {
    block.len() >= BLOCK && !block.iter().take(BLOCK).all(|&b| b == 0) && checksum_fits(&block[..BLOCK])
}

impl<R: Read> TarStream<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, unread: 0, padding: 0 }
    }

    /// The next entry; what was not read of the one before is passed over.
    pub(crate) fn next_entry(&mut self) -> io::Result<Option<TarEntry>> {
        let mut ahead = Ahead::default();
        loop {
            self.skip()?;
            let Some(block) = self.block()? else { return Ok(None) };
            // A block of zeros is the end.
            if block.iter().all(|&b| b == 0) {
                return Ok(None);
            }
            if !checksum_fits(&block) {
                return Err(damaged("the archive is damaged: a header has a wrong checksum"));
            }
            let header = Header::from_byte_slice(&block);
            let kind = header.entry_type();
            let size = ahead
                .size
                .filter(|_| !kind.is_pax_local_extensions())
                .map_or_else(|| header.entry_size(), Ok)?;
            self.unread = size;
            self.padding = size.next_multiple_of(BLOCK as u64).saturating_sub(size);
            match kind {
                EntryType::GNULongName => {
                    let mut name = self.small_content()?;
                    name.truncate(name.iter().position(|&b| b == 0).unwrap_or(name.len()));
                    ahead.name = Some(name);
                }
                EntryType::XHeader => ahead.read_pax(&self.small_content()?),
                EntryType::GNULongLink | EntryType::XGlobalHeader => {}
                kind => {
                    if header.as_gnu().is_some_and(|gnu| kind == EntryType::GNUSparse && gnu.is_extended()) {
                        self.skip_sparse_map()?;
                    }
                    let name = ahead.name.unwrap_or_else(|| header.path_bytes().into_owned());
                    return Ok(Some(TarEntry { kind: kind_of(kind, &name), name, size }));
                }
            }
        }
    }

    /// The content of the current entry.
    pub(crate) fn content(&mut self) -> impl Read {
        Content(self)
    }

    fn small_content(&mut self) -> io::Result<Vec<u8>> {
        if self.unread > MAX_NAME {
            return Err(damaged("the archive is damaged: a name is too long"));
        }
        let mut bytes = Vec::new();
        self.content().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self) -> io::Result<()> {
        let length = self.unread.saturating_add(self.padding);
        let passed = io::copy(&mut self.reader.by_ref().take(length), &mut io::sink())?;
        (self.unread, self.padding) = (0, 0);
        if passed < length { Err(damaged("the archive ends in the middle of a file")) } else { Ok(()) }
    }

    /// The next block; `None` where the archive ends, which some programs do without the blocks of zeros.
    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.reader.read(&mut block[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(damaged("the archive ends in the middle of a header")),
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(block))
    }

    fn skip_sparse_map(&mut self) -> io::Result<()> {
        // GNU tar, "Storing Sparse Files": the byte 504 says whether another block of the map follows.
        while self.block()?.is_some_and(|block| block[504] == 1) {}
        Ok(())
    }
}

struct Content<'a, R>(&'a mut TarStream<R>);

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.0.unread).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let n = self.0.reader.read(&mut buffer[..wanted])?;
        if n == 0 {
            return Err(damaged("the archive ends in the middle of a file"));
        }
        self.0.unread -= n as u64;
        Ok(n)
    }
}

impl Ahead {
    fn read_pax(&mut self, bytes: &[u8]) {
        for extension in PaxExtensions::new(bytes).flatten() {
            match extension.key_bytes() {
                b"path" => self.name = Some(extension.value_bytes().to_vec()),
                b"size" => self.size = extension.value().ok().and_then(|size| size.parse().ok()),
                _ => {}
            }
        }
    }
}

fn kind_of(kind: EntryType, name: &[u8]) -> Kind {
    match kind {
        // The oldest archives know a folder by its slash alone.
        EntryType::Regular | EntryType::Continuous if !name.ends_with(b"/") => Kind::File,
        EntryType::Link | EntryType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

/// POSIX: the sum of all bytes of the header, those of the checksum itself (148 to 155) counted as spaces.
fn checksum_fits(block: &[u8]) -> bool {
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(i, &b)| if (148..156).contains(&i) { u32::from(b' ') } else { u32::from(b) })
        .sum();
    Header::from_byte_slice(block).cksum().is_ok_and(|written| written == sum)
}

fn damaged(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
