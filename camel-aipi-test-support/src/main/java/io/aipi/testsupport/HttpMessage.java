/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request or a response of HTTP/1.1.
 *
 * @param head first line and headers as they stand on the wire, each byte a character, with the empty line behind them
 * @param body as it stands on the wire
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares messages
public record HttpMessage(String head, byte[] body) {

    private static final String END_OF_HEAD = "\r\n\r\n";

    /** Reads a message to its end; null if the connection ends before. */
    public static HttpMessage read(InputStream in) throws IOException {
        String head = readHead(in);
        if (head == null) {
            return null;
        }
        if (head.startsWith("HTTP/") && header(head, "content-length") == null) {
            return new HttpMessage(head, in.readAllBytes());
        }
        int announced = contentLength(head);
        byte[] body = in.readNBytes(announced);
        return body.length < announced ? null : new HttpMessage(head, body);
    }

    /** Reads a head; null if the connection ends before. */
    static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
            last = last << 8 | next;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** The length of the body that a head announces. */
    static int contentLength(String head) {
        String length = header(head, "content-length");
        return length == null ? 0 : Integer.parseInt(length);
    }

    private static String header(String head, String name) {
        Matcher header = line(name).matcher(head);
        return header.find() ? header.group(1).strip() : null;
    }

    private static Pattern line(String name) {
        return Pattern.compile("(?im)^" + Pattern.quote(name) + ":(.*)\r\n");
    }

    /** A response that ends its connection. */
    public static HttpMessage response(int status, String contentType, byte[] body) {
        return new HttpMessage(
                "HTTP/1.1 " + status + " Status\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length
                        + "\r\nConnection: close" + END_OF_HEAD,
                body);
    }

    /** A response that ends its connection. */
    public static HttpMessage response(int status, String contentType, String body) {
        return response(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** The same with this header, in the place of one of this name. */
    public HttpMessage with(String name, String value) {
        String others = line(name).matcher(head).replaceAll("");
        return new HttpMessage(others.substring(0, others.length() - 2) + name + ": " + value + END_OF_HEAD, body);
    }

    /** The same with this body, and its length. */
    public HttpMessage withBody(byte[] other) {
        return new HttpMessage(head, other).with("Content-Length", Integer.toString(other.length));
    }

    /** The first line. */
    public String line() {
        return head.substring(0, head.indexOf("\r\n"));
    }

    /** Path and query of a request. */
    public String target() {
        return line().split(" ", -1)[1];
    }

    /** Path of a request. */
    public String path() {
        return target().split("\\?", 2)[0];
    }

    /** Status of a response. */
    public int status() {
        return Integer.parseInt(line().split(" ", 3)[1]);
    }

    /** The body, which is UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Whether the connection ends with it. */
    boolean isLast() {
        String connection = header(head, "connection");
        return connection != null && connection.toLowerCase(Locale.ROOT).equals("close");
    }

    /** As it stands on the wire. */
    public byte[] bytes() {
        byte[] first = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(first, first.length + body.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        return all;
    }
}
