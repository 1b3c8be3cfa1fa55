//! Small sites as trees of files, packed and unpacked, and importing them.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use inkstand_tests::{Ended, Inkstand, TestDatabase};

/// Files of a site: path and content.
pub(crate) type Site<'a> = &'a [(&'a str, &'a str)];

/// How a site comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packed {
    Folder,
    TarGz,
    Zip,
}

/// Writes a site into the folder `site` or an archive of that name, and gives its path.
pub(crate) fn write(site: Site<'_>, packed: Packed, into: &Path) -> PathBuf {
    match packed {
        Packed::Folder => {
            let root = into.join("site");
            for (path, content) in site {
                let path = root.join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, content).unwrap();
            }
            root
        }
        Packed::TarGz => {
            let path = into.join("site.tar.gz");
            let file = std::fs::File::create(&path).unwrap();
            let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
            for (path, content) in site {
                let mut header = tar::Header::new_gnu();
                header.set_size(u64::try_from(content.len()).unwrap());
                header.set_mode(0o644);
                tar.append_data(&mut header, format!("site/{path}"), content.as_bytes()).unwrap();
            }
            tar.into_inner().unwrap().finish().unwrap();
            path
        }
        Packed::Zip => {
            let path = into.join("site.zip");
            let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
            for (path, content) in site {
                zip.start_file(format!("site/{path}"), zip::write::SimpleFileOptions::default()).unwrap();
                zip.write_all(content.as_bytes()).unwrap();
            }
            zip.finish().unwrap();
            path
        }
    }
}

/// Imports from a path.
pub(crate) async fn import(database: &TestDatabase, from: &Path) -> Ended {
    Inkstand::on(database).args(["import".as_ref(), from.as_os_str()]).run().await
}

/// Writes a site as a folder, imports it, and expects everything to be read.
pub(crate) async fn import_files(database: &TestDatabase, site: Site<'_>) -> Ended {
    let path = write(site, Packed::Folder, database.folder.path());
    import(database, &path).await.well()
}

/// The numbers of a summary: created, updated, left alone, refused.
pub(crate) fn numbers(ended: &Ended) -> [u64; 4] {
    ["created", "updated", "left alone", "refused"].map(|name| {
        ended
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("  ")?.strip_prefix(name))
            .find_map(|rest| rest.split_whitespace().next()?.parse().ok())
            .unwrap_or_else(|| panic!("no number of {name}\n{}", ended.stdout))
    })
}
