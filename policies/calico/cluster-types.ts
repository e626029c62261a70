/** Resources that say how the cluster's network is made, rather than what may pass; source as in resource.ts. */
import type { Duration, Port, Protocol, Resource, Toggle } from "./resource";

export type EncapsulationMode = "Never" | "Always" | "CrossSubnet";

export type IPPool = Resource<
  "IPPool",
  {
    cidr: string;
    /** @default "Never" */
    ipipMode?: EncapsulationMode;
    /** @default "Never" */
    vxlanMode?: EncapsulationMode;
    /** @default false */
    natOutgoing?: boolean;
    /** @default false */
    disabled?: boolean;
    /** @default false */
    disableBGPExport?: boolean;
    /** Prefix length of a block: 20 to 32 for IPv4 (default 26), 116 to 128 for IPv6 (default 122). */
    blockSize?: number;
    /** @default "all()" */
    nodeSelector?: string;
    namespaceSelector?: string;
    /** @default ["Workload", "Tunnel"] */
    allowedUses?: ("Workload" | "Tunnel" | "LoadBalancer")[];
    /** @default "Automatic" */
    assignmentMode?: "Automatic" | "Manual";
  }
>;

export interface BgpPassword {
  secretKeyRef?: { name: string; key: string; optional?: boolean };
}

export type BGPPeer = Resource<
  "BGPPeer",
  {
    /** Not together with nodeSelector; neither means every node. */
    node?: string;
    nodeSelector?: string;
    /** `192.0.2.1`, `192.0.2.1:1790`, `[2001:db8::1]:1790`; not together with peerSelector. */
    peerIP?: string;
    peerSelector?: string;
    asNumber?: number | string;
    localASNumber?: number | string;
    localWorkloadSelector?: string;
    /** Deprecated upstream: use nextHopMode. */
    keepOriginalNextHop?: boolean;
    nextHopMode?: "Auto" | "Self" | "Keep";
    password?: BgpPassword;
    /** @default "UseNodeIP" */
    sourceAddress?: "UseNodeIP" | "None";
    maxRestartTime?: Duration;
    keepaliveTime?: Duration;
    numAllowedLocalASNumbers?: number;
    ttlSecurity?: number;
    reachableBy?: string;
    filters?: string[];
    /** @default "Auto" */
    reversePeering?: "Auto" | "Manual";
  }
>;

export type BGPConfiguration = Resource<
  "BGPConfiguration",
  {
    logSeverityScreen?: "Debug" | "Info" | "Warning" | "Error" | "Fatal";
    /** @default true */
    nodeToNodeMeshEnabled?: boolean;
    /** @default 64512 */
    asNumber?: number | string;
    serviceClusterIPs?: { cidr: string }[];
    serviceExternalIPs?: { cidr: string }[];
    serviceLoadBalancerIPs?: { cidr: string }[];
    serviceLoadBalancerAggregation?: Toggle;
    communities?: { name: string; value: string }[];
    prefixAdvertisements?: { cidr: string; communities: string[] }[];
    /** @default 179 */
    listenPort?: number;
    bindMode?: "None" | "NodeIP";
    nodeMeshPassword?: BgpPassword;
    nodeMeshMaxRestartTime?: Duration;
    ignoredInterfaces?: string[];
    localWorkloadPeeringIPV4?: string;
    localWorkloadPeeringIPV6?: string;
    programClusterRoutes?: Toggle;
  }
>;

/** A failsafe port: stays open whatever policy says, so that a host cannot be locked out. */
export interface ProtoPort {
  protocol: Protocol;
  port: number;
  /** @default everywhere */
  net?: string;
}

/** The fields that a networking lab sets; others pass through. */
export type FelixConfiguration = Resource<
  "FelixConfiguration",
  {
    /** @default ssh, dhcp, bgp, etcd, Typha, API server: see packages/reach */
    failsafeInboundHostPorts?: ProtoPort[];
    failsafeOutboundHostPorts?: ProtoPort[];
    /** What happens to traffic from a workload to its own host, after policy. @default "Drop" */
    defaultEndpointToHostAction?: "Drop" | "Return" | "Accept";
    chainInsertMode?: "Insert" | "Append";
    interfacePrefix?: string;
    interfaceExclude?: string;
    kubeNodePortRanges?: Port[];
    logSeverityScreen?: string;
    logPrefix?: string;
    bpfEnabled?: boolean;
    nftablesMode?: "Auto" | Toggle;
    ipForwarding?: Toggle;
    mtuIfacePattern?: string;
    vxlanMTU?: number;
    vxlanPort?: number;
    vxlanVNI?: number;
    natPortRange?: Port;
    natOutgoingAddress?: string;
    natOutgoingExclusions?: "IPPoolsOnly" | "IPPoolsAndHostIPs";
    awsSrcDstCheck?: "DoNothing" | "Enable" | "Disable";
    serviceLoopPrevention?: "Drop" | "Reject" | "Disabled";
    workloadSourceSpoofing?: "Disabled" | "Any";
    wireguardEnabled?: boolean;
    wireguardEnabledV6?: boolean;
    wireguardHostEncryptionEnabled?: boolean;
    wireguardListeningPort?: number;
    wireguardInterfaceName?: string;
    wireguardMTU?: number;
    wireguardKeepAlive?: Duration;
    prometheusMetricsEnabled?: boolean;
    prometheusMetricsPort?: number;
    healthPort?: number;
    flowLogsGoldmaneServer?: string;
    policySyncPathPrefix?: string;
    [field: string]: unknown;
  }
>;

export interface AutoHostEndpointTemplate {
  generateName?: string;
  interfaceCIDRs?: string[];
  interfacePattern?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  nodeSelector?: string;
}

interface Reconciled {
  reconcilerPeriod?: Duration;
}

export type KubeControllersConfiguration = Resource<
  "KubeControllersConfiguration",
  {
    logSeverityScreen?: "None" | "Debug" | "Info" | "Warning" | "Error" | "Fatal" | "Panic";
    healthChecks?: Toggle;
    etcdV3CompactionPeriod?: Duration;
    prometheusMetricsPort?: number;
    debugProfilePort?: number;
    controllers: {
      node?: Reconciled & {
        syncLabels?: Toggle;
        /** Host endpoints for every node. @default autoCreate Disabled */
        hostEndpoint?: {
          autoCreate?: Toggle;
          /** The one with interface `*`. @default "Enabled" */
          createDefaultHostEndpoint?: Toggle;
          templates?: AutoHostEndpointTemplate[];
        };
        leakGracePeriod?: Duration;
      };
      policy?: Reconciled;
      workloadEndpoint?: Reconciled;
      serviceAccount?: Reconciled;
      namespace?: Reconciled;
      loadBalancer?: { assignIPs?: "AllServices" | "RequestedServicesOnly" };
      migration?: { policyNameMigrator?: Toggle };
    };
  }
>;
