"""How does the web server run under `keepwell serve`?"""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from typing import Any, Final

wsgi_app: Final = "keepwell.web.config.wsgi:application"
workers: Final = 2
worker_class: Final = "gthread"
threads: Final = 4
timeout: Final = 60
graceful_timeout: Final = 20
loglevel: Final = "warning"
control_socket_disable: Final = True
PAUSE: Final = 1.0


def when_ready(server: Any) -> None:
    """End with whoever started this, also where that was killed: nothing is left behind that holds the port."""
    threading.Thread(target=_end_with, args=(os.getppid(),), name="parent", daemon=True).start()


def post_worker_init(worker: Any) -> None:
    """What was loaded at the start stays: it is not looked through again each time that memory is tidied."""
    gc.collect()
    gc.freeze()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PAUSE)
    os.kill(os.getpid(), signal.SIGTERM)
