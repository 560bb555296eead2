/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.io.IOException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpResponseFactory;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.nio.DefaultHttpRequestWriter;
import org.apache.hc.core5.http.impl.nio.DefaultHttpResponseParser;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.message.LazyLaxLineParser;
import org.apache.hc.core5.http.nio.NHttpMessageParser;
import org.apache.hc.core5.http.nio.NHttpMessageWriter;
import org.apache.hc.core5.http.nio.SessionInputBuffer;
import org.apache.hc.core5.http.nio.SessionOutputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;

/**
 * Reads and writes the heads of one connection, and knows what HttpComponents does not: whether a response is due. What
 * comes when none is belongs to nobody, and ends the connection before it could be taken for a later response. All on the
 * I/O thread of the connection.
 */
final class HttpWire {

    /** First byte of a TLS alert, which is what a TLS server says to a request in clear. */
    private static final char TLS_ALERT = 0x15;

    /** The peer speaks TLS. */
    static final class TlsSpokenException extends HttpException {

        private static final long serialVersionUID = 1L;
    }

    /** Head of a response that knows whether there is more on the connection. */
    static final class Head extends BasicHttpResponse {

        private static final long serialVersionUID = 1L;

        private final transient HttpWire wire;

        private Head(HttpWire wire, int status, String reason) {
            super(status, reason);
            this.wire = wire;
        }

        /** Whether bytes have come that nobody has read; at the end of the response they are not the response's. */
        boolean hasUnreadBytes() {
            return wire.input != null && wire.input.hasData();
        }
    }

    private final Http1Config config;
    private final HttpResponseFactory<HttpResponse> heads = new HttpResponseFactory<>() {
        @Override
        public HttpResponse newHttpResponse(int status, String reason) {
            return new Head(HttpWire.this, status, reason);
        }

        @Override
        public HttpResponse newHttpResponse(int status) {
            return newHttpResponse(status, null);
        }
    };
    private SessionInputBuffer input;
    private int due;
    private boolean tunnelAsked;

    /** For one connection. */
    HttpWire(Http1Config config) {
        this.config = config;
    }

    NHttpMessageParser<HttpResponse> parser() {
        return new Parser();
    }

    NHttpMessageWriter<HttpRequest> writer() {
        return new Writer();
    }

    private final class Writer extends DefaultHttpRequestWriter<HttpRequest> {

        Writer() {
            super(config, null);
        }

        @Override
        public void write(HttpRequest request, SessionOutputBuffer buffer) throws IOException, HttpException {
            due++;
            tunnelAsked = Method.CONNECT.isSame(request.getMethod());
            super.write(request, buffer);
        }
    }

    private final class Parser extends DefaultHttpResponseParser<HttpResponse> {

        Parser() {
            super(config, LazyLaxLineParser.INSTANCE, heads);
        }

        @Override
        public HttpResponse parse(SessionInputBuffer buffer, boolean endOfStream) throws IOException, HttpException {
            input = buffer;
            if (due == 0 && buffer.hasData()) {
                throw new HttpException("bytes that belong to no response");
            }
            HttpResponse head = super.parse(buffer, endOfStream);
            if (head != null && head.getCode() >= HttpStatus.SC_OK) {
                due--;
                if (tunnelAsked && head.getCode() / 100 == 2) {
                    becomeTunnel(head);
                }
            }
            return head;
        }

        /** Any 2xx opens a tunnel, and what follows its head is the tunnel's; HttpComponents knows that of 200 only. */
        private void becomeTunnel(HttpResponse head) {
            head.setCode(HttpStatus.SC_OK);
            head.removeHeaders(HttpHeaders.CONTENT_LENGTH);
            head.removeHeaders(HttpHeaders.TRANSFER_ENCODING);
        }

        @Override
        protected HttpResponse createMessage(CharArrayBuffer line) throws HttpException {
            if (line.charAt(0) == TLS_ALERT) {
                throw new TlsSpokenException();
            }
            return super.createMessage(line);
        }
    }
}
