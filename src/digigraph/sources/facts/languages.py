"""Tags of languages (BCP 47, RFC 5646), and what is meant by what is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.findings import Finding, Severity
from digigraph.sources.facts.values import LANGUAGE, shown
from digigraph.sources.files.records import Malformed

if TYPE_CHECKING:
    from collections.abc import Container

    from digigraph.sources.files.records import Scalar

_NAMES = {
    "sv": "swedish svenska svensk",
    "en": "english engelska engelsk us gb",
    "da": "danish danska dansk dk",
    "no": "norwegian norska norsk",
    "fi": "finnish finska finsk",
    "de": "german tyska tysk",
    "fr": "french franska fransk",
}
"""Languages as somebody names them, also by the code of a country that is the code of no language."""
_CODES = """
aa=aar ab=abk ae=ave af=afr ak=aka am=amh an=arg ar=ara as=asm av=ava ay=aym az=aze ba=bak be=bel bg=bul bh=bih
bi=bis bm=bam bn=ben bo=bod=tib br=bre bs=bos ca=cat ce=che ch=cha co=cos cr=cre cs=ces=cze cu=chu cv=chv
cy=cym=wel da=dan de=deu=ger dv=div dz=dzo ee=ewe el=ell=gre en=eng eo=epo es=spa et=est eu=baq=eus fa=fas=per
ff=ful fi=fin fj=fij fo=fao fr=fra=fre fy=fry ga=gle gd=gla gl=glg gn=grn gu=guj gv=glv ha=hau he=heb hi=hin
ho=hmo hr=hrv=scr ht=hat hu=hun hy=arm=hye hz=her ia=ina id=ind ie=ile ig=ibo ii=iii ik=ipk in io=ido is=ice=isl
it=ita iu=iku iw ja=jpn ji jv=jav jw ka=geo=kat kg=kon ki=kik kj=kua kk=kaz kl=kal km=khm kn=kan ko=kor kr=kau
ks=kas ku=kur kv=kom kw=cor ky=kir la=lat lb=ltz lg=lug li=lim ln=lin lo=lao lt=lit lu=lub lv=lav mg=mlg mh=mah
mi=mao=mri mk=mac=mkd ml=mal mn=mon mo=mol mr=mar ms=may=msa mt=mlt my=bur=mya na=nau nb=nob nd=nde ne=nep
ng=ndo nl=dut=nld nn=nno no=nor nr=nbl nv=nav ny=nya oc=oci oj=oji om=orm or=ori os=oss pa=pan pi=pli pl=pol
ps=pus pt=por qu=que rm=roh rn=run ro=ron=rum ru=rus rw=kin sa=san sc=srd sd=snd se=sme sg=sag sh si=sin
sk=slk=slo sl=slv sm=smo sn=sna so=som sq=alb=sqi sr=scc=srp ss=ssw st=sot su=sun sv=swe sw=swa ta=tam te=tel
tg=tgk th=tha ti=tir tk=tuk tl tn=tsn to=ton tr=tur ts=tso tt=tat tw=twi ty=tah ug=uig uk=ukr ur=urd uz=uzb
ve=ven vi=vie vo=vol wa=wln wo=wol xh=xho yi=yid yo=yor za=zha zh=chi=zho zu=zul
"""
"""Languages of two letters with their codes of three, which BCP 47 does without (IANA's Language Subtag Registry, and
ISO 639-2, of which some languages have two)."""
_SHORT = {long: short for short, *others in (each.split("=") for each in _CODES.split()) for long in (short, *others)}
_SWEDISH = "sv"
_TAKEN_FOR_SWEDISH = "se"


def language(scalar: Scalar, findings: list[Finding], *, beside: Container[str] = ()) -> str:
    """Return a language tag in lower case; one that is easily taken for another language's is noted.

    Parameters
    ----------
    scalar
        The tag.
    findings
        Where it is noted.
    beside
        Tags of the other texts that are the same in other languages.

    Raises
    ------
    Malformed
        It does not look like one (RFC 5646, section 2.1), or its language or country has another code (2.2.1, 2.2.4).
    """
    tag = scalar.text.lower()
    code, _, rest = tag.partition("-")
    if not re.fullmatch(LANGUAGE, scalar.text):
        raise _no_language(scalar, f"{shown(scalar)!r} is not a language tag.")
    if code not in _SHORT and len(code) == 2:  # noqa: PLR2004 - those of three letters are thousands
        raise _no_language(scalar, f"{code!r} is the code of no language.")
    if _SHORT.get(code, code) != code:
        message, meant = f"Languages that have a code of two letters are named by it, not by {code!r}.", _SHORT[code]
        raise Malformed("language", message, scalar.location, hint=f"Write {'-'.join(filter(None, [meant, rest]))}.")
    if rest == "uk":
        message = "'UK' is the code of no country; that of the United Kingdom is GB."
        raise Malformed("language", message, scalar.location, hint=f"Write {code}-gb.")
    if code == _TAKEN_FOR_SWEDISH and _SWEDISH not in beside:
        findings.append(
            Finding(
                rule="language-meant",
                severity=Severity.WARNING,
                message="se is the language Northern Sami.",
                location=scalar.location,
                hint="Write sv for Swedish.",
            )
        )
    return tag


def _no_language(scalar: Scalar, message: str) -> Malformed:
    words = re.findall(r"[^\W\d_]+", scalar.text.casefold())
    tags = (tag for tag, names in _NAMES.items() if words[:1] and words[0] in {tag, *names.split()})
    meant = next(tags, None)
    hint = f"Write {meant}." if meant else "Write sv for Swedish, en for English, or the code of another language."
    return Malformed("language", message, scalar.location, hint=hint)
