/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal;

import io.aipi.client.internal.HttpTransport.AnswerTooLargeException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Writes one request and reads its answer into one array. Knows, for whoever must decide about sending it again,
 * whether any byte of the request may have left. All its methods run on the I/O thread of the connection.
 */
abstract class HttpExchangeHandler implements AsyncClientExchangeHandler {

    /** Whether the request leaves is decided once, between the I/O thread and whoever gives the call up. */
    private enum Departure {
        OPEN,
        SENT,
        WITHDRAWN
    }

    /** JSON of so many bytes. HttpComponents' own class writes its content type anew for each request. */
    private record JsonEntity(long length) implements EntityDetails {

        @Override
        public long getContentLength() {
            return length;
        }

        @Override
        public String getContentType() {
            return "application/json; charset=UTF-8";
        }

        @Override
        public String getContentEncoding() {
            return null;
        }

        @Override
        public boolean isChunked() {
            return false;
        }

        @Override
        public Set<String> getTrailerNames() {
            return Set.of();
        }
    }

    private static final int FIRST_CAPACITY = 1024;

    /** No array is made for more than this many times what has come: what is announced need not come. */
    private static final int ADVANCE = 32;

    /** For a beginning of this length an array is made as for a beginning of any length. */
    private static final int FIRST_READ = 8 * 1024;

    private static final byte[] NOTHING = {};

    private final HttpRequest request;
    private final byte[] requestBody;
    private final long maxResponseSize;
    private int written;
    private final AtomicReference<Departure> departure = new AtomicReference<>(Departure.OPEN);
    private boolean requestComplete;
    private boolean keepAlive;
    private HttpResponse response;
    private long announced = -1;
    private byte[] body = NOTHING;
    private int length;
    private boolean over;

    HttpExchangeHandler(HttpRequest request, byte[] requestBody, long maxResponseSize) {
        this.request = request;
        this.requestBody = requestBody;
        this.maxResponseSize = maxResponseSize;
    }

    /** The answer is read; {@code reusable}: the connection can take another request. */
    abstract void completed(HttpAnswer answer, boolean reusable);

    /** There will be no answer. */
    abstract void broken(Exception cause);

    /** Whether any byte of the request may have left. */
    boolean requestSent() {
        return departure.get() == Departure.SENT;
    }

    /** Sees to it that the request does not leave any more; false if it may have left already. */
    boolean withdraw() {
        return departure.compareAndSet(Departure.OPEN, Departure.WITHDRAWN) || !requestSent();
    }

    @Override
    public void produceRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
        if (!departure.compareAndSet(Departure.OPEN, Departure.SENT)) {
            throw new IOException("the call was given up");
        }
        if (requestBody == null) {
            requestComplete = true;
            channel.sendRequest(request, null, context);
        } else {
            channel.sendRequest(request, new JsonEntity(requestBody.length), context);
        }
    }

    @Override
    public int available() {
        return requestBody == null ? 0 : requestBody.length - written;
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        if (written < requestBody.length) {
            written += channel.write(ByteBuffer.wrap(requestBody, written, requestBody.length - written));
        }
        if (written == requestBody.length && !requestComplete) {
            requestComplete = true;
            channel.endStream();
        }
    }

    @Override
    public void consumeInformation(HttpResponse information, HttpContext context) {
        // 1xx says nothing that matters here
    }

    @Override
    public void consumeResponse(HttpResponse head, EntityDetails entity, HttpContext context) throws IOException {
        response = head;
        keepAlive = DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(request, head, context);
        if (entity == null) {
            streamEnd(List.of());
            return;
        }
        announced = entity.getContentLength();
        if (announced > maxResponseSize) {
            throw new AnswerTooLargeException(maxResponseSize);
        }
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer source) throws IOException {
        int more = source.remaining();
        if (length + (long) more > maxResponseSize) {
            throw new AnswerTooLargeException(maxResponseSize);
        }
        if (length + more > body.length) {
            body = Arrays.copyOf(body, capacityFor(length + more));
        }
        source.get(body, length, more);
        length += more;
    }

    private int capacityFor(int needed) {
        if (needed > announced) {
            long doubled = Math.max(FIRST_CAPACITY, body.length * 2L);
            return (int) Math.min(Math.max(doubled, needed), maxResponseSize);
        }
        // few steps of the same ratio up to exactly what is announced: what is copied on the way hardly counts
        long capacity = announced;
        while (capacity / ADVANCE >= Math.max(needed, FIRST_READ)) {
            capacity /= ADVANCE;
        }
        return (int) capacity;
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
        if (!over) {
            over = true;
            HttpAnswer answer = new HttpAnswer(
                    response.getCode(), header(HttpHeaders.CONTENT_TYPE), retryAfter(), redirectHost(), body, length);
            completed(answer, requestComplete && keepAlive);
        }
    }

    @Override
    public void failed(Exception cause) {
        if (!over) {
            over = true;
            broken(cause);
        }
    }

    @Override
    public void cancel() {
        failed(new IOException("cancelled"));
    }

    @Override
    public void releaseResources() {
        // a connection that ends without a word to its exchange must not leave it waiting
        if (!over) {
            failed(new IOException("connection closed"));
        }
    }

    private String header(String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    private Duration retryAfter() {
        String value = header(HttpHeaders.RETRY_AFTER);
        if (value == null || !value.trim().matches("\\d{1,6}")) {
            return null;
        }
        return Duration.ofSeconds(Long.parseLong(value.trim()));
    }

    /** Only the host of a redirect: the rest of its URL may repeat a query with a key in it. */
    private String redirectHost() {
        switch (response.getCode()) {
            case 301, 302, 303, 307, 308 -> {
                return hostOfLocation();
            }
            default -> {
                return null;
            }
        }
    }

    private String hostOfLocation() {
        String location = header(HttpHeaders.LOCATION);
        try {
            URI uri = location == null ? null : URI.create(location.trim());
            if (uri == null || uri.getHost() == null) {
                return null;
            }
            return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
