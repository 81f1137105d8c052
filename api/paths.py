"""Parts of addresses that routes share."""

from typing import Annotated

from fastapi import Path, Query

from schemas.ids import UUID_PATTERN

LIMIT_DEFAULT, LIMIT_MAX = 50, 200

PathId = Annotated[str, Path(pattern=UUID_PATTERN)]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
