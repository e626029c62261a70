import { createServer, type AddressInfo, type Socket } from "node:net";
import { PortForward, type KubeConfig } from "@kubernetes/client-node";

/** A port of this machine that leads to a port of a pod, by the API server. */
export interface ForwardedPort {
  port: number;
  close: () => Promise<void>;
}

/** Opens it on loopback. A connection that the API server refuses is closed, and looks as if nothing listened. */
export async function forwardPort(
  kubeconfig: KubeConfig,
  { namespace, pod, port }: { namespace: string; pod: string; port: number },
): Promise<ForwardedPort> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    new PortForward(kubeconfig, true)
      .portForward(namespace, pod, [port], socket, null, socket)
      .then((made) => {
        const leave = (): void => (typeof made === "function" ? made() : made)?.close();
        // The library lets go of neither end by itself.
        if (socket.destroyed) leave();
        else socket.once("close", leave);
      })
      .catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
}
