"""Countries by code and by name, as people type them: "DE", "DEU", "Germany", "Deutschland" are all DE.

To add a spelling: after a `|` in `_TABLE`. The names of subdivisions of the United Kingdom stand for GB.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_TABLE: Final = """
AD AND Andorra; AE ARE United Arab Emirates|UAE|U.A.E.|Emirates; AF AFG Afghanistan; AG ATG Antigua & Barbuda; AI
AIA Anguilla; AL ALB Albania; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina; AS ASM American
Samoa; AT AUT Austria|Österreich; AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands; AZ AZE Azerbaijan; BA BIH
Bosnia and Herzegovina|Bosnia; BB BRB Barbados; BD BGD Bangladesh; BE BEL Belgium|België|Belgique|Belgien; BF BFA
Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain; BI BDI Burundi; BJ BEN Benin; BL BLM Saint Barthélemy|St Barthelemy;
BM BMU Bermuda; BN BRN Brunei|Brunei Darussalam; BO BOL Bolivia|Plurinational State of Bolivia; BQ BES Caribbean
Netherlands|Bonaire; BR BRA Brazil|Brasil; BS BHS Bahamas|The Bahamas; BT BTN Bhutan; BV BVT Bouvet Island; BW BWA
Botswana; BY BLR Belarus; BZ BLZ Belize; CA CAN Canada; CC CCK Cocos Islands|Cocos (Keeling) Islands; CD COD
Democratic Republic of the Congo|Congo (DRC)|DR Congo|Congo-Kinshasa|DRC; CF CAF Central African Republic; CG COG
Republic of the Congo|Congo-Brazzaville|Congo Republic; CH CHE Switzerland|Schweiz|Suisse|Svizzera; CI CIV Ivory
Coast|Côte d'Ivoire; CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon; CN CHN China|People's Republic of
China|PRC|Mainland China; CO COL Colombia; CR CRI Costa Rica; CU CUB Cuba; CV CPV Cape Verde|Cabo Verde; CW CUW
Curaçao; CX CXR Christmas Island; CY CYP Cyprus; CZ CZE Czech Republic|Czechia|Česko|Tschechien; DE DEU
Germany|Deutschland|Allemagne|Alemania|Federal Republic of Germany; DJ DJI Djibouti; DK DNK Denmark|Danmark; DM DMA
Dominica; DO DOM Dominican Republic; DZ DZA Algeria; EC ECU Ecuador; EE EST Estonia; EG EGY Egypt; EH ESH Western
Sahara; ER ERI Eritrea; ES ESP Spain|España|Spanien; ET ETH Ethiopia; FI FIN Finland|Suomi; FJ FJI Fiji; FK FLK
Falkland Islands; FM FSM Micronesia|Federated States of Micronesia; FO FRO Faroe Islands; FR FRA France|Frankreich;
GA GAB Gabon; GB GBR United Kingdom|UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United
Kingdom of Great Britain and Northern Ireland; GD GRD Grenada; GE GEO Georgia; GF GUF French Guiana; GG GGY
Guernsey; GH GHA Ghana; GI GIB Gibraltar; GL GRL Greenland; GM GMB Gambia|The Gambia; GN GIN Guinea; GP GLP
Guadeloupe; GQ GNQ Equatorial Guinea; GR GRC Greece|Hellas|EL; GS SGS South Georgia and the South Sandwich Islands;
GT GTM Guatemala; GU GUM Guam; GW GNB Guinea-Bissau; GY GUY Guyana; HK HKG Hong Kong|Hongkong; HM HMD Heard Island
and McDonald Islands; HN HND Honduras; HR HRV Croatia; HT HTI Haiti; HU HUN Hungary|Magyarország; ID IDN Indonesia;
IE IRL Ireland|Republic of Ireland|Éire; IL ISR Israel; IM IMN Isle of Man; IN IND India; IO IOT British Indian
Ocean Territory; IQ IRQ Iraq; IR IRN Iran|Islamic Republic of Iran; IS ISL Iceland; IT ITA Italy|Italia|Italien; JE
JEY Jersey; JM JAM Jamaica; JO JOR Jordan; JP JPN Japan|Nippon; KE KEN Kenya; KG KGZ Kyrgyzstan; KH KHM Cambodia; KI
KIR Kiribati; KM COM Comoros; KN KNA Saint Kitts and Nevis|St Kitts & Nevis; KP PRK North Korea|Democratic People's
Republic of Korea|DPRK; KR KOR South Korea|Republic of Korea|Korea, Republic of; KW KWT Kuwait; KY CYM Cayman
Islands; KZ KAZ Kazakhstan; LA LAO Laos|Lao People's Democratic Republic; LB LBN Lebanon; LC LCA Saint Lucia|St
Lucia; LI LIE Liechtenstein; LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania; LU LUX Luxembourg;
LV LVA Latvia; LY LBY Libya; MA MAR Morocco; MC MCO Monaco; MD MDA Moldova|Republic of Moldova; ME MNE Montenegro;
MF MAF Saint Martin|St Martin (French); MG MDG Madagascar; MH MHL Marshall Islands; MK MKD North
Macedonia|Macedonia; ML MLI Mali; MM MMR Myanmar|Burma; MN MNG Mongolia; MO MAC Macau|Macao; MP MNP Northern Mariana
Islands; MQ MTQ Martinique; MR MRT Mauritania; MS MSR Montserrat; MT MLT Malta; MU MUS Mauritius; MV MDV Maldives;
MW MWI Malawi; MX MEX Mexico|México; MY MYS Malaysia; MZ MOZ Mozambique; NA NAM Namibia; NC NCL New Caledonia; NE
NER Niger; NF NFK Norfolk Island; NG NGA Nigeria; NI NIC Nicaragua; NL NLD Netherlands|The
Netherlands|Holland|Nederland|Niederlande; NO NOR Norway|Norge|Norwegen; NP NPL Nepal; NR NRU Nauru; NU NIU Niue; NZ
NZL New Zealand; OM OMN Oman; PA PAN Panama; PE PER Peru|Perú; PF PYF French Polynesia; PG PNG Papua New Guinea; PH
PHL Philippines|The Philippines; PK PAK Pakistan; PL POL Poland|Polska|Polen; PM SPM Saint Pierre and Miquelon; PN
PCN Pitcairn|Pitcairn Islands; PR PRI Puerto Rico; PS PSE Palestine|State of Palestine|Palestinian Territory; PT PRT
Portugal; PW PLW Palau; PY PRY Paraguay; QA QAT Qatar; RE REU Réunion; RO ROU Romania|România; RS SRB Serbia; RU RUS
Russia|Russian Federation; RW RWA Rwanda; SA SAU Saudi Arabia|Kingdom of Saudi Arabia|KSA; SB SLB Solomon Islands;
SC SYC Seychelles; SD SDN Sudan; SE SWE Sweden|Sverige|Schweden; SG SGP Singapore; SH SHN Saint Helena|St Helena; SI
SVN Slovenia; SJ SJM Svalbard & Jan Mayen; SK SVK Slovakia|Slovak Republic; SL SLE Sierra Leone; SM SMR San Marino;
SN SEN Senegal; SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan; ST STP Sao Tome & Principe; SV SLV El Salvador;
SX SXM Sint Maarten; SY SYR Syria|Syrian Arab Republic; SZ SWZ Eswatini|Swaziland; TC TCA Turks and Caicos Islands;
TD TCD Chad; TF ATF French Southern Territories; TG TGO Togo; TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau; TL
TLS Timor-Leste|East Timor; TM TKM Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR Turkey|Türkiye|Turkiye; TT TTO
Trinidad & Tobago; TV TUV Tuvalu; TW TWN Taiwan|Taiwan, Province of China; TZ TZA Tanzania|United Republic of
Tanzania; UA UKR Ukraine; UG UGA Uganda; UM UMI United States Minor Outlying Islands; US USA United States|United
States of America|USA|U.S.A.|U.S.|America|Vereinigte Staaten|Estados Unidos|EEUU|États-Unis; UY URY Uruguay; UZ UZB
Uzbekistan; VA VAT Vatican City|Vatican|Holy See; VC VCT Saint Vincent and the Grenadines|St Vincent; VE VEN
Venezuela|Bolivarian Republic of Venezuela; VG VGB British Virgin Islands; VI VIR US Virgin Islands|United States
Virgin Islands; VN VNM Vietnam|Viet Nam; VU VUT Vanuatu; WF WLF Wallis & Futuna; XK XKX Kosovo; WS WSM Samoa|Western
Samoa; YE YEM Yemen; YT MYT Mayotte; ZA ZAF South Africa|Republic of South Africa|RSA; ZM ZMB Zambia; ZW ZWE
Zimbabwe
"""


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign not in "'’.")
    words = [word for word in re.findall(r"[^\W_]+", bare) if word != "the"]
    return " ".join("st" if word == "saint" else word for word in words)


def _read(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in " ".join(table.split()).split("; "):
        two, three, names = entry.split(" ", 2)
        found |= dict.fromkeys((_folded(two), _folded(three), *map(_folded, names.split("|"))), two)
    return found


_CODES: Final = _read(_TABLE)
COUNTRIES: Final = frozenset(_CODES.values())


@lru_cache(maxsize=4096)
def country_code(text: str) -> str:
    """The ISO 3166 alpha-2 code that `text` names; empty when it names none. No guessing at misspelt names."""
    return _CODES.get(_folded(text), "")
