/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A client that sends exactly what it is told, and shows exactly what comes back. */
public final class RawClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;

    /** A response as it came: headers with the names as they were written. */
    public record Response(int status, String statusLine, Map<String, String> headers, String body) {}

    public RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** Sends a request on a connection of its own and waits for the response. */
    public static Response once(int port, String method, String path, Map<String, String> headers, byte[] body)
            throws IOException {
        try (RawClient client = new RawClient(port)) {
            client.send(method, path, headers, body);
            return client.receive(method);
        }
    }

    /** Sends a POST with JSON and waits for the response. */
    public Response postJson(String path, String json) throws IOException {
        sendJson(path, json);
        return receive("POST");
    }

    /** Sends a POST with JSON. */
    public void sendJson(String path, String json) throws IOException {
        send("POST", path, Map.of("Content-Type", "application/json"), json.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a request. */
    public void send(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(headers);
        if (body.length > 0 || method.equals("POST")) {
            all.put("Content-Length", String.valueOf(body.length));
        }
        sendHead(method, path, all);
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
    }

    /** Sends the head of a request and no body. */
    public void sendHead(String method, String path, Map<String, String> headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads the next final response. */
    public Response receive(String method) throws IOException {
        InputStream in = socket.getInputStream();
        String statusLine = line(in);
        while (statusLine.contains(" 100 ")) {
            line(in);
            statusLine = line(in);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            List<String> parts = new ArrayList<>(List.of(header.split(": ", 2)));
            headers.put(parts.get(0), parts.get(1));
        }
        int length = method.equals("HEAD") ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
        int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
        return new Response(status, statusLine, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("The server closed the connection after: " + line);
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Waits until the server closes the connection. */
    public boolean isClosedByServer() throws IOException {
        return socket.getInputStream().read() == -1;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
