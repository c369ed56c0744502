"""What each rule says, for formats that carry a description of their rules; ``docs/validate.md`` has the same table."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """What must hold, in one sentence, and what to do where it does not."""

    title: str
    help: str


RULES: dict[str, Rule] = {
    "encoding": Rule("A source is UTF-8.", "Save the file as UTF-8."),
    "too-large": Rule("A source is no larger than what is read.", "Split the file, or leave it out."),
    "too-deep": Rule("A source is not nested deeper than what is read.", "Give nested nodes identifiers."),
    "link-outside": Rule("A folder holds no link that leads out of it.", "Copy the file, or name it by its own path."),
    "rdf-syntax": Rule("An RDF file follows the syntax of its format.", "Correct the text at the place named."),
    "rdf-doctype": Rule("RDF/XML has no document type declaration.", "Write entities out and remove <!DOCTYPE …>."),
    "jsonld-context": Rule("JSON-LD brings its context along.", "Put the context in the place of its URL."),
    "blank-node": Rule("Blank nodes of curated RDF have content of their own.", "Give one of them an IRI."),
    "graph-name": Rule("Quads go into a graph of the project.", "Leave the name of the graph away."),
    "shapes": Rule("The shapes are ones that can be checked.", "Correct the shape; until then it checks nothing."),
    "shapes-recursive": Rule(
        "A shape comes to an end.", "A shape that leads back to itself is followed only so far; break the circle."
    ),
    "shapes-unsupported": Rule(
        "Shapes use SHACL Core and SHACL-SPARQL.", "Say it with SHACL Core or SHACL-SPARQL; this is never run."
    ),
    "shapes-remote": Rule(
        "Queries in shapes ask nobody else.", "Remove FROM, SERVICE and LOAD; the data graph is what is asked."
    ),
    "undefined-term": Rule("A term exists in its vocabulary.", "Use the name that the vocabulary has."),
    "unknown-class": Rule("A type is a class of the context.", "Use a class of ontology/context.jsonld."),
    "unknown-term": Rule("A key is a term of the context.", "Use a term of ontology/context.jsonld."),
    "unknown-thing": Rule("A slug names something described.", "Describe it in data/things/."),
    "unknown-word": Rule("A word of a closed list is in the ontology.", "Use a word that the ontology defines."),
    "subject-iri": Rule("A subject has an IRI of this graph.", "Use the patterns of docs/model.md."),
    "yaml": Rule("A facts file is plain YAML.", "Correct the text at the place named."),
    "duplicate-key": Rule("A key stands once in its mapping.", "Give a list of values under one key."),
    "key": Rule("A mapping has the keys it must have, and no other.", "Use the keys that are named."),
    "value": Rule("A value has the type that its term takes.", "Write the value as the term takes it."),
    "slug": Rule("A slug is made of a-z, 0-9 and hyphens.", "Write it so."),
    "iri": Rule("A link is an absolute IRI.", "Write it with its scheme."),
    "date": Rule("A date is a year, a month or a day.", "Write 2022, 2022-09 or 2022-09-30."),
    "money": Rule("An amount has a number and a currency.", "Write it as 6000000 EUR."),
    "language": Rule("A language is a tag of BCP 47.", "Write sv, en or another tag."),
    "document": Rule("A document is described and captured.", "Add what is missing."),
    "sha256": Rule("A captured text is never edited.", "Restore it, or capture it anew."),
    "as-of": Rule("A document says from when it is, or why nobody knows.", "Add asOf, or asOfReason."),
    "reason": Rule("What is not accepted has a reason.", "Add reason."),
    "fact": Rule("An entry says something of a subject.", "Write {subject: …, term: …}."),
    "quote": Rule("A fact has a quote.", "Quote the sentence that says it."),
    "quote-not-found": Rule("A quote stands in its text.", "Quote the text word for word."),
    "quote-ambiguous": Rule("A quote stands once in its text.", "Quote more words, or say which occurrence."),
    "quote-occurrence": Rule("The occurrence exists.", "Count the occurrences again."),
    "quote-after": Rule("The words in after stand once, before the quote.", "Choose other words."),
    "evidence-text": Rule("Evidence stands in its document at its place.", "Correct quote, start and end."),
    "evidence-not-described": Rule("Each claim says which sentence it quotes.", "Describe the evidence."),
    "evidence-claims-nothing": Rule("Each quote says something.", "Write what it says, or take it away."),
    "role-without-evidence": Rule("A role is stated by a sentence or a curator.", "Quote the sentence that says so."),
    "as-of-contradicted": Rule("A document's date fits what it reports.", "Write asOf: unknown, and why."),
}
"""Every rule of our own by its identifier; ``shacl-…`` rules are those of the shapes."""


def rule(identifier: str) -> Rule:
    """Return what a rule says; for a shape, that it must hold."""
    name = identifier.removeprefix("shacl-")
    return RULES.get(
        identifier, Rule(f"The shape {name} holds.", "The message of each result says what the shape asks for.")
    )
