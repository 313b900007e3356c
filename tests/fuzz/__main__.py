"""``python -m tests.fuzz [TARGET …]``: throw bytes at what reads text from outside until something breaks.

With atheris (an extra of its own: ``pip install atheris``) the fuzzer sees which ways the code takes, and
looks for inputs that take new ones. Where atheris is not to be had, a small loop of our own mutates the
seeds blindly: it finds less, and says so. Each target runs in a process of its own, since what breaks may
be the interpreter. The bytes that broke something are written to a file that is named.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

_NAMES: Final = ("parse", "clean", "state", "link", "query")
_SLOW_S: Final = 5.0
_GRACE_S: Final = 60


def main() -> int:
    """Fuzz the targets one after the other; 1 if anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(_NAMES))
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    parser.add_argument("--blind", action="store_true", help="our own loop even where there is atheris")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.targets) - set(_NAMES)
    if unknown:
        parser.error(f"there is no target {', '.join(unknown)}; there are {', '.join(_NAMES)}")
    is_blind = options.blind or importlib.util.find_spec("atheris") is None
    if options.here:
        return (_mutate if is_blind else _fuzz)(options.targets[0], options.seconds, options.seed)
    how = "our own blind mutations" if is_blind else "atheris"
    _say(f"{how}, {options.seconds} s a target, --seed {options.seed}")
    return max([_run(name, options, is_blind) for name in options.targets or _NAMES])


def _run(name: str, options: argparse.Namespace, is_blind: bool) -> int:
    command = [sys.executable, "-m", "tests.fuzz", name, "--here"]
    command += ["--seconds", str(options.seconds), "--seed", str(options.seed), *["--blind"] * is_blind]
    try:
        code = subprocess.run(command, timeout=options.seconds + _GRACE_S, check=False).returncode
    except subprocess.TimeoutExpired:
        code = -1
    _say(f"{name}: {'nothing broke' if code == 0 else f'BROKE ({code})'}")
    return int(code != 0)


def _fuzz(name: str, seconds: int, seed: int) -> int:
    import atheris

    with atheris.instrument_imports(include=["reader"]):
        from tests.fuzz.targets import TARGETS, seeds_of
    corpus = Path(tempfile.mkdtemp(prefix=f"newsreader-fuzz-{name}-"))
    (corpus / "seeds").mkdir()
    for number, data in enumerate(seeds_of(name)):
        (corpus / "seeds" / f"{number}").write_bytes(data)
    arguments = [f"-max_total_time={seconds}", f"-seed={seed}", f"-timeout={_SLOW_S:.0f}", "-max_len=8192"]
    arguments += [f"-artifact_prefix={corpus}/", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *arguments, str(corpus / "seeds")], TARGETS[name])
    atheris.Fuzz()
    return 0


def _mutate(name: str, seconds: int, seed: int) -> int:
    from tests.fuzz.mutations import mutated
    from tests.fuzz.targets import TARGETS, seeds_of

    chance, seeds, target = random.Random(seed), seeds_of(name), TARGETS[name]
    count, worst_s = 0, 0.0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(chance.choice(seeds), seeds, chance)
        begun = time.process_time()
        try:
            target(data)
        except Exception:
            path = Path(tempfile.gettempdir()) / f"newsreader-fuzz-{name}-{seed}-{count}"
            path.write_bytes(data)
            _say(f"{name}: input {count} broke it, kept as {path}")
            raise
        worst_s = max(worst_s, time.process_time() - begun)
        count += 1
    _say(f"{name}: {count} inputs, the slowest took {worst_s * 1000:.0f} ms")
    return int(worst_s > _SLOW_S)


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
