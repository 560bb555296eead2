/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An error of the server's web framework, which has neither {@code success} nor {@code error}. It is JSON if the client
 * asks for that or sends JSON, else plain text or HTML.
 */
public final class FrameworkError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Map<Integer, String> TITLES = Map.of(
            400, "Bad Request",
            404, "Not Found",
            405, "Method Not Allowed",
            413, "Request Entity Too Large",
            429, "Too Many Requests",
            500, "Internal Server Error",
            503, "Service Unavailable");

    private final int status;
    private final boolean closes;

    FrameworkError(int status, String message) {
        this(status, message, false);
    }

    private FrameworkError(int status, String message, boolean closes) {
        super(message, null, false, false);
        this.status = status;
        this.closes = closes;
    }

    static FrameworkError internal() {
        return new FrameworkError(500, "The application encountered an unexpected error and could not continue.");
    }

    /** Where the server cancelled the job's future, its failure also costs the connection. */
    static FrameworkError cancelled() {
        return new FrameworkError(500, internal().getMessage(), true);
    }

    /**
     * The end of a request that was held for too long.
     *
     * @return the error
     */
    public static FrameworkError responseTimeout() {
        return new FrameworkError(503, "Response Timeout", true);
    }

    /**
     * A request that is one too many.
     *
     * @return the error
     */
    public static FrameworkError tooManyRequests() {
        return new FrameworkError(429, "Too many requests");
    }

    /**
     * A body over the server's limit.
     *
     * @return the error
     */
    public static FrameworkError bodyTooLarge() {
        return new FrameworkError(413, "Request body exceeds the size limit", true);
    }

    /**
     * A request line and headers over the server's limit.
     *
     * @return the error
     */
    public static FrameworkError headTooLarge() {
        return new FrameworkError(413, "Request header exceeds the size limit", true);
    }

    /**
     * The reason phrase of a status, as the recorded server writes it.
     *
     * @param status the status
     * @param usual what to say where it has no words of its own
     * @return the phrase
     */
    public static String title(int status, String usual) {
        return TITLES.getOrDefault(status, usual);
    }

    /**
     * The response to a request, in a format that suits its client.
     *
     * @param request the request
     * @return the response
     */
    public Response responseTo(Request request) {
        Response response = switch (Format.of(request)) {
            case JSON ->
                Response.json(
                        status,
                        JsonNodes.object()
                                .put("description", title(status, ""))
                                .put("status", status)
                                .put("message", getMessage()));
            case TEXT -> Response.text(status, "text/plain; charset=utf-8", plainText());
            case HTML -> Response.text(status, "text/html; charset=utf-8", html());
        };
        return closes ? response.closing() : response;
    }

    /**
     * The response to a request that says when to come again.
     *
     * @param request the request
     * @param retryAfter how long to wait, in whole seconds
     * @return the response
     */
    public Response responseTo(Request request, Optional<Duration> retryAfter) {
        Response response = responseTo(request);
        return retryAfter
                .map(wait -> response.withHeader("retry-after", Long.toString(wait.toSeconds())))
                .orElse(response);
    }

    private String plainText() {
        String heading = "\u26a0\ufe0f " + status + " \u2014 " + title(status, "");
        String rule = "=".repeat(heading.codePointCount(0, heading.length()));
        return heading + "\n" + rule + "\n" + getMessage() + "\n\n";
    }

    private String html() {
        String heading = status + " \u2014 " + title(status, "");
        String message = getMessage().replace("&", "&amp;").replace("<", "&lt;");
        return "<!DOCTYPE html><html lang=en><meta charset=\"utf-8\"><title>" + heading + "</title><h1>" + heading
                + "</h1><p>" + message + "\n";
    }

    private enum Format {
        JSON,
        TEXT,
        HTML;

        static Format of(Request request) {
            for (String range : request.header("accept").orElse("").split(",", -1)) {
                String type = range.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
                switch (type) {
                    case "application/json" -> {
                        return JSON;
                    }
                    case "text/html" -> {
                        return HTML;
                    }
                    case "text/plain" -> {
                        return TEXT;
                    }
                    default -> {
                        // A wildcard says nothing; the next may.
                    }
                }
            }
            boolean sendsJson = request.header("content-type")
                    .orElse("")
                    .toLowerCase(Locale.ROOT)
                    .startsWith("application/json");
            return sendsJson ? JSON : TEXT;
        }
    }
}
