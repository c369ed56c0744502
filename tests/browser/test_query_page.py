"""The query page as a person uses it, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from conftest import Visit

    Opens = Callable[..., Visit]

pytestmark = pytest.mark.long

HOST = "PREFIX dg: <https://w3id.org/digigraph/ns#>\nPREFIX id: <https://w3id.org/digigraph/id/>\n{}"


def write(page: Page, query: str) -> None:
    """Put a query in place of the one in the editor, as a paste does; brackets that close by themselves stay out."""
    page.locator(".tabPanel.active .yasqe .CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(query)


def press(page: Page, name: str) -> None:
    """Press a button that leads to another page, and wait for that."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def cells(page: Page) -> list[list[str]]:
    page.locator(".tabPanel.active .yasr table tbody tr").first.wait_for()
    rows = page.locator(".tabPanel.active .yasr table tbody tr").all()
    return [row.locator("td").all_inner_texts()[1:] for row in rows]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_a_query_is_written_and_answered(visit: Opens, width: int, colours: str):
    """Type, run, see the table; nothing is wider than the window, nothing breaks the policy or asks elsewhere."""
    there = visit("/sparql", width=width, colours=colours)
    write(there.page, HOST.format("SELECT ?host { id:hds dg:host ?host }"))
    there.page.locator(".yasqe_queryButton:visible").click()
    assert cells(there.page) == [["id:kth"]]
    assert there.page.evaluate("document.documentElement.scrollWidth") <= width
    assert there.complaints() == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_text_stands_out_from_its_ground(visit: Opens, colours: str):
    """Editor, table and buttons have a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3) in both colours."""
    there = visit("/sparql", colours=colours)
    write(there.page, "SELECT ?s ('a' AS ?text) (1 AS ?n) # why\n{ ?s a <https://schema.org/Project> } LIMIT 3")
    there.page.keyboard.press("Control+Enter")
    cells(there.page)
    contrasts = dict(there.page.evaluate(_CONTRASTS))
    assert {"SELECT", "?s", "1", "# why", "text", "schema:Project"} - set(contrasts) == {"schema:Project"}
    assert {text: ratio for text, ratio in contrasts.items() if ratio < 4.5} == {}


_CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((each) => each / 255)
    .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = channels(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const seen = "#workbench .CodeMirror-code span, #workbench td *, #workbench th span, #workbench .tab a span, "
    + "#workbench .yasr_btn span, #workbench .yasr_response_chip, #workbench label";
  return [...document.querySelectorAll(seen)]
    .filter((element) => element.checkVisibility() && hasText(element))
    .map((element) => {
      const [text, below] = [channels(getComputedStyle(element).color), ground(element)].map(luminance);
      const ratio = (Math.max(text, below) + 0.05) / (Math.min(text, below) + 0.05);
      return [element.textContent, ratio];
    });
}"""


@pytest.mark.parametrize(("key", "title"), [("acronym.en", "What does an acronym stand for?"), ("hosted-by.sv", None)])
def test_an_example_is_chosen_and_answered(visit: Opens, key: str, title: str | None):
    """A stored query opens in a tab under its title, with its description above, and runs as it is."""
    there = visit("/sparql")
    there.page.select_option("#example", key)
    there.page.get_by_role("button", name="Show", exact=True).click()
    tab = there.page.get_by_role("tab", selected=True)
    tab.filter(has_text=title or "?").wait_for()
    assert there.page.locator("#about-example p").first.inner_text()
    there.page.locator(".yasqe_queryButton:visible").click()
    assert len(cells(there.page)) >= 1
    assert there.complaints() == []


def test_an_error_is_shown_with_its_line(visit: Opens):
    """What the server says of a syntax error: title, line and column, the line itself with a mark."""
    there = visit("/sparql")
    write(there.page, "SELECT * {\n ?s ?p }")
    there.page.locator(".yasqe_queryButton:visible").click()
    told = there.page.get_by_role("alert")
    told.locator("pre").wait_for()
    text = told.inner_text()
    assert "The query is not SPARQL" in text
    assert "Line 2, column " in text
    assert "?s ?p }\n" in text
    assert there.complaints() == []


def test_it_is_used_by_keyboard_alone(visit: Opens):
    """Terms are completed from this graph with their prefix declared, the query runs, and the editor can be left."""
    from playwright.sync_api import expect  # noqa: PLC0415 - make test does without it

    there = visit("/sparql")
    there.page.locator(".CodeMirror textarea").focus()
    there.page.keyboard.press("Control+A")
    there.page.keyboard.type("SELECT * { ?s dg:")
    there.page.locator(".CodeMirror-hint", has_text="dg:host").wait_for()
    there.page.keyboard.type("hos")
    there.page.keyboard.press("Control+Space")
    there.page.locator(".CodeMirror-hint-active", has_text="dg:host").wait_for()
    there.page.keyboard.press("Enter")
    there.page.keyboard.type(" ?host }")
    there.page.keyboard.press("Control+Enter")
    assert len(cells(there.page)) >= 3
    written = there.page.locator(".CodeMirror-code").inner_text()
    there.page.keyboard.press("Escape")
    there.page.keyboard.press("Tab")
    there.page.keyboard.press("Tab")
    expect(there.page.locator(":focus")).to_have_attribute("aria-label", "Run query")
    assert there.page.locator(".CodeMirror-code").inner_text() == written
    assert there.complaints() == []


def test_iris_of_ours_lead_to_this_servers_pages(visit: Opens):
    """A link in the table goes to the page here, whatever the name's own address."""
    from playwright.sync_api import expect  # noqa: PLC0415 - make test does without it

    there = visit("/sparql")
    write(there.page, HOST.format("SELECT ?host { id:hds dg:host ?host }"))
    there.page.keyboard.press("Control+Enter")
    cells(there.page)
    link = there.page.locator(".yasr td a.iri")
    link.hover()
    expect(link).to_have_attribute("href", f"{there.url}/id/kth")


def test_what_is_in_the_editor_can_be_cited(visit: Opens):
    """The button below the editor makes a permalink of the query in the open tab, and leads to its page."""
    there = visit("/sparql")
    write(there.page, HOST.format("SELECT ?host { id:hds dg:host ?host }"))
    there.page.locator("#cite button").click()
    there.page.wait_for_url("**/results/*")
    assert there.page.locator("table.answer td").all_inner_texts() == ["id:kth"]
    assert there.complaints() == []


def test_the_editor_of_a_state_asks_that_state(visit: Opens):
    """With tabs left open in the present state, the editor below a state's name asks there, and its IRIs lead there."""
    from playwright.sync_api import expect  # noqa: PLC0415 - make test does without it

    there = visit("/sparql")
    write(there.page, "ASK {}")
    there.page.keyboard.press("Control+Enter")
    there.page.locator(".tabPanel.active .yasr:has-text('True')").wait_for()
    state = f"{there.url}/snapshots/{there.page.locator('footer code').inner_text()}"
    there.page.goto(f"{state}/sparql")
    write(there.page, HOST.format("SELECT ?host { id:hds dg:host ?host }"))
    there.requests.clear()
    there.page.keyboard.press("Control+Enter")
    assert cells(there.page) == [["id:kth"]]
    assert {each for each in there.requests if "sparql" in each} == {f"{state}/sparql"}
    there.page.locator("a.iri:visible").first.hover()
    expect(there.page.locator("a.iri:visible").first).to_have_attribute("href", f"{state}/id/kth")


def test_every_view_of_an_answer_obeys_the_policy(visit: Opens):
    """Graphs, truth values, the raw response, the share box, paging, sorting and dragging a column's edge."""
    there = visit("/sparql")
    page = there.page
    write(page, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(ISLITERAL(?o)) } LIMIT 70")
    page.keyboard.press("Control+Enter")
    assert len(cells(page)) == 50
    edge = page.locator(".grip-handle .grip-resizable").nth(1).bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + 2, edge["y"] + 2)
    page.mouse.down()
    page.mouse.move(edge["x"] + 60, edge["y"] + 2)
    page.mouse.up()
    moved = page.locator(".grip-handle .grip-resizable").nth(1).bounding_box()
    assert moved is not None
    assert moved["x"] > edge["x"] + 30
    page.locator(".dt-paging-button", has_text="2").click()
    page.get_by_role("columnheader", name="object").click()
    page.locator(".select_response:visible").click()
    page.locator(".yasr_results .CodeMirror").wait_for()
    page.locator(".yasqe_share:visible").click()
    page.locator(".yasqe_sharePopup").wait_for()
    page.locator(".select_table:visible").click()
    write(page, "ASK {}")
    page.keyboard.press("Control+Enter")
    page.locator(".booleanResult").wait_for()
    assert there.complaints() == []


def test_a_shared_link_asks_this_server_alone(visit: Opens):
    """A link that names another endpoint shows its query, and asks it here."""
    there = visit("/sparql#query=ASK%20%7B%7D&endpoint=https%3A%2F%2Felsewhere.example%2Fsparql")
    there.page.locator(".booleanResult").wait_for()
    assert "ASK {}" in there.page.locator(".tabPanel.active .CodeMirror-code").inner_text()
    assert there.complaints() == []


def test_what_the_data_says_does_not_run(visit: Opens):
    """Markup in a value is text in the table."""
    there = visit("/sparql")
    write(there.page, "SELECT ('<img src=x onerror=\"window.errors=1\"><b>bold</b>' AS ?text) {}")
    there.page.keyboard.press("Control+Enter")
    assert "<b>bold</b>" in cells(there.page)[0][0]
    assert there.page.locator(".yasr td img").count() == 0
    assert there.complaints() == []


@pytest.mark.parametrize("width", [390, 1440])
def test_without_script_form_and_table_do(visit: Opens, width: int):
    """Choose an example, ask, read the table, ask again; an error is a page with the line."""
    page = visit("/sparql", width=width, script=False).page
    page.select_option("#example", "acronym.sv")
    press(page, "Show")
    press(page, "Ask")
    assert page.locator("table tbody td").all_inner_texts() == [
        "id:eibir",
        "European Institute for Biomedical Imaging Research @en",
    ]
    page.locator("#query").fill("SELECT * {\n ?s ?p }")
    press(page, "Ask")
    assert page.get_by_role("heading", name="The query is not SPARQL").is_visible()
    assert page.locator("pre").inner_text().startswith(" ?s ?p }\n")
