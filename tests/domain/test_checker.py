"""One example for every kind of fault and warning that the course format names, made from a course without any.

The file is long because the format names so many kinds, and each has its line here.
"""

from __future__ import annotations

import pytest

from lms.domain.formats.checker import check
from lms.infra.readers import READERS
from tests.domain.store import added, changed, removed, store

HUMIDITY, BANK, FINAL, CHECK = "lessons/humidity.md", "banks/air.md", "quizzes/final.md", "quizzes/check.md"
COURSE, SHELF, PO = "course.yaml", "media/shelf.svg", "i18n/ru.po"
RU_OWN = "- [x] Убрать предметы\\n"

Case = tuple[dict[str, bytes], str]

FAULTS: dict[str, Case] = {
    # files
    "not UTF-8": (added("lessons/light.md", b"---\nid: \xff\n---\n"), "lessons/light.md:2: is not UTF-8: byte 0xff"),
    "byte-order mark": (added("sources.md", b"\xef\xbb\xbfa"), "sources.md:1: begins with a byte-order mark"),
    "zero byte": (added("sources.md", b"a\nb\x00"), "sources.md:2: is not text: it holds a zero byte"),
    "not YAML": (added("glossary.yaml", "rh: [\n"), "glossary.yaml:2: not YAML"),
    "YAML tag": (changed(COURSE, "hours: 2", "hours: !!python/int 2"), "course.yaml:10: YAML tag"),
    "no course.yaml": (removed(COURSE), "course.yaml:1: there is no course.yaml"),
    "no front matter": (added("lessons/new.md", "words\n"), "lessons/new.md:1: no front matter"),
    "front matter not closed": (added("lessons/new.md", "---\nid: a\n"), "lessons/new.md:1: the front matter is never"),
    "unknown file": (added("readme.md", ""), "readme.md:1: unknown file 'readme.md'"),
    "unknown folder": (added("lesson/a.md", ""), "lesson/a.md:1: unknown folder 'lesson'; did you mean 'lessons'?"),
    "folder in lessons": (added("lessons/a/b.md", ""), "lessons/a/b.md:1: unknown file 'lessons/a/b.md'"),
    "unknown kind of media": (added("media/run.exe", ""), "media/run.exe:1: unknown kind of file 'run.exe'"),
    "unknown translation": (added("i18n/ru.mo", ""), "i18n/ru.mo:1: unknown file 'i18n/ru.mo'"),
    # keys
    "unknown key": (
        changed(FINAL, "attempts: 3", "atempts: 3"),
        "quizzes/final.md:5: unknown key 'atempts'; did you mean 'attempts'?",
    ),
    "unknown key in a list": (
        changed(FINAL, "{bank: air, tag", "{bnk: air, tag"),
        "quizzes/final.md:14: unknown key 'bnk' in 'draw'; did you mean 'bank'?",
    ),
    "key twice": (changed(FINAL, "keep: best", "pass: 60"), "quizzes/final.md:6: key 'pass' stands twice"),
    "missing key": (changed(COURSE, "title: A quiet store", ""), "course.yaml:1: missing key 'title'"),
    "missing id": (changed(HUMIDITY, "id: humidity\n", ""), "lessons/humidity.md:2: missing key 'id'"),
    "missing format": (changed(COURSE, "format: 1\n", ""), "course.yaml:1: missing key 'format'"),
    "other format": (changed(COURSE, "format: 1", "format: 2"), "course.yaml:1: 'format' is 2"),
    "wrong type": (
        changed(HUMIDITY, "minutes: 45", "minutes: soon"),
        "lessons/humidity.md:4: 'minutes' must be a whole number from 0 to 6000, found a text 'soon'",
    ),
    "number for a text": (changed(HUMIDITY, "title: Humidity and what to do about it", "title: 5"), "put it in quotes"),
    "list for a text": (changed(COURSE, "summary: Keep", "summary: [Keep]\nx: "), "'summary' must be a text"),
    "text for a list": (changed(COURSE, "translations: [ru]", "translations: ru"), "'translations' must be a list"),
    "wrong range": (changed(FINAL, "pass: 70", "pass: 170"), "quizzes/final.md:4: 'pass' is 170, expected 0 to 100"),
    "score out of range": (changed(COURSE, "score: 70", "score: 101"), "course.yaml:31: 'score' is 101"),
    "unknown word": (
        changed(FINAL, "keep: best", "keep: bset"),
        "quizzes/final.md:6: 'keep' is 'bset', expected best, last or first; did you mean 'best'?",
    ),
    "yes for true": (changed(FINAL, "shuffle: true", "shuffle: yes"), "'shuffle' must be true or false"),
    "wrong wait": (
        changed(FINAL, "wait: 24h", "wait: 1 day"),
        "quizzes/final.md:11: 'wait' is '1 day', expected a time",
    ),
    "unknown competency": (changed(COURSE, "management]", "managment]"), "did you mean 'management'?"),
    "id not kebab-case": (changed(FINAL, "id: final", "id: Final"), "quizzes/final.md:2: id 'Final' is not kebab-case"),
    "no language code": (
        changed(COURSE, "language: en", "language: English"),
        "course.yaml:5: 'English' is no language",
    ),
    "completion without a kind": (changed(COURSE, "- lessons: all", "- score: 5"), "'completion' names one of lessons"),
    # blocks
    "unknown block": (
        changed("lessons/light.md", "::: note", "::: noet"),
        "lessons/light.md:37: unknown block 'noet'; did you mean 'note'?",
    ),
    "unclosed block": (
        changed("lessons/light.md", "Dust is another matter.\n\n:::", "Dust is another matter."),
        "lessons/light.md:37: block 'note' is never closed",
    ),
    "block in a short fence": (changed(HUMIDITY, ":::: case", "::: case"), "lessons/humidity.md:46: block 'question'"),
    "unknown attribute": (
        changed("lessons/light.md", '{title="And', '{titel="And'),
        "lessons/light.md:32: unknown attribute 'titel' of block 'reveal'; did you mean 'title'?",
    ),
    "wrong minutes": (
        changed(HUMIDITY, "{minutes=15}", "{minutes=soon}"),
        "lessons/humidity.md:61: 'minutes' is 'soon'",
    ),
    "unknown key in a card": (changed(HUMIDITY, "materials:", "material:"), "did you mean 'materials'?"),
    "no key in a card": (changed(HUMIDITY, "date: about 1910", "about 1910"), "cannot read 'about 1910' in 'object'"),
    "captions missing": (
        changed("lessons/light.md", "captions: media/store.vtt\n", ""),
        "lessons/light.md:18: block 'video' has no 'captions'",
    ),
    "transcript missing": (
        changed("lessons/light.md", "transcript: Rain falls on a tin roof.\n", ""),
        "lessons/light.md:26: block 'audio' has no 'transcript'",
    ),
    "captions of another kind": (
        changed("lessons/light.md", "captions: media/store.vtt", "captions: media/worksheet.pdf"),
        "'captions' is 'media/worksheet.pdf', expected a file .vtt",
    ),
    # questions
    "unknown type": (
        changed(BANK, "type=match", "type=mach"),
        "banks/air.md:22: unknown question type 'mach'; did you mean 'match'?",
    ),
    "no right option": (
        changed(HUMIDITY, "- [x]", "- [ ]"),
        "lessons/humidity.md:46: question 'q-mould' has no right answer: mark one with '- [x]'",
    ),
    "no right text": (
        changed(BANK, "Answer: hygrometer | thermohygrometer\n", ""),
        "'q-instrument' has no right answer",
    ),
    "no right number": (changed(BANK, "Answer: 50 ± 10\n", ""), "'q-half' has no right answer"),
    "unreadable number": (changed(BANK, "50 ± 10", "fifty"), "banks/air.md:17: cannot read the number 'fifty'"),
    "no pairs": (
        changed(BANK, "- Fire :: Smoke detector {#fire}\n- Water :: Leak", "- Leak"),
        "'q-match' has no right",
    ),
    "no order": (changed(BANK, "2. Check {#check}\n3. Act {#act}\n", ""), "question 'q-order' has no right answer"),
    "no groups": (changed(BANK, "- **Bright**\n", ""), "question 'q-sort' has no right answer"),
    "no gap": (
        changed(BANK, "A [[hygrometer|thermohygrometer]] reads [[*52 %|68 %]]", "A hygrometer reads"),
        "banks/air.md:51: question 'q-gap' has no right answer",
    ),
    "two right in a gap": (changed(BANK, "|68 %]]", "|*68 %]]"), "banks/air.md:52: gap '[[*52 %|*68 %]]' marks more"),
    "one option in a gap": (changed(BANK, "[[*52 %|68 %]]", "[[*52 %]]"), "needs two or more options"),
    "no region": (changed(BANK, "{circle=210,90,25}", ""), "banks/air.md:61: a region needs one of {circle=x,y,r}"),
    "unreadable region": (changed(BANK, "rect=0,0,40,100", "rect=0,0,40"), "cannot read the region 'rect=0,0,40'"),
    "region outside": (changed(BANK, "circle=210,90", "circle=210,900"), "lies outside its image, which is 360 × 240"),
    "hotspot without image": (changed(BANK, "![A shelf with a wall on its left](media/shelf.svg)", ""), "has no image"),
    "rubric without points": (changed(FINAL, "Poor (0)", "Poor"), "quizzes/final.md:31: level 'Poor' has no points"),
    "unreadable option": (changed(BANK, "- [x] Hours", "- [x]Hours"), "banks/air.md:70: cannot read '- [x]Hours'"),
    "words among the options": (changed(BANK, "- [x] Strength", "Strength"), "'Strength' stands among the answers"),
    "unknown key of a question": (
        changed(HUMIDITY, "Hint: Instruments", "Hints: Instruments"),
        "lessons/humidity.md:54: unknown key 'Hints'; did you mean 'Hint'?",
    ),
    "key of another type": (changed(HUMIDITY, "Hint: Instr", "Unit: Instr"), "key 'Unit' does not belong"),
    "wrong points": (changed(HUMIDITY, "points=2", "points=two"), "'points' is 'two'"),
    "wrong shuffle": (changed(BANK, "shuffle=no", "shuffle=false"), "'shuffle' is 'false', expected yes or no"),
    "no id in a bank": (changed(BANK, "{#q-half ", "{"), "banks/air.md:14: a question of a quiz or a bank needs an id"),
    "no id in a quiz": (changed(FINAL, "{#q-own ", "{"), "quizzes/final.md:17: a question of a quiz or a bank needs"),
    "option id twice": (changed(BANK, "{#water}", "{#fire}"), "banks/air.md:26: id 'fire' stands twice"),
    # ids
    "question id twice": (
        changed(BANK, "#q-half", "#q-mould"),
        "question id 'q-mould' is taken already by lessons/humidity.md:46",
    ),
    "block id twice": (
        changed("lessons/light.md", "::: note", "::: note {#a}")
        | {HUMIDITY: store()[HUMIDITY] + b"::: tip {#wet-wall}\n:::\n"},
        "lessons/humidity.md:67: id 'wet-wall' is taken already by lessons/humidity.md:43",
    ),
    "item id twice": (changed(CHECK, "id: check", "id: light"), "quizzes/check.md:2: id 'light' is taken already"),
    "module id twice": (changed(COURSE, "- id: plan", "- id: air"), "course.yaml:20: id 'air' is taken already"),
    # what is referred to
    "dead link": (
        changed(HUMIDITY, "[light](light.md)", "[light](lihgt.md)"),
        "lessons/humidity.md:10: link 'lihgt.md' leads to 'lessons/lihgt.md', which does not exist; did you mean",
    ),
    "link to what learners cannot see": (
        changed(HUMIDITY, "[light](light.md)", "[light](../banks/air.md)"),
        "leads to 'banks/air.md', which is not shown",
    ),
    "dead term": (changed(HUMIDITY, "term:rh", "term:hr"), "lessons/humidity.md:9: term 'hr' is not in glossary.yaml"),
    "dead image": (changed(HUMIDITY, "media/hygrometer.svg", "media/hygro.svg"), "'media/hygro.svg' does not exist"),
    "dead download": (changed(HUMIDITY, "media/worksheet.pdf", "media/work.pdf"), "'media/work.pdf' does not exist"),
    "dead video": (changed("lessons/light.md", "media/store.mp4", "media/s.mp4"), "'media/s.mp4' does not exist"),
    "image from outside": (changed(HUMIDITY, "media/hygrometer.svg", "https://x.org/a.svg"), "stands outside media/"),
    "media without a file": (
        changed("media.yaml", "dot.png:", "dto.png:"),
        "media.yaml:3: there is no file 'media/dto.png'",
    ),
    "dead outcome of a lesson": (changed(HUMIDITY, "[LO1, LO2]", "[LO1, LO3]"), "lessons/humidity.md:5: outcome 'LO3'"),
    "dead outcome of a question": (
        changed(BANK, "outcome=LO1", "outcome=L01"),
        "banks/air.md:6: question 'q-instrument'",
    ),
    "dead outcome of a draw": (changed(CHECK, "outcome: LO1", "outcome: LO9"), "quizzes/check.md:6: outcome 'LO9'"),
    "dead bank": (
        changed(CHECK, "bank: air", "bank: aer"),
        "quizzes/check.md:6: bank 'aer' does not exist; did you mean",
    ),
    "dead item": (
        changed(COURSE, "lessons/light.md", "lessons/lite.md"),
        "course.yaml:18: item 'lessons/lite.md' does",
    ),
    "item twice": (changed(COURSE, "- tasks/survey.md", "- lessons/light.md"), "stands in module 'air' already"),
    "item of another kind": (changed(COURSE, "- tasks/survey.md", "- banks/air.md"), "is no lesson, quiz or task"),
    "dead guide": (changed(COURSE, "guides/air.md", "guides/aer.md"), "course.yaml:19: guide 'guides/aer.md' does not"),
    "dead module of a guide": (changed("guides/air.md", "module: air", "module: aer"), "guides/air.md:4: module 'aer'"),
    "guide of another module": (
        changed("guides/air.md", "module: air", "module: plan"),
        "is the guide of module 'air'",
    ),
    "dead module": (changed(COURSE, "after: [air]", "after: [aer]"), "course.yaml:22: 'after' names the module 'aer'"),
    "dead lesson to complete": (
        changed(COURSE, "lessons: all", "lessons: [humid]"),
        "course.yaml:27: 'completion' names the lesson 'humid', which does not exist",
    ),
    "dead task to complete": (changed(COURSE, "[survey]", "[light]"), "course.yaml:28: 'completion' names the task"),
    "dead quiz to complete": (changed(COURSE, "quiz: check", "quiz: chek"), "did you mean 'check'?"),
    "alt missing": (changed(HUMIDITY, "![A dial hygrometer that reads 52 percent]", "![]"), "has no alt text"),
    "alt missing in a card": (
        changed(
            HUMIDITY, "image: ![A felt hat with a wide brim and a ribbon](media/shelf.svg)", "image: media/shelf.svg"
        ),
        "lessons/humidity.md:33: image 'media/shelf.svg' has no alt text",
    ),
    "alt missing in a hotspot": (changed(BANK, "![A shelf with a wall on its left]", "![]"), "has no alt text"),
    "credit missing": (
        changed("media.yaml", "{credit: Vitrine course team, ", "{"),
        "media.yaml:1: missing key 'credit'",
    ),
    "licence missing": (changed("media.yaml", ", licence: CC0-1.0", ""), "media.yaml:3: missing key 'licence'"),
    "not listed": (added("media/new.pdf", ""), "media/new.pdf:1: 'new.pdf' has no credit and licence in media.yaml"),
    # rules
    "draw larger than its bank": (
        changed(CHECK, "take: 2", "take: 9"),
        "quizzes/check.md:6: takes 9 from bank 'air' (outcome LO1), which has 5",
    ),
    "draws larger than their bank": (
        changed(FINAL, "tag: tool, take: 1", "take: 8"),
        "quizzes/final.md:14: takes 8 from bank 'air', where the other draws leave 6",
    ),
    "modules wait for each other": (
        changed(COURSE, "    title: The air of a store\n", "    title: The air of a store\n    after: [plan]\n"),
        "course.yaml:18: modules wait for each other: air → plan → air",
    ),
    "module waits for itself": (changed(COURSE, "after: [air]", "after: [plan]"), "wait for each other: plan → plan"),
    "timed quiz offline": (
        changed(FINAL, "mode: online", "mode: offline"),
        "quizzes/final.md:8: a timed quiz is online",
    ),
    "questions to check, but none": (
        changed("lessons/light.md", "outcomes: [LO2]", "complete: both"),
        "lessons/light.md:5: 'complete' is 'both', but the lesson has no question",
    ),
    # drawings
    "script": (changed(SHELF, "<rect", "<script>x</script><rect"), "media/shelf.svg:3: SVG with <script>"),
    "on attribute": (
        changed(SHELF, "<rect", "<rect onclick='x'"),
        "media/shelf.svg:3: SVG with the attribute 'onclick'",
    ),
    "foreign object": (changed(SHELF, "<rect", "<foreignObject/><rect"), "SVG with <foreignObject>"),
    "outside reference": (
        changed(SHELF, "<rect", "<image href='https://x.org/a.png'/><rect"),
        "SVG with the outside reference 'https://x.org/a.png'",
    ),
    "document type": (changed(SHELF, "<svg", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg"), "SVG with a document type"),
    "no picture": (added("media/dot.png", b"GIF89a"), "media/dot.png:1: is not a readable PNG picture"),
    # translations
    "no catalogue": (added(PO, "nonsense\nmore"), "i18n/ru.po:1: not a gettext catalogue"),
    "another right option": (changed(PO, RU_OWN, RU_OWN.replace("[x]", "[ ]")), "has no right answer"),
    "right option moved": (
        changed(PO, '"- [x] Убрать предметы\\n"\n"- [ ] Покрасить', '"- [ ] Убрать предметы\\n"\n"- [x] Покрасить'),
        "translation of quizzes/final.md#q-own (line 17) marks another option as right",
    ),
    "another number of options": (
        changed(PO, '"- [ ] Включу', '"- [ ] Уйду\\n"\n"- [ ] Включу'),
        "has 3 options instead of 2",
    ),
    "another number": (
        changed(PO, 'Answer: 50 ± 10\\n"\n"Unit: проц', 'Answer: 50 ± 20\\n"\n"Unit: проц'),
        "answers 50 ± 20 instead of 50 ± 10",
    ),
    "another number of gaps": (changed(PO, "[[*52 %|68 %]].", "52 %."), "has 1 gaps instead of 2"),
    "another gap": (changed(PO, "[[*52 %|68 %]].", "[[52 %|*68 %]]."), "marks another option as right in gap 2"),
    "another link": (
        changed(PO, "сайт](https://example.org/store)", "сайт](https://evil.org)"),
        "adds 'https://evil.org'",
    ),
    "another term": (changed(PO, "влажность](term:rh)", "влажность](term:lux)"), "leaves out 'term:rh'"),
    "another picture": (
        changed(PO, "52 процента](media/hygrometer.svg", "52 процента](media/dot.png"),
        "adds 'media/dot.png'",
    ),
    "other points": (
        changed(PO, '{#q-words type=open points=4}\\n"\n"Опишите', '{#q-words type=open points=5}\\n"\n"Опишите'),
        "changes 'points' from '4' to '5'",
    ),
    "other levels": (changed(PO, "Слабо (0)", "Слабо (1)"), "changes the points of the rubric's levels"),
    "another block": (changed(PO, 'msgstr ""\n"::: note\\n"', 'msgstr ""\n"::: tip\\n"'), "makes 'tip' of 'note'"),
    "alt missing in a translation": (
        changed(PO, "![Стрелочный гигрометр показывает 52 процента]", "![]"),
        "no alt text in",
    ),
    "empty front matter": (added("lessons/new.md", "---\n---\n"), "lessons/new.md:1: holds no keys"),
    "a block for prose": (changed(PO, 'msgstr "Не спешите."', 'msgstr "::: note\\n:::"'), "adds or changes a block"),
    "another file": (
        changed(PO, 'store.vtt\\n"\n"transcript: Хран', 'rain.ogg\\n"\n"transcript: Хран'),
        "changes 'captions'",
    ),
    "media that replace nothing": (
        added("i18n/ru/media/new.svg", "<svg/>"),
        "i18n/ru/media/new.svg:1: replaces 'media/new.svg', which does not",
    ),
}

WARNINGS: dict[str, Case] = {
    "wrong option without feedback": (
        changed(HUMIDITY, "  > The swing in humidity can crack wood.\n", ""),
        "lessons/humidity.md:49: wrong option 'Turn up the heating' has no feedback",
    ),
    "unused media": (
        changed(HUMIDITY, "![](media/dot.png){.decorative}", ""),
        "media/dot.png:1: unused media: nothing shows or links 'media/dot.png'",
    ),
    "unused term": (
        changed("lessons/light.md", "[lux](term:lux)", "lux"),
        "glossary.yaml:4: unused term: nothing links 'term:lux'",
    ),
    "unused bank": (
        added(
            "banks/new.md", "---\nid: new\ntitle: T\n---\n\n::: question {#n}\nA\n\n- [x] B\n- [ ] C\n  > D\n\n:::\n"
        ),
        "banks/new.md:1: unused file: no quiz draws from the bank 'new'",
    ),
    "a key told at once": (
        changed(COURSE, "  - quiz: check\n", "") | {CHECK: store()[CHECK].replace(b"outcome: LO1", b"outcome: LO2")},
        "quizzes/check.md:6: quiz 'check' tells at once the answers to questions of bank 'air' (outcome LO2), "
        "which 'final' asks for the certificate: split the bank",
    ),
    "unused guide": (
        changed(COURSE, "    guide: guides/air.md\n", ""),
        "guides/air.md:1: unused file: no module names",
    ),
    "unused catalogue": (changed(COURSE, "translations: [ru]", "translations: []"), "i18n/ru.po:1: unused file"),
    "item in no module": (
        changed(COURSE, "lessons/light.md, ", ""),
        "lessons/light.md:1: lesson 'light' is in no module",
    ),
    "long lesson": (
        added("lessons/light.md", "---\nid: light\ntitle: L\n---\n" + "word " * 1_501),
        "lesson of 1,501 words",
    ),
    "short lesson": (added("lessons/light.md", "---\nid: light\ntitle: L\n---\nfew words"), "lesson of 2 words"),
    "skipped heading": (
        changed(HUMIDITY, "## What the figures say", "#### What the figures say"),
        "lessons/humidity.md:16: skipped heading: 'What the figures say' is '####' where '##' is due",
    ),
    "first heading": (changed(HUMIDITY, "## What the", "# What the"), "headings in a body begin at '##'"),
    "missing catalogue": (removed(PO), "course.yaml:6: missing translation: there is no i18n/ru.po yet"),
    "missing translation": (
        changed(PO, 'msgstr "Не спешите."', 'msgstr ""'),
        "i18n/ru.po:1: missing translation of 1 text of quizzes/check.md: line 9",
    ),
    "fuzzy translation": (
        changed(PO, "#: quizzes/check.md:9\n", "#: quizzes/check.md:9\n#, fuzzy\n"),
        "fuzzy translation of quizzes/check.md (quizzes/check.md:9)",
    ),
    "unused translation": (
        changed(CHECK, "Take your time.", "Hurry."),
        f"{PO}:332: unused translation: quizzes/check.md has no such",
    ),
    "raw HTML": (
        changed(HUMIDITY, "Before you act", "<b>Before</b> you act"),
        "lessons/humidity.md:23: raw HTML '<b>'",
    ),
    "another scheme": (changed(HUMIDITY, "https://example.org/store", "javascript:alert(1)"), "leads nowhere safe"),
    "hours": (
        changed(COURSE, "hours: 2", "hours: 3"),
        "course.yaml:10: 'hours' is 3, but the minutes of the items add up",
    ),
    "picture of another size": (
        added("i18n/ru/media/hygrometer.svg", "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'/>"),
        "i18n/ru/media/hygrometer.svg:1: is 10 × 10, but the picture it replaces is 360 × 200",
    ),
    "task without rubric": (changed("tasks/survey.md", "Rubric:", "Rules"), "task 'survey' has no rubric"),
    "key with a grouping comma": (changed(BANK, "50 ± 10", "1,200"), "is read with a decimal comma"),
}


def untranslated(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files without the catalogue when the case is not about it, which takes half the time."""
    course = files.get(COURSE, b"")
    if files.get(PO) != store()[PO] or b"translations: [ru]" not in course:
        return files
    without = {path: content for path, content in files.items() if not path.startswith("i18n/ru")}
    return without | {COURSE: course.replace(b"translations: [ru]", b"translations: []")}


def test_a_course_without_a_fault_is_valid() -> None:
    report = check(store(), READERS)

    assert (report.faults, report.warnings, report.is_valid) == ((), (), True)


@pytest.mark.parametrize(("files", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_where_it_stands(files: dict[str, bytes], expected: str) -> None:
    report = check(files if "i18n" in expected else untranslated(files), READERS)

    assert any(expected in str(fault) for fault in report.faults), "\n".join(map(str, report.faults))


@pytest.mark.parametrize(("files", "expected"), WARNINGS.values(), ids=WARNINGS.keys())
def test_a_warning_does_not_stop_publishing(files: dict[str, bytes], expected: str) -> None:
    report = check(files if "i18n" in expected else untranslated(files), READERS)

    assert any(expected in str(warning) for warning in report.warnings), "\n".join(map(str, report.warnings))
    assert report.is_valid, "\n".join(map(str, report.faults))


@pytest.mark.parametrize(
    "files",
    [
        changed(COURSE, "  - quiz: check\n", "")
        | {
            CHECK: store()[CHECK]
            .replace(b"outcome: LO1", b"outcome: LO2")
            .replace(b"pass: 60", b"pass: 60\nfeedback: never")
        },
        {CHECK: store()[CHECK].replace(b"outcome: LO1", b"outcome: LO2")},
    ],
    ids=["it tells nothing", "it counts too"],
)
def test_no_key_is_told_by_a_quiz_that_keeps_it(files: dict[str, bytes]) -> None:
    assert not [warning for warning in check({**store(), **files}, READERS).warnings if "at once" in str(warning)]


def test_every_fault_is_told_in_one_run() -> None:
    files = store()
    for old, new in (("pass: 70", "pass: 170"), ("attempts: 3", "atempts: 3"), ("keep: best", "keep: bset")):
        files |= {FINAL: files[FINAL].replace(old.encode(), new.encode())}
    files |= {HUMIDITY: files[HUMIDITY].replace(b"- [x]", b"- [ ]")}

    assert len(check(files, READERS).faults) >= 4


def test_faults_are_ordered_by_path_and_line() -> None:
    files = changed(FINAL, "pass: 70", "pass: 170") | {"a.txt": b"", BANK: store()[BANK] + b"::: noet\n:::\n"}
    places = [(fault.path, fault.line) for fault in check(files, READERS).faults]

    assert places == sorted(places) and len(places) == 3


def test_line_numbers_hold_with_other_line_endings() -> None:
    content = store()[FINAL].replace(b"attempts", b"atempts").replace(b"\n", b"\r\n")

    assert str(check(added(FINAL, content), READERS).faults[0]).startswith("quizzes/final.md:5: unknown key")
