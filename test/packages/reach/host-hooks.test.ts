/** Host endpoints: after felix/rules (static.go, endpoints.go, dispatch.go) and felix/fv of projectcalico/calico. */
import { ask, globalPolicy, tier, told } from "./support";
import { base, cli, heps, hosts, tcp, web, wild } from "./two-nodes";

describe("before DNAT and before tracking", () => {
  const pre = (rules: object[], rest: object = {}): ReturnType<typeof globalPolicy> =>
    globalPolicy("pre", { selector: hosts, preDNAT: true, applyOnForward: true, ingress: rules, ...rest });

  test("preDNAT denies what normal policies would allow; what it does not decide goes on", () => {
    const open = globalPolicy("open", { selector: hosts, ingress: [{ action: "Allow" }] });
    const policy = pre([{ action: "Deny", ...tcp([80]) }]);
    expect(told(ask([...base, ...heps, open, policy], "192.0.2.1 → n1 TCP 80").ingress)).toBe(
      "deny default pre#0",
    );
    expect(told(ask([...base, ...heps, open, policy], "192.0.2.1 → n1 TCP 81").ingress)).toBe(
      "allow default open#0",
    );
  });

  test("an allow before DNAT is final for the host, and skips what is applied on forward, not the pod's policies", () => {
    const policy = pre([{ action: "Allow", ...tcp([80, 8080]) }]);
    expect(told(ask([...base, ...heps, policy], "192.0.2.1 → n1 TCP 80").ingress)).toBe(
      "allow default pre#0",
    );
    const forward = globalPolicy("f", {
      selector: hosts,
      applyOnForward: true,
      ingress: [{ action: "Deny" }],
    });
    expect(ask([...base, ...heps, policy, forward], "192.0.2.1 → x/web TCP 8080").verdict).toBe("allow");
    const own = globalPolicy("own", { selector: "app == 'web'", ingress: [{ action: "Deny" }] });
    expect(told(ask([...base, ...heps, policy, own], "192.0.2.1 → x/web TCP 8080").ingress)).toBe(
      "deny default own#0",
    );
  });

  test("nothing is denied at the end of a tier there, and failsafe ports stay open", () => {
    const policy = pre([{ action: "Allow", source: { nets: ["198.51.100.0/24"] } }]);
    const open = globalPolicy("open", { selector: hosts, ingress: [{ action: "Allow" }] });
    expect(ask([...base, ...heps, open, policy], "192.0.2.1 → n1 TCP 80").verdict).toBe("allow");
    expect(ask([...base, ...heps, pre([{ action: "Deny" }])], "192.0.2.1 → n1 TCP 22").verdict).toBe("allow");
  });

  test("Pass goes to the next tier's preDNAT policies", () => {
    const objects = [
      ...base,
      ...heps,
      tier("t", 1),
      globalPolicy("t.pre", {
        tier: "t",
        selector: hosts,
        preDNAT: true,
        applyOnForward: true,
        ingress: [{ action: "Pass" }, { action: "Allow" }],
      }),
      pre([{ action: "Deny" }]),
    ];
    expect(told(ask(objects, "192.0.2.1 → n1 TCP 80").ingress)).toBe("deny default pre#0");
  });

  test("* sees what pods send, too", () => {
    const policy = pre([{ action: "Deny", ...tcp([80]) }]);
    expect(told(ask([...base, ...wild, policy], "x/web → 192.0.2.1 TCP 80").egress)).toBe(
      "deny default pre#0",
    );
    expect(ask([...base, ...heps, policy], "x/web → 192.0.2.1 TCP 80").verdict).toBe("allow");
  });

  test("doNotTrack goes first, both ways, and is ignored at *", () => {
    const raw = globalPolicy("raw", {
      selector: hosts,
      doNotTrack: true,
      applyOnForward: true,
      ingress: [{ action: "Allow", ...tcp([80]) }],
      egress: [{ action: "Deny", ...tcp([81]) }],
    });
    const policy = pre([{ action: "Deny" }]);
    expect(told(ask([...base, ...heps, raw, policy], "192.0.2.1 → n1 TCP 80").ingress)).toBe(
      "allow default raw#0",
    );
    expect(told(ask([...base, ...heps, raw], "n1 → 192.0.2.1 TCP 81").egress)).toBe("deny default raw#0");
    expect(told(ask([...base, ...wild, raw, policy], "192.0.2.1 → n1 TCP 80").ingress)).toBe(
      "deny default pre#0",
    );
  });

  test("pods are not governed by preDNAT or doNotTrack policies that select them", () => {
    const policy = globalPolicy("p", {
      selector: "all()",
      preDNAT: true,
      applyOnForward: true,
      ingress: [{ action: "Deny" }],
    });
    expect(ask([web, cli, policy], "x/cli → x/web TCP 80").verdict).toBe("allow");
  });
});
