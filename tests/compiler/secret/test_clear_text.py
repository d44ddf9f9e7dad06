import pytest

from monctl.clear_text import find_secret, looks_secret

SLACK = "https://hooks.slack.com/services/"
HEX = "9f3c1a7be2d84056a1c97d30be5f4412"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SLACK + "T02ABCDEF/B03GHIJKL/" + "a8Kd93jfLqPz71xWvTnB4mYc", "a Slack webhook"),
        ("xoxb-" + "293847561023-2938475610231-AbCdEfGhIjKlMnOp", "a Slack token"),
        ("sntryi_" + HEX * 2, "a Sentry token"),
        ("sntrys_" + "eyJpYXQiOjE3MDAwMDAwMDAuMCwidXJsIjoi", "a Sentry token"),
        ("glsa_" + "HOruNAb7SOiCdshU8algkrq7FDsNSLAa_55e2f8be", "a Grafana token"),
        ("ur482913-" + HEX[:24], "an UptimeRobot key"),
        ("AKIA" + "QX7ZL2MNB4VCW5TR", "an AWS access key"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN " + "PRIVATE KEY-----", "a private key"),
        ("ghp_" + "a8Kd93jfLqPz71xWvTnB4mYcR5sU0eHg2", "a GitHub token"),
        ("postgres://app:" + "Vq9$kd72@db.corp.internal/app", "a URL with a password"),
        ("redis://:" + "Vq9kd72@10.0.0.5:6379", "a URL with a password"),
        ("eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXNpZw", "a signed token (JWT)"),
    ],
)
def test_secrets_in_clear_are_recognised_inside_a_text(text: str, what: str) -> None:
    found = find_secret(f"webhook: {text}")

    assert found is not None
    assert (found.what, found.start) == (what, 9)
    assert text.startswith(f"webhook: {text}"[found.start : found.end])


@pytest.mark.parametrize(
    "text",
    [
        SLACK + "YOUR/CRITICAL/WEBHOOK",
        SLACK + "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "${env:SLACK_WEBHOOK}",
        "postgres://app:${env:DB_PASSWORD}@db/app",
        "postgres://postgres:postgres@localhost:5432/app",
        "postgres://user:your-password@db.example.com/app",
        "https://9f3c1a7be2d84056a1c97d30be5f4412@o4501.ingest.sentry.io/7",
        "https://not-a-label.art/api/health",
        "xoxb-your-token-here-please-change",
        "SELECT * FROM posts WHERE token IS NULL",
        "error at https://a.b/c:d and mail to x@y.z",
        "AKIAIOSFODNN7EXAMPLE",
        "",
    ],
)
def test_placeholders_and_references_are_no_secrets(text: str) -> None:
    assert looks_secret(text, field="url") is None


@pytest.mark.parametrize("field", ["integration_key", "routing-key", "api_key", "auth_token", "password", "client_secret"])
def test_a_key_is_recognised_by_the_field_it_stands_in(field: str) -> None:
    assert looks_secret(HEX, field=field) == "a key or token"
    assert looks_secret(HEX, field="fingerprint") is None
    assert looks_secret(HEX) is None


@pytest.mark.parametrize(
    "text", ["slack-critical", "a-channel-with-a-long-name", "${env:PAGERDUTY_KEY_1234567890}", "xxxxxxxxxxxxxxxxxxxxxxxx1"]
)
def test_names_in_such_a_field_are_no_secrets(text: str) -> None:
    assert looks_secret(text, field="token") is None
