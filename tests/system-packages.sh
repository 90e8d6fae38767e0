#!/usr/bin/env bash
# Debian packages that some tests use; where they can't be had, those tests skip and say so.
#   libreoffice-writer, -impress, -calc: open the exported Word, PowerPoint and Excel files as a person would
#   poppler-utils: pages of PDF files as pictures
#   chromium, fonts-dejavu-core: the review room as a person sees it
set -u
packages=(libreoffice-writer-nogui libreoffice-impress-nogui libreoffice-calc-nogui poppler-utils
  chromium fonts-dejavu-core)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "Not installed (needs root and apt-get): ${missing[*]}. The tests that use them will be skipped."
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 \
  || echo "Could not be installed: ${missing[*]}. The tests that use them will be skipped."
exit 0
