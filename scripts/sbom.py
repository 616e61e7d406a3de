"""Prints a CycloneDX SBOM of the programs: sbom.py VERSION <Package.resolved (see sbom.sh).

The components are the Swift packages, which are linked statically. The C libraries are packages of Debian, which the package
names in Depends and a scanner of images finds."""

import datetime
import json
import os
import sys
import uuid

from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL


def component(pin):
    location = pin["location"].removesuffix(".git")
    host, *namespace, name = location.removeprefix("https://").split("/")
    state = pin["state"]
    version = state.get("version") or state["revision"]
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=f"{pin['identity']}@{version}",
        purl=PackageURL("swift", "/".join([host, *namespace]), name, version),
        properties=[Property(name="vcs:revision", value=state["revision"])],
        external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(location))],
    )


def main(version):
    pins = json.load(sys.stdin)["pins"]
    program = Component(type=ComponentType.APPLICATION, name="quietanza", version=version, bom_ref=f"quietanza@{version}")
    components = [component(pin) for pin in pins]
    bom = Bom(components=components)
    bom.metadata.component = program
    # The same input gives the same document.
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([version, pins], sort_keys=True))
    bom.register_dependency(program, components)
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault:
        sys.exit(f"sbom: {fault}")
    print(text)


main(*sys.argv[1:])
