//! Styles, script and icon, as part of the binary.
//!
//! The address of each has its content's digest in it, so whoever has a file once need never ask for it again.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// What a page may load: its own styles and script, the pictures and sounds that authors put into posts, nothing else; no
/// style and no script in the page itself.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' http: https:; media-src 'self' http: https:; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What the addresses of all of them begin with.
pub const FOLDER: &str = "/static/";

/// A file that pages load.
#[derive(Debug)]
pub struct Asset {
    /// Its address on this site.
    pub address: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub content: String,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let content = format!("{}\n{}", inkstand_markup::stylesheet(), include_str!("../static/style.css"));
    Asset::new("style", "css", "text/css; charset=utf-8", content)
});

static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let content = include_str!("../static/search.js").to_owned();
    Asset::new("search", "js", "text/javascript; charset=utf-8", content)
});

static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("icon", "svg", "image/svg+xml", include_str!("../static/icon.svg").to_owned())
});

/// How everything looks, code included.
pub fn style() -> &'static Asset {
    &STYLE
}

/// What suggests while somebody types into a search field.
pub fn script() -> &'static Asset {
    &SCRIPT
}

/// The icon in a browser's tab.
pub fn icon() -> &'static Asset {
    &ICON
}

/// The file at an address.
#[must_use]
pub fn at(address: &str) -> Option<&'static Asset> {
    [style(), script(), icon()].into_iter().find(|asset| asset.address == address)
}

impl Asset {
    fn new(name: &str, ending: &str, media_type: &'static str, content: String) -> Self {
        let digest: [u8; 32] = Sha256::digest(content.as_bytes()).into();
        let digest: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { address: format!("{FOLDER}{name}.{digest}.{ending}"), media_type, content }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_small_and_found_by_its_address() {
        for (asset, most) in [(style(), 15 * 1024), (script(), 10 * 1024), (icon(), 1024)] {
            assert!(asset.content.len() <= most, "{}: {} bytes", asset.address, asset.content.len());
            assert!(std::ptr::eq(at(&asset.address).unwrap(), asset));
        }
        assert!(at("/static/style.css").is_none() && at("/static/").is_none());
    }
}
