/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** See {@link AsyncHttpEngine}. A body of type {@link EventStream} is streamed, any other is written at once. */
final class AsyncHttpConsumer extends VertxPlatformHttpConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(AsyncHttpConsumer.class);

    /** The headers of a request that become headers of its message. Nothing else that a client sends does. */
    private static final List<String> REQUEST_HEADERS = List.of("Content-Type", "Accept");

    /** The headers of a message that become headers of the answer. */
    private static final List<String> RESPONSE_HEADERS =
            List.of("Content-Type", "Location", "Retry-After", "Cache-Control", "X-Content-Type-Options");

    private final String routerName;
    /** Routes of Vert.x' own are numbered from 0 on: these come when none of them has answered. */
    private static final int AFTER_ALL_OTHERS = 1_000_000;

    private final List<Route> ownRoutes = new ArrayList<>();

    AsyncHttpConsumer(
            PlatformHttpEndpoint endpoint,
            Processor processor,
            List<Handler<RoutingContext>> handlers,
            String routerName) {
        super(endpoint, processor, handlers, routerName);
        this.routerName = routerName;
    }

    @Override
    protected void doStart() throws Exception {
        // before the route of super
        String path = getEndpoint().getPath().replaceAll("\\{([^/}]+)}", ":$1");
        Route guard = router().route(path).handler(this::checkContentType).failureHandler(AsyncHttpConsumer::refuse);
        ownRoutes.add(guard);
        String methods = getEndpoint().getHttpMethodRestrict();
        if (methods != null) {
            for (String method : methods.split(",")) {
                guard.method(HttpMethod.valueOf(method));
            }
            ownRoutes.add(router().route(path).order(AFTER_ALL_OTHERS).handler(http -> {
                http.response().putHeader("Allow", methods);
                refuse(
                        http,
                        new Problem(
                                405,
                                "The method here is " + methods + ", not "
                                        + http.request().method()));
            }));
        }
        ownRoutes.add(router().route().order(AFTER_ALL_OTHERS + 1).handler(http -> {
            refuse(http, new Problem(404, "There is nothing here; /openapi.json says what there is"));
        }));
        super.doStart();
    }

    private VertxPlatformHttpRouter router() {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(getEndpoint().getCamelContext(), routerName);
        // of a server on any free port
        return router != null
                ? router
                : VertxPlatformHttpRouter.lookup(
                        getEndpoint().getCamelContext(), VertxPlatformHttpRouter.PLATFORM_HTTP_ROUTER_NAME_ZERO);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        ownRoutes.forEach(Route::remove);
        ownRoutes.clear();
    }

    /** Before the body is read: of forms, files would be written to disk. */
    private void checkContentType(RoutingContext http) {
        String consumes = getEndpoint().getConsumes();
        String contentType = http.request().getHeader("Content-Type");
        if (!http.request().method().equals(HttpMethod.POST) || consumes == null || contentType == null) {
            http.next();
            return;
        }
        String mediaType = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (Arrays.asList(consumes.split(",")).contains(mediaType)) {
            http.next();
        } else {
            refuse(http, Problem.unsupported(mediaType, consumes.replace(",", " or ")));
        }
    }

    /** Before the body is read, which may be of any size. */
    private static void refuse(RoutingContext http, Problem problem) {
        http.request().resume();
        write(http, problem);
    }

    /** What Vert.x itself refuses, such as a body that is too large. */
    private static void refuse(RoutingContext http) {
        int status = http.statusCode() < 400 ? 500 : http.statusCode();
        if (http.failure() != null && status >= 500) {
            LOG.error("A request failed", http.failure());
        }
        write(http, new Problem(status, Problems.title(status)));
    }

    private static void write(RoutingContext http, Problem problem) {
        if (!http.response().ended()) {
            http.response()
                    .setStatusCode(problem.status())
                    .putHeader("Content-Type", Problem.MEDIA_TYPE)
                    .end(problem.toJson());
        }
    }

    @Override
    protected Future<Void> populateCamelMessage(RoutingContext http, Exchange exchange, Message message) {
        return super.populateCamelMessage(http, exchange, message).map(read -> {
            message.setHeaders(headers(http, exchange));
            return null;
        });
    }

    /**
     * Query parameters by Camel's rules, then what cannot be chosen by the client: Camel itself would make a list of a path
     * parameter and a header of its name.
     */
    private Map<String, Object> headers(RoutingContext http, Exchange exchange) {
        Map<String, Object> headers = new HashMap<>();
        http.queryParams().forEach((name, value) -> {
            if (!getEndpoint().getHeaderFilterStrategy().applyFilterToExternalHeaders(name, value, exchange)) {
                headers.put(name, value);
            }
        });
        for (String name : REQUEST_HEADERS) {
            headers.put(name, http.request().getHeader(name));
        }
        headers.putAll(http.pathParams());
        headers.put(Exchange.HTTP_METHOD, http.request().method().name());
        headers.put(Exchange.HTTP_PATH, http.normalizedPath());
        headers.values().removeIf(value -> value == null);
        return headers;
    }

    @Override
    protected void handleRequest(RoutingContext http) {
        if (isSuspended()) {
            write(http, new Problem(503, "The gateway is being stopped"));
            return;
        }
        Context eventLoop = http.vertx().getOrCreateContext();
        Exchange exchange = createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        processHttpRequest(exchange, http).onComplete(read -> {
            if (read.failed()) {
                releaseExchange(exchange, false);
                http.fail(read.cause());
                return;
            }
            // on a worker, for the first steps may block; it is free again as soon as the route waits for something
            http.vertx()
                    .executeBlocking(
                            () -> route(
                                    exchange,
                                    () -> eventLoop.runOnContext(now -> {
                                        respond(http, eventLoop, exchange);
                                    })),
                            false);
        });
    }

    private Void route(Exchange exchange, Runnable done) {
        try {
            createUoW(exchange);
            getAsyncProcessor().process(exchange, doneSync -> done.run());
        } catch (Exception e) {
            exchange.setException(e);
            done.run();
        }
        return null;
    }

    private static Buffer buffer(Message message) {
        // not by conversion, which would write text in the character set of the request
        if (message.getBody() instanceof String text) {
            return Buffer.buffer(text);
        }
        byte[] bytes = message.getBody(byte[].class);
        return bytes == null ? Buffer.buffer() : Buffer.buffer(bytes);
    }

    private void respond(RoutingContext http, Context eventLoop, Exchange exchange) {
        try {
            if (http.response().ended() || http.response().closed()) {
                return;
            }
            Message message = exchange.getMessage();
            if (exchange.getException() != null) {
                // of a forced stop no error handler hears
                Problems.write(message, exchange.getException());
            }
            HttpServerResponse response = http.response();
            response.setStatusCode(message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class));
            for (String name : RESPONSE_HEADERS) {
                String value = message.getHeader(name, String.class);
                if (value != null) {
                    response.putHeader(name, value);
                }
            }
            if (message.getBody() instanceof EventStream stream) {
                stream.start(http, eventLoop);
            } else {
                response.end(buffer(message));
            }
        } catch (RuntimeException e) {
            http.fail(e);
        } finally {
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }
}
