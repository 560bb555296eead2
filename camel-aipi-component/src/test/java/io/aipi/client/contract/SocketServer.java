/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server whose connections the test has in its hands, for what happens below HTTP. */
final class SocketServer implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 30_000;
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private final ServerSocket server;

    SocketServer() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        server.setSoTimeout(PATIENCE_MILLIS);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** The next connection that a client makes. */
    Connection accept() throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new Connection(socket);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** One connection. */
    static final class Connection implements AutoCloseable {

        private final Socket socket;
        private final InputStream in;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        /** Reads a request to its end and gives its first line. */
        String request() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            Matcher length = CONTENT_LENGTH.matcher(head);
            if (length.find()) {
                in.readNBytes(Integer.parseInt(length.group(1)));
            }
            return head.substring(0, head.indexOf("\r\n"));
        }

        /** Responses with the recorded response, and keeps the connection. */
        void response(Transcript transcript) throws IOException {
            byte[] body = transcript.responseBytes();
            String head = transcript.headers().get(":status-line") + "\r\ncontent-type: application/json\r\n"
                    + "connection: keep-alive\r\ncontent-length: " + body.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            socket.getOutputStream().flush();
        }

        /** Closes the connection without a word, as the server does after 10 s without a request (transcript 250). */
        void end() throws IOException {
            socket.shutdownOutput();
        }

        /** Waits until the client has closed its end, too; false if it sends another request instead. */
        boolean isEndedByClient() throws IOException {
            return in.read() == -1;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
