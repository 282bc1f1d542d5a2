"""Posts mail from many threads and prints the id of each message once its commit is done; killed by the test."""

from __future__ import annotations

import os
import sys
import threading
import time

from lms.app import create_app
from lms.infra import mail
from lms.infra.db import db


def write(app_number: int, threads: int) -> None:
    """Post until killed."""
    app = create_app()

    def post_on(thread: int) -> None:
        while True:
            with app.app_context():
                message = mail.Message(
                    to=f"reader-{thread}@example.org",
                    subject=f"From writer {app_number}.{thread}",
                    text="Text\n" * 20,
                    purpose="test",
                    language="en",
                )
                mail_id = mail.post(message)
                db.session.commit()
            time.sleep(0.4)  # the worker is to keep up
            os.write(1, f"{mail_id}\n".encode())  # one system call: a kill never leaves half a line

    for thread in range(threads):
        threading.Thread(target=post_on, args=(thread,)).start()


if __name__ == "__main__":
    write(int(sys.argv[1]), int(sys.argv[2]))
