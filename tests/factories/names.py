"""Names as people of the region bear them, and as forgers write them. Nobody in particular is meant."""

from __future__ import annotations

NAMES = {
    "ru": (
        "Анна Сергеевна Петрова",
        "Жан-Поль Ёлкин",
        "А. С. Семёнова-Тян-Шанская",
        "Иван Ильич IV",
        "Эльвира д’Артуа",
    ),
    "en": ("Anne-Marie O’Neill", "John Smith Jr.", "T. S. Fowler III", "Zoë D'Arcy", "Siân ap Rhys"),
    "ro": ("Ștefan Țurcanu", "Ioana-Mădălina Crețu", "Ion Ceban", "Rareș Bîrlădeanu"),
    "hy": ("Գայանե Հովհաննիսյան", "Սևակ Տեր-Պետրոսյան", "Լիլիթ Սարգսյան", "Եվա Բաբայան"),
    "az": ("Şəhriyar Məmmədov", "Aysel Əliyeva", "Günel Ağayeva qızı", "İlqar Çərkəz oğlu"),
    "be": ("Ўладзімір Быкаў", "Наталля Дар’іна", "Алесь Ёд-Малы", "Ґанна Радзівіл"),
    "kk": ("Ұлжан Әбдіқызы", "Қайрат Нұрланұлы", "Гүлнәр Һашим", "Ғани Ысқақов", "Әсел Өтегенқызы"),
    "ky": ("Айгүл Жээнбекова", "Нурлан Өмүров", "Жаңыл Мырза уулу"),
    "tg": ("Фирӯза Ҷӯраева", "Ҳамид Қосимӣ", "Ғуломҷон Ёров"),
    "uz": ("Oʻktam Gʻulomov", "O‘g‘iloy Yo‘ldosheva", "O'tkir Nurmatov", "Шаҳноза Ўктамова", "Maʼmura Isʼhoqova"),
    "ka": ("ნინო ბერიძე", "გიორგი ჭავჭავაძე", "თამარ წერეთელი-ორბელიანი"),
    "uk": ("Зоряна Дем’янчук", "Олександр Ґудзь", "Мар'яна Їжакевич-Є", "Лукʼян Підгірний"),
    "others": ("Nguyễn Thị Ánh", "José (Pepe) Núñez 2.", "Παύλος Ιωάννου", "佐々木 タロウ", "Łukasz Żółć", "Đorđe Š."),
}

LATIN = ("en", "ro", "az")
"""Those whose names are all Latin."""

LOOK_ALIKES = {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "А": "A", "В": "B",
               "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T", "Х": "X", "ο": "o",
               "օ": "o", "ս": "u", "հ": "h", "ո": "n"}  # fmt: skip
"""Letters of other scripts that pass for Latin ones."""

HIDDEN = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\u2060\ufeff\u00ad\u034f\u061c\u180e\ufe0f\u3164\U000e0041"
)
"""Characters that nobody sees: of no width, turning the writing round, joining, tagging."""
