"""Attacks on the grader: each succeeds where nothing protects it, and none through nbgrader's own commands as we set
them up.

`make test` tries one attack on each wall. A nightly run tries all, and shows that each of them succeeds where nothing
protects.
"""

from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from tests.browser.lab import missing_tools
from tests.classroom.pupils import FULL
from tests.conftest import need
from tests.suites import NIGHTLY

from .attacked import attacked, honest_points
from .browser import Browser
from .harness import GUESSABLE, World
from .outcomes import LARGEST_PAGE, against_control, plain_page, twin_of
from .tables import attacks
from .traces import marked

ONE_A_WALL = {"read_the_reference", "read_parents_memory", "write_outside", "tcp", "kill_parent", "forged_frames",
              "allclose_always_true", "check_replaced_in_the_library", "points_in_the_metadata",
              "link_beside_the_notebook", "output_javascript", "stdout_flood"}
ATTACKS = [attack for attack in attacks() if NIGHTLY or attack.name in ONE_A_WALL]


def each(attacks, *, page=None):
    """One test for each of these attacks, or only for those that aim (or do not aim) at a page."""
    chosen = [attack for attack in attacks if page is None or page == (attack.wins == "page")]
    return pytest.mark.parametrize("attack", chosen, ids=lambda attack: attack.name)


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    """A world whose seed can be guessed, with the control at work in it: it needs one processor, nbgrader meanwhile
    another."""
    with World(tmp_path_factory.mktemp("control"), seed=GUESSABLE) as world, ThreadPoolExecutor(1) as pool:
        yield world, pool.submit(against_control, world, ATTACKS)


@pytest.fixture(scope="module")
def unprotected(control):
    """That world, and what every attack achieved in it."""
    world, working = control
    return world, working.result()


@pytest.fixture(scope="module")
def graded(tmp_path_factory, request):
    """The course of all attackers when it is graded, and how nbgrader's commands ended."""
    if NIGHTLY:
        request.getfixturevalue("control")  # works meanwhile
    folder = tmp_path_factory.mktemp("attacked")
    with World(folder) as world:
        yield attacked(folder / "course", world, ATTACKS)


@pytest.fixture(scope="module")
def honest():
    with Judge(Settings(seed="any")) as judge:
        return honest_points(judge, ATTACKS)


@pytest.fixture(scope="module")
def browser():
    need(missing_tools())
    with Browser() as browser:
        yield browser


# --- the real thing

def test_everybody_is_graded_and_the_honest_have_their_points(graded):
    course, commands = graded
    for command in commands:
        assert command.returncode == 0, command.stdout[-3000:]
    assert tuple(course.points("ada").values()) == FULL


@each(ATTACKS)
def test_it_gains_no_point(graded, honest, attack):
    points, worth = graded[0].points(attack.name), honest[twin_of(attack)]
    assert {name: paid for name, paid in points.items() if paid is None or not 0 <= paid <= worth[name]} == {}, worth


@each(ATTACKS)
def test_it_learns_and_leaves_nothing(graded, attack):
    course, _ = graded
    world = course.world
    assert world.given_away(course.written_for(attack.name)) == []
    assert world.given_away(world.taken(attack)) == []
    assert world.left_behind(attack) == []
    assert world.notes(attack) == []
    assert world.marker(attack) not in world.heard()
    assert world.marker(attack).encode() not in course.gradebook_bytes()


@each(ATTACKS)
def test_its_page_is_there_and_small(graded, attack):
    page = graded[0].feedback(attack.name)
    assert 1000 < page.stat().st_size < LARGEST_PAGE
    assert "\x1b" not in page.read_text(encoding="utf-8")
    nbformat.validate(nbformat.read(graded[0].autograded(attack.name), as_version=4))


def test_nothing_is_in_the_log_or_the_air(graded):
    course, commands = graded
    log = "\n".join(command.stdout for command in commands)
    assert course.world.given_away(log) == []
    assert "\x1b" not in log
    assert course.world.given_away(course.world.heard()) == []
    others = {place: secret for place, secret in course.world.secrets.items() if place != "gradebook"}
    assert not [place for place, secret in others.items() if secret.encode() in course.gradebook_bytes()]


def test_nothing_is_left_running_or_lying_about(graded):
    course, _ = graded
    world = course.world
    assert [process.cmdline()[-1][-200:] for process in marked(str(world.scratch), world.token)] == []
    # that one is torch's
    assert [path.name for path in world.scratch.iterdir() if not path.name.startswith("torchinductor_")] == []
    assert [path.name for path in world.loot.iterdir()] == []


def test_no_limit_was_exceeded(graded):
    watch = graded[0].watch
    assert watch.seen["processes"] > 0  # it has looked
    assert watch.exceeded() == []


@each(ATTACKS, page=True)
def test_nothing_of_it_runs_on_its_page(graded, browser, attack):
    assert browser.ran(graded[0].feedback(attack.name)) == []


# --- the control: an attack that fails here shows nothing. It works while the others are graded, so it stands below.

@pytest.mark.nightly
def test_the_control_pays_right_answers(unprotected):
    """By its own reckoning it is a grader: every style gives all points, and wrong answers none."""
    _, outcomes = unprotected
    for style, points in outcomes["honest"].points.items():
        assert tuple(points.values()) == ((0.0,) * 4 if style == "executed" else FULL), style


@pytest.mark.nightly
@each(ATTACKS, page=False)
def test_it_succeeds_where_nothing_protects(unprotected, attack):
    _, outcomes = unprotected
    outcome = outcomes[attack.name]
    assert outcome.won(attack, outcomes[twin_of(attack)]), (outcome.points, outcome.secrets, outcome.harm)


@pytest.mark.nightly
@each(ATTACKS, page=True)
def test_it_runs_on_a_plain_page(unprotected, browser, attack):
    assert browser.ran(plain_page(unprotected[0], attack.name))
