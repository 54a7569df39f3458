#!/bin/sh
# Prints the path of a Chromium that starts and can draw Japanese; installs one where it may (root on Debian).
# Everything else it has to say goes to standard error.
set -eu

mac='/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

# Some systems ship a `chromium-browser` that only tells how to install one: ask it for its version.
works() { "$1" --version >/dev/null 2>&1; }

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable chrome "$mac"; do
        found=$(command -v "$name" 2>/dev/null) && works "$found" && echo "$found" && return 0
    done
    return 1
}

has_font() {
    if command -v fc-list >/dev/null 2>&1; then
        fc-list "$1" family | grep -q .
    else
        find /usr/share/fonts -name "$2" 2>/dev/null | grep -q .
    fi
}

is_linux() { [ "$(uname -s)" = Linux ]; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

if [ -n "${CHROMIUM:-}" ]; then
    works "$CHROMIUM" || { echo "CHROMIUM=$CHROMIUM does not start." >&2; exit 1; }
    echo "$CHROMIUM"
    exit 0
fi

missing=''
find_chromium >/dev/null || missing='chromium'
if is_linux; then
    has_font ':lang=ja' '*CJK*' || missing="$missing fonts-noto-cjk"
    has_font ':charset=1f525' '*Emoji*' || missing="$missing fonts-noto-color-emoji"
fi

if [ -n "$missing" ] && may_install; then
    echo "Installing$(printf ' %s' $missing) ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # one word for each package
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >&2
    missing=''
fi

if ! find_chromium; then
    echo "No Chromium found. Install one (on Debian: apt-get install chromium fonts-noto-cjk)" >&2
    echo "or name yours: CHROMIUM=/path/to/chromium make test" >&2
    exit 1
fi
[ -z "$missing" ] || echo "Japanese or emoji may show as boxes; missing: $missing" >&2
