#!/usr/bin/env python3
"""Checks what template.yaml allows, which cfn-lint does not: no "*" where AWS takes something narrower,
no port open to the world, no secret in clear, and the properties that must never get lost.

    check_policy.py [TEMPLATE]      needs PyYAML (Debian: python3-yaml; it comes with cfn-lint)

Prints one line for each finding, and ends with 1 if there is any.
"""
import pathlib
import re
import sys

import yaml

# Actions for which AWS knows no resource but "*".
ONLY_STAR = {
    "ecr:GetAuthorizationToken": "the token is for the account's registry, not for a repository",
}
# 0.0.0.0/0 elsewhere than in security groups.
WORLD_ROUTES = {
    "PublicRoute": "the way back from the balancer; a route opens no port",
}
WORLD = {"0.0.0.0/0", "::/0"}
SECRET_NAME = re.compile(r"password|secret|token|credential", re.IGNORECASE)
# Called like one, and none.
NO_SECRETS = {
    "MIGRATOR_TOKENS": "hashes of tokens",
    "TokenHashes": "hashes of tokens",
    "OidcTokenEndpoint": "an address",
    "OidcClientSecretArn": "where the secret is",
}


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: !Ref X is {"Ref": X}, !Sub X is {"Fn::Sub": X}."""


def short_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", short_form)


def is_secret(name):
    return name not in NO_SECRETS and SECRET_NAME.search(name)


def as_list(value):
    return value if isinstance(value, list) else [value]


def text_of(value):
    """A value as text: what is a reference becomes ${…}, so that it differs from "*"."""
    if isinstance(value, dict):
        if "Fn::Sub" in value:
            return str(value["Fn::Sub"])
        return "${" + ",".join(str(v) for v in value.values()) + "}"
    return str(value)


def mappings(value, conditional=False):
    """Every mapping in value, and whether an Fn::If stands above it."""
    if isinstance(value, dict):
        yield value, conditional
        for key, inner in value.items():
            yield from mappings(inner, conditional or key == "Fn::If")
    elif isinstance(value, list):
        for inner in value:
            yield from mappings(inner, conditional)


def check_statement(statement):
    if statement["Effect"] != "Allow":
        return
    for key in ("NotAction", "NotResource", "NotPrincipal"):
        if key in statement:
            yield f"{key} allows whatever is not named"
    actions = [text_of(a) for a in as_list(statement.get("Action", []))]
    for action in actions:
        if "*" in action:
            yield f"action {action} is not one action"
    for resource in map(text_of, as_list(statement.get("Resource", []))):
        # What follows the account (or, for S3, the service): a name, not only a star.
        named = resource.split(":", 5)[-1] if resource.startswith("arn:") else resource
        if set(named) <= set("*/:") and not all(a in ONLY_STAR for a in actions):
            yield f"resource {resource} for {', '.join(actions)} could be narrower"
    if statement.get("Principal") in ("*", {"AWS": "*"}) and not statement.get("Condition"):
        # Layers of images: ECR signs the addresses, so no role can be named.
        if "starport-layer-bucket/" not in text_of(statement.get("Resource")):
            yield "anybody may do this: no condition"


def check_policies(resource):
    for mapping, _ in mappings(resource.get("Properties", {})):
        if "Effect" in mapping:
            for problem in check_statement(mapping):
                yield f"{mapping.get('Sid', 'a statement')}: {problem}"
        for arn in as_list(mapping.get("ManagedPolicyArns", [])):
            yield f"managed policy {text_of(arn)} allows more than is needed"


def check_world(name, resource):
    conditional = "Condition" in resource
    inward = "Ingress" in resource["Type"]
    for mapping, under_if in mappings(resource.get("Properties", {})):
        for key in ("CidrIp", "CidrIpv6", "DestinationCidrBlock", "DestinationIpv6CidrBlock"):
            if text_of(mapping.get(key)) not in WORLD or name in WORLD_ROUTES:
                continue
            in_ingress = inward or any(
                mapping is m for m, _ in mappings(resource["Properties"].get("SecurityGroupIngress", []))
            )
            if in_ingress:
                yield f"open to the world on port {mapping.get('FromPort')}"
            elif (mapping.get("FromPort"), mapping.get("ToPort")) != (443, 443):
                yield f"{key} {mapping[key]} on another port than 443"
            elif not (under_if or conditional):
                yield f"{key} {mapping[key]} without being asked for"
        if mapping.get("IpProtocol") in ("-1", -1):
            yield "a rule for all protocols and ports"


def check_groups(name, resource):
    properties = resource.get("Properties", {})
    if resource["Type"] != "AWS::EC2::SecurityGroup":
        return
    if "SecurityGroupEgress" not in properties:
        yield "no SecurityGroupEgress: everything outwards is allowed"
    for rule, _ in mappings(properties.get("SecurityGroupIngress", [])):
        if "CidrIp" in rule and (name != "BalancerSecurityGroup" or rule["FromPort"] != 443):
            yield f"addresses instead of a security group may reach port {rule['FromPort']}"


def check_secrets(resource):
    for mapping, _ in mappings(resource.get("Properties", {})):
        for key, value in mapping.items():
            if "Password" in key and key.startswith("Master"):
                if "{{resolve:secretsmanager:" not in text_of(value):
                    yield f"{key} is not taken from a secret"
        for variable, _ in mappings(mapping.get("Environment", [])):
            if is_secret(str(variable.get("Name", ""))):
                yield f"variable {variable['Name']} stands in clear"


# What may not get lost, by type: property (dots lead inwards) and value; None: anything but absent.
REQUIRED = {
    "AWS::RDS::DBInstance": {
        "DeletionPolicy": "Snapshot",
        "UpdateReplacePolicy": "Snapshot",
        "Properties.DeletionProtection": True,
        "Properties.PubliclyAccessible": False,
        "Properties.StorageEncrypted": True,
    },
    "AWS::S3::Bucket": {
        "DeletionPolicy": "Retain",
        "Properties.BucketEncryption": None,
        "Properties.PublicAccessBlockConfiguration.BlockPublicAcls": True,
        "Properties.PublicAccessBlockConfiguration.BlockPublicPolicy": True,
        "Properties.PublicAccessBlockConfiguration.IgnorePublicAcls": True,
        "Properties.PublicAccessBlockConfiguration.RestrictPublicBuckets": True,
    },
    "AWS::Logs::LogGroup": {"Properties.RetentionInDays": None},
    "AWS::EC2::VPCEndpoint": {"Properties.PolicyDocument": None},
    "AWS::ElasticLoadBalancingV2::Listener": {"Properties.Protocol": "HTTPS", "Properties.Port": 443},
}


def check_required(resource):
    for path, wanted in REQUIRED.get(resource["Type"], {}).items():
        value = resource
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if value is None or (wanted is not None and value != wanted):
            yield f"{path} has to be {'set' if wanted is None else wanted}, and is {value}"
    for container in resource.get("Properties", {}).get("ContainerDefinitions", []):
        if container.get("ReadonlyRootFilesystem") is not True:
            yield "the container's root file system can be written"


def check_parameters(template):
    for name, parameter in template.get("Parameters", {}).items():
        if name.startswith("AllowedCidr"):
            for world in WORLD:
                if re.fullmatch(parameter.get("AllowedPattern", ".*"), world):
                    yield f"{name}: takes {world}"
        if is_secret(name) and parameter.get("NoEcho") is not True:
            yield f"{name}: a secret as a parameter that is shown"
        if parameter.get("Default") in WORLD:
            yield f"{name}: the default is the world"


def check(template):
    """The findings, as lines."""
    yield from check_parameters(template)
    for name, resource in template["Resources"].items():
        for problems in (
            check_policies(resource),
            check_world(name, resource),
            check_groups(name, resource),
            check_secrets(resource),
            check_required(resource),
        ):
            for problem in problems:
                yield f"{name}: {problem}"


def load(path):
    return yaml.load(pathlib.Path(path).read_text(encoding="utf-8"), Loader)  # nosec: a SafeLoader


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("template.yaml")
    findings = list(check(load(path)))
    for finding in findings:
        print(f"{path}: {finding}")
    if not findings:
        print(f"{path}: allows no more than it has to")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
