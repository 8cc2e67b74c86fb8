"""Which folders are on a share of the network: by the longest mount point, whatever its file system is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from echub.batch import watching
from echub.batch.watching import is_share

OF_THE_NETWORK = (
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "fuse.rclone", "davfs", "lustre", "gpfs",
    "beegfs", "beegfs_nodev",
)  # fmt: skip
OF_THIS_COMPUTER = ("ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuse.ntfs-3g", "fuseblk", "zfs", "squashfs")


def mounted(monkeypatch, *mounts):
    text = "".join(f"dev {point} {kind} rw 0 0\n" for point, kind in mounts)
    monkeypatch.setattr(watching.Path, "read_text", lambda *_, **__: text)
    monkeypatch.setattr(watching.os.path, "realpath", str)
    monkeypatch.setattr(watching.sys, "platform", "linux")


@pytest.mark.parametrize("kind", [*OF_THE_NETWORK, *OF_THIS_COMPUTER])
def test_a_file_system_is_of_the_network_by_its_name(monkeypatch, kind):
    mounted(monkeypatch, ("/", "ext4"), ("/lab", kind))
    assert is_share(Path("/lab/x")) == (kind in OF_THE_NETWORK)


@pytest.mark.parametrize(("path", "share"), [
    ("/lab", True), ("/lab/x", True), ("/lab/local", False), ("/lab/local/x", False), ("/labor", False),
    ("/two words", True), ("/other", False),
])  # fmt: skip
def test_the_longest_mount_point_counts(monkeypatch, path, share):
    mounts = ("/", "ext4"), ("/lab", "nfs4"), ("/lab/local", "xfs"), ("/two\\040words", "cifs")
    mounted(monkeypatch, *mounts)
    assert is_share(Path(path)) == share
    mounted(monkeypatch, *mounts[::-1])
    assert is_share(Path(path)) == share


@pytest.mark.parametrize(("path", "share"), [("\\\\server\\lab", True), ("C:\\lab", False)])
def test_on_windows_a_name_of_a_server_counts(monkeypatch, path, share):
    mounted(monkeypatch)
    monkeypatch.setattr(watching.sys, "platform", "win32")
    assert is_share(path) == share


def test_without_a_list_of_mounts_nothing_is_a_share(monkeypatch):
    mounted(monkeypatch)

    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(watching.Path, "read_text", missing)
    assert not is_share(Path("/lab"))


def test_a_folder_that_no_mount_holds_is_not_of_the_network(monkeypatch):
    mounted(monkeypatch)
    assert not is_share(Path("/lab"))
