"""Countries by their ISO 3166-1 alpha-2 codes, and the regions that every policy may name without defining them.

A region of the same name in a policy wins over one of these. To add one: a line in `_BUILT`, a row in
docs/reference/territories.md.
"""

from collections.abc import Mapping
from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# XK is not in the standard, but everybody uses it for Kosovo.
COUNTRIES: Final = _words(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
    MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """
)
KNOWN_COUNTRIES: Final = frozenset(COUNTRIES)

# Codes that people write and that mean another one.
ALIASES: Final[Mapping[str, str]] = {"UK": "GB", "EL": "GR"}

# Only to answer "did you mean": a name is never taken for a code silently.
NAMES: Final[Mapping[str, str]] = {
    "AUSTRALIA": "AU", "AUSTRIA": "AT", "BELGIUM": "BE", "BRAZIL": "BR", "CANADA": "CA", "CHINA": "CN",
    "DENMARK": "DK", "ENGLAND": "GB", "FINLAND": "FI", "FRANCE": "FR", "GERMANY": "DE", "INDIA": "IN",
    "IRELAND": "IE", "ITALY": "IT", "JAPAN": "JP", "MEXICO": "MX", "NETHERLANDS": "NL", "NORWAY": "NO",
    "POLAND": "PL", "PORTUGAL": "PT", "SPAIN": "ES", "SWEDEN": "SE", "SWITZERLAND": "CH", "USA": "US",
}  # fmt: skip


# Each of countries and of regions above it.
_BUILT: Final[Mapping[str, tuple[str, ...]]] = {
    "DACH": _words("DE AT CH"),
    "BENELUX": _words("BE NL LU"),
    "NORDICS": _words("DK FI IS NO SE FO GL AX"),
    "BALTICS": _words("EE LV LT"),
    "UKI": _words("GB IE"),
    "IBERIA": _words("ES PT AD GI"),
    "CEE": _words("BALTICS AL BA BG CZ HR HU ME MK PL RO RS SI SK XK"),
    "EU": _words("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
    "EEA": _words("EU IS LI NO"),
    "EUROPE": _words("EEA UKI NORDICS CEE IBERIA CH BY FR GG IM JE MC MD RU SJ SM UA VA"),
    "GCC": _words("AE BH KW OM QA SA"),
    "MIDDLE_EAST": _words("GCC IL IQ IR JO LB PS SY TR YE"),
    "AFRICA": _words(
        """AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA
        NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW"""
    ),
    "MENA": _words("MIDDLE_EAST DZ EG LY MA TN"),
    "EMEA": _words("EUROPE MIDDLE_EAST AFRICA"),
    "ANZ": _words("AU NZ"),
    "ASEAN": _words("BN ID KH LA MM MY PH SG TH TL VN"),
    "APAC": _words(
        """ANZ ASEAN AF AM AS AZ BD BT CC CK CN CX FJ FM GE GU HK IN JP KG KI KP KR KZ LK MH MN MO MP MV NC NF NP NR NU
        PF PG PK PN PW SB TJ TK TM TO TV TW UZ VU WF WS"""
    ),
    "NORAM": _words("US CA PM BM"),
    "CARIBBEAN": _words("AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI"),
    "LATAM": _words("CARIBBEAN AR BO BR BZ CL CO CR EC FK GF GT GY HN MX NI PA PE PY SR SV UY VE"),
    "AMER": _words("NORAM LATAM"),
}


def _flat(name: str) -> tuple[str, ...]:
    """Countries only, so that a policy that redefines EU does not change what EMEA means."""
    parts = (_flat(part) if part in _BUILT else (part,) for part in _BUILT[name])
    return tuple(dict.fromkeys(code for part in parts for code in part))


REGIONS: Final[Mapping[str, tuple[str, ...]]] = {name: _flat(name) for name in _BUILT}
