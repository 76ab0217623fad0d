"""``python -m infra.reference``: load an estate from a folder, grant and revoke keys of the API."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from domain.people import Role

app = typer.Typer(
    pretty_exceptions_show_locals=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
    help="Load the reference data of an estate; grant, revoke and list the keys of the API.",
)


@app.command("load")
def load_folder(
    folder: Annotated[Path, typer.Argument(help="Folder with estate.toml and its seven neighbours.")],
    check: Annotated[bool, typer.Option("--check", help="Only check the files; no database is needed.")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Check every file of FOLDER and load all of it, or nothing."""
    from infra.reference.commands import check_files, load_files  # noqa: PLC0415 - heavy imports only when needed
    from infra.run import run  # noqa: PLC0415

    run(check_files(folder) if check else load_files(folder, by=getpass.getuser()))


@app.command()
def grant(  # noqa: PLR0917 - each is an option of its own
    name: Annotated[str, typer.Argument(help="Name of the person or system, as it is shown.")],
    estates: Annotated[str, typer.Option(help="Estate codes, parted by commas.")],
    posts: Annotated[str, typer.Option(help="Posts, parted by commas; 'all' for every post.")],
    staff: Annotated[str, typer.Option(help="Staff id of the person.")] = "",
    system: Annotated[bool, typer.Option("--system", help="A system without a person behind it.")] = False,  # noqa: FBT002
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of a key in use.")] = False,  # noqa: FBT002
) -> None:
    """Print a new key, once."""
    from infra.reference.commands import grant_key  # noqa: PLC0415
    from infra.run import run  # noqa: PLC0415

    if system == bool(staff):
        raise typer.BadParameter("give either --staff ID or --system")
    run(grant_key(name, _posts(posts), frozenset(estates.split(",")), staff=staff or None, replace=replace))


@app.command()
def revoke(principal: Annotated[str, typer.Argument(help="Id of the principal, see list.")]) -> None:
    """Take a key back at once."""
    from infra.reference.commands import revoke_key  # noqa: PLC0415
    from infra.run import run  # noqa: PLC0415

    run(revoke_key(principal))


@app.command("list")
def list_principals() -> None:
    """Show who may use the API."""
    from infra.reference.commands import show_principals  # noqa: PLC0415
    from infra.run import run  # noqa: PLC0415

    run(show_principals())


def _posts(text: str) -> frozenset[Role]:
    from domain.people import POSTS  # noqa: PLC0415

    if text == "all":
        return POSTS
    known = {post.value: post for post in POSTS}
    strange = [name for name in text.split(",") if name not in known]
    if strange:
        raise typer.BadParameter(f"unknown post {strange[0]}; known: {'、'.join(sorted(known))}")
    return frozenset(known[name] for name in text.split(","))


if __name__ == "__main__":
    app()
