"""Networks that are trained side by side learn what `train` teaches them one by one."""

import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.networks.training import train
from solutions.shared.side_by_side import Lane, Run, drive

INPUTS = torch.randn(64, 3, 6, 6, generator=torch.Generator().manual_seed(1))
TARGETS = INPUTS.mean((1, 2, 3)).sign().long().clamp(min=0)
EPOCHS, BATCH, RATE = 3, 8, 0.01


def network(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))


def batches(seed):
    order = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(len(INPUTS), generator=order) for _ in range(EPOCHS)]).view(-1, BATCH)


def right(net, tested):
    return 100 * (net(INPUTS).argmax(1) == TARGETS).float().mean() - tested[0]


def test_one_run_after_another_gives_what_train_gives():
    done = {}

    def run(seed):
        return Run(network(seed), batches(seed), RATE, seed, 2, lambda scores, net: done.update(
            {seed: (scores, {name: value.clone() for name, value in net.state_dict().items()})}))

    drive([Lane(lambda: network(5), (run(seed) for seed in (0, 1)), lambda net, which: F.cross_entropy(
        net(INPUTS[which]), TARGETS[which]), right, EPOCHS * len(INPUTS) // BATCH, BATCH, "cpu")])
    for seed, (scores, state) in done.items():
        expected = train(network(seed), INPUTS, TARGETS, loss=F.cross_entropy, epochs=EPOCHS, batch_size=BATCH,
                         peak_rate=RATE, seed=seed)
        assert all(torch.allclose(state[name], value, atol=1e-5) for name, value in expected.state_dict().items())
        with torch.no_grad():
            assert len(scores) == 2 and abs(scores[1] - right(expected, torch.tensor([seed]))) < 1e-3


def test_when_the_time_is_over_no_run_is_begun():
    done = []
    runs = (Run(network(seed), batches(seed), RATE, 0, 1, lambda scores, _: done.append(scores)) for seed in range(9))
    drive([Lane(lambda: network(0), runs, lambda net, which: F.cross_entropy(net(INPUTS[which]), TARGETS[which]), right,
                EPOCHS * len(INPUTS) // BATCH, BATCH, "cpu")], until=0)
    assert len(done) == 1
