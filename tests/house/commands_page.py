"""The reference of the command line, written from the program itself: what ``docs/guide/commands.md`` must hold."""

from collections import Counter
from collections.abc import Iterator

import click

BEGIN = "<!-- Written from the program: DUNWELL_UPDATE=1 pytest tests/house -k commands -->"
END = "<!-- End of what is written from the program. -->"
SHARED_BY_MIN = 3

Option = tuple[str, str]
"""How an option is written, and what it does."""


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Walk the tree of commands: ``("dunwell letters approve", <Command>)`` and so on, in the order of ``--help``."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, f"{path} lists {name} and does not have it"
            yield from commands(child, f"{path} {name}")


def reference(main: click.Command) -> str:
    """Return the reference in Markdown: the shared options once, then every command with its own."""
    tree = [(path, command) for path, command in commands(main, "dunwell") if not command.hidden]
    counted = Counter(option for _, command in tree for option in _options(command))
    shared = [option for option, uses in counted.items() if uses >= SHARED_BY_MIN]
    leaves = [(path, command) for path, command in tree if not isinstance(command, click.Group)]
    sections = [_section(path, command, shared) for path, command in leaves]
    return "\n".join(["## Options that many commands have", "", *_table(shared), "", "## Commands", "", *sections])


def with_reference(page: str, text: str) -> str:
    """Return a page with the reference between its two marks."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{text}\n{END}{rest.partition(END)[2]}"


def _section(path: str, command: click.Command, shared: list[Option]) -> str:
    own = [option for option in _options(command) if option not in shared]
    also = [f"`{name.split(' ')[0]}`" for name, _ in _options(command) if (name, _) in shared]
    lines = [f"### {path}", "", f"`{_usage(path, command)}`", "", _sentence(command), ""]
    if own:
        lines += [*_table(own), ""]
    if also:
        lines += [f"{'Also' if own else 'Options:'} {', '.join(also)}.", ""]
    return "\n".join(lines)


def _usage(path: str, command: click.Command) -> str:
    return " ".join([path, *command.collect_usage_pieces(click.Context(command, info_name=path))])


def _sentence(command: click.Command) -> str:
    return " ".join((command.help or "").split())


def _options(command: click.Command) -> list[Option]:
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    return [(_written(command, option), _meaning(option)) for option in options]


def _written(command: click.Command, option: click.Option) -> str:
    names = "/".join([*option.opts, *option.secondary_opts])
    return names if option.is_flag else f"{names} {option.make_metavar(click.Context(command))}"


def _meaning(option: click.Option) -> str:
    return " ".join([*(option.help or "").split(), *(["Required."] if option.required else [])])


def _table(options: list[Option]) -> list[str]:
    rows = [(f"`{written}`", meaning) for written, meaning in options]
    return ["| option | |", "|---|---|", *(f"| {_cell(written)} | {_cell(meaning)} |" for written, meaning in rows)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
