"""The papers' tables, met with the references in place of a learner's modules, and the skeletons that they stand on."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from attention_lab.lessons.capstone import paper_tables
from attention_lab.lessons.capstone.paper_tables import ROWS, PaperTable, paper_table
from attention_lab.networks import backbones
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic

TOPICS = {lesson.name: lesson.topic for lesson in lessons()}


def reference(lesson, name):
    return getattr(topic(TOPICS[lesson]).reference, name)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.network)
def test_a_row_is_met_to_the_last_digit(row):
    assert backbones.parameters(row.build(reference)) == row.exact


def test_there_are_a_dozen_rows_and_more_with_a_trap_and_a_source_each():
    assert len(ROWS) >= 12 and len({row.network for row in ROWS}) == len(ROWS)
    assert all(row.trap.endswith(".") and "@" in row.source and ":" in row.source for row in ROWS)
    assert paper_tables.BUILDERS.keys() == {row.network for row in ROWS}


def test_what_the_authors_state_is_their_count_in_their_unit():
    other = {row.network: row.as_stated(row.exact) for row in ROWS
             if row.stated and row.as_stated(row.exact) != row.stated}
    assert other == {"ECA-ResNet-152": "57.40M"}
    assert {row.network for row in ROWS if row.stated and not row.meets(row.exact)} == other.keys()


def test_the_squeeze_of_the_authors_has_biases_that_the_skeleton_adds():
    net = paper_tables.network("SE-ResNet-50", reference)
    biases = sum(p.numel() for name, p in net.named_parameters() if ".excitation." in name and name.endswith(".bias"))
    assert biases == 16_048 and backbones.parameters(net) - biases == 28_071_976
    third_party = paper_tables.network("SE-ResNet-34", reference)
    assert not any(".excitation." in name and name.endswith(".bias") for name, _ in third_party.named_parameters())


def test_whose_code_was_counted_is_said():
    """The authors of SE have published no network with 18 or 34 layers."""
    assert {row.network for row in ROWS if row.third_party} == {"SE-ResNet-18", "SE-ResNet-34"}
    assert {row.network: row.printed for row in ROWS if row.stated and not row.verified} == {
        "SE-ResNet-50": "28.09M (second-hand)", "CBAM-ResNet-50": "28.09M (second-hand)",
        "BAM-ResNet-50": "25.92M (second-hand)"}
    printed = {row.network: row.printed for row in ROWS}
    assert printed["SE-ResNet-18"] == "– (a third party's code)" and printed["SE-ResNet-101"] == "–"
    assert all(row.printed.endswith(" (M = 2^20)") == (row.unit == "2^20") for row in ROWS)


def test_a_table_says_what_is_met_what_is_wrong_and_what_is_not_there_yet():
    class Wider(nn.Module):
        def __init__(self, channels, reduction):
            super().__init__()
            self.extra = nn.Linear(1, 1)

    def find(lesson, name):
        if lesson == "01_se":
            return Wider
        if lesson == "02_eca":
            raise ValueError("kernel <b>")
        return reference(lesson, name)

    table = paper_table(find=find)
    found = {row.network: yours for row, yours in table.found.items()}
    assert found["SE-ResNet-18"] == 11_689_512 + 2 * 8
    assert found["ECA-ResNet-50"] == "lesson 02: ValueError: kernel <b>"
    assert "SCNet-50" in table.met and "SE-ResNet-18" not in table.met
    page, text = table._repr_html_(), repr(table)
    assert "kernel &lt;b&gt;" in page and "<b>\n" not in page and "too few" in page and "✓\N{NO-BREAK SPACE}met" in page
    stated, equal = sum(bool(row.stated) for row in ROWS), sum(yours == row.exact for row, yours in table.found.items())
    assert text.endswith(f"{len(table.met)} of {stated} stated numbers are met. "
                         f"{equal} of {len(ROWS)} networks are exactly as large as the code.")
    assert "BAM-ResNet-18" in table.equal and "BAM-ResNet-18" not in table.met  # nobody states its number


def test_a_network_equal_to_the_code_does_not_meet_a_number_that_the_code_misses():
    row = {each.network: each for each in ROWS}["ECA-ResNet-152"]
    table = PaperTable({row: row.exact})
    assert table.met == [] and table.equal == [row.network] and "as the code: 57.40M" in repr(table)
    assert "✓\N{NO-BREAK SPACE}as the code: 57.40M" in table._repr_html_()


def test_the_capstones_own_exercise_is_taken_from_the_page():
    asked = []

    def network(*arguments):
        asked.append(arguments)
        return nn.Linear(2, 2)

    def find(lesson, name):
        raise NotImplementedError

    paper_table({"CloFormer": lambda dims, *others: dims.clear()}, find)  # does no harm to the next table
    table = paper_table({"CloFormer": network}, find)
    assert [yours for row, yours in table.found.items() if row.lesson == "10_capstone"] == [6, 6, 6] and len(asked) == 3
    assert [len(dims) for dims, *_ in asked] == [4, 4, 4]
    assert {yours for row, yours in table.found.items() if row.lesson == "01_se"} == {"not yet: lesson 01"}


class CloBlock(nn.Module):  # as a page gives it
    def __init__(self, *arguments):
        super().__init__()
        self.attn, self.norm1, self.norm2 = nn.Identity(), nn.Identity(), nn.Identity()
        self.mlp, self.downsample = nn.Identity(), nn.Identity()

    def forward(self, x):
        return 4 * x


class OnThePage(nn.Module):
    def __init__(self, *arguments):
        super().__init__()
        self.block = CloBlock(8, 6, 4, [3, 1], [3], 2, 5, 4, 1)


def test_the_capstones_network_has_the_learners_own_attention_in_it():
    given = CloBlock

    def unsolved(lesson, name):
        raise NotImplementedError

    def solved(lesson, name):
        assert (lesson, name) == ("09_cloformer", "CloAttention")
        return lambda dim, *others: nn.Linear(dim, dim)

    for find, attention in (unsolved, nn.Identity), (solved, nn.Linear):
        net = paper_tables.network("CloFormer-XXS", find, here={"CloFormer": OnThePage})
        assert type(net.block.attn) is attention and CloBlock is given
    net.to_empty(device="cpu")
    nn.init.eye_(net.block.attn.weight)
    nn.init.ones_(net.block.attn.bias)
    x = torch.randn(2, 8)
    torch.testing.assert_close(net.block(x), 2 * (2 * x + 1))


def test_nothing_that_a_row_says_runs_in_the_page():
    row = replace(ROWS[0], network="<script>", trap="<img>")
    page = PaperTable({row: 3})._repr_html_()
    assert "<script>" not in page and "<img>" not in page


@pytest.mark.parametrize("depth, count",
                         [(18, 11_689_512), (34, 21_797_672), (50, 25_557_032), (101, 44_549_160), (152, 60_192_808)])
def test_resnets_are_torchvisions(depth, count):
    with torch.device("meta"):
        network = backbones.resnet(depth)
        assert network(torch.empty(2, 3, 64, 96)).shape == (2, 1000)
    assert backbones.parameters(network) == count


def test_mobilenet_and_its_places():
    inside, behind = [], []

    def noted(places):
        return lambda channels: places.append(channels) or nn.Identity()

    with torch.device("meta"):
        network = backbones.mobilenet_v2(noted(inside), noted(behind))
        assert network(torch.empty(2, 3, 64, 96)).shape == (2, 1000)
    assert backbones.parameters(network) == 3_504_872
    assert inside[0] == 96 and len(inside) == 16 and behind[:2] == [16, 24] and len(behind) == 17


def test_a_gate_stands_in_each_block_with_its_stage_and_width():
    places = []
    with torch.device("meta"):
        backbones.resnet(50,
                         backbones.bottleneck(lambda stage, channels: places.append((stage, channels))
                                              or nn.Identity()))
    assert places == [(0, 256)] * 3 + [(1, 512)] * 4 + [(2, 1024)] * 6 + [(3, 2048)] * 3


def test_bam_stands_in_its_network_as_its_authors_have_it():
    """They multiply the maps, pool a square as high as the picture, and take the mean of 7 x 7 positions at the end."""
    seen = []

    class Seeing(nn.Module):
        def __init__(self, channels, combine):
            super().__init__()
            seen.append(combine)
            self.channel = nn.Identity()

        def forward(self, x):
            seen.append((tuple(self.channel(x).shape[2:]), tuple(x.shape[2:])))
            return x

    with torch.device("meta"):
        net = paper_tables.BUILDERS["BAM-ResNet-18"](Seeing)
        net(torch.empty(1, 3, 224, 256))
    edge = torch.zeros(1, 1, 8, 13)
    edge[..., 7:, :] = edge[..., 7:] = 1
    assert not net.avgpool(edge).any()
    assert seen[:6] == ["product"] * 3 + [((56, 56), (56, 64)), ((28, 28), (28, 32)), ((14, 14), (14, 16))]


def test_multiply_adds_are_those_of_the_authors_code():
    with torch.device("meta"):
        assert backbones.multiply_adds(backbones.resnet(50)) == 4_089_184_256
    assert backbones.multiply_adds(paper_tables.network("SCNet-50", reference)) == 3_925_286_912


def test_the_whole_network_of_rest_runs():
    network = paper_tables.network("ResT-Lite", reference)
    assert network(torch.empty(2, 3, 64, 64, device="meta")).shape == (2, 1000)
