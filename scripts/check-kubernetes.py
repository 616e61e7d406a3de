"""Validates the objects that kustomize built: check-kubernetes.py OVERLAY objects.yaml (see check-kubernetes.sh)."""

import pathlib
import sys

import kubernetes_validate
import yaml

VERSION = "1.33"


def pod_of(item):
    return item.get("spec", {}).get("template", {}).get("spec") if item["kind"] in ("Deployment", "Job") else None


def faults_of(items):
    """Yields violations of the schema, references to objects that do not exist, and pods with more rights than they need."""
    names = {(item["kind"], item["metadata"]["name"]) for item in items}
    # The administrator creates it.
    names.add(("Secret", "quietanza"))
    ports = {c_port["name"] for item in items if (pod := pod_of(item)) for c in pod["containers"] for c_port in c.get("ports", [])}
    for item in items:
        name = f"{item['kind']}/{item['metadata']['name']}"
        try:
            kubernetes_validate.validate(item, VERSION, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{name}: {'/'.join(map(str, error.path))}: {error.message}"
        if item["kind"] == "Ingress":
            for rule in item["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    if ("Service", path["backend"]["service"]["name"]) not in names:
                        yield f"{name}: there is no service {path['backend']['service']['name']}"
        if item["kind"] == "Service":
            for port in item["spec"]["ports"]:
                if port["targetPort"] not in ports:
                    yield f"{name}: no container has the port {port['targetPort']}"
        pod = pod_of(item)
        if pod is None:
            continue
        if ("ServiceAccount", pod["serviceAccountName"]) not in names or pod["automountServiceAccountToken"]:
            yield f"{name}: service account"
        if not pod["securityContext"]["runAsNonRoot"]:
            yield f"{name}: runs as root"
        for container in pod["containers"]:
            context = container["securityContext"]
            if context["allowPrivilegeEscalation"] or not context["readOnlyRootFilesystem"] or context["capabilities"] != {"drop": ["ALL"]}:
                yield f"{name}: security context of {container['name']}"
            if container["image"].rpartition(":")[2] in ("", "latest", container["image"]):
                yield f"{name}: {container['image']} has no tag"
            for source in container["envFrom"]:
                for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                    if key in source and (kind, source[key]["name"]) not in names:
                        yield f"{name}: there is no {kind} {source[key]['name']}"


def main(overlay, path):
    items = [item for item in yaml.safe_load_all(pathlib.Path(path).read_text(encoding="utf-8")) if item]
    faults = list(faults_of(items))
    for fault in faults:
        print(f"{overlay}: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    print(f"{overlay}: {len(items)} objects, valid for Kubernetes {VERSION}")


main(*sys.argv[1:])
