"""What jobs and deliveries count, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

RUNS = Counter("jifen_job_runs_total", "Runs of jobs by how they ended", ["job", "outcome"])
RUN_SECONDS = Histogram(
    "jifen_job_seconds",
    "Time of a run",
    ["job"],
    buckets=(0.01, 0.1, 1, 5, 30, 60, 300, 900, 3600),
)
DELIVERIES = Counter(
    "jifen_deliveries_total", "Deliveries by what became of them", ["channel", "outcome"]
)
LEADERSHIP = Gauge(
    "jifen_plans_jobs", "Whether this process plans the jobs", multiprocess_mode="livesum"
)
LEDGER_FINDINGS = Gauge(
    "jifen_ledger_findings",
    "Figures that did not agree in the last nightly check",
    multiprocess_mode="mostrecent",
)
PRICE_DIFFERENCES = Gauge(
    "jifen_price_differences",
    "Orders whose price did not follow from what they keep in the last nightly audit",
    multiprocess_mode="mostrecent",
)
