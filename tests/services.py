"""Small services to scan: one that leaks, one that does not."""

LEAKY = """import boto3
from fastapi import FastAPI

app = FastAPI()
table = boto3.resource("dynamodb").Table("notes")


@app.get("/notes/{note_id}")
def read_note(note_id: str):
    return table.get_item(Key={"note_id": note_id})["Item"]
"""
QUIET = """from fastapi import FastAPI

app = FastAPI()
"""
