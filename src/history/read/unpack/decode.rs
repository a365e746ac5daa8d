//! Text of other encodings, as UTF-8.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::super::encoding;
use super::super::inputs::Source;
use super::Spool;
use crate::base::{Error, Place, Progress, Result};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

const PIECE: usize = 1 << 16;
/// So much of a file is looked at for letters of its encoding \[bytes\].
const LOOKED_AT: usize = 16 << 20;

/// The text as UTF-8, said; `None` if it is UTF-8 (as far as its head goes) or binary.
pub(super) fn decode(
    source: &Source,
    head: &[u8],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Option<SpooledTable>> {
    let (encoding, how) = match &options.encoding {
        Some(name) => (named(name)?, "--encoding"),
        None => match found(source, head)? {
            Some((encoding, how)) => (encoding, how),
            None => return Ok(None),
        },
    };
    if encoding == UTF_8 {
        return Ok(None);
    }
    let mut spool = Spool::new(&source.name, source.length, options)?;
    progress.stage("reading the encoding", Some(source.length));
    let mut text = source.open_text()?;
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut line, mut ended) = (1u64, false);
    while !ended {
        progress.check()?;
        let mut piece = Vec::new();
        ended = text.fill(&mut piece, PIECE)?;
        line = write(&mut decoder, &piece, ended, &mut spool, (encoding, line))?;
    }
    let said = format!("the text is in {} ({how})", encoding.name());
    let table = spool.finish(vec![said])?;
    Ok(Some(SpooledTable { encoding: Some(encoding.name().to_lowercase()), ..table }))
}

/// Writes a piece as UTF-8; the line that it ends in.
fn write(
    decoder: &mut Decoder,
    piece: &[u8],
    last: bool,
    spool: &mut Spool,
    (encoding, mut line): (&'static Encoding, u64),
) -> Result<u64> {
    let mut rest = piece;
    loop {
        let room = decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(4 * PIECE);
        let mut out = vec![0; room + 16];
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut out, last);
        line += memchr::memchr_iter(b'\n', &out[..written]).count() as u64;
        spool.write(&out[..written])?;
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return Ok(line),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                let message = format!(
                    "the text is not {} here, as the rest looks: name its encoding with --encoding (such as windows-1252)",
                    encoding.name()
                );
                return Err(Error::input(Place::line(&spool.name, line), message));
            }
        }
    }
}

fn named(name: &str) -> Result<&'static Encoding> {
    let known = match name.to_ascii_lowercase().as_str() {
        "macroman" | "mac-roman" => Some(encoding_rs::MACINTOSH),
        "utf8" => Some(UTF_8),
        "utf-16" | "utf16" => Some(UTF_16LE),
        "cp1250" | "cp1251" | "cp1252" | "cp1253" | "cp1254" | "cp1255" | "cp1256" | "cp1257" => {
            Encoding::for_label(format!("windows-{}", &name[2..]).as_bytes())
        }
        "cp932" => Some(encoding_rs::SHIFT_JIS),
        "cp936" => Some(encoding_rs::GBK),
        "cp949" => Some(encoding_rs::EUC_KR),
        "cp950" => Some(encoding_rs::BIG5),
        other => Encoding::for_label(other.as_bytes()),
    };
    known.ok_or_else(|| {
        let message = format!(
            "'{name}' is no encoding known here: write one such as windows-1252, iso-8859-9, utf-16le, shift_jis, gbk, macintosh"
        );
        Error::option("--encoding", message)
    })
}

/// The encoding of a text that is not UTF-8.
fn found(source: &Source, head: &[u8]) -> Result<Option<(&'static Encoding, &'static str)>> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(Some((encoding, "as its first two bytes say")).filter(|(found, _)| *found != UTF_8));
    }
    if let Some(encoding) = two_bytes(head) {
        return Ok(Some((encoding, "every other byte is 0")));
    }
    let is_text =
        !head.iter().take(1000).any(|byte| *byte == 0) && super::super::container::other(head).is_none();
    let broken = match std::str::from_utf8(head) {
        Ok(_) => false,
        // A letter that is cut off at the end of the head is no error.
        Err(error) => error.error_len().is_some() || head.len() < super::HEAD,
    };
    if !is_text
        || !broken
        || [&b"PAR1"[..], b"ARROW1", b"\xff\xff\xff\xff"].iter().any(|magic| head.starts_with(magic))
    {
        return Ok(None);
    }
    let mut sample = Vec::new();
    source.open_text()?.fill(&mut sample, LOOKED_AT)?;
    let encoding = encoding::found(&telling(&sample));
    Ok(Some((encoding, "found by its letters; --encoding names another")))
}

/// UTF-16 without its mark: every other byte of text is 0 where letters and figures are ASCII's.
fn two_bytes(head: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = head[..head.len().min(2000)].as_chunks::<2>();
    let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let most = |n: usize| n * 10 >= pairs.len() * 4;
    match (first, second) {
        _ if pairs.len() < 8 => None,
        (0, second) if most(second) => Some(UTF_16LE),
        (first, 0) if most(first) => Some(UTF_16BE),
        _ => None,
    }
}

/// The first lines, and of the others those that have letters beyond ASCII: up to a megabyte.
fn telling(sample: &[u8]) -> Vec<u8> {
    const MOST: usize = 1 << 20;
    let mut text = Vec::new();
    for (at, line) in sample.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if at < 5 || !line.is_ascii() {
            text.extend_from_slice(line);
        }
        if text.len() >= MOST {
            break;
        }
    }
    text
}
