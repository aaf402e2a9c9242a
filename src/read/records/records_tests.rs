use std::io::{self, Read};

use super::*;

/// Reads a text of so many columns, of which some are required: each record's line and fields.
fn read(text: &[u8], columns: usize, required: usize) -> Result<Vec<String>, String> {
    let bytes: Box<dyn Read> = Box::new(io::Cursor::new(text.to_vec()));
    all(RecordReader::new(bytes, b','), columns, required)
}

fn all(mut reader: RecordReader, columns: usize, required: usize) -> Result<Vec<String>, String> {
    let (mut records, mut lines) = (Records::default(), Vec::new());
    loop {
        let count =
            reader.read(&mut records, Shape { columns, required }, 3).map_err(
                |error| match error {
                    RecordError::Read { line, source } => format!("{line}: {source}"),
                    RecordError::Row { line, problem } => format!("{line}: {problem}"),
                },
            )?;
        if count == 0 {
            return Ok(lines);
        }
        for record in 0..count {
            let fields: Vec<&str> = (0..columns).map(|at| records.get(record, at)).collect();
            lines.push(format!("{}:{}", records.line(record), fields.join("|")));
        }
    }
}

#[test]
fn fields_are_read_with_and_without_quotes() {
    let text = b"a,\"b,\"\"c\n\",d\r\n\r\n,, e\xc2\xa0\rf,g\"h,i\n";
    let expected = ["1:a|b,\"c|d", "4:||e", "5:f|g\"h|i"];
    assert_eq!(read(text, 3, 3).unwrap(), expected);
}

#[test]
fn rows_of_delimiters_alone_are_counted_and_left_out() {
    let bytes: Box<dyn Read> = Box::new(io::Cursor::new(b"a,b\n,\n \t, \nc,d\n,,,\n"));
    let mut reader = RecordReader::new(bytes, b',');
    let mut records = Records::default();
    let shape = Shape { columns: 2, required: 2 };
    assert_eq!(reader.read(&mut records, shape, 9).unwrap(), 2);
    assert_eq!((records.line(1), records.get(1, 1)), (4, "d"));
    assert_eq!(reader.empty_rows(), 3);
}

#[test]
fn a_row_of_nul_where_a_disk_lost_rows_is_not_left_out() {
    let error = read(b"a,b\n\0\0\0\nc,d\n", 2, 2).unwrap_err();
    assert!(error.starts_with("2: it has 1 fields"), "{error}");
}

#[test]
fn fields_that_a_spreadsheet_leaves_out_at_the_end_are_empty() {
    assert_eq!(read(b"a,b\nc,d,e,,\nf,g,h\n", 3, 2).unwrap(), ["1:a|b|", "2:c|d|e", "3:f|g|h"]);
    for (text, words) in [
        (&b"a\n"[..], "1: it has 1 fields where the header has 3"),
        (b"a,b,c\nd,e,f,g\n", "2: it has 4 fields"),
        (b"a,b,c\nd,e", "2: it has 2 fields"),
    ] {
        let error = read(text, 3, 2).unwrap_err();
        assert!(error.starts_with(words), "{error}");
    }
}

#[test]
fn a_quote_that_is_not_closed_loses_no_row_in_silence() {
    let rows = "e,f,g,h\n".repeat(9);
    for (text, words) in [
        // To the end of the file.
        (format!("a,b,c,d\na,\"b,c,d\n{rows}"), "2: a quote opens here and is not closed"),
        // To the quotes of a later row.
        (
            format!("a,b,c,d\na,\"b,c,d\n{rows}a,\"b\",c,d\n"),
            "2: a quote opens here and closes rows below",
        ),
        // To a quote at the end of a later row's field, with as many fields as there must be.
        (
            format!("a,b,c,d\na,\"b,c,d\n{rows}a,5\",c,d\n"),
            "2: a quote opens here and holds whole rows",
        ),
        (format!("a,b,c,\"d\n{rows}a,b,c,d\"\n"), "1: a quote opens here and holds whole rows"),
        (format!("\"a,b,c,d\n{rows}a\",b,c,d\n"), "1: a quote opens here and holds whole rows"),
    ] {
        let error = read(text.as_bytes(), 4, 4).unwrap_err();
        assert!(error.starts_with(words), "{text}\n{error}");
    }
    // Texts of several lines are no rows.
    let text = "a,\"one, two\nthree\n\nfour\",c,d\n\"x\ny,z\",b,c,d\n";
    assert_eq!(read(text.as_bytes(), 4, 4).unwrap().len(), 2);
}

/// Gives the same bytes over and over, as a small packed file can.
struct Endless(&'static [u8], u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let filled = buffer.len().min(self.1 as usize);
        for (at, byte) in buffer[..filled].iter_mut().enumerate() {
            *byte = self.0[at % self.0.len()];
        }
        self.1 -= filled as u64;
        Ok(filled)
    }
}

#[test]
fn whatever_is_too_long_stops_before_it_is_read() {
    for (bytes, words) in [
        (&b"x"[..], "a field is longer than 64 KiB"),
        (b"\"x\n", "a quote"),
        (b",", "it has more than 16384 fields"),
        (
            b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,",
            "longer than 1024",
        ),
    ] {
        let reader = RecordReader::new(Box::new(Endless(bytes, 1 << 40)), b',');
        let error = all(reader, 2, 2).unwrap_err();
        assert!(error.starts_with("1: ") && error.contains(words), "{error}");
    }
    let quoted: &[u8] = b"\"xxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxx";
    let reader =
        RecordReader::new(Box::new(io::Cursor::new(quoted).chain(Endless(b"x\n", 1 << 40))), b',');
    assert!(all(reader, 2, 2).unwrap_err().contains("longer than 64 KiB"));
}

#[test]
fn a_letter_that_ends_in_the_next_field_is_none() {
    for text in [&b"a,b\nc,\xe9\n"[..], b"a,b\nc\xc3,\xa9\n"] {
        let error = read(text, 2, 2).unwrap_err();
        assert!(error.starts_with("2: it is not UTF-8 text"), "{error}");
    }
}

#[test]
fn what_stands_before_the_header_is_left_out() {
    assert_eq!(preamble(b"\xef\xbb\xbf\xef\xbb\xbfa;b\n"), (6, None));
    assert_eq!(preamble(b"\xef\xbb\xbfsep=;\r\na;b\n"), (10, Some(b';')));
    assert_eq!(preamble(b"SEP=\t\na"), (6, Some(b'\t')));
    for text in [&b"sep=;"[..], b"sep=;x\n", b"sep;\n", b"", b"sep=\"\n"] {
        assert_eq!(preamble(text), (0, None));
    }
}
