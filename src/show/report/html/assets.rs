//! What the page carries: its style, its script, and the charting library (see `vendor/README.md`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The style.
pub(super) const STYLE: &str = include_str!("style.css");
/// What draws the charts, after the library.
const DRAW: &str = include_str!("draw.js");

/// The library, each file after those it needs.
const LIBRARY: [&[u8]; 3] = [
    include_bytes!("vendor/vega.min.js.zst"),
    include_bytes!("vendor/vega-lite.min.js.zst"),
    include_bytes!("vendor/vega-embed.min.js.zst"),
];

/// What the library's licences ask to be shown.
pub(super) const LICENCES: [(&str, &str); 3] = [
    ("Vega 6.4.0", include_str!("vendor/LICENSE-vega")),
    ("Vega-Lite 6.4.3", include_str!("vendor/LICENSE-vega-lite")),
    ("Vega-Embed 7.3.0", include_str!("vendor/LICENSE-vega-embed")),
];

/// A script of the page.
pub(super) struct Script {
    /// Its text, as it is in the page.
    pub text: String,
    /// SHA-256 of the text, in base64: what the page's policy knows it by.
    pub digest: String,
}

/// All scripts, in order.
pub(super) fn scripts() -> Vec<Script> {
    let library = LIBRARY.iter().map(|file| without_map(&unpack(file)));
    library.chain([DRAW.to_owned()]).map(Script::new).collect()
}

impl Script {
    fn new(text: String) -> Self {
        let digest = STANDARD.encode(Sha256::digest(text.as_bytes()));
        Script { text, digest }
    }
}

fn unpack(file: &[u8]) -> String {
    let bytes = zstd::decode_all(file).expect("what is compiled in is whole");
    String::from_utf8(bytes).expect("scripts are text")
}

/// Without the last line that names a source map, which a browser's tools would look for.
fn without_map(script: &str) -> String {
    let code = script.rfind("//# sourceMappingURL=").map_or(script, |at| &script[..at]);
    code.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_what_its_readme_says() {
        let readme = include_str!("vendor/README.md");
        for (file, name) in LIBRARY.iter().zip(["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"]) {
            let script = unpack(file);
            let sha256: String =
                Sha256::digest(script.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
            let line = readme.lines().find(|line| line.contains(&format!("`{name}.zst`"))).unwrap();
            assert!(line.contains(&sha256), "{name}: {sha256} is not in {line}");
            // It stands in a script element as it is.
            assert!(!script.contains("</script") && !script.contains("<!--"), "{name}");
        }
    }
}
