"""The table of every command: bindings, palette, key page and README all read it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from reader.tui import keynames

# The command line reads the table too, and Textual takes longer to load than a command to run.
if TYPE_CHECKING:
    from textual.binding import Binding

ANYWHERE: Final = "anywhere"
PANES: Final = "any pane"
MAIN: Final = "stories"


class Command(NamedTuple):
    """One thing the reader does.

    Attributes:
        id: What the config calls it; never changes once released.
        action: Textual's action, a method ``action_…`` of the widget that `scope` names.
        keys: Textual's key names, parted by commas; the first is shown.
        label: Two or three words for the palette.
        help: One sentence for the key page.
        scope: Where it works: `ANYWHERE`, in the focused pane (`PANES`), on the main screen (`MAIN`).
        is_first: It comes before whatever has the focus: for quitting out of every page.
    """

    id: str
    action: str
    keys: str
    label: str
    help: str
    scope: str = MAIN
    is_first: bool = False

    def binding(self) -> Binding:
        """The same for Textual."""
        from textual.binding import Binding

        return Binding(
            self.keys,
            self.action,
            self.label,
            tooltip=self.help,
            show=False,
            id=self.id,
            priority=self.is_first,
        )


COMMANDS: Final = (
    Command("down", "down", "j,down", "Down", "Move one line down in the focused pane.", PANES),
    Command("up", "up", "k,up", "Up", "Move one line up.", PANES),
    Command("top", "top", "g,home", "Top", "Go to the first line.", PANES),
    Command("bottom", "bottom", "G,end", "Bottom", "Go to the last line.", PANES),
    Command("page-down", "page_down", "pagedown", "Page down", "Move one page down.", PANES),
    Command("page-up", "page_up", "pageup", "Page up", "Move one page up.", PANES),
    Command(
        "half-page-down", "half_page_down", "ctrl+d", "Half a page down", "Move half a page down.", PANES
    ),
    Command("half-page-up", "half_page_up", "ctrl+u", "Half a page up", "Move half a page up.", PANES),
    Command("left", "left", "h,left", "Pane left", "Go one pane left; in the topics, fold first."),
    Command("right", "right", "l,right", "Pane right", "Go one pane right; in the topics, unfold first."),
    Command("next-pane", "next_pane(1)", "tab", "Next pane", "Go round the panes."),
    Command("previous-pane", "next_pane(-1)", "shift+tab", "Previous pane", "Go round the panes, backwards."),
    Command("topics", "go_to('topics')", "1", "Topics", "Jump to the topics."),
    Command("stories", "go_to('stories')", "2", "Stories", "Jump to the stories."),
    Command("story", "go_to('story')", "3", "Story", "Jump to the story."),
    Command(
        "go-in",
        "go_in",
        "enter",
        "Go in",
        "From a topic to its stories, from there into the story; expand a related item.",
    ),
    Command("back", "back", "escape", "Back", "Forget the search, then go back one pane. Never quits."),
    Command(
        "page-story",
        "page_story",
        "space",
        "Read on",
        "Page through the story; at its end, go to the next unread one.",
    ),
    Command("scroll-story-down", "scroll_story(1)", "J", "Scroll down", "Scroll the story from the list."),
    Command("scroll-story-up", "scroll_story(-1)", "K", "Scroll up", "Scroll the story back from the list."),
    Command("next-unread", "next_unread(1)", "n", "Next unread", "Go to the next unread story."),
    Command("previous-unread", "next_unread(-1)", "p", "Previous unread", "Go to the previous unread story."),
    Command("toggle-read", "toggle_read", "m", "Read", "Mark as read, or as unread again."),
    Command(
        "keep-unread", "keep_unread", "u", "Keep unread", "Mark as unread, however long one rests on it."
    ),
    Command("mark-all-read", "mark_all_read", "A", "All read", "Mark all of the list as read; asks first."),
    Command("toggle-star", "toggle_star", "s", "Star", "Star, or take the star away."),
    Command(
        "note", "note", "c", "Note", "Write a note on the story, or change it; that stars the story as well."
    ),
    Command("starred", "starred", "S", "Starred", "Show the starred stories; again: go back."),
    Command("open", "open", "o,v", "Open", "Open the link in the browser, and mark as read."),
    Command("copy-link", "copy_link", "y", "Copy link", "Copy the link to the clipboard."),
    Command("expand-all", "expand_all", "e", "Related", "Expand or fold all related coverage."),
    Command(
        "best-version",
        "best_version",
        "x",
        "Best version",
        "Go to the best version of the story among its related coverage.",
    ),
    Command("links", "links", "L", "Links", "Go to the links in the text; again: to the next one."),
    Command(
        "sort",
        "sort",
        "d",
        "Sort",
        "Sort by date, quality, title, provider, related reports.",
    ),
    Command("filter", "filter", "f", "Filter", "Show only unread stories, published ones, videos, …"),
    Command(
        "raise-floor", "floor(1)", "greater_than_sign", "Raise floor", "Leave out stories of low quality."
    ),
    Command("lower-floor", "floor(-1)", "less_than_sign", "Lower floor", "Show those of lower quality too."),
    Command("reverse", "reverse", "D", "Reverse", "Turn the order round."),
    Command("zoom", "zoom", "z", "Zoom", "Give the story the whole screen; again: show everything."),
    Command("grow", "grow(2)", "plus", "Larger", "Make the focused pane larger."),
    Command("shrink", "grow(-2)", "minus", "Smaller", "Make the focused pane smaller."),
    Command("even", "even", "equals_sign", "Even", "Give the panes the sizes they had at first."),
    Command("density", "density", "full_stop", "Density", "Show a story in one line, or in two."),
    Command("information", "information", "i", "Information", "Show the story's file and front matter."),
    Command("search", "search", "slash", "Search", "Search as you type; words, or a query."),
    Command("save-search", "save_search", "B", "Save search", "Save this view under a name."),
    Command("rename-search", "rename_search", "R", "Rename search", "Rename the chosen saved search."),
    Command("remove-search", "remove_search", "X,delete", "Remove search", "Remove that saved search."),
    Command("move-search-down", "move_search(1)", "alt+down", "Search down", "Move that saved search down."),
    Command("move-search-up", "move_search(-1)", "alt+up", "Search up", "Move that saved search up."),
    Command("jump", "jump", "t", "Go to topic", "Go to a topic by a few letters of its name."),
    Command("next-topic", "next_topic(1)", "right_square_bracket", "Next topic", "Go to the next topic."),
    Command(
        "previous-topic", "next_topic(-1)", "left_square_bracket", "Previous topic", "Go to the topic before."
    ),
    Command("undo", "undo", "ctrl+z", "Undo", "Take back what was done last, step by step."),
    Command("redo", "redo", "ctrl+y", "Redo", "Do again what was taken back."),
    Command("rescan", "rescan", "r", "Look again", "Look at the archive again."),
    Command(
        "palette", "app.command_palette", "ctrl+p,colon", "Commands", "Find a command by name.", ANYWHERE
    ),
    Command("redraw", "app.redraw", "ctrl+l", "Draw again", "Draw the screen again.", ANYWHERE),
    Command("keys", "app.keys", "question_mark,f1", "Keys", "Show this page.", ANYWHERE),
    Command(
        "quit-or-back",
        "quit_or_back",
        "q",
        "Back or quit",
        "Go back one pane; quit from the list.",
    ),
    Command(
        "quit",
        "app.quit",
        "ctrl+q",
        "Quit",
        "Quit now; everything is saved already.",
        ANYWHERE,
        is_first=True,
    ),
)

GROUPS: Final = (
    (
        "Moving about",
        (
            *("down", "up", "top", "bottom", "page-down", "page-up", "half-page-down", "half-page-up"),
            *("left", "right", "next-pane", "previous-pane", "topics", "stories", "story", "go-in", "back"),
        ),
    ),
    (
        "Topics and searches",
        (
            *("jump", "next-topic", "previous-topic", "starred", "search"),
            *("save-search", "rename-search", "remove-search", "move-search-down", "move-search-up"),
        ),
    ),
    (
        "Stories",
        (
            *("next-unread", "previous-unread", "toggle-star", "toggle-read", "keep-unread", "mark-all-read"),
            *("note", "undo", "redo", "sort", "reverse", "filter", "raise-floor", "lower-floor", "rescan"),
        ),
    ),
    (
        "The story",
        (
            *("page-story", "scroll-story-down", "scroll-story-up", "open", "copy-link", "expand-all"),
            *("best-version", "links", "information"),
        ),
    ),
    (
        "Anywhere",
        (
            *("zoom", "grow", "shrink", "even", "density", "palette", "keys", "redraw"),
            *("quit-or-back", "quit"),
        ),
    ),
)
"""Every command under what it is about, for the key page."""


def bindings(*scopes: str) -> list[Binding]:
    """The bindings of these scopes, for a widget's or screen's BINDINGS."""
    return [command.binding() for command in COMMANDS if command.scope in scopes]


def are_heard_together(scope: str, other: str) -> bool:
    """Whether a press could mean a command of either scope: a pane stands on the main screen."""
    return scope == other or ANYWHERE in (scope, other) or {scope, other} == {PANES, MAIN}


def key_text(keys: str) -> str:
    """Keys as a person reads them: ``question_mark,f1`` is ``? F1``."""
    return " ".join(map(keynames.shown, keys.split(",")))


def key_table() -> str:
    """Every command with its keys as a table in Markdown, for the README."""
    rows = (f"| {_cell(key_text(command.keys))} | {_cell(command.help)} |" for command in COMMANDS)
    return "\n".join(["| Keys | Does |", "| --- | --- |", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
