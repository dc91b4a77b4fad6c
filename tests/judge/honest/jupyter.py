"""Magics, shells, files, and packages that are not there."""

from tests.judge.honest import IMPORTS, Honest, code, put

CODE = code()
MEAN = "def squeeze(x):\n    return {}(x)"
FILE = "def mean(x):\n    return x.mean((2, 3))"
ONE_MODULE = "import torch\nfrom torch import nn\n" + CODE["squeeze"]
JUPYTER = {
    # imports that fail here
    "a package for plots": Honest(imports=f"import seaborn as sns\nsns.set_theme(style='ticks')\n{IMPORTS}", absent=["seaborn"]),
    "two packages in one line": Honest(imports=f"import torch, einops, os\n{IMPORTS}", absent=["einops"]),
    "a name that is not there": Honest(imports=f"from torch.nn import Linear, Linearity\n{IMPORTS}"),
    "a package installed first": Honest(
        first=["%pip install einops\nfrom einops import reduce"],
        instead={"squeeze": "def squeeze(x):\n    return reduce(x, 'b c h w -> b c', 'mean')"}, lost={"squeeze": 2},
        said="code cell 1 failed: the grading machine has no module `einops`. Your line: `from einops import reduce`", absent=["einops"],
        rule="You can count on torch, numpy, matplotlib and pillow"),
    "a star": Honest(first=["from d2l.torch import *"], instead={"squeeze": "def squeeze(x):\n    return d2l_mean(x)"}, lost={"squeeze": 2},
                     said="no module `d2l`", absent=["d2l"], rule="You can count on torch, numpy, matplotlib and pillow"),
    "an import inside": Honest(instead={"squeeze": "def squeeze(x):\n    import einops\n    return einops.reduce(x)"}, lost={"squeeze": 2},
                               said="No module named 'einops'", absent=["einops"], rule="You can count on torch, numpy, matplotlib and pillow"),
    "types for arrays": Honest(
        first=["from jaxtyping import Float, jaxtyped\nfrom beartype import beartype"], absent=["beartype", "jaxtyping"],
        instead={"squeeze": "@jaxtyped(typechecker=beartype)\ndef squeeze(x: Float[torch.Tensor, 'b c h w']):\n    return x.mean((2, 3))"}),
    "a class of a package": Honest(first=["import lightning as L\nclass Lit(L.LightningModule):\n    pass\nimport torch"],
                                   absent=["lightning"]),
    "a way around": Honest(first=["try:\n    import cupy\nexcept ImportError:\n    cupy = None"]),
    "a summary of layers": Honest(first=["!pip install torchinfo torchviz -q\nfrom torchinfo import summary\nimport torchviz as tv"],
                                  below={"SEBlock": "summary(SEBlock(64), (1, 64, 8, 8), verbose=2)"}, absent=["torchinfo", "torchviz"]),
    "widgets and bars": Honest(last=["import ipywidgets as widgets\nfrom tqdm.notebook import tqdm\nfor i in tqdm(range(3)):\n    pass\n"
                                     "widgets.interact(lambda x: x, x=(0, 9))"], absent=["ipywidgets"]),
    # files
    "a module of one's own": Honest(first=[f"%%writefile helpers.py\n{FILE}", "from helpers import mean"],
                                    instead={"squeeze": MEAN.format("mean")}),
    "a script that is run": Honest(first=[f"%%writefile tools.py\n{FILE}", "%run tools.py"], instead={"squeeze": MEAN.format("mean")}),
    "a script that is run inside": Honest(first=[f"%%writefile tools.py\n{FILE}", "%run -i ./tools.py --epochs 3"],
                                          instead={"squeeze": MEAN.format("mean")}),
    "a folder of modules": Honest(first=["!mkdir lib", f"%%writefile lib/x.py\n{FILE}", "from lib.x import mean"],
                                  instead={"squeeze": MEAN.format("mean")}),
    "a package with parts": Honest(first=["!mkdir -p my_lib/ops && touch my_lib/__init__.py", "%%writefile my_lib/ops/__init__.py\n"
                                          "from .pool import mean", f"%%file \"my_lib/ops/pool.py\"\n{FILE}", "import my_lib.ops as ops"],
                                   instead={"squeeze": MEAN.format("ops.mean")}),
    "a folder made by Python": Honest(first=["import os, sys\nos.makedirs('src/deep', exist_ok=True)\nsys.path.append('src')\n"
                                             "sys.path.insert(0, os.path.abspath('src/deep'))", f"%%writefile src/deep/pool.py\n{FILE}",
                                             "import pool\nfrom pool import *"], instead={"squeeze": MEAN.format("mean")}),
    "a folder made by the shell, used by Python": Honest(
        first=["%mkdir -p out/maps", "!mkdir lib2", f"open('lib2/pool.py', 'w').write('''{FILE}''')\nwith open('out/maps/a.txt', 'w') as "
               "file:\n    file.write('é')", "from lib2.pool import mean"], instead={"squeeze": MEAN.format("mean")}),
    "a folder that is entered": Honest(first=["!mkdir work", f"%cd work\nwith open('pool.py', 'w') as f:\n    f.write('''{FILE}''')",
                                              "from pool import mean\n%cd .."], instead={"squeeze": MEAN.format("mean")}),
    "the class from its own module": Honest(instead={"squeeze": "%%writefile my_squeeze.py\n" + ONE_MODULE}, file=put(
        "from my_squeeze import squeeze", behind="squeeze")),
    "a module that is written in two parts": Honest(first=["%%writefile parts.py\nAXES = (2, 3)", "%%writefile -a parts.py\n"
                                                           "def mean(x):\n    return x.mean(AXES)", "import parts"],
                                                    instead={"squeeze": MEAN.format("parts.mean")}),
    "a module that is mended and loaded again": Honest(
        first=["%%writefile mended.py\ndef mean(x):\n    return x.mean((1, 2))", "import mended", f"%%writefile mended.py\n{FILE}",
               "import importlib\nimportlib.reload(mended)"], instead={"squeeze": MEAN.format("mended.mean")}),
    "a file by pathlib": Honest(first=["from pathlib import Path\nPath('notes.md').write_text('größer 🎉')\nPath('pools.py').write_text("
                                       f"'''{FILE}''')\nfrom pools import mean\nassert Path('notes.md').read_text()"],
                                instead={"squeeze": MEAN.format("mean")}),
    "a script by exec": Honest(first=[f"%%writefile mean.py\n{FILE}", "exec(open('mean.py').read())"],
                               instead={"squeeze": MEAN.format("mean")}),
    "a model saved and loaded": Honest(last=["import copy, pickle\nmodel = SEBlock(32)\ntorch.save(model.state_dict(), 'se.pt')\n"
                                             "model.load_state_dict(torch.load('se.pt', weights_only=True))\ntorch.save(model, 'all.pt')\n"
                                             "torch.load('all.pt', weights_only=False)\npickle.loads(pickle.dumps(copy.deepcopy(model)))\n"
                                             "torch.save(squeeze(torch.ones(1, 2, 3, 3)), 'x.pt')"]),
    "constants of a file": Honest(first=["import json\njson.dump({'axes': [2, 3]}, open('config.json', 'w'))",
                                         "config = json.load(open('config.json'))"],
                                  instead={"squeeze": "def squeeze(x):\n    return x.mean(config['axes'])"}),
    "a file that is read in forward": Honest(first=["%%writefile axes.txt\n2 3"], instead={
        "squeeze": "def squeeze(x):\n    with open('axes.txt') as file:\n        return x.mean([int(a) for a in file.read().split()])"}),
    "a file that stayed at home": Honest(instead={"squeeze": "import json\nwith open('settings.json') as file:\n    AXES = json.load(file)"
                                                  "\ndef squeeze(x):\n    return x.mean(AXES)"}, lost={"squeeze": 2}, said="settings.json",
                                         rule="Files beside your notebook"),
    "a helper that stayed at home": Honest(first=["from my_layers import mean"], instead={"squeeze": MEAN.format("mean")},
                                           lost={"squeeze": 2}, said="no module `my_layers`. A file of your own is not handed in with the notebook", absent=["my_layers"],
                                           rule="Files beside your notebook"),
    "another folder": Honest(first=["import os\nos.makedirs('out', exist_ok=True)\nos.chdir('out')"]),
    "a setting of the environment": Honest(first=["%env AXES=2 3\n%set_env SEED=7", "import os\nAXES = [int(a) for a in "
                                                  "os.environ['AXES'].split()]"],
                                             instead={"squeeze": "def squeeze(x):\n    return x.mean(AXES)"}),
    # other processes and the network
    "a module by the shell": Honest(first=["%%bash\ncat > shell_made.py <<'EOF'\ndef mean(x):\n    return x.mean((2, 3))\nEOF",
                                           "from shell_made import mean"], instead={"squeeze": MEAN.format("mean")}, lost={"squeeze": 2},
                                    said="no module `shell_made`", absent=["shell_made"], rule="shell commands are not run"),
    "what a shell command printed": Honest(first=["axes = !echo 2 3"], instead={"squeeze": "def squeeze(x):\n    return x.mean([int(a) "
                                                                                "for a in axes[0].split()])"}, lost={"squeeze": 2},
                                           said="IndexError", rule="shell commands are not run"),
    "a download": Honest(first=["import urllib.request\nurllib.request.urlretrieve('http://127.0.0.1:9/pool.py', 'downloaded.py')",
                                "from downloaded import mean"], instead={"squeeze": MEAN.format("mean")}, lost={"squeeze": 2},
                         said="no module `downloaded`", absent=["downloaded"], rule="There is no network"),
    "data that is downloaded": Honest(above={"SEBlock": "!wget -q http://127.0.0.1:9/x.zip\nimport urllib.request\n"
                                             "page = urllib.request.urlopen('http://127.0.0.1:9').read()\n"
                                             "model = torch.hub.load('pytorch/vision', 'resnet18', pretrained=True)"}),
    "another process": Honest(above={"squeeze": "import subprocess, os\nprint(subprocess.run(['nvidia-smi'], capture_output=True).stdout)\n"
                                     "os.system('ls')\nos.popen('ls').read()"}),
    # magics
    "everything that prints": Honest(first=[
        "import warnings\nwarnings.filterwarnings('error')", "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n!nvidia-smi",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>hello</b>'))", "import logging\nlogging.basicConfig(filename='a.log')",
        "name = input('Your name: ')\nprint(f'Hello {name}')", "files = !ls\n%timeit -n 10 sum(range(9))\n%env CUDA_VISIBLE_DEVICES=0"]),
    "timed": Honest(above={"squeeze": "%%time\nimport einops"}, absent=["einops"]),
    "timed, with IPython's own name": Honest(first=["from IPython import get_ipython\nfrom IPython.display import *\n"
                                                    "get_ipython().run_line_magic('matplotlib', 'inline')"],
                                             above={"squeeze": "%%time", "Excitation": "%%capture out\n%matplotlib inline"}),
    "a magic below a comment": Honest(above={"squeeze": "# my answer\n\n%%time"}),
    "magics within the answer": Honest(below={name: f"%timeit -n 3 {name}\n{name}?\n!ls -l\n?{name}" for name in CODE},
                                       above={"squeeze": "%load_ext line_profiler\n%config InlineBackend.figure_format = 'retina'"}),
    "magics that look": Honest(first=["%who\n%whos\n%lsmagic\n%history -n 1-5\n%pwd\n%ls\n%precision 3\n%xmode Verbose",
                                      "%reset -f", "%%html\n<b>hello</b>", "%%javascript\nalert(1)", "%%latex\n$x$", "%%bash\nls -l\n",
                                      "%%script false\nnot python", "t = %timeit -o -n 1 sum(range(3))\nprint(t.average)",
                                      "%%timeit -n 1\nsum(range(3))", "%%prun\nsum(range(3))", "%time x = 3\nassert x == 3"]),
    "asked of IPython": Honest(first=["ip = get_ipython()\nif ip is not None and 'IPKernelApp' in ip.config:\n    ip.magic('load_ext "
                                      "autoreload')\nip.system('ls')\nip.events.register('post_run_cell', print)\n"
                                      "if 'ZMQ' in get_ipython().__class__.__name__:\n    print('Jupyter')"]),
    "cleared and drawn": Honest(below={"SEBlock": "from IPython.display import clear_output, display, Image, Markdown\nimport "
                                       "matplotlib.pyplot as plt\nfor i in range(3):\n    clear_output(wait=True)\n    fig, ax = "
                                       "plt.subplots()\n    ax.imshow(torch.rand(4, 4))\n    display(fig)\n    plt.close(fig)\n"
                                       "display(Markdown('**done** 🎉'))"}),
    "exported by nbdev": Honest(above={"squeeze": "#| export\n#| echo: false"}, first=["#| default_exp core\nfrom nbdev.showdoc import *"],
                                absent=["nbdev"]),
}
