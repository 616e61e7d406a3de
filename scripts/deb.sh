#!/usr/bin/env bash
# Builds the Debian package into .local/deb and checks it with lintian; prints the path of the .deb.
# QUIETANZA_BIN_DIR names a folder with `quietanza`, `quietanza-portal` and `psp-simulator` of a release build with --static-swift-stdlib; without it
# the script builds them. QUIETANZA_DEB_VERSION replaces the version, and QUIETANZA_DEB_LEVEL the
# level of compression, for tests.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'deb: %s\n' "$*" >&2; }
need() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    say "installing ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=500 -qq install --yes --no-install-recommends \
        "${missing[@]}" </dev/null >&2
}

need debhelper dpkg-dev fakeroot lintian man-db
scripts/api-docs.sh

bin=${QUIETANZA_BIN_DIR:-}
if [ -z "$bin" ]; then
    # A folder of its own: the other builds link the Swift libraries dynamically.
    build=(swift build --configuration release --static-swift-stdlib --scratch-path .build-deb)
    "${build[@]}" --product quietanza >&2
    "${build[@]}" --product quietanza-portal >&2
    "${build[@]}" --product psp-simulator >&2
    bin=$("${build[@]}" --show-bin-path)
fi

tree=$PWD/.local/deb/tree
rm -rf "$tree"
mkdir -p "$tree/build"/{bin,man,completions/{bash,zsh,fish}}
cp -r packaging/debian migrations openapi.yaml llms.txt api-docs deploy docs README.md "$tree/"
rm -f "$tree/api-docs/wheel"
cp "$bin/quietanza" "$bin/quietanza-portal" "$bin/psp-simulator" "$tree/build/bin/"
cp LICENSE "$tree/build/EUPL-1.2.txt"
# debhelper would take it for the changelog of the package, which has another form.
cp CHANGELOG.md "$tree/build/release-notes.md"
rm -rf "$tree/deploy/prometheus/alerts.test.yaml"

export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
day=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)
version=${QUIETANZA_DEB_VERSION:-$("$bin/quietanza" --version)}
scripts/sbom.sh "$version" >"$tree/build/sbom.cdx.json"
for program in quietanza quietanza-portal psp-simulator; do
    "$bin/$program" --experimental-dump-help | /usr/bin/python3 packaging/manual.py program "$day" >"$tree/build/man/$program.1"
    "$bin/$program" --generate-completion-script bash | sed '1{/^#!/d}' >"$tree/build/completions/bash/$program"
    "$bin/$program" --generate-completion-script zsh >"$tree/build/completions/zsh/_$program"
    "$bin/$program" --generate-completion-script fish >"$tree/build/completions/fish/$program.fish"
done
/usr/bin/python3 packaging/manual.py settings "$day" <docs/configuration.md >"$tree/build/man/quietanza.conf.5"
cat >"$tree/debian/changelog" <<END
quietanza ($version) unstable; urgency=medium

  * The changes are in /usr/share/doc/quietanza/release-notes.md.gz.

 -- Quietanza maintainers <maintainers@quietanza.example>  $(date --utc --date="@$SOURCE_DATE_EPOCH" --rfc-email)
END

say "packaging version $version"
(cd "$tree" && dpkg-buildpackage --build=binary --unsigned-source --unsigned-changes --no-check-builddeps >../build.log 2>&1) || {
    tail -30 .local/deb/build.log >&2
    exit 1
}
package=$PWD/.local/deb/quietanza_${version}_$(dpkg --print-architecture).deb
# `lintian` reads the file with the reasons of each override.
lintian --fail-on error,warning --profile debian "$package" >&2
say "lintian is satisfied"
rm -rf "$tree"
printf '%s\n' "$package"
