"""`python -m infra.operator`: the command line `backchannel`, from where the code stands."""

from infra.operator.cli import app

if __name__ == "__main__":
    app(prog_name="backchannel")
