//! The column that customers' ids were taken from, for callers who want ids back as they gave them: inside, ids are text.

use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::read::columns::Columns;
use super::read::recognise::{Inputs, Table};

/// Its name, and what its values were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdColumn {
    /// Its name; that of the first table if several are read as one.
    pub name: String,
    /// The type of its values; text if several tables differ.
    #[serde(serialize_with = "write", deserialize_with = "read")]
    pub kind: DataType,
}

/// What customers are called where nobody named them.
const USUAL: &str = "customer_id";

impl IdColumn {
    /// That of these inputs.
    pub(crate) fn of(inputs: &Inputs) -> Option<Self> {
        let (first, others) = inputs.tables.split_first()?;
        let kind = kind(first);
        let same = others.iter().all(|other| self::kind(other) == kind);
        // Without a header columns are called by their numbers.
        let named = first.above.is_some() || first.arrow.is_some();
        let name = if named { &first.names[place(first)] } else { USUAL };
        Some(IdColumn { name: name.to_owned(), kind: if same { kind } else { DataType::Utf8 } })
    }

    /// A column of text.
    pub(crate) fn text(name: &str) -> Self {
        IdColumn { name: name.to_owned(), kind: DataType::Utf8 }
    }

    /// The same column with the type that it has in a table of this schema.
    pub(crate) fn of_type_in(self, schema: &Schema) -> Self {
        let kind = schema.field_with_name(&self.name).map_or(self.kind, |field| plain(field.data_type()));
        IdColumn { kind, ..self }
    }

    /// Ids as values of this type; `None` if one of them is no such value (any more), as after `--trim`.
    pub fn restored(&self, ids: &StringArray) -> Option<ArrayRef> {
        let options = CastOptions { safe: true, ..CastOptions::default() };
        let ids = match &self.kind {
            DataType::Dictionary(_, values) => cast_with_options(ids, values, &options).ok()?,
            _ => std::sync::Arc::new(ids.clone()),
        };
        let restored = cast_with_options(&ids, &self.kind, &options).ok()?;
        (restored.null_count() == 0).then_some(restored)
    }

    /// Is it text, so that ids are what they are?
    pub fn is_text(&self) -> bool {
        self.kind == DataType::Utf8
    }
}

fn place(table: &Table) -> usize {
    match &table.columns {
        Columns::Log(columns) => columns.id,
        Columns::Summary(columns) => columns.id,
        Columns::Customers(columns) => columns.id,
    }
}

/// What the ids of a table are.
fn kind(table: &Table) -> DataType {
    let Some(arrow) = &table.arrow else { return DataType::Utf8 };
    plain(arrow.schema.field(place(table)).data_type())
}

/// All kinds of text are one.
fn plain(kind: &DataType) -> DataType {
    match kind {
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        kind => kind.clone(),
    }
}

fn write<S: Serializer>(kind: &DataType, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(kind)
}

fn read<'de, D: Deserializer<'de>>(from: D) -> Result<DataType, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}
