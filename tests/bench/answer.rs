//! Points in, village and hexagon of each out: the whole process is what is measured, as beside others.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Encoding;
use parquet::file::properties::WriterProperties;
use sebaran::domain::position::Position;
use sebaran::domain::region::Slug;
use sebaran::locate::{Hexagons, View};
use sebaran::store::index;

use crate::{points, usage};

/// Answers the points of a file and prints one line of JSON.
pub fn run(register: &Path, version: &Slug, points: &Path, output: &Path) -> anyhow::Result<()> {
    let started = Instant::now();
    let (tree, index) = index::open(register, version)?;
    let codes: Vec<u64> =
        tree.level(tree.deepest()).map(|(_, region)| region.code.digits()).collect();
    let mut writer = create(output)?;
    let schema = schema();
    let mut answers = Answers::new(index.view(), &codes);
    let mut count = 0;
    for batch in points::open(points)? {
        let positions = points::of(&batch?);
        count += positions.len();
        let columns = answers.columns(&positions);
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), columns)?)?;
    }
    writer.close()?;
    println!(
        "{{\"points\":{count},\"cpu_s\":{:.2},\"wall_s\":{:.3},\"peak_rss_mib\":{:.1}}}",
        usage::process_cpu_s(),
        started.elapsed().as_secs_f64(),
        usage::peak_rss_mib()
    );
    Ok(())
}

fn schema() -> Arc<Schema> {
    let column = |name| Field::new(name, DataType::UInt64, true);
    Arc::new(Schema::new(vec![column("village_code"), column("hexagon")]))
}

fn create(path: &Path) -> anyhow::Result<ArrowWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write `{}`", path.display()))?;
    // The others write bare arrays; nobody is measured by how well a file is packed.
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
        .build();
    Ok(ArrowWriter::try_new(file, schema(), Some(properties))?)
}

struct Answers<'a> {
    view: View<'a>,
    codes: &'a [u64],
    hexagons: Hexagons,
    villages: Vec<Option<u32>>,
}

impl<'a> Answers<'a> {
    fn new(view: View<'a>, codes: &'a [u64]) -> Self {
        Self { view, codes, hexagons: Hexagons::new(), villages: Vec::new() }
    }

    fn columns(&mut self, positions: &[Option<Position>]) -> Vec<ArrayRef> {
        self.villages.clear();
        self.view.find_many(positions, &mut self.villages);
        let code = |village: &Option<u32>| village.map(|village| self.codes[village as usize]);
        let codes = column(&self.villages, code);
        let hexagons = self.hexagons.find_many(positions);
        vec![codes, column(&hexagons, |hexagon| hexagon.map(u64::from))]
    }
}

/// A column of what is told of each item, with nulls where it is nothing.
fn column<T>(items: &[T], told: impl Fn(&T) -> Option<u64>) -> ArrayRef {
    let values: Vec<u64> = items.iter().map(|item| told(item).unwrap_or_default()).collect();
    let is_there = || items.iter().map(|item| told(item).is_some());
    let nulls = (!is_there().all(|there| there)).then(|| is_there().collect());
    Arc::new(UInt64Array::new(values.into(), nulls))
}
