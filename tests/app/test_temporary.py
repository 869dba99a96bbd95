"""Nothing temporary outlives its server, however that ended; and nothing of anybody else's is touched."""

import os
import subprocess
import sys

from premortem.app.temp_folders import LOCK, PREFIX, Temporary, sweep

OWNER = "from premortem.app.temp_folders import Temporary; t = Temporary(); print(t.folder, flush=True); input()"


def test_a_folder_of_a_killed_server_goes_and_one_in_use_stays(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    )  # fmt: skip
    folder = tmp_path / owner.stdout.readline().strip()
    sweep(tmp_path)
    assert folder.is_dir()
    owner.kill()
    owner.communicate()
    ours = Temporary()
    assert not folder.exists()
    assert ours.new().is_dir()
    ours.cleanup()
    ours.cleanup()
    assert not ours.folder.exists()


def test_links_and_folders_without_a_lock_stay(tmp_path):
    other = tmp_path / "precious"
    other.mkdir()
    (other / LOCK).touch()
    (tmp_path / f"{PREFIX}link").symlink_to(other)
    (tmp_path / f"{PREFIX}no-lock").mkdir()
    sweep(tmp_path)
    assert (other / LOCK).exists()
    assert (tmp_path / f"{PREFIX}no-lock").is_dir()
