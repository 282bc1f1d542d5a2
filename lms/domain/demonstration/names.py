"""The invented museums, and the names of their people: things of a museum with the endings of the region's surnames.

Nobody is called so, and everybody there hears at once where it comes from. A name stands in its own script and in
Latin letters.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]


def _pairs(written: str) -> tuple[Pair, ...]:
    """Read `own latin` a line; one word alone is Latin already."""
    split = (line.split() for line in written.strip().splitlines())
    return tuple((words[0], words[-1]) for words in split)


@dataclass(frozen=True, kw_only=True)
class Stock:
    """The names of a country: women's and men's first names, and surnames (women's and men's form)."""

    women: tuple[Pair, ...]
    men: tuple[Pair, ...]
    surnames: tuple[tuple[Pair, Pair], ...]


def _alike(written: str) -> tuple[tuple[Pair, Pair], ...]:
    return tuple((pair, pair) for pair in _pairs(written))


@dataclass(frozen=True, kw_only=True)
class Museum:
    """An invented museum; `domain` is that of its people's addresses, which leads nowhere for ever (RFC 2606)."""

    key: str
    name: str
    city: str
    country: str
    zone: str
    domain: str
    stock: Stock
    languages: tuple[tuple[str, ...], ...]
    """What its people read, best first; one of these each."""
    people: int


AZERBAIJAN = Stock(
    women=_pairs("Aysel\nLeyla\nGünel\nNərgiz\nSevda\nTuranə"),
    men=_pairs("Elçin\nRəşad\nTural\nKamran\nOrxan"),
    surnames=_alike(
        "Vitrinzadə\nÇərçivəli\nRəfzadə\nAçarlı\nBiletzadə\nPərdəzadə\nSandıqlı\nQutuzadə\nGüzgülü\nZalzadə"
    ),
)

GEORGIA = Stock(
    women=_pairs("ნინო Nino\nმარიამ Mariam\nთამარ Tamar\nეკა Eka\nქეთევან Ketevan\nლალი Lali\nსალომე Salome"),
    men=_pairs("გიორგი Giorgi\nდავით Davit\nლევან Levan\nზურაბ Zurab\nირაკლი Irakli\nვახტანგ Vakhtang"),
    surnames=_alike(
        """
        კოლოფაძე Kolopadze
        ფარდაშვილი Pardashvili
        ჩარჩოიძე Charchoidze
        სანთელაძე Santeladze
        თაროშვილი Taroshvili
        კიბეშვილი Kibeshvili
        გასაღებაძე Gasaghebadze
        ზარდახშიძე Zardakhshidze
        ბილეთაძე Biletadze
        ლამპაძე Lampadze
        ვიტრინიძე Vitrinidze
        დარბაზიშვილი Darbazishvili
        """
    ),
)

ARMENIA = Stock(
    women=_pairs("Անահիտ Anahit\nԼիլիթ Lilit\nՆարինե Narine\nՄարիամ Mariam\nԳայանե Gayane\nՇուշան Shushan"),
    men=_pairs("Արամ Aram\nՏիգրան Tigran\nՀայկ Hayk\nՎահան Vahan\nԴավիթ Davit\nԱրտակ Artak"),
    surnames=_alike(
        """
        Տախտակյան Takhtakyan
        Շրջանակյան Shrjanakyan
        Դարակյան Darakyan
        Բանալյան Banalyan
        Ապակյան Apakyan
        Տոմսյան Tomsyan
        Սրահյան Srahyan
        Լապտերյան Lapteryan
        Ցուցակյան Tsutsakyan
        Պահարանյան Paharanyan
        Նմուշյան Nmushyan
        """
    ),
)

MOLDOVA = Stock(
    women=_pairs("Ana\nDoina\nIlinca\nViorica\nMihaela\nStela"),
    men=_pairs("Ion\nAndrei\nVasile\nMircea\nSergiu"),
    surnames=_alike(
        "Vitrinescu\nRămescu\nCheieanu\nDulăpescu\nPerdeanu\nBiletescu\nEtajereanu\nSertărescu\nOglindeanu\nFișescu"
    ),
)

BELARUS = Stock(
    women=_pairs("Алеся Alesia\nГанна Hanna\nВольга Volha\nНаталля Natallia\nІрына Iryna\nМарына Maryna"),
    men=_pairs("Алесь Ales\nМіхась Mikhas\nЯнка Yanka\nСяргей Siarhei\nЮрась Yuras"),
    surnames=_alike(
        """
        Вітрыновіч Vitrynovich
        Паліцкевіч Palitskevich
        Ключановіч Kliuchanovich
        Рамкевіч Ramkevich
        Люстэркавіч Liusterkavich
        Шафковіч Shafkovich
        Білетовіч Biletovich
        Скрынковіч Skrynkovich
        Фондавіч Fondavich
        Ліхтаровіч Likhtarovich
        """
    ),
)

RIVER_PORT = "river-port"

MUSEUMS = (
    Museum(
        key=RIVER_PORT,
        name="Museum of the River Port",
        city="Mingəçevir",
        country="AZ",
        zone="Asia/Baku",
        domain="river-port.example",
        stock=AZERBAIJAN,
        languages=(("az", "ru"), ("az", "en"), ("ru", "az")),
        people=9,
    ),
    Museum(
        key="cellars",
        name="თელავის მარნების მუზეუმი",
        city="Telavi",
        country="GE",
        zone="Asia/Tbilisi",
        domain="cellars.example",
        stock=GEORGIA,
        languages=(("en",), ("en", "ru")),
        people=11,
    ),
    Museum(
        key="small-boats",
        name="Batumi Museum of Small Boats",
        city="Batumi",
        country="GE",
        zone="Asia/Tbilisi",
        domain="small-boats.example",
        stock=GEORGIA,
        languages=(("en",), ("en", "ru"), ("ru", "en")),
        people=9,
    ),
    Museum(
        key="clocks",
        name="Գյումրիի ժամացույցների թանգարան",
        city="Gyumri",
        country="AM",
        zone="Asia/Yerevan",
        domain="clocks.example",
        stock=ARMENIA,
        languages=(("hy", "ru"), ("hy", "en"), ("ru", "hy")),
        people=11,
    ),
    Museum(
        key="ink",
        name="Muzeul Cernelii și al Hârtiei, Soroca",
        city="Soroca",
        country="MD",
        zone="Europe/Chisinau",
        domain="ink.example",
        stock=MOLDOVA,
        languages=(("ro", "ru"), ("ro", "en"), ("ru", "ro")),
        people=10,
    ),
    Museum(
        key="linen",
        name="Музей лёну і ветру, Шклоў",
        city="Shklow",
        country="BY",
        zone="Europe/Minsk",
        domain="linen.example",
        stock=BELARUS,
        languages=(("be", "ru"), ("ru", "be"), ("be", "en")),
        people=9,
    ),
)

POSITIONS: tuple[dict[str, str], ...] = (
    {
        "en": "curator",
        "ru": "куратор",
        "ro": "muzeograf",
        "hy": "համադրող",
        "az": "kurator",
        "be": "куратар",
    },
    {
        "en": "museum educator",
        "ru": "музейный педагог",
        "ro": "educator muzeal",
        "hy": "թանգարանային մանկավարժ",
        "az": "muzey pedaqoqu",
        "be": "музейны педагог",
    },
    {
        "en": "keeper of the store",
        "ru": "специалист по хранению",
        "ro": "gestionar de depozit",
        "hy": "ֆոնդապահ",
        "az": "fond mühafizi",
        "be": "захавальнік фондаў",
    },
    {
        "en": "registrar",
        "ru": "специалист по учёту",
        "ro": "registrator",
        "hy": "հաշվառման մասնագետ",
        "az": "uçot mütəxəssisi",
        "be": "спецыяліст па ўліку",
    },
    {"en": "guide", "ru": "экскурсовод", "ro": "ghid", "hy": "էքսկուրսավար", "az": "bələdçi", "be": "экскурсавод"},
    {
        "en": "conservator",
        "ru": "реставратор",
        "ro": "restaurator",
        "hy": "վերականգնող",
        "az": "bərpaçı",
        "be": "рэстаўратар",
    },
    {
        "en": "photographer",
        "ru": "фотограф",
        "ro": "fotograf",
        "hy": "լուսանկարիչ",
        "az": "fotoqraf",
        "be": "фатограф",
    },
    {
        "en": "head of collections",
        "ru": "главный хранитель",
        "ro": "șef colecții",
        "hy": "գլխավոր ֆոնդապահ",
        "az": "baş mühafiz",
        "be": "галоўны захавальнік",
    },
    {"en": "archivist", "ru": "архивист", "ro": "arhivist", "hy": "արխիվագետ", "az": "arxivçi", "be": "архівіст"},
    {
        "en": "visitor services",
        "ru": "работа с посетителями",
        "ro": "relații cu publicul",
        "hy": "այցելուների սպասարկում",
        "az": "ziyarətçilərlə iş",
        "be": "праца з наведвальнікамі",
    },
    {
        "en": "volunteer coordinator",
        "ru": "координатор волонтёров",
        "ro": "coordonator de voluntari",
        "hy": "կամավորների համակարգող",
        "az": "könüllülər koordinatoru",
        "be": "каардынатар валанцёраў",
    },
)
"""By language; everybody tells it in the one that he reads first."""
