#!/bin/sh
# Brings about what a target needs, and nothing when it is there already:
#   tools/setup.sh run     the virtual environment with what the site needs
#   tools/setup.sh check   the same with what developers need
#   tools/setup.sh tests   the same, and Chromium, Chinese fonts, PostgreSQL, Java from Debian
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
missing=""

find_python() {
    for name in python3.11 python3.12 python3.13 python3 /usr/bin/python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

want() { # want PACKAGE COMMAND…: remember the package unless the command succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_postgres() { ls /usr/lib/postgresql/*/bin/initdb; }
has_chinese_fonts() { fc-list :lang=zh | grep -q .; }
has_venv() { "$(find_python)" -c 'import ensurepip, venv'; }

[ -x .venv/bin/pip ] || want python3-venv has_venv
if [ "$purpose" = tests ]; then
    want chromium command -v chromium
    want fontconfig command -v fc-list
    want fonts-noto-cjk has_chinese_fonts
    want postgresql has_postgres
    want default-jre-headless command -v java
fi

if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Missing:$missing. Install by hand, for instance: sudo apt-get install$missing" >&2
        exit 1
    fi
    echo "Installing from Debian:$missing"
    export DEBIAN_FRONTEND=noninteractive
    said=$(mktemp)
    apt-get -qq -o Acquire::Retries=3 update || echo "Some package lists could not be renewed; going on with those at hand."
    # shellcheck disable=SC2086 -- a list of packages
    if ! apt-get -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 install -y --no-install-recommends $missing >"$said" 2>&1; then
        cat "$said" >&2
        exit 1
    fi
    rm -f "$said"
fi

python=$(find_python)
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed and was not found." >&2
    exit 1
fi

.venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv

# A stamp holds the hash of pyproject.toml as it was installed: nothing to do while it matches.
wanted=$(sha256sum pyproject.toml)
installed_as() { [ -f ".venv/installed-$1" ] && [ "$(cat ".venv/installed-$1")" = "$wanted" ]; }

extras="dev"
[ "$purpose" != run ] || extras="site"
if ! installed_as dev && ! installed_as "$extras"; then
    echo "Installing Python packages; this takes a few minutes the first time."
    [ "$extras" = site ] && target=. || target=".[dev]"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --use-pep517 -e "$target"
    echo "$wanted" >".venv/installed-$extras"
fi
