//! Gzip (RFC 1952) by all cores: the body in parts of one size, each compressed by itself.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use rayon::prelude::*;

/// Bytes of a part: large enough that what earlier parts could have told is not missed.
const PART: usize = 1 << 20;

/// Deflate, no name, no time, the fastest level, no system: so the same body has the same bytes.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff];

/// Compresses a body to one member. A part before the last ends on a whole byte and says that more
/// follows, so the parts are one stream.
///
/// # Errors
/// Those of the compression.
pub(super) fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let parts: Vec<&[u8]> = if body.is_empty() { vec![body] } else { body.chunks(PART).collect() };
    let last = parts.len() - 1;
    let deflated = parts.par_iter().enumerate().map(|(index, part)| {
        let mut crc = Crc::new();
        crc.update(part);
        Ok((deflate(part, index == last)?, crc))
    });
    let deflated: Vec<_> = deflated.collect::<io::Result<_>>()?;
    let bytes = deflated.iter().map(|(part, _)| part.len()).sum::<usize>();
    let mut out = Vec::with_capacity(HEADER.len() + bytes + 8);
    out.extend_from_slice(&HEADER);
    let mut all = Crc::new();
    for (part, crc) in &deflated {
        out.extend_from_slice(part);
        all.combine(crc);
    }
    out.extend_from_slice(&all.sum().to_le_bytes());
    out.extend_from_slice(&all.amount().to_le_bytes());
    Ok(out)
}

fn deflate(part: &[u8], is_last: bool) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(part.len() / 4), Compression::fast());
    encoder.write_all(part)?;
    if is_last {
        return encoder.finish();
    }
    encoder.flush()?;
    Ok(std::mem::take(encoder.get_mut()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn body(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|at| (at * at / 7 % 251) as u8).collect()
    }

    #[test]
    fn one_member_holds_the_whole_body_whatever_its_size() {
        for bytes in [0, 1, PART - 1, PART, PART + 1, 3 * PART + 17] {
            let (body, mut read) = (body(bytes), Vec::new());
            // This reader stops after the first member.
            GzDecoder::new(gzip(&body).unwrap().as_slice()).read_to_end(&mut read).unwrap();
            assert!(read == body, "{bytes} bytes");
        }
    }

    #[test]
    fn threads_change_nothing() {
        let body = body(5 * PART);
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert!(one_thread.install(|| gzip(&body)).unwrap() == gzip(&body).unwrap());
    }
}
