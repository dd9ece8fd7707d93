"""What the tests need besides Rust: found on this machine, or installed where that is allowed."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

ROOT = Path(__file__).resolve().parents[2]
NODE_MAJOR = 18


@dataclass(frozen=True)
class Component:
    """Something that suites need. `find` says where it is, or None."""

    name: str
    find: Callable[[], Optional[str]]
    # Its packages on Debian and Ubuntu.
    packages: tuple = ()


def find_nats_server():
    # Says on stderr itself why there is none.
    found = subprocess.run([ROOT / "scripts/fetch-nats-server"], stdout=subprocess.PIPE, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def find_chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def find_emoji_font():
    fonts = Path("/usr/share/fonts").rglob("NotoColorEmoji*")
    return next((str(font) for font in fonts), None)


def find_postgres():
    """The folder with initdb and postgres, newest version first."""
    folders = [Path(folder) for folder in Path("/usr/lib/postgresql").glob("*/bin")]
    folders.sort(key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    whole = (folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists())
    return next((str(folder) for folder in whole), None)


def find_faketime():
    """The library that gives a program a wrong wall clock."""
    libraries = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return next((str(library) for library in libraries), None)


def find_text_model():
    """The folder with the text model's files."""
    found = subprocess.run([ROOT / "scripts/fetch-text-model"], stdout=subprocess.PIPE, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def find_s3_server():
    """A server of the S3 API."""
    found = subprocess.run([ROOT / "scripts/fetch-s3-server"], stdout=subprocess.PIPE, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def find_node():
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], stdout=subprocess.PIPE, text=True).stdout
    major = re.match(r"v(\d+)", version)
    return node if major and int(major.group(1)) >= NODE_MAJOR else None


def find_rust_tool(tool):
    def find():
        if not shutil.which("cargo"):
            return None
        works = subprocess.run(["cargo", tool, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return "cargo" if works.returncode == 0 else None

    return find


CARGO = Component("Rust 1.94 or newer (rustup)", lambda: shutil.which("cargo"))
RUSTFMT = Component("rustfmt (rustup component add rustfmt)", find_rust_tool("fmt"))
CLIPPY = Component("clippy (rustup component add clippy)", find_rust_tool("clippy"))
NATS_SERVER = Component("nats-server 2.14 or newer", find_nats_server)
NODE = Component(f"Node.js {NODE_MAJOR} or newer, with npm", find_node, ("nodejs", "npm"))
CHROMIUM = Component("Chromium", find_chromium, ("chromium",))
EMOJI_FONT = Component("the font Noto Color Emoji", find_emoji_font, ("fonts-noto-color-emoji",))
POSTGRES = Component("PostgreSQL (initdb and postgres)", find_postgres, ("postgresql",))
FAKETIME = Component("libfaketime", find_faketime, ("faketime",))

TEXT_MODEL = Component("the text model (scripts/fetch-text-model)", find_text_model)
S3_SERVER = Component("the tests' server of the S3 API (scripts/fetch-s3-server)", find_s3_server)

ALL = (CARGO, RUSTFMT, CLIPPY, NATS_SERVER, NODE, CHROMIUM, EMOJI_FONT, POSTGRES, FAKETIME, TEXT_MODEL, S3_SERVER)


def set_up():
    """Finds every component, as root installs what the system's packages have, and returns where each is."""
    places = {component: component.find() for component in ALL}
    packages = [package for component, place in places.items() if not place for package in component.packages]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        for component in ALL:
            places[component] = places[component] or component.find()
    return places


def install(packages):
    print("Installing", " ".join(packages), "...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        # What is still missing afterwards fails the suites that need it, by name.
        subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL)


def advice(component):
    """What to install for a component, in a line."""
    packages = f"; Debian's packages: {' '.join(component.packages)}" if component.packages else ""
    return f"missing: install {component.name}{packages}"
