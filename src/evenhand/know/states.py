"""Codes of states and provinces. Names are understood for the United States, Canada and Germany; see `_TABLE`."""

import re
from typing import Final

_TABLE: Final = """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut; DE Delaware;
DC District of Columbia; FL Florida; GA Georgia; HI Hawaii; ID Idaho; IL Illinois; IN Indiana; IA Iowa; KS Kansas;
KY Kentucky; LA Louisiana; ME Maine; MD Maryland; MA Massachusetts; MI Michigan; MN Minnesota; MS Mississippi;
MO Missouri; MT Montana; NE Nebraska; NV Nevada; NH New Hampshire; NJ New Jersey; NM New Mexico; NY New York;
NC North Carolina; ND North Dakota; OH Ohio; OK Oklahoma; OR Oregon; PA Pennsylvania; RI Rhode Island;
SC South Carolina; SD South Dakota; TN Tennessee; TX Texas; UT Utah; VT Vermont; VA Virginia; WA Washington;
WV West Virginia; WI Wisconsin; WY Wyoming;
AB Alberta; BC British Columbia; MB Manitoba; NB New Brunswick; NL Newfoundland and Labrador; NS Nova Scotia;
NT Northwest Territories; NU Nunavut; ON Ontario; PE Prince Edward Island; QC Quebec; QC Québec; SK Saskatchewan;
YT Yukon;
BW Baden-Württemberg; BY Bayern; BY Bavaria; BE Berlin; BB Brandenburg; HB Bremen; HH Hamburg; HE Hessen; HE Hesse;
MV Mecklenburg-Vorpommern; NI Niedersachsen; NI Lower Saxony; NW Nordrhein-Westfalen; NW North Rhine-Westphalia;
RP Rheinland-Pfalz; SL Saarland; SN Sachsen; SN Saxony; ST Sachsen-Anhalt; SH Schleswig-Holstein; TH Thüringen;
TH Thuringia
"""
_CODES: Final = {
    name.casefold(): code for code, name in (e.split(" ", 1) for e in " ".join(_TABLE.split()).split("; "))
}
_WITH_COUNTRY: Final = re.compile(r"[A-Z]{2}-([A-Z0-9]{1,3})")


def state_code(text: str) -> str:
    """The code of a state in upper case: "ny", "US-NY" and "New York" are NY. Other text is kept, in upper case."""
    upper = text.upper()
    if found := _WITH_COUNTRY.fullmatch(upper):
        return found[1]
    return _CODES.get(text.casefold(), upper)
