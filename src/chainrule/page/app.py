"""The page's answers to a browser: its files, its acts, and the files that it exports."""

import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from chainrule.errors import ChainruleError
from chainrule.files.plain_json import parsed
from chainrule.page import menu
from chainrule.page.acts import ACTS, table_dropped
from chainrule.page.asked import Asked
from chainrule.page.desk import Desk
from chainrule.page.export import FILE, exported
from chainrule.page.state import State
from chainrule.page.static_files import ASSETS, static, template

# What a browser is told that a file is, so that it offers to keep it and runs nothing of it.
BYTES = "application/octet-stream"


class Page:
    """The page as an application for a server.

    Parameters
    ----------
    first : State
        What is open when a browser comes.
    at : str
        The place of the number that is looked at then; empty for the first one.
    token : str
        What the page sends back with everything that it asks to be done.
    """

    def __init__(self, first: State, at: str, token: str) -> None:
        self.desk = Desk()
        self.first, self.at, self.token = first, at, token

    def application(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/assets/{name}", self.asset),
                Route("/export/{state}/{suffix}", self.export),
                Route("/table", self.table, methods=["POST"]),
                Route("/act/{name}", self.act, methods=["POST"]),
            ]
        )

    async def page(self, request: Request) -> Response:
        """Answer with the page itself; every time it is loaded it begins with the first state."""
        shown = template("page.html").render(
            token=self.token, state=self.desk.put(self.first), at=self.at, choices=menu.CHOICES
        )
        return HTMLResponse(shown)

    async def asset(self, request: Request) -> Response:
        """Answer with one of the files that the page is made of."""
        name = request.path_params["name"]
        if name not in ASSETS:
            return PlainTextResponse("there is no such file", 404)
        return Response(static(name), media_type=ASSETS[name])

    async def export(self, request: Request) -> Response:
        """Answer with the file of a state."""
        suffix = f".{request.path_params['suffix']}"

        def made() -> bytes:
            return exported(self.desk.state(request.path_params["state"]), suffix)

        try:
            data = await run_in_threadpool(made)
        except ChainruleError as error:
            return PlainTextResponse(str(error), 400)
        offered = {"content-disposition": f'attachment; filename="{FILE}{suffix}"'}
        return Response(data, media_type=BYTES, headers=offered)

    async def table(self, request: Request) -> Response:
        """Answer with what the columns of a table are."""
        data = await request.body()
        return await self._answer(lambda: table_dropped(self.desk, data))

    async def act(self, request: Request) -> Response:
        """Do what the page asks for."""
        act, body = ACTS.get(request.path_params["name"]), await request.body()
        if act is None:
            return PlainTextResponse("there is no such act", 404)
        return await self._answer(lambda: act(self.desk, Asked(parsed("the request", body))))

    async def _answer(self, made: Callable[[], dict[str, Any]]) -> Response:
        """Answer with what was made, in a thread of its own; or with the sentence that refuses it."""
        try:
            told = await run_in_threadpool(made)
        except ChainruleError as error:
            return JSONResponse({"refused": str(error)}, 400)
        except MemoryError:
            refused = "the memory was not enough; it may be with fewer rows or a smaller network"
            return JSONResponse({"refused": refused}, 400)
        return Response(json.dumps(told), media_type="application/json")
