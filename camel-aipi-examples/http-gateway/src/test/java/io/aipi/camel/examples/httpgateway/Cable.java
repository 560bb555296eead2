/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network between a client and the gateway, whose connections can be cut. Of what they carry it knows nothing. */
final class Cable implements AutoCloseable {

    private final int server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;
    private int port;

    Cable(int server) throws IOException {
        this.server = server;
        plugIn();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Connections end, and new ones are refused. */
    void unplug() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    void plugIn() throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listener = socket;
        port = socket.getLocalPort();
        daemon(() -> accept(socket));
    }

    private void accept(ServerSocket from) {
        try {
            while (true) {
                Socket client = from.accept();
                sockets.add(client);
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server);
                sockets.add(upstream);
                daemon(() -> copy(client, upstream));
                daemon(() -> copy(upstream, client));
            }
        } catch (IOException unplugged) {
            // or the server is away: then its clients are not served either
        }
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException ended) {
            // by either side, or unplugged
        } finally {
            sockets.remove(from);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        unplug();
    }
}
