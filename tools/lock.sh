#!/bin/sh
# Writes both lock files for every platform, with hashes and without a word about where packages come from.
set -eu

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"${PYTHON:-python3}" -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install --quiet --disable-pip-version-check uv

compile() {
    "$tmp/venv/bin/uv" pip compile pyproject.toml --no-config --quiet \
        --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' "$@"
}

compile --extra dev --output-file requirements.lock "$@"
compile --constraints requirements.lock --output-file requirements-run.lock

if grep -nE '://|^ *--(index-url|extra-index-url|find-links)' requirements.lock requirements-run.lock; then
    echo 'A lock names a place; it must only name packages.' >&2
    exit 1
fi
