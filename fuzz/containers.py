"""Tables as files: every container that logs come in."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from case import chance

TEXTUAL = ["csv", "csv", "csv", "jsonl"]
BINARY = ["parquet", "arrow", "arrows"]


def delimited(rng: random.Random, names: list[str], rows: list[list[object]]) -> bytes:
    """A CSV in one of the ways they are written."""
    out = io.StringIO()
    separator = rng.choice([",", ",", ",", ";", "\t", "|"])
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    end = rng.choice(["\n", "\n", "\n", "\r\n", "\r\n", "\r"])
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerow(names)
    writer.writerows(rows)
    text = out.getvalue()
    if chance(rng, 0.1):
        text = "\ufeff" + text
    if chance(rng, 0.1):
        text = text.removesuffix(end)
    coding = "utf-8" if chance(rng, 0.95) else rng.choice(["latin-1", "utf-16", "cp1251"])
    return text.encode(coding, "replace" if coding != "utf-8" else "surrogatepass")


def json_lines(rng: random.Random, names: list[str], rows: list[list[object]]) -> bytes:
    """JSON Lines, in which a value may be missing, null, nested or of another type."""
    lines = []
    for row in rows:
        line: dict[str, object] = dict(zip(names, row, strict=False))
        for name in list(line):
            if chance(rng, 0.01):
                line[name] = rng.choice([None, True, [1], {"a": 1}, 1e308, -0.0, 2**70])
            elif chance(rng, 0.005):
                del line[name]
        lines.append(json.dumps(line, ensure_ascii=chance(rng, 0.5)))
    return "\n".join(lines).encode("utf-8", "replace")


def column(rng: random.Random, values: list[object]) -> pa.Array:
    """Values as the type that fits them, or as text."""
    kinds = [pa.float64(), pa.int64(), pa.string(), pa.large_string(), pa.string_view(), pa.timestamp("us"), pa.float32()]
    if all(isinstance(value, float) for value in values):
        kinds = [pa.float64(), pa.float64(), pa.float32(), pa.decimal128(38, 10)]
    for kind in rng.sample(kinds, len(kinds)):
        try:
            return pa.array([None if value == "" else value for value in values], type=kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, OverflowError):
            continue
    texts = [str(value).encode("utf-8", "replace").decode() for value in values]
    array = pa.array(texts)
    return array.dictionary_encode() if chance(rng, 0.3) else array


def table(rng: random.Random, names: list[str], rows: list[list[object]]) -> pa.Table:
    """An Arrow table; short rows are filled up."""
    width = len(names)
    full = [list(row[:width]) + [""] * (width - len(row)) for row in rows]
    labels = [name.encode("utf-8", "replace").decode() for name in names]
    columns = [column(rng, [row[i] for row in full]) for i in range(width)]
    return pa.table(columns, names=labels)


def binary(rng: random.Random, kind: str, names: list[str], rows: list[list[object]]) -> bytes:
    """Parquet, or an Arrow file or stream."""
    data = table(rng, names, rows)
    sink = pa.BufferOutputStream()
    some = rng.choice([1, 3, 1000])
    if kind == "parquet":
        compression = rng.choice(["none", "snappy", "zstd", "gzip", "lz4"])
        version = rng.choice(["1.0", "2.6"])
        try:
            pa.parquet.write_table(data, sink, compression=compression, row_group_size=some, version=version)
        except pa.ArrowNotImplementedError:
            pa.parquet.write_table(data.cast(pa.schema([(n, pa.string()) for n in data.column_names])), sink)
    else:
        options = pa.ipc.IpcWriteOptions(compression=rng.choice([None, None, "zstd", "lz4"]))
        make = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
        with make(sink, data.schema, options=options) as writer:
            writer.write_table(data, max_chunksize=some)
    return sink.getvalue().to_pybytes()


def compressed(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    """With gzip or zstd, and the ending."""
    if chance(rng, 0.5):
        return gzip.compress(data, 1), ".gz"
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes(), ".zst"


def write(rng: random.Random, names: list[str], rows: list[list[object]]) -> tuple[bytes, str]:
    """A table in some container, and the ending of its name."""
    kind = rng.choice(BINARY if chance(rng, 0.25) else TEXTUAL)
    if kind == "csv":
        data = delimited(rng, names, rows)
    elif kind == "jsonl":
        data = json_lines(rng, names, rows)
    else:
        data = binary(rng, kind, names, rows)
    ending = "." + kind
    if kind in TEXTUAL and chance(rng, 0.15):
        data, more = compressed(rng, data)
        ending += more
    return data, ending
