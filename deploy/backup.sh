#!/bin/sh
# Saves a running site into one file: deploy/backup.sh /var/lib/gangmu /srv/backup/gangmu-2025-10-31.tar.gz
# The file holds the site's keys: keep it where only those may read it who may read everything.
set -eu
data=$1
target=$2
python=${PYTHON:-/opt/gangmu/bin/python}
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ -n "${GANGMU_DATABASE_URL:-}" ]; then
    pg_dump --format=custom --file="$work/gangmu.pgdump" "$GANGMU_DATABASE_URL"
else
    # SQLite's own online copy: whole, though people go on working.
    "$python" - "$data/gangmu.sqlite3" "$work/gangmu.sqlite3" <<'PYTHON'
import sqlite3
import sys

with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as site, sqlite3.connect(sys.argv[2]) as copy:
    site.backup(copy)
PYTHON
fi
for part in keys files log-head.json; do
    [ ! -e "$data/$part" ] || cp -a "$data/$part" "$work/"
done

tar -C "$work" -czf "$target.part" .
mv "$target.part" "$target"
