#!/usr/bin/env python3
"""clv.spark beside one machine on a simulated log of 2e7 rows: equal to the last bit, also after an executor is killed.

The log lies in a folder of Parquet files; one customer has a tenth of all rows. Spark runs as `local-cluster[2,1,1024]`:
a master, two workers and two executors of one core and 1 GB, all processes of this machine, to which clv comes as an
archive. Each run is a process of its own:

    one machine      clv.summarize, clv.fit and model.score of the folder
    spark            the same by clv.spark
    spark, killed    an executor is ended with SIGKILL when three parts are done
    spark, one part  all rows in one part, so that a task has many times what it may hold in memory

For each: seconds of wall and CPU of all its processes, and peak memory (PSS) of an executor's JVM and of its Python
workers. Then summary, scores and model file (but for its digest) are compared with those of one machine. It needs
Linux and Java 17. Results are written to benches/results/.

    cargo build --release
    pip install ./python pyarrow pyspark==4.3.0
    python benches/spark.py [--rows 20000000] [--dir DIR]
"""

import argparse
import datetime
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Some ten purchases a customer in three years.
MODEL = ["mbg-nbd", "r=1.0", "alpha=12.0", "a=0.5", "b=12.0", "--spend", "p=6.25,q=3.74,v=15.44"]
UNTIL = "2022-12-31"
FILES = 16
RUNS = ["one machine", "spark", "spark, killed", "spark, one part"]
TICKS = os.sysconf("SC_CLK_TCK")


# --- what each process does -------------------------------------------------------------------------------------------


class Steps:
    """Times steps, one after another."""

    def __init__(self):
        self.seconds, self.begun = {}, time.monotonic()

    def done(self, name):
        now = time.monotonic()
        self.seconds[name], self.begun = round(now - self.begun, 1), now


def one_machine(log, out):
    import clv

    steps = Steps()
    summary = clv.summarize(log, observed_until=UNTIL)
    summary.write(out / "summary.parquet")
    steps.done("summarize")
    model = clv.fit(summary)
    model.save(out / "model.json")
    steps.done("fit")
    model.score(summary, margin=0.3).write(out / "scores.parquet")
    steps.done("score")
    return {"rows": summary.account["rows_read"], "customers": len(summary), "seconds": steps.seconds}


def executors(spark):
    """The executors' processes: children of the driver's."""
    driver = spark.sparkContext._gateway.proc.pid
    processes = [(pid, parent) for pid, parent, words in running() if b"CoarseGrainedExecutorBackend" in words]
    return [pid for pid, parent in processes if parent == driver]


def kill_one(spark, parts, killed):
    """Ends an executor when three parts are done."""
    tracker = spark.sparkContext.statusTracker()
    while not killed:
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        if any(stage and stage.numTasks == parts and stage.numCompletedTasks >= 3 for stage in stages):
            killed.append(executors(spark)[0])
            os.kill(killed[0], signal.SIGKILL)
        time.sleep(0.05)


def on_spark(log, out, name):
    from pyspark.sql import SparkSession

    import clv.spark

    scratch = out / "spark"
    scratch.mkdir()
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "SPARK_WORKER_DIR": str(scratch)}
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.local.dir": str(scratch),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "8",
        "spark.log.level": "ERROR",
        **clv.spark.session_options(scratch),
    }
    steps = Steps()
    spark = SparkSession.builder.master("local-cluster[2,1,1024]").config(map=settings).getOrCreate()
    steps.done("start")
    options = {"partitions": 1} if name == "spark, one part" else {}
    killed = []
    if name == "spark, killed":
        # Parts are counted beforehand, to know the stage by its tasks.
        options = {"partitions": 10}
        threading.Thread(target=kill_one, args=(spark, 10, killed), daemon=True).start()
    summary = clv.spark.summarize(spark.read.parquet(str(log)), observed_until=UNTIL, **options)
    steps.done("summarize")
    assert bool(killed) == (name == "spark, killed")
    model = clv.spark.fit(summary)
    model.save(out / "model.json")
    steps.done("fit")
    clv.spark.score(summary, model, margin=0.3).write.parquet(str(out / "scores.parquet"))
    steps.done("score")
    summary.table.write.parquet(str(out / "summary.parquet"))
    found = {"rows": summary.rows_read, "customers": summary.customers, "parts": summary.partitions}
    spark.stop()
    return found | {"killed": bool(killed), "seconds": steps.seconds}


# --- what is seen of them ---------------------------------------------------------------------------------------------


def running():
    """Processes: own number, parent's, command."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            yield int(place.name), parent, (place / "cmdline").read_bytes()
        except OSError:
            continue


class Watch:
    """Looks at a process and all below it: CPU seconds, and the most memory of the driver and of each executor."""

    def __init__(self, root):
        self.root, self.cpu, self.peak = root, {}, {}

    def look(self):
        processes = {pid: (parent, words) for pid, parent, words in running()}
        memory = {}
        for pid in processes:
            line, role = [], None
            at = pid
            while at in processes and at != self.root:
                line.append(at)
                at = processes[at][0]
            if at != self.root:
                continue
            backends = [one for one in line if b"CoarseGrainedExecutorBackend" in processes[one][1]]
            # What an executor starts is Python.
            role = ("driver", 0) if not backends else ("executor's JVM" if backends[0] == pid else "its Python", backends[0])
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self.cpu[pid] = (int(fields[11]) + int(fields[12])) / TICKS
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                pss = next(int(row.split()[1]) for row in rollup.splitlines() if row.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
            memory[role] = memory.get(role, 0) + pss / 1024
        for (role, _), megabytes in memory.items():
            self.peak[role] = max(self.peak.get(role, 0), round(megabytes))

    def until(self, process):
        while process.poll() is None:
            self.look()
            time.sleep(0.2)


def measure(name, log, out):
    """Runs it in a process of its own."""
    out.mkdir()
    begun = time.monotonic()
    words = [sys.executable, __file__, "--alone", name, str(log), str(out)]
    with open(out / "said", "w+") as said:
        process = subprocess.Popen(words, stdout=said, stderr=sys.stderr)
        watch = Watch(process.pid)
        watch.until(process)
        wall = time.monotonic() - begun
        if process.returncode != 0:
            sys.exit(f"{name} failed")
        said.seek(0)
        found = json.loads(said.read().strip().splitlines()[-1])
    return {"wall": round(wall, 1), "cpu": round(sum(watch.cpu.values()), 1), "peak_mb": watch.peak} | found


def in_order(folder):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(folder)
    whole = [pa.int64() if pa.types.is_integer(field.type) else field.type for field in table.schema]
    plain = table.cast(pa.schema(list(zip(table.column_names, whole))))
    return plain.sort_by("customer_id").combine_chunks()


def compare(one, two):
    """Is all the same to the last bit?"""
    for name in ("summary.parquet", "scores.parquet"):
        here, there = in_order(one / name), in_order(two / name)
        assert here.column_names == there.column_names, name
        for column in here.column_names:
            assert here[column].equals(there[column]), f"{name}: {column} differs"
    models = [json.loads((place / "model.json").read_text()) for place in (one, two)]
    for model in models:
        model["trained_on"]["sha256"] = None
    assert models[0] == models[1], "the models differ"
    return "equal to the last bit"


# --- all of it --------------------------------------------------------------------------------------------------------


def simulated(program, rows, folder, log):
    """A log in a folder of Parquet files, a tenth of whose rows are of one customer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    model, whole = folder / "model.json", folder / "log.parquet"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([program, "model", *MODEL, "-o", model], **quiet)
    draw = [program, "simulate", model, "-o", whole, "--seed", "1", "--until", UNTIL, "--customers"]
    said = subprocess.run([*map(str, draw), "100000", "--json"], check=True, capture_output=True, text=True)
    each = json.loads(said.stdout)["simulation"]["rows"] / 100_000
    subprocess.run([*map(str, draw), str(round(rows / each))], **quiet)
    log.mkdir()
    for number, batch in enumerate(pq.ParquetFile(whole).iter_batches(batch_size=1 + round(rows / FILES))):
        ids = batch.column("customer_id").cast(pa.string()).to_pylist()
        ids[::10] = ["busy"] * len(ids[::10])
        columns = {"customer_id": pa.array(ids), "date": batch.column("date"), "amount": batch.column("amount")}
        pq.write_table(pa.table(columns), log / f"part-{number:02}.parquet")
    whole.unlink()


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return {"processor": name, "cores": os.cpu_count(), "system": platform.platform(terse=True), "load": os.getloadavg()[0]}


def versions():
    import pyarrow
    import pyspark

    import clv

    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True).stderr.splitlines()[0]
    return {"clv": clv.__version__, "pyspark": pyspark.__version__, "pyarrow": pyarrow.__version__, "java": java}


def show(name, run):
    steps = ", ".join(f"{step} {seconds} s" for step, seconds in run["seconds"].items())
    peaks = ", ".join(f"{role} {megabytes} MB" for role, megabytes in run["peak_mb"].items())
    print(f"{name}: {run['wall']} s wall, {run['cpu']} s CPU; {steps}\n  peak {peaks}; {run.get('result', '')}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--runs", default=";".join(RUNS), help="some of them, with ; between")
    parser.add_argument("--clv", type=Path, default=ROOT / "target" / "release" / "clv")
    parser.add_argument("--dir", type=Path, help="where the files are written")
    parser.add_argument("--log", type=Path, help="the folder of the log: made if it is not there, and kept")
    parser.add_argument("--out", type=Path, help="where the results go (benches/results/spark-DATE.json)")
    args = parser.parse_args()
    today = datetime.date.today().isoformat()
    results = {"date": today, "machine": machine(), "versions": versions(), "runs": {}}
    out = args.out or ROOT / "benches" / "results" / f"spark-{today}.json"
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        folder = Path(folder)
        log = args.log or folder / "log"
        if not log.exists():
            simulated(args.clv, args.rows, folder, log)
        for name in args.runs.split(";"):
            place = folder / name.replace(", ", "-").replace(" ", "-")
            run = measure(name, log, place)
            if name != RUNS[0]:
                run["result"] = compare(folder / "one-machine", place)
                shutil.rmtree(place)
            results["runs"][name] = run
            out.write_text(json.dumps(results, indent=1) + "\n")
            show(name, run)


def alone(name, log, out):
    warnings.simplefilter("ignore")
    found = one_machine(log, out) if name == RUNS[0] else on_spark(log, out, name)
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(found | {"driver_peak_rss_mb": round(own.ru_maxrss / 1024)}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
