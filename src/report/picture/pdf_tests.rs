use std::io::Read;

use flate2::read::ZlibDecoder;

use super::*;

const IMPRINT: Imprint<'_> = Imprint { title: "Peta (1)", language: "id", date: "2024-12-31" };

const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='1200' height='600' viewBox='0 0 1200 600' \
    font-family='Noto Sans'><defs><pattern id='p' width='8' height='8' patternUnits='userSpaceOnUse'><rect \
    width='8' height='8' fill='#eee'/><path d='M0 0L8 8' stroke='#333'/></pattern></defs><svg x='20' y='20' \
    width='100' height='100' viewBox='0 0 100 100'><g transform='scale(.1)' fill-rule='evenodd'><path d='M0 0H90V90z' \
    fill='url(#p)' stroke='#000'/><circle cx='50' cy='50' r='30' fill='#123456' fill-opacity='.7'/></g></svg><text \
    x='40' y='300' font-size='20' stroke='#fff' stroke-width='3' paint-order='stroke'>Xavo ± 12,4 %</text></svg>";

/// Every packed stream of a file, unpacked, one after the other.
fn unpacked(pdf: &[u8]) -> String {
    let mut all = String::new();
    for (at, _) in pdf.windows(7).enumerate().filter(|(_, bytes)| *bytes == b"stream\n") {
        let mut bytes = Vec::new();
        if ZlibDecoder::new(&pdf[at + 7..]).read_to_end(&mut bytes).is_ok() {
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

#[test]
fn the_same_picture_has_the_same_bytes_and_its_release_s_day() {
    let (one, two) = (pdf(SVG, &IMPRINT).unwrap(), pdf(SVG, &IMPRINT).unwrap());
    assert!(one == two && one.starts_with(b"%PDF-1.7"));
    let text = String::from_utf8_lossy(&one);
    assert!(text.contains("/CreationDate(D:20241231") && text.contains("/Lang(id)"), "{text}");
    assert!(text.contains("/MediaBox[0 0 841.89 595.276]"), "it lies as the picture does");
}

#[test]
fn its_texts_are_texts_in_an_embedded_font_of_the_letters_that_it_shows() {
    let made = pdf(SVG, &IMPRINT).unwrap();
    let text = String::from_utf8_lossy(&made);
    assert!(text.contains("/FontFile2") && text.contains("/ToUnicode") && made.len() < 20_000);
    let drawn = unpacked(&made);
    // X, ±, % and the space that does not break, as UTF-16.
    for letter in ["0058", "00B1", "0025"] {
        assert!(drawn.contains(&format!("<{letter}>")), "{letter}");
    }
    assert!(drawn.contains("Tj"), "{drawn}");
}
