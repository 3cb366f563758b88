"""Registers are read row by row: what is refused can be mended and read again, what is in stays in."""

from pathlib import Path

from tests.end_to_end.office import RunningOffice

_SCHOOLS = "School Number,School Name,LA Name,Phase\n{number},Ysgol Newydd,Llanbryn,Primary\n"
_OFFERS = "School Number,Area,Languages,Days Per Term,Note\n{number},numeracy,en,2,\n"


def test_a_row_that_was_refused_goes_in_once_the_register_is_mended(
    running: RunningOffice, tmp_path: Path
) -> None:
    offers, schools = tmp_path / "offers.csv", tmp_path / "schools.csv"
    offers.write_text(_OFFERS.format(number="6997001"))
    schools.write_text(_SCHOOLS.format(number="6997001"))
    for _ in range(2):
        refused = running.here("provider", "import", str(offers))
        assert (refused.code, refused.out) == (7, "✗ Offers: 0 new or changed, 0 as on record, 1 refused.\n")
    running.here("school", "import", str(schools)).well()
    assert "1 new or changed" in running.here("provider", "import", str(offers), "--dry-run").well().out
    before = running.head()
    assert running.here("provider", "import", str(offers)).well().out.startswith("✓ Offers: 1 new or changed")
    assert running.head() == before + 1
    running.here("provider", "import", str(offers)).well()
    assert running.head() == before + 1


def test_a_refusal_that_is_given_again_under_its_key_says_that_it_is_kept(running: RunningOffice) -> None:
    line = ("person", "post", "nobody.yet", "broker", "--since", "2026-01-05", "--key", "kept-refusal")
    first, second = running.here(*line), running.here(*line)
    assert (first.code, second.code) == (4, 4)
    assert "is kept" not in first.err
    assert "; the answer is kept. To ask again use another --key." in second.err
