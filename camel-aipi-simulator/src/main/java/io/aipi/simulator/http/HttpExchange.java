/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.http;

import io.aipi.simulator.job.Time;
import io.aipi.simulator.protocol.FrameworkError;
import io.aipi.simulator.protocol.Reply;
import io.aipi.simulator.protocol.Request;
import io.aipi.simulator.protocol.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.impl.EnglishReasonPhraseCatalog;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.nio.AsyncServerExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.ResponseChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its response. Held requests cost this object and an alarm, and no thread. */
final class HttpExchange implements AsyncServerExchangeHandler {

    private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);

    /** The recorded server's limits. */
    private static final int LARGEST_BODY = 100_000_000;

    private static final int LARGEST_HEAD = 8192;

    private final Function<Request, Reply> router;
    private final Time time;
    private final Duration responseTimeout;
    private final boolean allowsOtherOrigins;
    private final Traffic traffic;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(256);

    private volatile HttpRequest head;
    private volatile Map<String, String> headers;
    private volatile ResponseChannel channel;
    private volatile HttpContext context;
    private volatile Reply.Hold hold;
    private volatile Time.Alarm timeout;
    private ByteBuffer output;
    private boolean outputEnded;

    HttpExchange(
            Function<Request, Reply> router,
            Time time,
            Duration responseTimeout,
            boolean allowsOtherOrigins,
            Traffic traffic) {
        this.router = router;
        this.time = time;
        this.responseTimeout = responseTimeout;
        this.allowsOtherOrigins = allowsOtherOrigins;
        this.traffic = traffic;
    }

    @Override
    public void handleRequest(
            HttpRequest request, EntityDetails entity, ResponseChannel responseChannel, HttpContext httpContext) {
        head = request;
        headers = headers(request);
        channel = responseChannel;
        context = httpContext;
        if (length(request) > LARGEST_HEAD) {
            respond(FrameworkError.headTooLarge().responseTo(request(new byte[0])));
        } else if (entity != null && entity.getContentLength() > LARGEST_BODY) {
            respond(FrameworkError.bodyTooLarge().responseTo(request(new byte[0])));
        } else if (entity == null) {
            reply();
        }
    }

    private static Map<String, String> headers(HttpRequest request) {
        Map<String, String> headers = new TreeMap<>();
        for (Header header : request.getHeaders()) {
            headers.putIfAbsent(header.getName().toLowerCase(Locale.ROOT), header.getValue());
        }
        return headers;
    }

    private static int length(HttpRequest request) {
        int length = request.getMethod().length() + request.getPath().length() + "  HTTP/1.1\r\n".length();
        for (Header header : request.getHeaders()) {
            length += header.toString().length() + 2;
        }
        return length;
    }

    private Request request(byte[] content) {
        return Request.of(head.getMethod(), head.getPath(), headers, content);
    }

    @Override
    public void updateCapacity(CapacityChannel capacity) throws IOException {
        capacity.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer bytes) {
        if (ended.get()) {
            // The rest of a body that is too large; read, so that the client gets round to reading the response.
            bytes.position(bytes.limit());
        } else if (body.size() + bytes.remaining() > LARGEST_BODY) {
            bytes.position(bytes.limit());
            respond(FrameworkError.bodyTooLarge().responseTo(request(new byte[0])));
        } else {
            byte[] chunk = new byte[bytes.remaining()];
            bytes.get(chunk);
            body.write(chunk, 0, chunk.length);
        }
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
        if (!ended.get()) {
            reply();
        }
    }

    private void reply() {
        Request request = request(body.toByteArray());
        body.reset();
        traffic.whenNotFrozen(() -> traffic.refusal()
                .ifPresentOrElse(
                        refusal -> respond(FrameworkError.tooManyRequests().responseTo(request, refusal.retryAfter())),
                        () -> reply(request)));
    }

    private void reply(Request request) {
        Reply reply = router.apply(request);
        if (reply instanceof Reply.Hold held) {
            hold = held;
            timeout = time.after(responseTimeout, () -> timedOut(request));
            held.response().thenAccept(this::respond);
        } else if (reply instanceof Response response) {
            respond(response);
        }
    }

    private void respond(Response response) {
        if (ended.compareAndSet(false, true)) {
            cancelTimeout();
            traffic.whenDue(() -> send(response));
        }
    }

    private void timedOut(Request request) {
        if (ended.compareAndSet(false, true)) {
            hold.abandoned().run();
            traffic.whenDue(() -> send(FrameworkError.responseTimeout().responseTo(request)));
        }
    }

    /** The client hung up, or the connection is being dropped. */
    private void abandon() {
        if (ended.compareAndSet(false, true) && hold != null) {
            cancelTimeout();
            hold.abandoned().run();
        }
    }

    private void cancelTimeout() {
        Time.Alarm alarm = timeout;
        if (alarm != null) {
            alarm.cancel();
        }
    }

    private void send(Response response) {
        BasicHttpResponse head = new BasicHttpResponse(response.status(), reason(response.status()));
        response.headers().forEach((name, value) -> head.addHeader(name, value));
        if (allowsOtherOrigins) {
            head.addHeader("access-control-allow-origin", headers.getOrDefault("origin", "*"));
        }
        response.content().ifPresent(content -> head.addHeader("content-length", content.bytes().length));
        head.addHeader("connection", response.closes() || !staysOpen() ? "close" : "keep-alive");
        response.content().ifPresent(content -> head.addHeader("content-type", content.type()));
        output = response.content()
                .map(Response.Content::bytes)
                .map(ByteBuffer::wrap)
                .orElse(null);
        try {
            channel.sendResponse(
                    head, output == null ? null : new BasicEntityDetails(output.remaining(), null), context);
        } catch (HttpException | IOException e) {
            // Whoever should have had it is gone; a result that was in it is lost, as on the recorded server.
            LOG.debug("A response could not be sent", e);
        }
    }

    private static String reason(int status) {
        return FrameworkError.title(status, EnglishReasonPhraseCatalog.INSTANCE.getReason(status, null));
    }

    /** Any other word than keep-alive, such as an upgrade to HTTP/2, costs the connection. */
    private boolean staysOpen() {
        String wish = headers.get("connection");
        boolean persistent = head.getVersion() == null || head.getVersion().greaterEquals(HttpVersion.HTTP_1_1);
        return wish == null ? persistent : wish.equalsIgnoreCase("keep-alive");
    }

    @Override
    public synchronized int available() {
        return output == null ? 0 : output.remaining();
    }

    @Override
    public synchronized void produce(DataStreamChannel stream) throws IOException {
        if (output.hasRemaining()) {
            stream.write(output);
        }
        if (!output.hasRemaining() && !outputEnded) {
            outputEnded = true;
            stream.endStream();
        }
    }

    @Override
    public void failed(Exception cause) {
        abandon();
    }

    @Override
    public void releaseResources() {
        abandon();
    }
}
