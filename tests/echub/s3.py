"""An S3 server on loopback that fails as real ones do: for the tests of object stores, and their benchmark."""

import itertools
import json
import logging
import threading
import time
from collections import Counter
from contextlib import contextmanager

SECRET = "not-a-real-secret-2b7e"
CONTROL = "/-faults/"
"""Requests to the server itself: `on`, `off`, `told`."""


def credentials(address):
    """Return the environment of a client of the server."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": address,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


class Faulty:
    """A server's application that fails regularly: an error, a body that is cut, a slow answer."""

    def __init__(self, app):
        self.app, self.count, self.on = app, itertools.count(1), False
        self.seen, self.asked, self.started = Counter(), Counter(), 0.0

    def __call__(self, environ, start):
        if environ["PATH_INFO"].startswith(CONTROL):
            return self._controlled(environ["PATH_INFO"].removeprefix(CONTROL), start)
        listing = "list-type" in environ["QUERY_STRING"]
        self.asked["LIST" if listing else environ["REQUEST_METHOD"]] += 1
        number = next(self.count) if self.on else 0
        if number and number % 7 == 0:
            self.seen["error"] += 1
            start("500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        if number and number % 5 == 0:
            self.seen["slow"] += 1
            time.sleep(0.05)
        answer = self.app(environ, start)
        if number and number % 4 == 0 and environ["REQUEST_METHOD"] == "GET" and not listing:
            self.seen["cut"] += 1
            whole = b"".join(answer)
            return [whole[: len(whole) // 2]]
        return answer

    def _controlled(self, word, start):
        if word in ("on", "off"):
            self.on = word == "on"
        body = json.dumps(
            {"faults": self.seen, "requests": self.asked, "cpu": time.process_time(), "started": self.started}
        ).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def fill(objects):
    """Put objects into the bucket `bucket` of this process's server, without the requests of a client."""
    from moto.s3.models import s3_backends

    store = s3_backends["123456789012"]["aws"]
    store.create_bucket("bucket", "us-east-1")
    for key, data in objects:
        store.put_object("bucket", key, data)


@contextmanager
def serving():
    """Serve from threads of this process; the application has the `address`."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = Faulty(DomainDispatcherApplication(create_backend_app))
    running = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    app.address = f"http://127.0.0.1:{running.server_port}"
    try:
        yield app
    finally:
        running.shutdown()
