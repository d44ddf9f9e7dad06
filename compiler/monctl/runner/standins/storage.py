"""[I/O] A stand-in of S3-compatible storage: objects are written, read and deleted; signatures are wanted, and not verified."""

from __future__ import annotations

from monctl.runner.standins.web import Received, Reply, Standin

KEYS = "STANDIN:stand-in-of-storage"
"""What opens it: `ACCESS_KEY_ID:SECRET_ACCESS_KEY`."""


class StorageStandin(Standin):
    """`objects` by path. While `down` nothing can be written.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (read 2026-11-21)
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.objects: dict[str, str] = {}
        self.down = False

    def answer(self, request: Received) -> Reply:
        if "Credential=STANDIN/" not in request.headers.get("authorization", ""):
            return _error(403, "InvalidAccessKeyId")
        match request.method:
            case "PUT" if self.down:
                return _error(503, "SlowDown")
            case "PUT":
                self.objects[request.path] = request.body.decode()
                return Reply(200, "")
            case "GET" if request.path in self.objects:
                return Reply(200, self.objects[request.path])
            case "DELETE":
                self.objects.pop(request.path, None)
                return Reply(204, "")
        return _error(404, "NoSuchKey")


def _error(status: int, code: str) -> Reply:
    return Reply(status, f"<Error><Code>{code}</Code></Error>", {"Content-Type": "application/xml"})
