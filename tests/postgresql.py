"""A PostgreSQL server of the tests' own: it is started where one is installed, and goes with them."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import psycopg

# A language's order, so that a comparison that forgot to ask for bytes is noticed.
LOCALE = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]
ACCESS = "local all guarded scram-sha-256\nlocal all all trust\n"
# Nothing of it has to outlive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ALONE = {"listen_addresses": "", "max_connections": "300", "autovacuum": "off"}


def programs() -> Path | None:
    """The folder of the newest server's programs; Debian keeps them off PATH."""
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(debian, key=lambda folder: int(folder.parent.name), default=None)


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """The address of a database of a new server."""
    folder = Path(tempfile.mkdtemp(prefix="hubbub"))  # short: the path of a socket has at most 107 bytes
    who: dict[str, object] = {}
    if os.geteuid() == 0:  # it refuses to run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    made, log = folder / "made", folder / "log"
    order = [programs / "initdb", "--pgdata", made, "--username=hubbub", "--auth=trust", "--no-sync", *LOCALE]
    subprocess.run(order, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)  # type: ignore[call-overload]
    (made / "pg_hba.conf").write_text(ACCESS)
    told = [f"-c{name}={value}" for name, value in (FAST | ALONE | {"unix_socket_directories": str(folder)}).items()]
    with log.open("wb") as said:
        server = subprocess.Popen(
            [programs / "postgres", "-D", made, *told],
            cwd=folder, stdout=said, stderr=said, **who,  # type: ignore[call-overload]
        )  # fmt: skip
    try:
        _wait(folder, log)
        yield f"postgresql://hubbub@/postgres?host={folder}"
    finally:
        server.send_signal(signal.SIGQUIT)  # at once, whoever is still connected
        server.wait(30)
        shutil.rmtree(folder)


def _wait(folder: Path, log: Path) -> None:
    until = monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(folder), user="hubbub", dbname="postgres").close()
        except psycopg.OperationalError:
            assert monotonic() < until, log.read_text()
            sleep(0.05)
        else:
            return
