"""The runtime library: what a response model does not declare is never asked for, never sent.

It ships to production: it starts without anything the other engines need, and without FastAPI;
the adapter for FastAPI is `hushtable.guard.fastapi`.
"""
