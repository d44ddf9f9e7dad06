"""The health checks: the twin of health.yaml."""

from monctl import Metric, Monitor, Slo, all_of, sql, storage, var

Metric(
    "stem-separation",
    sql(
        "database",
        """\
SELECT
  COUNT(*) FILTER (WHERE status = 'queued') AS queue_depth,
  COALESCE(AVG(EXTRACT(EPOCH FROM finished_at - started_at) * 1000)
    FILTER (WHERE finished_at > NOW() - INTERVAL '1 hour'), 0) AS avg_processing_time,
  COALESCE(100.0 * COUNT(*) FILTER (WHERE status = 'failed' AND finished_at > NOW() - INTERVAL '1 hour')
    / NULLIF(COUNT(*) FILTER (WHERE finished_at > NOW() - INTERVAL '1 hour'), 0), 0) AS failure_rate
FROM jobs
WHERE queue = 'stem-separation'
""",
        values={
            "queue_depth": {"unit": "jobs", "goal": "< ${var.queue_limit}"},
            "avg_processing_time": {"unit": "ms", "goal": "< ${var.processing_limit}"},
            "failure_rate": {"unit": "percent", "goal": "< ${var.failure_limit}"},
        },
    ),
    title="Stem separation",
    description="Depth of the queue, and average processing time and failure rate over the last hour.",
    service="stem-separation",
    every="30s",
)
Metric(
    "audio-analysis",
    sql(
        "database",
        """\
SELECT
  COUNT(*) AS total_analyses,
  COALESCE(100.0 * COUNT(*) FILTER (WHERE timeline IS NOT NULL) / NULLIF(COUNT(*), 0), 100) AS success_rate
FROM audio_events_cache
WHERE created_at >= NOW() - INTERVAL '1 hour'
""",
        values={"total_analyses": "analyses", "success_rate": {"unit": "percent", "goal": "> ${var.success_floor}"}},
    ),
    title="Audio analysis",
    description="Analyses of the last hour; one without a timeline failed. None at all counts as success.",
    service="audio-analysis",
    every="30s",
)
Metric(
    "long-jobs",
    sql(
        "database",
        """\
SELECT COUNT(*) AS long_jobs
FROM jobs
WHERE status = 'executing' AND started_at < NOW() - INTERVAL '300000 milliseconds'
""",
    ),
    title="Jobs over the processing limit",
    description="Running for longer than 300000 ms.",
    service="job-queue",
    every="30s",
    unit="jobs",
)
Monitor(
    "stem-separation-degraded",
    all_of(
        {"metric": "stem-separation.queue_depth", "holds": "< ${var.queue_limit}"},
        {"metric": "stem-separation.avg_processing_time", "holds": "< ${var.processing_limit}"},
        {"metric": "stem-separation.failure_rate", "holds": "< ${var.failure_limit}"},
    ),
    title="Stem separation degraded",
    description="Healthy while the queue is short, processing is fast and few jobs fail, all three.",
    every="30s",
    alert={"high": "down"},
    service="stem-separation",
    runbook="stem-separation",
)
Monitor(
    "stem-separation-error",
    title="Stem separation cannot be checked",
    metric="stem-separation.queue_depth",
    alert={"critical": "error"},
    runbook="stem-separation",
)
Monitor(
    "audio-analysis-degraded",
    title="Audio analysis degraded",
    metric="audio-analysis.success_rate",
    alert={"medium": "<= ${var.success_floor}"},
    runbook="audio-analysis",
)
Monitor(
    "storage-error",
    storage("r2", var("r2_bucket"), prefix="health-check-"),
    title="Storage error",
    description="Writes a test object and deletes it again.",
    every="30s",
    alert={"critical": "down"},
    service="storage",
    runbook="storage",
)
Monitor(
    "queue-overflow",
    title="Queue overflow",
    metric="stem-separation.queue_depth",
    alert={"high": ">= ${var.queue_limit}"},
    runbook="queue",
)
Monitor(
    "processing-timeout",
    title="Processing timeout",
    metric="long-jobs",
    alert={"medium": "> 0"},
    runbook="queue",
)
Monitor(
    "high-failure-rate",
    title="High failure rate",
    metric="stem-separation.failure_rate",
    alert={"high": ">= ${var.failure_limit}"},
    runbook="stem-separation",
)
Monitor(
    "pipeline",
    all_of("stem-separation-degraded", "stem-separation-error", "audio-analysis-degraded", "storage-error"),
    title="Audio pipeline",
    description="Stem separation, audio analysis and storage together.",
    every="30s",
    alert={"high": "down"},
    notify=[],
    service="stem-separation",
    runbook="stem-separation",
)
Slo(
    "pipeline-uptime",
    title="Pipeline uptime",
    objective="99.5%",
    window="30d",
    monitor="pipeline",
    service="stem-separation",
    runbook="stem-separation",
)
Slo(
    "storage-availability",
    title="Storage availability",
    objective="99.9%",
    window="30d",
    monitor="storage-error",
    service="storage",
    runbook="storage",
)
