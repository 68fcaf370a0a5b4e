"""Rebuild fixtures and goldens: `python -m references.autodiff.build [stage …]` (all stages by default)."""

import importlib
import sys
import time

import torch

STAGES = ["core", "extra", "handmade", "variants", "starters", "lora", "hidden"]


def main(wanted):
    torch.set_num_threads(1)
    for stage in wanted or STAGES:
        started = time.monotonic()
        importlib.import_module(f"references.autodiff.stage_{stage}").main()
        print(f"{stage}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
