//! `clv sql`: the summary as one statement for a warehouse.

use serde_json::json;

use crate::base::Result;
use crate::cli::{config, console::Console, table_args::TableArgs};
use crate::sql::{self, Dialect, SqlOptions};

/// The statement builds the summary inside the warehouse, by the rules of clv summarize; clv score reads it:
///
///   (clv sql --dialect postgres --table shop.orders; echo ';') | psql --csv shop > summary.csv
///   clv score model.json summary.csv -o scores.csv
///
/// It has no semicolon at its end, so that it fits into COPY (...) TO or CREATE TABLE ... AS. Names are put
/// between quotes: write them as the warehouse keeps them. Columns that are not named are called
/// customer_id, date and amount.
///
/// Tests run duckdb, postgres, sqlite, datafusion, clickhouse (on chDB) and databricks (on Apache Spark), and
/// find what clv summarize finds. snowflake, bigquery, redshift and trino were never executed: compare a first
/// result with that of clv summarize.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// duckdb, postgres, sqlite, datafusion, clickhouse, databricks; never executed: snowflake, bigquery, redshift, trino
    #[arg(long, value_name = "NAME")]
    dialect: Dialect,
    /// Table or view of purchases, such as shop.orders; double quotes keep a point within a name; what stands in {{ }} is left for a template
    #[arg(long, value_name = "NAME", default_value = sql::TABLE)]
    table: String,
    /// A query in place of a table, such as 'SELECT customer_id, date, amount FROM shop.orders'; it is written as it is
    #[arg(long, value_name = "QUERY", conflicts_with = "table")]
    from_sql: Option<String>,
    /// There is no column of amounts: everything but spend and value
    #[arg(long)]
    no_amount: bool,
    /// Write the statement that counts what becomes of the rows, instead
    #[arg(long)]
    account: bool,
    #[command(flatten)]
    pub log: TableArgs,
    /// File of options such as clv check writes; what is typed wins; none: no file [default: clv.toml in the working directory, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Columns")]
    config: Option<String>,
}

impl Args {
    pub fn options(&self) -> SqlOptions {
        SqlOptions {
            table: self.table.clone(),
            query: self.from_sql.clone(),
            no_amount: self.no_amount,
            account: self.account,
            ..SqlOptions::new(self.dialect)
        }
    }
}

pub(super) fn run(args: &Args, console: &Console) -> Result<()> {
    let statement = sql::statement(&args.options(), &args.log.options()?)?;
    config::say(args.config.as_deref(), console);
    let json = json!({
        "dialect": args.dialect.name(),
        "tested_on": args.dialect.tested_on(),
        "sql": statement,
    });
    console.document(&statement, json)
}
