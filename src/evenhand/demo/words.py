"""The words that the demo's people, companies and messages are made of. All of it is invented here."""

from typing import Final, NamedTuple


class Culture(NamedTuple):
    """Given and family names that go together."""

    given: tuple[str, ...]
    family: tuple[str, ...]


def _culture(given: str, family: str) -> Culture:
    return Culture(tuple(given.split()), tuple(family.split()))


CULTURES: Final = {
    "german": _culture(
        "Anna Jonas Lena Moritz Sabine Uwe Katrin Felix Heike Björn Miriam Jürgen",
        "Brandt Keller Vogt Lindner Schäfer Größmann Ebert Pohl Winkler Öztürk Krause Thiel",
    ),
    "french": _culture(
        "Camille Hugo Élise Bastien Noémie Thierry Inès Laurent Maëlle Gaston",
        "Marchand Lefort Dubreuil Caron Fabre Béguin Rousselin Delmas Garnier Ngo",
    ),
    "dutch": _culture("Sanne Daan Femke Ruben Lotte Pieter Noor Bram", "Visser Kuiper Dekker Mulder Vos Postma Smeets"),
    "italian": _culture("Giulia Marco Chiara Paolo Elisa Dario Silvia Luca", "Conti Ferri Moretti Gallo Riva Serra"),
    "spanish": _culture(
        "Lucía Mateo Carmen Íñigo Valeria Rubén Paula Sergio",
        "Navarro Ibáñez Castellanos Rojas Peña Montero Vidal Quiroga",
    ),
    "polish": _culture("Zofia Piotr Agnieszka Tomasz Ewa Łukasz Marta", "Nowicki Wrona Zając Kamiński Lis Górska"),
    "british": _culture(
        "Harriet Oliver Priya George Eleanor Imran Fiona Callum Siobhán Rhys Grace Dev",
        "Whitmore Ashdown Patel Kerr Llewellyn Doyle Bexley Okafor Hargreaves Lumley O'Brien Khan",
    ),
    "nordic": _culture(
        "Astrid Magnus Freja Søren Ingrid Lars Saga Eero Aino Håkon",
        "Lindqvist Berg Sørensen Dahl Virtanen Nygård Holm Åkesson Mäkinen Strand",
    ),
    "american": _culture(
        "Madison Tyler Keisha Brandon Jasmine Luis Emily Darnell Hannah Wyatt Rosa Kevin Aaliyah Chloe",
        "Harper Brooks Ramirez Coleman Nguyen Whitaker Sandoval Price Goldberg Tran McAllister Reyes Fields Park",
    ),
    "japanese": _culture("Haruka Kenji Yuki Sora Aiko Takeshi", "Mori Takagi Fujita Ishida Okada Nomura"),
    "indian": _culture("Ananya Rohan Kavya Arjun Meera Sanjay Ishita Vikram", "Iyer Sharma Reddy Banerjee Nair Mehta"),
    "pacific": _culture(
        "Mei Daniel Siti Nathan Aroha Wei-Lin Tane Chloe Farid Jessica",
        "Tan Lim Rahman Campbell Parata Wong Fraser Ng Abdullah Hewitt",
    ),
}

# Roots of made-up companies: accounts and strangers draw from different heads, so that none has the name of the other.
ACCOUNT_HEADS: Final = tuple(
    """
    Alder Borea Calder Dorvik Elmar Falken Gravit Halden Istra Jovane Kestrel Lumora Merid Norvel Orbis Pallas
    """.split()
)
STRANGER_HEADS: Final = tuple(
    """
    Arbo Bexa Cindor Delphy Ember Fennix Glenmor Hydra Inkwell Juniper Koru Larkspur Mosaic Nimbus Ostara
    Pivot Quarry Rowan Saffron Tundra Umber Vireo Willow Xeno Yarrow Zephyr Anvil Birch Cobalt Drift Eddy
    Fjord Gable Heron Iris Jetty Kelp Linden Maple Nettle Osprey Pine Quill Reed Sable Thistle Ulmus Vesper
    Wren Yew Zinnia Amber
    """.split()
)
TAILS: Final = tuple(
    """
    data logic works soft flow grid wave cast lane port mark field bridge stone craft line base point loop
    yard gate path mill forge haven light north peak ridge shore span tide trail vale wood arch bloom cove
    dale edge
    """.split()
)
INDUSTRY_NAMES: Final = {
    "fintech": ("Pay", "Ledger", "Capital"),
    "software": ("Software", "Labs", "Cloud"),
    "manufacturing": ("Industries", "Machines", "Tools"),
    "retail": ("Stores", "Market", "Trading"),
    "healthcare": ("Health", "Clinics", "Medical"),
    "logistics": ("Logistics", "Freight", "Shipping"),
    "energy": ("Energy", "Power", "Solar"),
    "education": ("Academy", "Learning", "Schools"),
    "media": ("Media", "Studios", "Press"),
    "government": ("City Council", "Agency", "Public Services"),
}

TITLES: Final = {
    "c-level": ("CEO", "Chief Operating Officer", "CFO", "CTO", "Geschäftsführer"),
    "vp": ("VP Sales", "VP Operations", "Vice President, IT"),
    "director": ("Director of Finance", "IT Director", "Head of Operations"),
    "manager": ("Operations Manager", "IT manager", "Team lead", "Project Manager"),
    "specialist": ("Analyst", "Engineer", "Consultant", "Assistant", "Buyer"),
}

MESSAGES: Final = (
    "Please call me back.",
    "We would like to see a demo, ideally this week.",
    "How does pricing work for more than 200 seats?",
    "Comparing three vendors; need something by the end of the quarter.",
    'A colleague said: "have a look at these people".',
    "Do you integrate with our ERP? We run it on our own servers.",
    "Bitte um ein Angebot, am liebsten auf Deutsch.",
    "Bonjour, pouvez-vous m'appeler demain matin ?",
    "Security review first: where is the data kept?",
    "Two questions:\n1. can we start small?\n2. who helps us to move?",
    "Looks good 👍 but what about SSO?",
)
TROUBLE: Final = (
    "URGENT: nobody can sign in since this morning!",
    "Urgent, our import has stopped and month end is near.",
)
