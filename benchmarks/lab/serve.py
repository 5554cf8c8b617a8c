"""Serve the leak lab on an embedded DynamoDB: `python -m benchmarks.lab.serve [PORT]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn

from hushtable.embedded.fixtures import load, read_tables
from hushtable.embedded.server import LoopbackServer


def main() -> None:
    """Start DynamoDB, fill it, and serve on 127.0.0.1 until interrupted."""
    with LoopbackServer() as dynamodb:
        load(dynamodb.emulator, read_tables(Path(__file__).with_name("sample.json")))
        os.environ["LAB_DYNAMODB_ENDPOINT"] = dynamodb.url
        port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
        uvicorn.run("benchmarks.lab.app:app", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
