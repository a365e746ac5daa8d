"""The monthly job for Airflow 2: one task, which is retried after errors (exit code 2) and not when it is time to fit again."""

import pathlib
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parent


def run_clv(folder=FOLDER, program="clv"):
    """Runs the job; returns whether it is time to fit again. An error is raised, so that Airflow retries the task."""
    done = subprocess.run([program, "run"], cwd=folder, capture_output=True, text=True)
    print(done.stdout, done.stderr, sep="\n")
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "clv run failed")
    return done.returncode == 1


try:
    import pendulum
    from airflow.decorators import dag, task
except ImportError:  # The function above works without Airflow.
    pass
else:

    @dag(schedule="0 4 2 * *", start_date=pendulum.datetime(2024, 1, 1), catchup=False, max_active_runs=1)
    def customers():
        """Forecasts the customers once a month."""
        task(run_clv, retries=2)()

    customers()
