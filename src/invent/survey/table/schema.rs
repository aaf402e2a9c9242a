//! The columns of each table of a survey.

use std::sync::Arc;

use arrow::datatypes::DataType::{Date32, Float64, UInt8, UInt16, UInt32, Utf8};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::super::Positions;
use super::TableKind;
use crate::domain::visit::Need::{Optional, Required};
use crate::domain::visit::{FieldKind, Need, VisitField};

type Column = (&'static str, DataType, Need);

const PERSONS: &[Column] = &[
    ("person_id", Utf8, Required),
    ("household_id", Utf8, Required),
    ("sex", UInt8, Required),
    ("birth_date", Date32, Required),
    ("disability_code", Utf8, Required),
    ("presence", UInt8, Required),
    ("institution_id", Utf8, Optional),
];

const PRELIST: &[Column] = &[
    ("id_prelist", Utf8, Required),
    ("household_id", Utf8, Optional),
    ("village_code", Utf8, Required),
    ("source", Utf8, Required),
    ("musdes_status", UInt8, Optional),
    ("assigned_enumerator", Utf8, Optional),
];

const INSTITUTIONS: &[Column] = &[
    ("institution_id", Utf8, Required),
    ("name", Utf8, Required),
    ("kind", Utf8, Required),
    ("village_code", Utf8, Optional),
    ("longitude", Float64, Optional),
    ("latitude", Float64, Optional),
    ("capacity", UInt32, Optional),
    ("residents_children", UInt32, Optional),
    ("residents_elderly", UInt32, Optional),
    ("residents_disabled", UInt32, Optional),
];

const RESOURCES: &[Column] = &[
    ("resource_id", Utf8, Required),
    ("kind", Utf8, Required),
    ("region_code", Utf8, Required),
    ("headcount", UInt32, Optional),
    ("caseload", UInt32, Optional),
];

const RECIPIENTS: &[Column] = &[
    ("programme", Utf8, Required),
    ("household_id", Utf8, Optional),
    ("person_id", Utf8, Optional),
    ("period", Utf8, Required),
    ("status", Utf8, Required),
    ("amount_idr", UInt32, Optional),
];

const DENOMINATORS: &[Column] = &[
    ("region_code", Utf8, Required),
    ("year", UInt16, Required),
    ("population", UInt32, Optional),
    ("households", UInt32, Optional),
    ("children", UInt32, Optional),
    ("elderly", UInt32, Optional),
    ("disabled", UInt32, Optional),
    ("source", Utf8, Required),
];

const FAULTS: &[Column] = &[
    ("visit_id", Utf8, Required),
    ("fault", Utf8, Required),
    ("magnitude", Float64, Required),
    ("unit", Utf8, Required),
];

/// The schema of a table as a file has it.
pub fn of(kind: TableKind, positions: Positions) -> SchemaRef {
    let columns = match kind {
        TableKind::Visits => {
            let fields = VisitField::ALL.iter().map(|&field| visit_field(field, positions));
            return Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        }
        TableKind::Persons => PERSONS,
        TableKind::Prelist => PRELIST,
        TableKind::Institutions => INSTITUTIONS,
        TableKind::Resources => RESOURCES,
        TableKind::Recipients => RECIPIENTS,
        TableKind::Denominators => DENOMINATORS,
        TableKind::Faults => FAULTS,
    };
    let field = |(name, kind, need): &Column| Field::new(*name, kind.clone(), *need == Optional);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// A visit's field as a file has it: the code is text, and so may be the degrees.
fn visit_field(field: VisitField, positions: Positions) -> Field {
    let kind = match field.kind() {
        FieldKind::Code => Utf8,
        FieldKind::Degrees if positions == Positions::Text => Utf8,
        other => other.data_type(),
    };
    Field::new(field.name(), kind, field.need() == Optional)
}
