//! What warehouses do not agree on: a table of words, one column a dialect.
//!
//! Each entry is a piece of SQL with `{}` where the expression goes. The statement itself is the same for
//! all; whatever one dialect needs differently belongs here, and nowhere else.

use std::fmt;
use std::str::FromStr;

use crate::base::{Error, Result};

/// A dialect of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// PostgreSQL.
    Postgres,
    /// Snowflake.
    Snowflake,
    /// Google BigQuery.
    BigQuery,
    /// Databricks and Apache Spark.
    Databricks,
    /// Trino.
    Trino,
    /// ClickHouse.
    ClickHouse,
    /// Amazon Redshift.
    Redshift,
    /// SQLite.
    Sqlite,
    /// Apache DataFusion.
    DataFusion,
}

/// How a name is put between quotes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quoting {
    /// By this sign, doubled within.
    Doubled(char),
    /// By backquotes; a backslash in front of them and of itself within.
    Escaped,
}

/// The words of one dialect.
#[derive(Debug)]
pub(super) struct Words {
    /// Its name as an option.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Where the project's tests run it, if they do.
    pub tested_on: Option<&'static str>,
    pub quoting: Quoting,
    /// To text.
    pub text: &'static str,
    /// The type of floating-point numbers.
    pub double: &'static str,
    /// From a column to a floating-point number, where a cast would take other texts for 0.
    pub checked_number: Option<&'static str>,
    /// To a date.
    pub date: &'static str,
    /// What stands for a date, without blanks around it, where dates are text: what is none of the calendar is then told
    /// from nothing, and an offset from UTC moves nothing.
    pub date_text: Option<&'static str>,
    /// A date written down.
    pub date_literal: &'static str,
    /// The day after today.
    pub tomorrow: &'static str,
    /// From a date to days since 1970-01-01.
    pub days: &'static str,
    /// From days since 1970 to weeks that begin on Monday, rounded down.
    pub weeks: &'static str,
    /// The year of a date.
    pub year: &'static str,
    /// Its month.
    pub month: &'static str,
    /// The hour of a column of times.
    pub hour: &'static str,
}

/// What most dialects say.
const ANSI: Words = Words {
    name: "",
    title: "",
    tested_on: None,
    quoting: Quoting::Doubled('"'),
    text: "CAST({} AS VARCHAR)",
    double: "DOUBLE",
    checked_number: None,
    date: "CAST({} AS DATE)",
    date_text: None,
    date_literal: "DATE '{}'",
    tomorrow: "CURRENT_DATE + 1",
    days: "DATEDIFF(day, DATE '1970-01-01', {})",
    weeks: "CAST(FLOOR(({} + 3) / 7.0) AS BIGINT)",
    year: "EXTRACT(YEAR FROM {})",
    month: "EXTRACT(MONTH FROM {})",
    hour: "EXTRACT(HOUR FROM CAST({} AS TIMESTAMP))",
};

const DUCKDB: Words = Words {
    name: "duckdb",
    title: "DuckDB",
    tested_on: Some("DuckDB"),
    days: "({} - DATE '1970-01-01')",
    ..ANSI
};

const POSTGRES: Words = Words {
    name: "postgres",
    title: "PostgreSQL",
    tested_on: Some("PostgreSQL"),
    text: "CAST({} AS TEXT)",
    double: "DOUBLE PRECISION",
    days: "({} - DATE '1970-01-01')",
    year: "CAST(EXTRACT(YEAR FROM {}) AS BIGINT)",
    month: "CAST(EXTRACT(MONTH FROM {}) AS BIGINT)",
    hour: "CAST(EXTRACT(HOUR FROM CAST({} AS TIMESTAMP)) AS BIGINT)",
    ..ANSI
};

const SNOWFLAKE: Words = Words {
    name: "snowflake",
    title: "Snowflake",
    hour: "EXTRACT(HOUR FROM CAST({} AS TIMESTAMP_NTZ))",
    ..ANSI
};

const BIGQUERY: Words = Words {
    name: "bigquery",
    title: "BigQuery",
    quoting: Quoting::Escaped,
    text: "CAST({} AS STRING)",
    double: "FLOAT64",
    tomorrow: "DATE_ADD(CURRENT_DATE(), INTERVAL 1 DAY)",
    days: "UNIX_DATE({})",
    weeks: "CAST(FLOOR(({} + 3) / 7.0) AS INT64)",
    hour: "EXTRACT(HOUR FROM CAST({} AS DATETIME))",
    ..ANSI
};

const DATABRICKS: Words = Words {
    name: "databricks",
    title: "Databricks and Spark",
    tested_on: Some("Apache Spark"),
    quoting: Quoting::Doubled('`'),
    text: "CAST({} AS STRING)",
    tomorrow: "DATE_ADD(CURRENT_DATE(), 1)",
    days: "UNIX_DATE({})",
    ..ANSI
};

const TRINO: Words = Words {
    name: "trino",
    title: "Trino",
    tomorrow: "CURRENT_DATE + INTERVAL '1' DAY",
    days: "DATE_DIFF('day', DATE '1970-01-01', {})",
    ..ANSI
};

const CLICKHOUSE: Words = Words {
    name: "clickhouse",
    title: "ClickHouse",
    tested_on: Some("chDB, which is ClickHouse as a library"),
    quoting: Quoting::Escaped,
    text: "CAST({} AS Nullable(String))",
    double: "Nullable(Float64)",
    date: "toDate32({})",
    date_literal: "toDate32('{}')",
    tomorrow: "toDate32(today()) + 1",
    days: "toInt32({})",
    weeks: "toInt32(floor(({} + 3) / 7.0))",
    year: "toYear({})",
    month: "toMonth({})",
    hour: "toHour(toDateTime64({}, 0))",
    ..ANSI
};

const REDSHIFT: Words = Words { name: "redshift", title: "Redshift", double: "DOUBLE PRECISION", ..ANSI };

const SQLITE: Words = Words {
    name: "sqlite",
    title: "SQLite",
    tested_on: Some("SQLite"),
    text: "CAST({} AS TEXT)",
    double: "REAL",
    checked_number: Some(
        "CASE WHEN CAST({} AS TEXT) GLOB '*[0-9]*' AND CAST({} AS TEXT) NOT GLOB '*[^-+.0-9eE]*' THEN CAST({} AS REAL) END",
    ),
    // SQLite has no type of dates: it takes 2023-02-30 for 2 March, numbers for days of the Julian calendar, an offset for
    // another day, and +00 for nothing.
    date: "CASE WHEN DATE(SUBSTR(TRIM({}), 1, 10), '+0 days') = SUBSTR(TRIM({}), 1, 10)\n    \
             AND (LENGTH(TRIM({})) = 10 OR (SUBSTR(TRIM({}), 11, 1) IN ('T', 't', ' ')\n    \
             AND SUBSTR(TRIM({}), 12, 5) GLOB '[0-2][0-9]:[0-5][0-9]' AND TIME(SUBSTR(TRIM({}), 12, 5)) IS NOT NULL\n    \
             AND SUBSTR(TRIM({}), 17) NOT GLOB '*[^-+:.,0-9 ZzUTCGM]*'))\n    \
             THEN SUBSTR(TRIM({}), 1, 10) END",
    date_text: Some("TRIM(COALESCE({}, ''))"),
    date_literal: "'{}'",
    tomorrow: "DATE('now', '+1 day')",
    days: "CAST(JULIANDAY({}) - 2440587.5 AS INTEGER)",
    // Integers are divided towards zero: kept positive.
    weeks: "(({} + 7000003) / 7 - 1000000)",
    year: "CAST(STRFTIME('%Y', {}) AS INTEGER)",
    month: "CAST(STRFTIME('%m', {}) AS INTEGER)",
    hour: "CAST(SUBSTR(TRIM({}), 12, 2) AS INTEGER)",
    ..ANSI
};

const DATAFUSION: Words = Words {
    name: "datafusion",
    title: "DataFusion",
    tested_on: Some("DataFusion"),
    tomorrow: "CURRENT_DATE + INTERVAL '1 day'",
    days: "CAST(CAST({} AS INT) AS BIGINT)",
    ..ANSI
};

impl Dialect {
    /// All dialects, those that tests run first.
    pub const ALL: [Dialect; 10] = [
        Dialect::DuckDb,
        Dialect::Postgres,
        Dialect::Sqlite,
        Dialect::DataFusion,
        Dialect::ClickHouse,
        Dialect::Databricks,
        Dialect::Snowflake,
        Dialect::BigQuery,
        Dialect::Redshift,
        Dialect::Trino,
    ];

    /// Its name, as written in options.
    pub const fn name(self) -> &'static str {
        self.words().name
    }

    /// On what the project's tests run its statements and compare; `None`: it was never executed.
    pub const fn tested_on(self) -> Option<&'static str> {
        self.words().tested_on
    }

    pub(super) const fn words(self) -> &'static Words {
        match self {
            Dialect::DuckDb => &DUCKDB,
            Dialect::Postgres => &POSTGRES,
            Dialect::Snowflake => &SNOWFLAKE,
            Dialect::BigQuery => &BIGQUERY,
            Dialect::Databricks => &DATABRICKS,
            Dialect::Trino => &TRINO,
            Dialect::ClickHouse => &CLICKHOUSE,
            Dialect::Redshift => &REDSHIFT,
            Dialect::Sqlite => &SQLITE,
            Dialect::DataFusion => &DATAFUSION,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dialect {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == text).ok_or_else(|| {
            let names = Dialect::ALL.map(Dialect::name).join(", ");
            Error::option("--dialect", format!("'{text}' is not one of {names}"))
        })
    }
}

impl Words {
    /// A name between quotes, whatever is in it.
    ///
    /// # Errors
    /// If it is empty or has control characters, which no warehouse takes.
    pub fn quote(&self, option: &str, name: &str) -> Result<String> {
        if name.is_empty() || name.chars().any(char::is_control) {
            let message = format!("'{}' is not the name of a table or column", name.escape_debug());
            return Err(Error::option(option, message));
        }
        Ok(match self.quoting {
            Quoting::Doubled(sign) => {
                let within = name.replace(sign, &format!("{sign}{sign}"));
                format!("{sign}{within}{sign}")
            }
            Quoting::Escaped => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
        })
    }

    /// A column as a floating-point number; any other text is NULL or an error.
    pub fn to_number(&self, column: &str) -> String {
        match self.checked_number {
            Some(piece) => put(piece, column),
            None => format!("CAST({column} AS {})", self.double),
        }
    }

    /// A query that stands for a table, as it was written.
    ///
    /// # Errors
    /// If it is more than one statement, or none.
    pub fn subquery(&self, query: &str) -> Result<String> {
        let query = query.trim().trim_end_matches(';').trim_end();
        if query.is_empty() || query.contains(';') {
            let message = "give one query without a semicolon: SELECT customer, day, total FROM shop.orders WHERE total > 0";
            return Err(Error::option("--from-sql", message));
        }
        Ok(format!("(\n  {}\n)", query.replace('\n', "\n  ")))
    }

    /// A table's name, which may have parts: `shop.orders`. Points within double quotes belong to a part.
    ///
    /// # Errors
    /// If a part is empty, has control characters, or its quotes do not end.
    pub fn quote_table(&self, name: &str) -> Result<String> {
        // Who templates statements has the name put in later: `{{ ref("stg_orders") }}`.
        let name = name.trim();
        if name.starts_with("{{") && name.ends_with("}}") {
            return Ok(name.to_owned());
        }
        let parts = table_parts(name).ok_or_else(|| {
            Error::option("--table", "the double quotes do not end: write shop.orders or \"odd.name\"")
        })?;
        let parts = parts.iter().map(|part| self.quote("--table", part));
        Ok(parts.collect::<Result<Vec<_>>>()?.join("."))
    }
}

/// The parts of a table's name; `None` if quotes do not end.
fn table_parts(name: &str) -> Option<Vec<String>> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    let mut signs = name.chars().peekable();
    while let Some(sign) = signs.next() {
        let part = parts.last_mut()?;
        match sign {
            '"' if quoted && signs.next_if_eq(&'"').is_some() => part.push('"'),
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ => part.push(sign),
        }
    }
    (!quoted).then_some(parts)
}

/// Puts an expression into a piece of SQL.
pub(super) fn put(piece: &str, expression: &str) -> String {
    piece.replace("{}", expression)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_gets_out_of_its_quotes() {
        let name = "a\"b`c\\d; DROP TABLE x --";
        let quoted = |dialect: Dialect| dialect.words().quote("--id", name).unwrap();
        assert_eq!(quoted(Dialect::Postgres), "\"a\"\"b`c\\d; DROP TABLE x --\"");
        assert_eq!(quoted(Dialect::Databricks), "`a\"b``c\\d; DROP TABLE x --`");
        assert_eq!(quoted(Dialect::BigQuery), "`a\"b\\`c\\\\d; DROP TABLE x --`");
        for bad in ["", "a\nb", "a\0b"] {
            assert!(ANSI.quote("--id", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn tables_have_parts() {
        assert_eq!(DUCKDB.quote_table("{{ ref(\"stg\") }}").unwrap(), "{{ ref(\"stg\") }}");
        assert_eq!(DUCKDB.subquery("SELECT 1;").unwrap(), "(\n  SELECT 1\n)");
        assert!(DUCKDB.subquery("SELECT 1; DROP TABLE a").is_err() && DUCKDB.subquery(" ; ").is_err());
        let table = |name| DUCKDB.quote_table(name);
        assert_eq!(table("shop.orders").unwrap(), "\"shop\".\"orders\"");
        assert_eq!(table("shop.\"odd.\"\"name\"").unwrap(), "\"shop\".\"odd.\"\"name\"");
        assert_eq!(table("\"orders.parquet\"").unwrap(), "\"orders.parquet\"");
        for bad in ["", "a.", "\"a", "a..b"] {
            assert!(table(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_come_back() {
        for dialect in Dialect::ALL {
            assert_eq!(dialect.name().parse::<Dialect>().unwrap(), dialect);
        }
        assert!("oracle".parse::<Dialect>().unwrap_err().to_string().contains("clickhouse"));
    }
}
