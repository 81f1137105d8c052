"""What a command says at its end: a sentence for people, or one JSON value for machines."""

import json

import typer


def say(value: object, sentence: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(value) if as_json else sentence)
