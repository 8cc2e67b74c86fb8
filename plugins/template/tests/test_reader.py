"""The reader keeps every rule of the hub, on each of its sample files and on damaged copies."""

from echub.testing import ReaderContract


class TestAcmeLog(ReaderContract):
    """The files are the `samples` that the plugin declares."""

    reader = "acme-log"
