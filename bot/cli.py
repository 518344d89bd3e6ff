"""The terminal commands. Only the answer goes to stdout; progress and messages go to stderr."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.errors import ConversationsError, QuestionError, SavedAnswersError, SettingsError
from bot.settings import Settings, read_settings
from index import CommentaryError, DocumentsError

if TYPE_CHECKING:
    from bot.session import Session

NOT_SAID, USAGE, UNAVAILABLE, BROKEN_PIPE, STOPPED = 1, 2, 3, 141, 130
_USAGE = (QuestionError, SettingsError, SavedAnswersError, ConversationsError, DocumentsError)
app = typer.Typer(
    name="commentary",
    help="Ask a commentary, and get the author's own sentences with the place of each.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def main() -> None:
    """Run a command; expected errors become one line and an exit code, anything else is a bug and shows its traceback."""
    gc.disable()  # importing allocates much and frees nothing: a tenth of the time to the first answer
    logging.basicConfig(level=logging.WARNING, format="commentary: %(message)s", stream=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows "?"
    _leave(_run())


def _run() -> int:
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except CommentaryError as error:
        print(f"commentary: {error}", file=sys.stderr)
        return USAGE if isinstance(error, _USAGE) else UNAVAILABLE
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        return BROKEN_PIPE
    return 0


def _leave(code: int) -> None:
    """End the process at once: taking the interpreter and its libraries down would add a fifth to the time of an answer."""
    logging.shutdown()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
    sys.stderr.flush()
    os._exit(code)


@app.command()
def ask(
    question: Annotated[
        str, typer.Argument(help='The question; - reads one a line from stdin, as text or {"question": ..., "history": [...]}.')
    ],
    as_json: AsJson = False,
    model: Annotated[
        str | None, typer.Option(metavar="PROVIDER:MODEL", help="Chat model that words the answer; 'extractive' for the author alone.")
    ] = None,
    keep_unsupported: Annotated[
        bool, typer.Option("--keep-unsupported", help="Show, marked, what a chat model says without a quote that holds.")
    ] = False,
    top: Annotated[int | None, typer.Option(min=1, max=10, help="Most quotes in the answer.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show on stderr how every sentence was scored.")] = False,
) -> None:
    """Answer one question, or one a line from stdin."""
    from bot.conversation import Conversation
    from bot.printing import answer_lines, print_answer
    from bot.session import clean_question

    settings = _settings(top=top, chat_model=model, keep_unsupported=keep_unsupported or None)
    if question == "-":
        with _session(settings) as session:
            answer_lines(session, sys.stdin, as_json=as_json, explain=explain)
        return
    clean_question(question)
    with _session(settings) as session:
        answer = print_answer(session, question, Conversation(), as_json=as_json, explain=explain)
    if not answer.answered:
        raise typer.Exit(NOT_SAID)


@app.command()
def chat(
    name: Annotated[str, typer.Argument(metavar="[KEY]", help="With --resume: the conversation's name or the beginning of it.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last conversation, or with the one named KEY.")] = False,
) -> None:
    """Hold a conversation; /help lists its commands."""
    from bot.chat import Chat, new_key, resumed_key
    from bot.conversations import FILE, Conversations

    if name and not resume:
        raise QuestionError(f"To go on with a conversation, type: commentary chat --resume {name}")
    settings = read_settings()
    with _session(settings) as session:
        kept = Conversations(settings.data_dir / FILE, lambda: session.index.documents, keep_days=settings.keep_days)
        key = resumed_key(kept, name) if resume else new_key()
        Chat(session, kept, key=key, history=settings.data_dir / "chat_history").run()


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    as_json: AsJson = False,
    top: Annotated[int, typer.Option(min=1, max=50, help="Most passages.")] = 5,
) -> None:
    """List the passages and sentences nearest to a query, with their scores; no answer."""
    from bot.render import Page, as_line
    from bot.search import found_as_json, search_index
    from bot.session import clean_question

    wanted = clean_question(query)
    with _session(read_settings()) as session:
        found = search_index(session.index, session.model, wanted, top)
    if as_json:
        print(as_line(found_as_json(wanted, found)))
        return
    page = Page(sys.stdout)
    for rank, hit in enumerate(found, start=1):
        page.line(f"{rank}. fused {hit.scores['fused']:.2f}, dense {hit.scores['dense']:.2f}, lexical {hit.scores['lexical']:.2f}", "dim")
        page.quote(hit.passage, wanted)
        for item in hit.evidence[:2]:
            page.line(f"    evidence {item.score:.2f}", "dim")
            page.quote(item.sentence, wanted)


@app.command()
def show(
    document: Annotated[str, typer.Argument(help="A document's id or the beginning of it; see commentary index --status.")],
    characters: Annotated[str, typer.Argument(metavar="[START:END]", help="Characters to mark in their paragraph.")] = "",
) -> None:
    """Print a source text, or a span of it marked in its paragraph."""
    from bot.render import Page
    from bot.spans import document_named, span_named

    with _session(read_settings()) as session:
        found = document_named(session.index.documents, document)
    page = Page(sys.stdout)
    if characters:
        page.marked(span_named(found, characters))
    else:
        page.document(found)


@app.command()
def verify(file: Annotated[Path, typer.Argument(help="Answers that ask --json or /save wrote.")], as_json: AsJson = False) -> None:
    """Check the quotes of saved answers against the sources: unchanged, moved or gone."""
    from bot.render import as_line, safe
    from bot.verify import check_saved
    from index import default_corpus, load_documents

    settings = read_settings()
    with _session(settings) as session:
        roots = session.index.manifest.roots
    documents = {document.id: document for document in load_documents(roots or [default_corpus()]).documents}
    checked = check_saved(file, documents)
    for quote in checked:
        if as_json:
            print(as_line(vars(quote)))
        else:
            print(
                f"{quote.state:<9} {quote.document} {quote.start}:{quote.end}  {safe(quote.text)[:80]}"
                if quote.start >= 0
                else f"{quote.state:<9} {quote.document}  {safe(quote.text)[:80]}"
            )
    gone = sum(quote.state == "gone" for quote in checked)
    print(f"{len(checked)} quotes, {gone} gone", file=sys.stderr)
    if gone:
        raise typer.Exit(NOT_SAID)


@app.command()
def index(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH ...]", help="Files or folders; without any, what was indexed before.")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Say what is indexed and how old it is.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Embed everything anew.")] = False,
) -> None:
    """Build the index, or bring it up to date: only what changed is embedded."""
    from bot.indexing import build_index, print_status

    settings = read_settings()
    if status:
        print_status(settings)
    else:
        build_index(settings, [str(path.resolve()) for path in paths or []], rebuild=rebuild)


@app.command()
def discord(
    export: Annotated[
        Path | None, typer.Option(help="Write what was not answered or did not help to FILE for commentary eval --harvest, and end.")
    ] = None,
) -> None:
    """Run the Discord bot; docs/discord.md says how to set one up."""
    from bot.discord_app import export_unhelpful, run, token_of

    settings = read_settings()
    if export is not None:
        print(f"{export_unhelpful(settings, export)} answers in {export}; type: commentary eval --harvest {export}")
        return
    token_of(settings)  # said before an index is built
    with _session(settings) as session:
        run(settings, session)


@app.command("eval")
def evaluate(
    gold: Annotated[Path | None, typer.Option(help="Gold questions (JSON lines); without it, those on the packaged commentary.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="Documents that the questions are asked of.")] = None,
    report: Annotated[Path, typer.Option(help="Folder for report.html, report.md and report.json.")] = Path("report"),
    against: Annotated[
        Path | None, typer.Option(help="A saved report.json to compare with; without it, the last one in the folder.")
    ] = None,
    floor: Annotated[Path | None, typer.Option(help="Floors (TOML or JSON); exit code 1 if a figure is under one.")] = None,
    baselines: Annotated[bool, typer.Option("--baselines", help="Score stock LangChain, BM25 and LlamaIndex beside ours.")] = False,
    judge: Annotated[str | None, typer.Option(metavar="PROVIDER:MODEL", help="Ask a chat model's opinion too, through ragas.")] = None,
    model: Annotated[str, typer.Option(metavar="PROVIDER:MODEL", help="Chat model that words the answers.")] = "extractive",
    harvest: Annotated[
        list[Path] | None, typer.Option(help="Make candidate questions of saved answers instead; may be given several times.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score the answers to a gold question set, write the report, compare with the last run, fail under a floor."""
    from evals.command import Wanted
    from evals.command import evaluate as run_evaluation
    from evals.command import harvest as run_harvest

    wanted = Wanted(gold, corpus, report, against, floor, baselines, judge, model)
    if harvest:
        run_harvest(read_settings(), wanted, harvest)
    elif not run_evaluation(read_settings(), wanted, as_json=as_json):
        raise typer.Exit(NOT_SAID)


@app.command()
def doctor(
    ask_model: Annotated[bool, typer.Option("--ask-model", help="Also ask the chat models a word, to see that they answer.")] = False,
) -> None:
    """Check settings, models and index, and say what to do."""
    from bot.doctor import check

    problems = check(read_settings(), ask_model=ask_model)
    if problems:
        raise typer.Exit(UNAVAILABLE)


def _settings(**options: Any) -> Settings:
    """The settings, with what was said on the command line in their place."""
    return read_settings().model_copy(update={name: value for name, value in options.items() if value is not None})


@contextmanager
def _session(settings: Settings) -> Iterator[Session]:
    from bot.indexing import Bar
    from bot.session import Session

    with Bar() as bar:
        session = Session(settings, progress=bar.update)
        _ = session.index
    gc.freeze()  # what was imported stays; only what answers allocate is worth collecting
    gc.enable()
    try:
        _warn_of_changes(session)
        yield session
    finally:
        session.close()


def _warn_of_changes(session: Session) -> None:
    from bot.indexing import changed_sources

    changed = changed_sources(session.index.manifest)
    if changed:
        print(f"commentary: {', '.join(changed[:3])} changed since the index was built; type: commentary index", file=sys.stderr)
