#!/bin/sh
# What tests need of the system. Installed only by root on Debian; otherwise what will be skipped is printed.
set -u
PATH="$PATH:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/*/libpango-1.0.so.0 >/dev/null 2>&1 || missing="$missing libpango-1.0-0 libpangoft2-1.0-0"
fc-list 2>/dev/null | grep -qi liberation || missing="$missing fonts-liberation"
java -version 2>&1 | grep -Eq 'version "(17|21)' || missing="$missing openjdk-17-jre-headless"
office=""
command -v soffice >/dev/null 2>&1 || office=" libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"

get() {  # apart from each other: what cannot be had keeps nothing else away
    [ -z "$1" ] && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing for the tests:$1"
        apt-get install -y -qq $2 $1 >/dev/null 2>&1 && return 0
        apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq $2 $1 >/dev/null 2>&1 && return 0
    fi
    echo "Not here, and not installed:$1. Tests that need them are skipped, saying so."
}

get "$missing" ""
get "$office" --no-install-recommends
exit 0
