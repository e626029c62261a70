import type { Handover } from "./node-policies";
import { API_PORT, CA_HASH, INSTANCE, TOKEN } from "./kubeadm-config";

/** Bash that cloud-init puts on the nodes. No secret is an argument of a command or in its output. */

const lines = (...all: string[]): string => `${all.join("\n")}\n`;

/** Functions of all scripts. */
export const sharedScript = (region: string): string =>
  lines(
    "# Sourced by the scripts beside it.",
    "export DEBIAN_FRONTEND=noninteractive HOME=/root AWS_PAGER='' PATH=\"$PATH:/snap/bin\"",
    `export AWS_DEFAULT_REGION=${region}`,
    "",
    "# retry TIMES COMMAND…: every ten seconds. Network, packages and AWS settle while the machine starts.",
    "retry() {",
    "  local left=$1",
    "  shift",
    '  until "$@"; do',
    "    left=$((left - 1))",
    '    if [ "$left" -le 0 ]; then',
    '      echo "labs: gave up: $1" >&2',
    "      return 1",
    "    fi",
    "    sleep 10",
    "  done",
    "}",
    "",
    "# metadata WHAT: by a token, as this instance asks for one.",
    "metadata() {",
    "  local at=http://169.254.169.254/latest token",
    '  token=$(curl -fsS -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 300" "$at/api/token") || return 1',
    '  curl -fsS -H "X-aws-ec2-metadata-token: $token" "$at/meta-data/$1"',
    "}",
    "",
    "# hand_over NAME FILE: into a parameter that the stack has made.",
    "hand_over() {",
    '  aws ssm put-parameter --name "$1" --value "file://$2" --type SecureString \\',
    "    --tier Intelligent-Tiering --overwrite >/dev/null",
    "}",
  );

const HEAD = ["#!/bin/bash", "set -euo pipefail", ". /usr/local/lib/labs.sh"];

/** `1.36.4` → `1.36`. */
export const minorOf = (version: string): string => version.split(".").slice(0, 2).join(".");

/** Packages, pinned; the same on every node. */
export const installScript = (version: string): string =>
  lines(
    ...HEAD,
    "# repository NAME KEY LINE: a package source with a key of its own.",
    "repository() {",
    '  curl -fsSL "$2" | gpg --dearmor --yes -o "/etc/apt/keyrings/$1.gpg" || return 1',
    '  chmod 0644 "/etc/apt/keyrings/$1.gpg"',
    '  echo "deb [signed-by=/etc/apt/keyrings/$1.gpg] $3" >"/etc/apt/sources.list.d/$1.list"',
    "}",
    "packages() {",
    "  apt-get -o DPkg::Lock::Timeout=300 update &&",
    "    apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install -y \\",
    `      conntrack socat containerd.io 'kubelet=${version}-*' 'kubeadm=${version}-*' 'kubectl=${version}-*'`,
    "}",
    "swapoff -a",
    "modprobe -a overlay br_netfilter",
    "sysctl --system >/dev/null",
    "systemctl restart systemd-networkd",
    "retry 30 repository docker https://download.docker.com/linux/ubuntu/gpg \\",
    "  'https://download.docker.com/linux/ubuntu noble stable'",
    `retry 30 repository kubernetes https://pkgs.k8s.io/core:/stable:/v${minorOf(version)}/deb/Release.key \\`,
    `  'https://pkgs.k8s.io/core:/stable:/v${minorOf(version)}/deb/ /'`,
    "retry 30 packages",
    "apt-mark hold containerd.io kubelet kubeadm kubectl",
    "systemctl restart containerd",
    "systemctl enable kubelet",
    "retry 30 snap install aws-cli --classic",
  );

/** What only the node knows, put into kubeadm's file. */
const FILL = [
  "install -d -m 0700 /run/labs",
  "instance=$(retry 30 metadata instance-id)",
  "config=$(</etc/labs/kubeadm.yaml)",
  `config=\${config//${INSTANCE}/"$instance"}`,
];

export function controlPlaneScripts(
  { join, kubeconfig }: Handover,
  publicAddress: string,
): Record<"node" | "join" | "service" | "timer", string> {
  return {
    node: lines(
      ...HEAD,
      "/usr/local/sbin/labs-install",
      ...FILL,
      "printf '%s\\n' \"$config\" >/run/labs/kubeadm.yaml",
      "kubeadm init --config /run/labs/kubeadm.yaml --skip-token-print",
      "systemctl enable --now labs-join.timer",
      "/usr/local/sbin/labs-join",
      "{",
      '  echo "# $instance"',
      `  sed 's#^\\( *server: \\).*#\\1https://${publicAddress}:${API_PORT}#' /etc/kubernetes/admin.conf`,
      "} >/run/labs/kubeconfig",
      `retry 30 hand_over ${kubeconfig} /run/labs/kubeconfig`,
      "rm /run/labs/kubeconfig",
    ),
    join: lines(
      ...HEAD,
      "# A token lives for a day. Workers of later days find a new one.",
      "install -d -m 0700 /run/labs",
      "instance=$(retry 30 metadata instance-id)",
      "hash=$(openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der | sha256sum | cut -d' ' -f1)",
      "token=$(kubeadm token create --kubeconfig /etc/kubernetes/admin.conf --ttl 24h)",
      'printf \'%s %s sha256:%s\\n\' "$instance" "$token" "$hash" >/run/labs/join',
      `retry 30 hand_over ${join} /run/labs/join`,
      "rm /run/labs/join",
    ),
    service: lines(
      "[Unit]",
      "Description=A token by which workers join",
      "[Service]",
      "Type=oneshot",
      "ExecStart=/usr/local/sbin/labs-join",
    ),
    timer: lines(
      "[Unit]",
      "Description=A token by which workers join, twice a day",
      "[Timer]",
      "OnBootSec=10min",
      "OnUnitActiveSec=12h",
      "[Install]",
      "WantedBy=timers.target",
    ),
  };
}

export const workerScript = ({ join }: Handover, controlPlane: string): string =>
  lines(
    ...HEAD,
    "/usr/local/sbin/labs-install",
    ...FILL,
    "# An earlier control plane may have left its own words.",
    "invited() {",
    `  read -r made token hash <<<"$(aws ssm get-parameter --name ${join} --with-decryption --query Parameter.Value --output text)"`,
    `  [ "$made" = ${controlPlane} ]`,
    "}",
    "retry 90 invited",
    `config=\${config//${TOKEN}/"$token"}`,
    `config=\${config//${CA_HASH}/"$hash"}`,
    "printf '%s\\n' \"$config\" >/run/labs/kubeadm.yaml",
    "kubeadm join --config /run/labs/kubeadm.yaml",
    "rm /run/labs/kubeadm.yaml",
  );
