"""What users feel: the twin of application.yaml."""

from monctl import Metric, Monitor, expr, log, sentry, sql

Metric(
    "error-rate",
    sentry("sentry", measure="failure_rate"),
    title="Error Rate",
    description="Failed transactions of all transactions.",
    service="application",
    every="1m",
    unit="percent",
    goal="< 1%",
)
Metric(
    "errors",
    sentry("sentry", level="error"),
    title="Errors",
    description="Errors reported to Sentry.",
    service="application",
    every="1m",
    unit="errors",
)
Metric(
    "api-response-time",
    sentry("sentry", measure="p95"),
    title="API Response Time",
    description="P95 response time.",
    service="application",
    every="1m",
    unit="ms",
    goal="< 500ms",
)
Metric(
    "active-users",
    sql(
        "supabase",
        """\
SELECT COUNT(DISTINCT user_id) AS active_users
FROM (
  SELECT user_id FROM tracks WHERE created_at > NOW() - INTERVAL '15 minutes'
  UNION ALL
  SELECT user_id FROM posts WHERE created_at > NOW() - INTERVAL '15 minutes'
) AS recent
""",
    ),
    title="Active Users",
    description="Users who uploaded or posted in the last 15 minutes.",
    service="application",
    every="1m",
    unit="users",
)
Metric(
    "track-uploads-succeeded",
    log("app-log", where={"message": "Track upload successful"}, window="5m"),
    service="application",
    every="1m",
    unit="uploads",
)
Metric(
    "track-uploads-failed",
    log("app-log", where={"message": "Track upload failed"}, window="5m"),
    service="application",
    every="1m",
    unit="uploads",
)
Metric(
    "audio-posts-succeeded",
    log("app-log", where={"message": "Audio post creation successful"}, window="5m"),
    service="application",
    every="1m",
    unit="posts",
)
Metric(
    "audio-posts-failed",
    log("app-log", where={"message": "Audio post creation failed"}, window="5m"),
    service="application",
    every="1m",
    unit="posts",
)
Metric(
    "track-upload-success",
    expr("succeeded / (succeeded + failed) * 100", succeeded="track-uploads-succeeded", failed="track-uploads-failed"),
    title="Track upload success rate",
    service="application",
    every="1m",
    unit="percent",
    goal="> 95%",
)
Metric(
    "post-creation-success",
    expr("succeeded / (succeeded + failed) * 100", succeeded="audio-posts-succeeded", failed="audio-posts-failed"),
    title="Audio post creation success rate",
    service="application",
    every="1m",
    unit="percent",
    goal="> 95%",
)
Monitor(
    "error-rate",
    title="Error Rate",
    metric="error-rate",
    alert={"warning": "> 5% for 2m", "critical": "> 10%"},
    on="runner",
    runbook="application-errors",
    action="Check error logs, identify pattern",
)
Monitor(
    "high-error-rate",
    sentry("sentry", measure="failure_rate"),
    title="High Error Rate",
    every="5m",
    unit="percent",
    goal="< 1%",
    alert={"warning": "> 5% for 5m"},
    notify=["slack-warning", "email-warning"],
    service="application",
    runbook="application-errors",
    action="Check error logs, identify pattern",
)
Monitor(
    "api-response-time",
    title="API Response Time",
    metric="api-response-time",
    alert={"warning": "> 1000ms for 5m", "critical": "> 2000ms"},
    on="runner",
    runbook="performance-degradation",
    action="Check database performance, review slow queries",
)
Monitor(
    "api-timeouts",
    sentry("sentry", query="error.type:TimeoutError"),
    title="API timeouts",
    description="The other half of the document's critical response time, timeouts.",
    every="1m",
    unit="errors",
    alert={"critical": "any"},
    service="application",
    runbook="performance-degradation",
    action="Check database performance, review slow queries",
)
Monitor(
    "performance-degradation",
    sentry("sentry", measure="p95"),
    title="Performance Degradation",
    description="P95 response time, held by Sentry.",
    every="5m",
    unit="ms",
    goal="< 500ms",
    alert={"warning": "> 1000ms for 10m"},
    notify=["slack-warning"],
    service="application",
    runbook="performance-degradation",
    action="Check database performance, review slow queries",
)
Monitor(
    "track-operation-errors",
    sentry("sentry", tags={"feature": "tracks-posts-separation", "operation": "track-operation"}),
    title="Track Operation Errors",
    description="Errors tagged as track operations.",
    every="5m",
    unit="errors",
    alert={"warning": "> 10 in 10m"},
    notify=["slack-warning", "email-warning"],
    service="application",
    runbook="track-operations",
    action="Review error details, check for pattern",
)
Monitor(
    "track-upload-success",
    title="Track upload success rate",
    metric="track-upload-success",
    alert={"warning": "< 90% for 5m", "critical": "< 80%"},
    no_data="ok",
    recover_after="5m",
    runbook="track-operations",
    action="Check storage service, review errors",
)
Monitor(
    "track-upload-failures",
    expr("succeeded / (succeeded + failed) * 100", succeeded="track-uploads-succeeded", failed="track-uploads-failed"),
    title="Track Upload Failures",
    every="10m",
    unit="percent",
    goal="> 95%",
    alert={"warning": "< 90%"},
    no_data="ok",
    service="application",
    runbook="track-operations",
    action="Check storage service, review errors",
)
Monitor(
    "post-creation-success",
    title="Audio post creation success rate",
    metric="post-creation-success",
    alert={"warning": "< 90% for 5m", "critical": "< 80%"},
    no_data="ok",
    recover_after="5m",
    runbook="track-operations",
    action="Check storage service, review errors",
)
