"""The migration itself: the twin of migration.yaml."""

from monctl import Metric, Monitor, sentry, sql

Metric(
    "migration-progress",
    sql(
        "supabase",
        """\
SELECT
  (SELECT COUNT(*) FROM posts WHERE post_type = 'audio') as total_audio_posts,
  (SELECT COUNT(*) FROM posts WHERE post_type = 'audio' AND track_id IS NOT NULL) as migrated_posts,
  (SELECT COUNT(*) FROM tracks) as total_tracks,
  ROUND(
    (SELECT COUNT(*) FROM posts WHERE post_type = 'audio' AND track_id IS NOT NULL)::numeric /
    NULLIF((SELECT COUNT(*) FROM posts WHERE post_type = 'audio'), 0) * 100,
    2
  ) as migration_progress_pct;
""",
        values={
            "total_audio_posts": "posts",
            "migrated_posts": "posts",
            "total_tracks": "tracks",
            "migration_progress_pct": {
                "unit": "percent",
                "goal": "== 100%",
                "description": "100 % on completion",
            },
        },
    ),
    title="Migration Progress",
    description="Query 6: percentage of audio posts migrated.",
    service="migration",
    every="1m",
)
Metric(
    "migration-duration",
    sql(
        "supabase",
        """\
SELECT EXTRACT(EPOCH FROM COALESCE(finished_at, NOW()) - started_at) AS duration
FROM migration_runs
ORDER BY started_at DESC
LIMIT 1
""",
        values={"duration": "s"},
    ),
    title="Migration Duration",
    description="How long the latest run has taken so far, or took.",
    service="migration",
    every="1m",
)
Monitor(
    "migration-progress",
    title="Migration Progress",
    description="Posts are being migrated. At 100 % it stands still as well; that is the moment to move on to the phase `validation`.",
    metric="migration-progress.migration_progress_pct",
    alert={"warning": "unchanged for 10m", "critical": "error"},
    phases=["migration"],
    runbook="migration-errors",
    action="Immediate investigation, may need rollback",
)
Monitor(
    "migration-errors",
    sentry("sentry", tags={"feature": "tracks-posts-separation", "operation": "migration"}),
    title="Migration Errors",
    description="Any error tagged with 'migration'.",
    every="1m",
    unit="errors",
    alert={"critical": "any"},
    notify=["slack-critical", "email-critical", "pagerduty-application"],
    phases=["migration"],
    service="migration",
    runbook="migration-errors",
    action="Immediate investigation, may need rollback",
)
