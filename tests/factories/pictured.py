"""The small course about keys with pictures on its certificate, in English and Russian."""

from __future__ import annotations

from lms.domain.formats.translation import extract
from lms.infra.readers import READERS
from tests.factories.courses import files_of
from tests.factories.images import logo, seal, signature
from tests.factories.study import SLUG

ENGLISH, RUSSIAN = "Certificate in keeping keys", "Свидетельство о хранении ключей"
PICTURES = {"media/logo.png": logo(900, 200), "media/seal.png": seal(600), "media/ana.png": signature()}


def pictured(second_language: str = "", *, translated: bool = True) -> dict[str, bytes]:
    """Return the course with a logo, a seal and a signature on its certificate."""
    files = files_of(SLUG)
    text = files["course.yaml"].decode()
    second = f"  second_language: {second_language}\n" if second_language else ""
    text = text.replace(
        "  signatories: [{name: Ana Example, role: Director}]",
        f"  logo: media/logo.png\n  seal: media/seal.png\n{second}"
        "  signatories: [{name: Ana Example, role: Director, signature: media/ana.png}]",
    )
    text = text.replace("translations: []", "translations: [ru]") if translated else text
    credited = "".join(
        f"{path.removeprefix('media/')}: {{credit: Ana Example, licence: All rights reserved}}\n" for path in PICTURES
    )
    files |= {"course.yaml": text.encode(), "media.yaml": files["media.yaml"] + credited.encode(), **PICTURES}
    if translated:
        catalogue = extract(files, "ru", READERS)
        line = f'msgid "{ENGLISH}"\nmsgstr ""'
        assert line in catalogue
        files["i18n/ru.po"] = catalogue.replace(line, f'msgid "{ENGLISH}"\nmsgstr "{RUSSIAN}"').encode()
    return files
