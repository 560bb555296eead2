/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.core5.http.ConnectionClosedException;
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
 * Writes one request and reads its response into one array. Knows, for whoever must decide about sending it again,
 * whether any byte of the request may have left. All its methods run on the I/O thread of the connection.
 */
abstract class HttpExchangeHandler implements AsyncClientExchangeHandler {

    /** Whether the request leaves is decided once, between the I/O thread and whoever gives the call up. */
    private enum SendState {
        OPEN,
        SENT,
        CANCELLED
    }

    private static final int FIRST_CAPACITY = 1024;

    /** No array is made for more than this many times what has come: what is announced need not come. */
    private static final int ADVANCE = 32;

    /** For a beginning of this length an array is made as for a beginning of any length. */
    private static final int FIRST_READ = 8 * 1024;

    /** So much of a body is read without asking for memory: connections bound it. */
    static final int FREE = 64 * 1024;

    /** So much of an encoded body is read at once, since it may become a thousand times as long. */
    private static final int ENCODED_AT_ONCE = 8 * 1024;

    private static final int LONGEST_WORDS = 1024 * 1024;

    private static final byte[] NOTHING = {};

    private final HttpRequest request;
    private final byte[] requestBody;
    private final long maxResponseSize;
    private final ResponseMemory memory;
    private int written;
    private final AtomicReference<SendState> sendState = new AtomicReference<>(SendState.OPEN);
    private boolean requestComplete;
    private boolean keepAlive;
    private HttpResponse response;
    private long announced = -1;
    private byte[] body = NOTHING;
    private int length;
    private GzipDecoder decoder;
    /** What the body takes of the memory, null while that is nothing. */
    private ResponseMemory.Share share;
    /** The array may grow to this length. */
    private volatile int granted = FREE;

    private volatile boolean waiting;
    /** Whether the body is of no use. */
    private boolean passedOver;

    private volatile boolean done;

    /** {@code memory}: what bodies take is taken from there; null for no bound but {@code maxResponseSize}. */
    public HttpExchangeHandler(HttpRequest request, byte[] requestBody, long maxResponseSize, ResponseMemory memory) {
        this.request = request;
        this.requestBody = requestBody;
        this.maxResponseSize = maxResponseSize;
        this.memory = memory;
    }

    /** The response is read; {@code reusable}: the connection can take another request. */
    abstract void completed(TransportResponse response, boolean reusable);

    /** There will be no response. */
    abstract void broken(Exception cause);

    /** The reading goes on, after it had to wait for memory. Called on any thread. */
    void resumed() {}

    /** Whether the response is not read at present, for want of memory. */
    boolean isWaitingForMemory() {
        return waiting;
    }

    /** Whether any byte of the request may have left. */
    boolean requestSent() {
        return sendState.get() == SendState.SENT;
    }

    /** Sees to it that the request does not leave any more; false if it may have left already. */
    boolean cancelIfUnsent() {
        return sendState.compareAndSet(SendState.OPEN, SendState.CANCELLED) || !requestSent();
    }

    @Override
    public void produceRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
        if (!sendState.compareAndSet(SendState.OPEN, SendState.SENT)) {
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
        try {
            if (announced > longest()) {
                throw new ResponseTooLargeException(longest());
            }
            if (entity.getContentEncoding() != null) {
                prepareDecoding(head);
            }
        } catch (UnreadableException | ResponseTooLargeException e) {
            passOverWords(e);
        }
    }

    /** An error counts by its status, whatever form its words have. */
    private <E extends IOException> void passOverWords(E unreadable) throws E {
        if (response.getCode() / 100 == 2) {
            throw unreadable;
        }
        passedOver = true;
        if (decoder != null) {
            decoder.close();
            decoder = null;
        }
        body = NOTHING;
        length = 0;
        announced = -1;
    }

    /** Bytes of the body. The words of an error are few. */
    private long longest() {
        return response.getCode() / 100 == 2 ? maxResponseSize : Math.min(maxResponseSize, LONGEST_WORDS);
    }

    private void prepareDecoding(HttpResponse head) throws UnreadableException {
        for (Header header : head.getHeaders(HttpHeaders.CONTENT_ENCODING)) {
            for (String coding : header.getValue().split(",", -1)) {
                String name = coding.strip().toLowerCase(Locale.ROOT);
                if (name.isEmpty() || name.equals("identity")) {
                    continue;
                }
                if (decoder != null || !(name.equals("gzip") || name.equals("x-gzip"))) {
                    // nobody asked for an encoding; gzip is what some gateways use all the same
                    throw new UnreadableException("the response has Content-Encoding " + header.getValue()
                            + ", of which only gzip is understood; turn it off in whatever is between");
                }
                decoder = new GzipDecoder();
                // it is the length of what is encoded
                announced = -1;
            }
        }
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        int window = decoder == null ? FREE : ENCODED_AT_ONCE;
        if (passedOver) {
            channel.update(FREE);
            return;
        }
        long most = announced >= 0 ? Math.min(announced, maxResponseSize) : maxResponseSize;
        int wanted = (int) Math.min(length + (long) window, most);
        if (memory == null || wanted <= granted) {
            channel.update(memory == null ? Integer.MAX_VALUE : window);
            return;
        }
        int capacity = capacityFor(wanted);
        if (share == null) {
            share = memory.share();
        }
        waiting = true;
        if (share.take(capacity - granted, () -> resume(channel, capacity))) {
            waiting = false;
            goOn(channel, capacity);
        }
    }

    private void resume(CapacityChannel channel, int capacity) {
        waiting = false;
        resumed();
        try {
            goOn(channel, capacity);
        } catch (IOException e) {
            // the connection has ended meanwhile, which is told by itself
        }
    }

    private void goOn(CapacityChannel channel, int capacity) throws IOException {
        granted = capacity;
        // one that sends more than it may gets no end of it: the response is refused when it is too long
        channel.update(decoder == null ? Math.max(FREE, capacity - length) : ENCODED_AT_ONCE);
    }

    @Override
    public void consume(ByteBuffer source) throws IOException {
        if (decoder == null) {
            append(source);
        } else {
            decoder.decode(source, this::append);
        }
    }

    private void append(ByteBuffer source) throws IOException {
        int more = source.remaining();
        if (!passedOver && length + (long) more > longest()) {
            passOverWords(new ResponseTooLargeException(longest()));
        }
        if (passedOver) {
            source.position(source.limit());
            return;
        }
        if (length + more > body.length) {
            grow(length + more);
        }
        source.get(body, length, more);
        length += more;
    }

    private void grow(int needed) throws ResponseTooLargeException {
        int capacity = capacityFor(needed);
        if (needed <= granted) {
            capacity = Math.min(capacity, granted);
        } else {
            if (memory != null) {
                share = share == null ? memory.share() : share;
                share.count(capacity - granted);
            }
            granted = capacity;
        }
        try {
            body = Arrays.copyOf(body, capacity);
        } catch (OutOfMemoryError e) {
            // caught here, where it is known what asked for too much: it would end the I/O thread
            throw new ResponseTooLargeException(capacity, e);
        }
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
    public void streamEnd(List<? extends Header> trailers) throws IOException {
        if (decoder != null && decoder.hasBegun() && !decoder.isComplete()) {
            throw new IOException("its gzip encoding ends in the middle");
        }
        if (!end()) {
            return;
        }
        boolean more = response instanceof HttpWire.Head head && head.hasUnreadBytes();
        TransportResponse read = new TransportResponse(
                response.getCode(),
                ResponseHead.header(response, HttpHeaders.CONTENT_TYPE),
                ResponseHead.retryAfter(response),
                ResponseHead.redirectHost(response),
                ResponseHead.challenge(response),
                requestBody == null ? 0 : requestBody.length,
                body,
                length,
                share);
        completed(read, requestComplete && keepAlive && !more);
    }

    /** False if it has ended before. A command that comes to a closed connection can be cancelled by two threads. */
    private synchronized boolean end() {
        if (done) {
            return false;
        }
        done = true;
        if (decoder != null) {
            decoder.close();
        }
        return true;
    }

    @Override
    public void failed(Exception cause) {
        if (end()) {
            if (share != null) {
                share.release();
            }
            broken(cause);
        }
    }

    @Override
    public void cancel() {
        failed(new IOException("cancelled"));
    }

    @Override
    public void releaseResources() {
        // A connection that ends without a word to its exchange must not leave it waiting. Nearly all exchanges have
        // ended here, and an exception for each would cost more than the rest of the request.
        if (!done) {
            failed(new ConnectionClosedException());
        }
    }
}
