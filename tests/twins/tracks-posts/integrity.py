"""The data: the twin of integrity.yaml."""

from monctl import Metric, Monitor, compare, sql, trend

Metric(
    "post-track-integrity",
    sql(
        "supabase",
        """\
SELECT
  COUNT(*) FILTER (WHERE post_type = 'audio' AND track_id IS NULL) as orphaned_posts,
  COUNT(*) FILTER (WHERE post_type = 'audio' AND track_id IS NOT NULL) as valid_audio_posts,
  COUNT(*) FILTER (WHERE post_type = 'text') as text_posts
FROM posts;
""",
        values={
            "orphaned_posts": {"unit": "posts", "goal": "== 0"},
            "valid_audio_posts": "posts",
            "text_posts": "posts",
        },
    ),
    title="Post-Track Integrity",
    description="Query 2: audio posts with and without a track.",
    service="database",
    every="5m",
)
Metric(
    "playlist-integrity",
    sql(
        "supabase",
        """\
SELECT
  COUNT(*) as total_playlist_tracks,
  COUNT(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM tracks WHERE id = playlist_tracks.track_id
  )) as valid_references,
  COUNT(*) FILTER (WHERE NOT EXISTS (
    SELECT 1 FROM tracks WHERE id = playlist_tracks.track_id
  )) as invalid_references
FROM playlist_tracks;
""",
        values={
            "total_playlist_tracks": "references",
            "valid_references": "references",
            "invalid_references": {"unit": "references", "goal": "== 0"},
        },
    ),
    title="Playlist Integrity",
    description="Query 3: entries of playlists, and whether their track exists.",
    service="database",
    every="10m",
)
Metric(
    "invalid-references",
    sql(
        "supabase",
        """\
SELECT
  (SELECT COUNT(*) FROM posts p
   WHERE p.track_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tracks t WHERE t.id = p.track_id))
  +
  (SELECT COUNT(*) FROM playlist_tracks pt
   WHERE NOT EXISTS (SELECT 1 FROM tracks t WHERE t.id = pt.track_id)) AS invalid_references
""",
        values={"invalid_references": {"unit": "references", "goal": "== 0"}},
    ),
    title="Invalid References",
    description="Posts and playlist entries whose track does not exist.",
    service="database",
    every="5m",
)
Monitor(
    "orphaned-posts",
    title="Orphaned Audio Posts",
    description="Audio posts without a track_id.",
    metric="post-track-integrity.orphaned_posts",
    alert={"warning": "> 0", "critical": {"when": [compare(">", 10), trend("increasing", for_="15m")]}},
    notify=["slack-critical", "email-critical", "pagerduty-database"],
    no_data="warning",
    on_error="warning",
    runbook="orphaned-posts",
    action="Investigate immediately, may need data fix",
)
Monitor(
    "invalid-track-references",
    title="Invalid Track References",
    description="Posts and playlists with an invalid track_id.",
    metric="invalid-references",
    alert={"warning": "> 0", "critical": {"when": [compare(">", 5), trend("increasing", for_="15m")]}},
    notify=["slack-critical", "email-critical", "pagerduty-database"],
    no_data="warning",
    on_error="warning",
    runbook="invalid-track-references",
    action="Check data integrity, may need cleanup",
)
