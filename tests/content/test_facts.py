"""What the five documents say, where it is easy to get wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Content

PERSONS = {
    "bengt-persson",
    "daniel-lundqvist",
    "katrine-riklund",
    "richard-rosenquist-brandell",
    "sandra-falck",
    "sebastiaan-meijer",
}
EU_PROJECTS = {"gdi", "eucaim", "hds", "tef-health"}


def figure(content: Content, thing: str, what: str, qualifier: str) -> dict[str, set[str]]:
    """Return what is said of a figure that its thing links to."""
    node = f"{thing}-figure-{what}-{qualifier}"
    assert node in content.values(thing, "dg:figure")
    assert content.values(node, "schema:measuredProperty") == {what}
    assert content.values(node, "dg:qualifier") == {f"dg:{qualifier}"}
    return {name: content.values(node, name) for name in ("schema:value", "dg:status")}


class TestTwoThingsOfOneName:
    """Genomic Medicine Sweden, the initiative and the funded project."""

    def test_who_answers_for_which(self, content: Content) -> None:
        """Region Skåne hosts the initiative; LU Innovation coordinates the project."""
        assert content.values("gms", "dg:host") == {"region-skane"}
        assert content.values("gms", "dg:coordinator") == set()
        assert content.values("vinnova-2017-03416", "dg:coordinator") == {"lu-innovation"}
        assert content.values("vinnova-2017-03416", "dg:host") == set()

    def test_end_status_and_money_are_the_projects(self, content: Content) -> None:
        """The initiative lives on and was not granted the sum."""
        for name in ("schema:endDate", "dg:status", "schema:funding", "dg:duration"):
            assert content.values("gms", name) == set()
        assert content.values("vinnova-2017-03416", "dg:status") == {"dg:completed"}
        assert content.values("vinnova-2017-03416", "schema:startDate") == {"2017-08"}
        assert content.values("vinnova-2017-03416", "schema:endDate") == {"2018-07"}

    def test_they_are_tied_and_of_different_kinds(self, content: Content) -> None:
        """The project is part of the initiative."""
        assert "gms" in content.values("vinnova-2017-03416", "dcterms:isPartOf")
        assert "dg:Initiative" in content.values("gms", "rdf:type")
        assert "dg:Initiative" not in content.values("vinnova-2017-03416", "rdf:type")

    def test_name_of_the_project_is_the_heading_of_its_record(self, content: Content) -> None:
        """The same words stand in the text below, where they name the initiative."""
        document = content.document("vinnova-gms-2017-03416")
        (fact,) = content.facts(document.slug, "Genomic Medicine Sweden")
        assert {each.subject for each in fact.assertions} == {"vinnova-2017-03416"}
        assert len(document.text.find(fact.quote)) == 2
        assert fact.span.end < document.text.find("Reference number")[0].start


class TestRecordOfVinnova:
    """The grant 2017-03416."""

    def test_first_reference_number_is_empty(self, content: Content) -> None:
        """The label stands twice; only the second has a number, and it is the one quoted."""
        text = content.document("vinnova-gms-2017-03416").text
        labels = text.find("Reference number")
        (fact,) = content.facts("vinnova-gms-2017-03416", "Reference number 2017-03416")
        assert len(labels) == 2
        assert fact.span.start == labels[1].start
        assert content.values("vinnova-2017-03416", "schema:identifier") == {"2017-03416"}

    def test_one_grant_with_number_amount_and_funder(self, content: Content) -> None:
        """The two quotes speak of the same grant."""
        grant = "vinnova-2017-03416-grant-2017-03416"
        assert content.values("vinnova-2017-03416", "schema:funding") == {grant}
        assert content.values(grant, "schema:amount") == {"amount-sek-1991250"}
        assert content.values(grant, "schema:funder") == {"vinnova"}
        assert content.values(grant, "schema:identifier") == {"2017-03416"}

    def test_number_is_claimed_by_its_own_words_only(self, content: Content) -> None:
        """The sentence with the amount does not give the number."""
        said = content.said("vinnova-gms-2017-03416", "Funding from Vinnova SEK 1 991 250")
        assert not any(name == "schema:identifier" for _, name, _ in said)


class TestRoles:
    """Host, coordinator, lead: different words for different things."""

    @pytest.mark.parametrize(
        ("project", "host"),
        [("gdi", "uu"), ("eucaim", "umu"), ("hds", "kth"), ("tef-health", "ki"), ("scilifelab", "kth")],
    )
    def test_hosts(self, content: Content, project: str, host: str) -> None:
        """Huvudman, as the page about the collaboration has it."""
        assert content.values(project, "dg:host") == {host}

    def test_eibir_coordinates_and_umea_hosts(self, content: Content) -> None:
        """Two roles of EUCAIM, two organisations."""
        assert content.values("eucaim", "dg:coordinator") == {"eibir"}
        assert content.values("eucaim", "dg:host") == {"umu"}

    def test_a_person_coordinates_hds(self, content: Content) -> None:
        """One article says coordinates, another lead; the person is no member."""
        assert content.values("hds", "dg:coordinator") == {"sebastiaan-meijer"}
        assert content.values("hds", "dg:lead") == {"sebastiaan-meijer"}
        assert "sebastiaan-meijer" not in content.values("hds", "schema:member")

    @pytest.mark.parametrize(
        ("project", "person"),
        [("gdi", "bengt-persson"), ("eucaim", "katrine-riklund"), ("tef-health", "daniel-lundqvist")],
    )
    def test_a_national_lead_leads_no_whole(self, content: Content, project: str, person: str) -> None:
        """Who leads in Sweden is responsible, and not the lead of the European project."""
        assert content.values(project, "dg:nationalLead") == {person}
        assert content.values(project, "dg:lead") == set()
        assert content.values(project, "dg:responsiblePerson") == {person}

    def test_director_is_a_lead(self, content: Content) -> None:
        """The director of GMS leads the whole of it."""
        assert content.values("gms", "dg:director") == {"richard-rosenquist-brandell"}
        assert content.values("gms", "dg:lead") == {"richard-rosenquist-brandell"}

    def test_scilifelab_coordinates_here_and_pays_there(self, content: Content) -> None:
        """Coordinator of the collaboration, funder within GMS, and coordinator of none of the five it links."""
        assert content.values("digifor1healthse", "dg:coordinator") == {"scilifelab"}
        assert content.values("scilifelab", "dg:coordinatesAcross") == EU_PROJECTS | {"gms"}
        assert content.values("gms", "schema:funder") == {"scilifelab"}
        assert content.values("gms-acute-leukemias", "schema:funder") == {"scilifelab"}
        assert all("scilifelab" not in content.values(each, "dg:coordinator") for each in EU_PROJECTS | {"gms"})

    def test_roles_of_vinnova(self, content: Content) -> None:
        """Funder of two projects, national coordinator of 1+MG, taking part in GDI."""
        assert content.values("digifor1healthse", "schema:funder") == {"vinnova"}
        assert content.values("vinnova-2017-03416", "schema:funder") == {"vinnova"}
        assert content.values("1plusmg", "dg:nationalCoordinator") == {"vinnova"}
        assert "vinnova" in content.values("gdi", "schema:member")

    def test_pillar_two_is_led_by_two_countries(self, content: Content) -> None:
        """Sweden and Finland lead the part, not the whole."""
        assert content.values("gdi-pillar-2", "dg:leadCountry") == {"sweden", "finland"}
        assert content.values("gdi-pillar-2", "dcterms:isPartOf") == {"gdi"}
        assert content.values("gdi", "dg:leadCountry") == set()

    def test_swedish_main_party_of_gdi(self, content: Content) -> None:
        """NBIS and SciLifeLab lead the Swedish part and so take part; the host is another word."""
        assert content.values("gdi", "dg:nationalLeadOrganization") == {"nbis", "scilifelab"}
        assert content.values("gdi", "schema:member") >= {"nbis", "scilifelab"}
        assert content.values("gdi", "dg:coordinator") == set()

    def test_no_person_is_a_member(self, content: Content) -> None:
        """Members are organisations, projects and initiatives."""
        members = {
            content.short(each.object) for each in content.triples if content.short(each.predicate) == "schema:member"
        }
        assert members
        assert not members & PERSONS

    def test_origin_and_predecessors(self, content: Content) -> None:
        """GMS began in Clinical Genomics; GDI builds on B1MG, EUCAIM on AI4HI."""
        assert "clinical-genomics" in content.values("gms", "dg:originatedIn")
        assert content.values("gdi", "dg:buildsOn") == {"b1mg"}
        assert content.values("eucaim", "dg:buildsOn") == {"ai4hi"}


class TestNumbers:
    """Numbers belong to what they count, with their reservations."""

    def test_twenty_plus(self, content: Content) -> None:
        """'20+' is a floor, not a count."""
        assert figure(content, "gdi", "countries", "at-least")["schema:value"] == {"20"}
        assert content.values("gdi", "dg:countryCount") == set()

    def test_minst_15(self, content: Content) -> None:
        """'Minst 15' is a floor too, and a goal."""
        assert figure(content, "gdi", "countries-with-nodes", "at-least") == {
            "schema:value": {"15"},
            "dg:status": {"dg:planned"},
        }

    def test_signatories_are_not_gdis(self, content: Content) -> None:
        """27 countries signed the declaration of 1+MG."""
        assert figure(content, "1plusmg", "signatory-countries", "exact")["schema:value"] == {"27"}
        assert "27" not in {content.short(each.value) for each in self._of(content, "gdi")}

    @staticmethod
    def _of(content: Content, thing: str) -> list[object]:
        return [
            each
            for document in content.corpus.documents
            for fact in document.facts
            for each in fact.assertions
            if each.subject.startswith(thing)
        ]

    def test_two_fourteens(self, content: Content) -> None:
        """14 parties make up GMS; 14 other regions take part as well."""
        assert content.values("gms", "dg:partnerCount") == {"14"}
        assert figure(content, "regions-without-university-healthcare", "regions", "exact")["schema:value"] == {"14"}
        (parties,) = content.facts("vinnova-gms-2017-03416", "GMS består nu av 14 parter")
        (regions,) = content.facts("digifor1health-about", "de 14 övriga regionerna")
        assert {each.subject for each in parties.assertions} == {"gms"}
        assert {each.subject for each in regions.assertions if each.introduced_by is None} == {
            "regions-without-university-healthcare"
        }

    def test_counts_of_ai4hi_are_not_eucaims(self, content: Content) -> None:
        """86 institutions, 20 countries, 5 projects and 91 000 patients are those of what EUCAIM builds on."""
        counts = {"institutions": "86", "projects": "5", "cancer-patients": "91000"}
        for what, value in counts.items():
            assert figure(content, "ai4hi", what, "exact")["schema:value"] == {value}
        assert content.values("ai4hi", "dg:countryCount") == {"20"}
        for name in ("dg:figure", "dg:countryCount", "dg:partnerCount"):
            assert content.values("eucaim", name) == set()

    def test_sweden_and_eight_others_are_nine(self, content: Content) -> None:
        """The sum is implied, the 8 is printed."""
        quote = "Sverige och 8 andra länder"
        stated = {fact.implied is None: fact for fact in content.facts("digifor1health-about", quote)}
        assert {content.short(each.property) for each in stated[False].assertions} == {"dg:countryCount"}
        assert content.values("tef-health", "dg:countryCount") == {"9"}
        assert content.values("tef-health", "dg:partnerCount") == {"52"}

    def test_twenty_million_patients_are_a_ceiling(self, content: Content) -> None:
        """'Upp till' a number of patients each year."""
        assert figure(content, "tef-health", "patients-per-year", "up-to")["schema:value"] == {"20000000"}

    def test_two_documents_agree_on_the_partners_of_hds(self, content: Content) -> None:
        """18, each with its own evidence."""
        assert content.values("hds", "dg:partnerCount") == {"18"}
        assert ("hds", "dg:partnerCount", "18") in content.said(
            "digifor1health-about", "Projektet har 18 samarbetspartner nationellt"
        )
        assert ("hds", "dg:partnerCount", "18") in content.said(
            "flemingsberg-hds", "Satsningen Health Data Sweden knyter samman 18 samarbetspartner"
        )

    def test_six_million_in_words(self, content: Content) -> None:
        """'Sex miljoner euro' is 6 000 000 EUR, with no funder that the sentence does not name."""
        grant = "hds-grant-flemingsberg-hds"
        assert content.values("hds", "schema:funding") == {grant}
        assert content.values(grant, "schema:amount") == {"amount-eur-6000000"}
        assert content.values("amount-eur-6000000", "schema:currency") == {"EUR"}
        assert content.values("amount-eur-6000000", "schema:value") == {"6000000"}
        assert content.values(grant, "schema:funder") == set()

    def test_three_years_in_words(self, content: Content) -> None:
        """'Över tre år' is a duration."""
        assert content.values("hds", "dg:duration") == {"P3Y"}

    def test_four_years_in_english(self, content: Content) -> None:
        """'The 4-year project' is a duration, without dates."""
        assert content.values("digifor1healthse", "dg:duration") == {"P4Y"}
        assert content.values("digifor1healthse", "schema:startDate") == set()

    def test_four_universities_in_words(self, content: Content) -> None:
        """'Fyra universitet' founded SciLifeLab, and all four are named."""
        assert figure(content, "scilifelab", "founding-universities", "exact")["schema:value"] == {"4"}
        assert content.values("scilifelab", "schema:founder") == {"ki", "kth", "su", "uu"}

    @pytest.mark.parametrize(
        ("slug", "quote"),
        [
            ("digifor1health-about", "de sju regionerna med universitetssjukvård"),
            ("vinnova-gms-2017-03416", "Sveriges sju universitetslandsting/regioner"),
        ],
    )
    def test_seven_regions_in_words(self, content: Content, slug: str, quote: str) -> None:
        """'Sju regioner' in two documents, under two names, are one figure."""
        node = "regions-with-university-healthcare-figure-regions-exact"
        assert (node, "schema:value", "7") in content.said(slug, quote)


class TestMembers:
    """Who takes part."""

    @pytest.mark.parametrize(
        ("project", "members"),
        [
            ("hds", {"ki", "rise", "scilifelab"}),
            ("tef-health", {"ki", "rise", "scilifelab"}),
            ("eucaim", {"ki", "nbis", "scilifelab", "eibir"}),
            ("digifor1healthse", {*EU_PROJECTS, "gms"}),
            ("gms", {"scilifelab", "patient-organisations", "private-sector"}),
        ],
    )
    def test_named_members(self, content: Content, project: str, members: set[str]) -> None:
        """Those that a sentence names are there."""
        assert content.values(project, "schema:member") >= members

    def test_programme_and_policy(self, content: Content) -> None:
        """The four EU projects are funded by DIGITAL; the collaboration supports the European Health Data Space."""
        assert all(content.values(each, "dg:fundingScheme") == {"digital-europe"} for each in EU_PROJECTS)
        assert content.values("digifor1healthse", "dg:supports") == {"ehds"}


class TestAims:
    """What something is for."""

    def test_aims_are_worded_in_the_words_of_their_quotes(self, content: Content) -> None:
        """Each longer word of an aim begins as one of the quote does: forms may change, nothing is added."""
        aims = [
            (fact.quote, content.short(each.value))
            for document in content.corpus.documents
            for fact in document.facts
            for each in fact.assertions
            if content.short(each.property) == "dg:aim"
        ]
        added = [(quote, beginnings(aim) - beginnings(quote)) for quote, aim in aims]
        assert aims
        assert [each for each in added if each[1]] == []


def beginnings(text: str) -> set[str]:
    """Return the first three letters of the words of a text that have four and more."""
    return {word[:3] for word in re.findall(r"\w{4,}", text.lower())}


class TestSideMatter:
    """What stands on a page and does not belong to it."""

    def test_teasers_are_not_quoted(self, content: Content) -> None:
        """No fact of the article lies behind its date line."""
        document = content.document("flemingsberg-hds")
        (line,) = document.text.find("Published On: 13 september 2022")
        assert [fact.quote for fact in document.facts if fact.span.end > line.end] == []

    @pytest.mark.parametrize("name", ["Alfa Laval", "Lekberg", "Novum", "Press Start", "Limitless", "ATMP", "kuismin"])
    def test_names_of_the_teasers_are_nowhere(self, content: Content, name: str) -> None:
        """Nobody of the side matter is in the graph."""
        assert not [each for each in content.triples if name.lower() in str(each).lower()]

    def test_persons_are_those_with_a_role(self, content: Content) -> None:
        """Six persons, each with a role or an affiliation as printed."""
        typed = {
            content.short(each.subject)
            for each in content.triples
            if content.short(each.predicate) == "rdf:type" and content.short(each.object) == "dg:Person"
        }
        assert typed == PERSONS

    def test_ki_is_no_partner_by_the_teasers(self, content: Content) -> None:
        """Karolinska Institutet is in HDS by another document; this one names it in a teaser only."""
        subjects = {each.subject for fact in content.document("flemingsberg-hds").facts for each in fact.assertions}
        values = {str(each.value) for fact in content.document("flemingsberg-hds").facts for each in fact.assertions}
        assert "ki" not in subjects | values
