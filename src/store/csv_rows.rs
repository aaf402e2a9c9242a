//! Record batches as lines of CSV (RFC 4180).

use std::io::{self, Write};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Float64Type, Schema, TimestampMicrosecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use chrono::{DateTime, Datelike, Timelike};

/// Writes the line of column names.
///
/// # Errors
/// What the sink refuses.
pub fn header(schema: &Schema, sink: &mut impl Write) -> io::Result<()> {
    for (index, field) in schema.fields().iter().enumerate() {
        if index > 0 {
            sink.write_all(b",")?;
        }
        text(field.name(), sink)?;
    }
    sink.write_all(b"\r\n")
}

/// Writes a line for each row. Null is empty; times are local, so many minutes ahead of UTC, with
/// that offset.
///
/// # Errors
/// What the sink refuses.
pub fn rows(batch: &RecordBatch, utc_offset_min: i16, sink: &mut impl Write) -> io::Result<()> {
    for row in 0..batch.num_rows() {
        for (index, column) in batch.columns().iter().enumerate() {
            if index > 0 {
                sink.write_all(b",")?;
            }
            if column.is_valid(row) {
                cell(column, row, utc_offset_min, sink)?;
            }
        }
        sink.write_all(b"\r\n")?;
    }
    Ok(())
}

fn cell(column: &ArrayRef, row: usize, offset_min: i16, sink: &mut impl Write) -> io::Result<()> {
    match column.data_type() {
        DataType::Utf8 => text(column.as_string::<i32>().value(row), sink),
        DataType::UInt8 => write!(sink, "{}", column.as_primitive::<UInt8Type>().value(row)),
        DataType::UInt16 => write!(sink, "{}", column.as_primitive::<UInt16Type>().value(row)),
        DataType::UInt32 => write!(sink, "{}", column.as_primitive::<UInt32Type>().value(row)),
        DataType::UInt64 => write!(sink, "{}", column.as_primitive::<UInt64Type>().value(row)),
        DataType::Float64 => write!(sink, "{}", column.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => write!(sink, "{}", column.as_boolean().value(row)),
        DataType::Date32 => {
            let days = i64::from(column.as_primitive::<Date32Type>().value(row));
            date(days * 86_400, sink)
        }
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            time(micros.div_euclid(1_000_000), offset_min, sink)
        }
        other => Err(io::Error::other(format!("no way to write {other} as CSV"))),
    }
}

fn text(value: &str, sink: &mut impl Write) -> io::Result<()> {
    if !value.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        return sink.write_all(value.as_bytes());
    }
    write!(sink, "\"{}\"", value.replace('"', "\"\""))
}

/// The day of a second since 1970.
fn date(second: i64, sink: &mut impl Write) -> io::Result<()> {
    let date = DateTime::from_timestamp(second, 0).ok_or_else(out_of_calendar)?;
    write!(sink, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

fn time(second: i64, offset_min: i16, sink: &mut impl Write) -> io::Result<()> {
    let local = second + i64::from(offset_min) * 60;
    date(local, sink)?;
    let clock = DateTime::from_timestamp(local, 0).ok_or_else(out_of_calendar)?;
    let (sign, offset) = (if offset_min < 0 { '-' } else { '+' }, offset_min.unsigned_abs());
    write!(
        sink,
        "T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        clock.hour(),
        clock.minute(),
        clock.second(),
        offset / 60,
        offset % 60
    )
}

fn out_of_calendar() -> io::Error {
    io::Error::other("a time is beyond the calendar")
}
