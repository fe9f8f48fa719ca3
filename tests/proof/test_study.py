"""A study small enough to be counted by hand, its verdict, its order and its table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.proof.agreement import ONE_OPERATOR, ONE_REPEAT, agreement
from appliance.proof.errors import ProofError
from appliance.proof.intervals import ONE_CATEGORY, Share
from appliance.proof.limits import Result, hold, verdict
from appliance.proof.plan import Plan, Turn
from appliance.proof.study import figures, spots
from appliance.proof.trials import Trial, checked, read_trials
from appliance.terms import Call

# One window of three boards; G good, n not good; two repeats each. B2 is bad.
#        Ana   Ben
#   B1   G G   G G
#   B2   n n   n G
#   B3   G n   G G
BY_HAND = {
    ("B1", "Ana"): "GG",
    ("B1", "Ben"): "GG",
    ("B2", "Ana"): "nn",
    ("B2", "Ben"): "nG",
    ("B3", "Ana"): "Gn",
    ("B3", "Ben"): "GG",
}
CALL = {"G": Call.GOOD, "n": Call.UNSURE}


def trials(answers: dict[tuple[str, str], str], *, bad: set[str] | None = None) -> list[Trial]:
    return [
        Trial(
            board=board,
            operator=operator,
            repeat=n,
            component="C1",
            call=CALL[answer],
            reference=None if bad is None else board not in bad,
        )
        for (board, operator), said in answers.items()
        for n, answer in enumerate(said, start=1)
    ]


def test_counted_by_hand() -> None:
    found = agreement(checked(trials(BY_HAND, bad={"B2"})))
    assert (found.boards, found.items, found.left_out, found.answers) == (3, 3, 0, 12)
    # Two alike: all but Ana on B3 and Ben on B2. All four alike: B1 alone.
    assert found.repeatability == Share(count=4, of=6)
    assert found.reproducibility == Share(count=1, of=3)
    # Within: pairs (2,0) (0,2) (1,1) | (2,0) (1,1) (2,0): agreeing 4/6; good 8 of 12, chance 5/9:
    # (6/9 - 5/9)/(4/9). Between: (4,0) (1,3) (3,1), see test_fleiss_by_hand.
    assert found.within.value == pytest.approx(0.25, abs=1e-12)
    assert found.between.value == pytest.approx(0.25, abs=1e-12)
    # Ana and Ben, repeat by repeat: nn 1, nG 2, Gn 0, GG 3: seen 4/6, chance (3*1 + 3*5)/36.
    assert found.pairs[0].kappa.value == pytest.approx(1 / 3, abs=1e-12)
    against = found.reference
    # All repeats right: Ana on B1, B2; Ben on B1, B3. Single answers: five right of six each.
    assert against.effectiveness == Share(count=4, of=6)
    assert against.decisions == Share(count=10, of=12)
    assert against.miss == Share(count=1, of=4)
    assert against.false_alarm == Share(count=1, of=8)
    # Answers and reference: n/bad 3, n/good 1, G/bad 1, G/good 7: seen 10/12, chance
    # (4*4 + 8*8)/144 = 5/9: (15/18 - 10/18)/(8/18) = 5/8.
    assert against.kappa.value == pytest.approx(0.625, abs=1e-12)
    ana, ben = found.operators
    assert (ana.operator, ana.repeatability) == ("Ana", Share(count=2, of=3))
    assert ana.reference.miss == Share(count=0, of=2)
    assert ben.reference.miss == Share(count=1, of=2)
    assert ana.reference.false_alarm == Share(count=1, of=4)


def test_the_table_of_disagreements_by_hand() -> None:
    known = {(s.component, s.board): (s.odd, s.answers) for s in spots(trials(BY_HAND, bad={"B2"}))}
    assert known == {("C1", "B1"): (0, 4), ("C1", "B2"): (1, 4), ("C1", "B3"): (1, 4)}
    # Without a reference the odd ones are the fewer: of B2 the one G.
    assert [s.odd for s in spots(trials(BY_HAND))] == [0, 1, 1]


def test_the_verdict_is_the_worst_and_what_is_not_shown_is_not_acceptable() -> None:
    held = {each.limit.name: each for each in hold(agreement(trials(BY_HAND, bad={"B2"})))}
    assert held["effectiveness"].result is Result.NOT_ACCEPTABLE
    assert held["miss rate"].words.startswith("1 of 4; so few that 69.9%")
    assert held["kappa with the reference"].result is Result.MARGINAL
    steady = {key: "nn" if key[0] == "B2" else "GG" for key in BY_HAND}
    perfect = hold(agreement(trials(steady, bad={"B2"})))
    assert verdict(perfect) is Result.ACCEPTABLE
    unknown = hold(agreement(trials(steady)))
    assert [e.result for e in unknown[:3]] == [Result.NOT_SHOWN] * 3
    assert verdict(unknown) is Result.NOT_SHOWN


def test_what_cannot_be_counted_says_why_and_is_no_number() -> None:
    good = agreement(trials({("B1", "Ana"): "GG", ("B2", "Ana"): "GG"}, bad=set()))
    assert (good.within.value, good.within.words) == (None, ONE_CATEGORY)
    assert (good.between.words, good.reproducibility.of) == (ONE_OPERATOR, 0)
    assert good.reference.miss.value is None
    once = agreement(trials({("B1", "Ana"): "G", ("B2", "Ana"): "n"}))
    assert (once.within.words, once.repeatability.of) == (ONE_REPEAT, 0)
    text = json.dumps([str(good), str(once)])
    assert "nan" not in text


def test_an_item_without_all_its_trials_is_left_out_and_told() -> None:
    short = [t for t in trials(BY_HAND) if (t.board, t.operator, t.repeat) != ("B1", "Ben", 2)]
    found = agreement(checked(short))
    assert (found.items, found.left_out, found.answers) == (2, 1, 8)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda ts: [*ts, ts[0]], "two of C1 of B1"),
        (lambda ts: [], "found none"),
        (lambda ts: [*ts[1:], *trials({("B1", "Ana"): "G"}, bad={"B1"})], "two that differ"),
    ],
)
def test_trials_that_contradict_each_other_are_refused(spoil, word: str) -> None:
    with pytest.raises(ProofError, match=word):
        figures(spoil(trials(BY_HAND, bad={"B2"})))


def test_a_plan_asks_every_board_of_everyone_in_an_order_that_nobody_can_learn() -> None:
    boards = tuple(f"SN{n:02}" for n in range(8))
    plan = Plan(boards=boards, operators=("Ana", "Ben"), repeats=3, seed=7)
    turns = plan.turns()
    assert turns == plan.turns()
    assert sorted((t.operator, t.repeat, t.board) for t in turns) == sorted(
        (o, r, b) for o in ("Ana", "Ben") for r in (1, 2, 3) for b in boards
    )
    rounds = [tuple(t.board for t in turns[n : n + 8]) for n in range(0, 48, 8)]
    assert len(set(rounds)) == 6
    assert turns != Plan(boards=boards, operators=("Ana", "Ben"), repeats=3, seed=8).turns()
    assert plan.left(turns[:5])[0] == turns[5]
    assert plan.left([turns[9]])[0] == turns[0]


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    for boards, repeats, bad in ((("a", "a"), 1, {}), ((), 1, {}), (("a",), 1, {"b": ()})):
        with pytest.raises(ProofError):
            Plan(boards=boards, operators=("Ana",), repeats=repeats, seed=1, bad=bad)
    plan = Plan(boards=("a", "b"), operators=("Ana",), repeats=1, seed=1, bad={"a": ("C1",)})
    assert [plan.reference("a", "C1"), plan.reference("a", "C2"), plan.reference("b", "C1")] == [
        False,
        True,
        None,
    ]
    assert Turn(operator="Ana", repeat=1, board="a") in plan.turns()


TABLE = "board,operator,repeat,window,call,reference,score,review_above\n"


def _write(path: Path) -> Path:
    path.write_text(
        TABLE
        + "".join(
            f"{t.board},{t.operator},{t.repeat},{t.component},{t.call},"
            f"{'good' if t.reference else 'bad'},{0.5 + 0.1 * t.repeat},1.0\n"
            for t in trials(BY_HAND, bad={"B2"})
        ),
        encoding="utf-8",
    )
    return path


def test_the_command_counts_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = _write(tmp_path / "trials.csv")
    assert main(["proof", "figures", str(table)]) == 0
    said = capsys.readouterr().out
    assert "Verdict: not acceptable" in said
    assert "4 of 6 = 66.7%" in said
    assert main(["proof", "figures", str(table), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["overall"]["reference"]["kappa"]["value"] == pytest.approx(0.625)
    assert found["held"][1]["source"].startswith("AIAG")
    assert main(["proof", "figures", str(table), "--csv"]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.startswith("window,boards,answers")
    assert line.startswith("C1,3,12,0.66")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("board,operator\n", "no repeat, window, call"),
        (TABLE + "B1,Ana,0,C1,GOOD,,,\n", "line 2"),
        (TABLE + "B1,Ana,1,C1,FINE,,,\n", "line 2"),
        (TABLE + "B1,Ana,1,C1,GOOD,perhaps,,\n", "line 2"),
        (TABLE + "B1,Ana,1,C1,GOOD,,nan,\n", "finite"),
        (TABLE, "none"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(
    text: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "trials.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProofError, match=word):
        read_trials(path)
    assert main(["proof", "figures", str(path)]) == 2
    assert word in capsys.readouterr().err
