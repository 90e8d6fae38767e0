"""What a person waits for: the help text, the first annotated post, the demo; and the memory that the demo takes."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MINER = str(Path(sys.executable).with_name("miner"))
GOALS = {"help_seconds": 0.3, "first_post_seconds": 3.0, "demo_seconds": 60.0, "demo_memory_mb": 1536}


def seconds(command, **more):
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, **more)
    return time.perf_counter() - begin


def peak_mb(command):
    """Peak memory of a command and of its children, in MB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, text=True)
    return int(done.stdout)


def measure():
    post = json.dumps({"id": "1", "text": "Надоело ждать, третий месяц хожу отмечаться."}) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        first = [MINER, "annotate", "-", "--workspace", folder]
        return {
            "help_seconds": round(statistics.median(seconds([MINER, "--help"]) for _ in range(5)), 3),
            "first_post_seconds": round(statistics.median(seconds(first, input=post.encode()) for _ in range(3)), 2),
            "demo_seconds": round(seconds([MINER, "demo", "--workspace", f"{folder}/a"]), 1),
            "demo_again_seconds": round(seconds([MINER, "demo", "--workspace", f"{folder}/a"]), 1),
            "demo_memory_mb": peak_mb([MINER, "demo", "--workspace", f"{folder}/b"]),
            "goals": GOALS,
        }
