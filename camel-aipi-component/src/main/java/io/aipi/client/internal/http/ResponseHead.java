/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.http;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;

/** What of a response's head matters to the protocol. */
final class ResponseHead {

    private ResponseHead() {}

    /** Null if there is none. */
    static String header(HttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    /** Null if the response does not ask to wait, 0 if it does but not for how long. */
    static Duration retryAfter(HttpResponse response) {
        String value = header(response, HttpHeaders.RETRY_AFTER);
        if (value == null) {
            return null;
        }
        if (value.strip().matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value.strip()));
        }
        Instant until = date(value);
        // by the server's clock, if it shows it
        Instant now = date(header(response, HttpHeaders.DATE));
        return until == null || now == null || until.isBefore(now) ? Duration.ZERO : Duration.between(now, until);
    }

    private static Instant date(String header) {
        try {
            return header == null ? null : Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header.strip()));
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The kind of credentials that are asked for; never more of the header, which may be long. */
    static String challenge(HttpResponse response) {
        String value = response.getCode() == 401 ? header(response, HttpHeaders.WWW_AUTHENTICATE) : null;
        return value == null ? null : value.strip().split("[\\s,]", 2)[0];
    }

    /** Only the host of a redirect: the rest of its URL may repeat a query with a key in it. */
    static String redirectHost(HttpResponse response) {
        return switch (response.getCode()) {
            case 301, 302, 303, 307, 308 -> hostOf(header(response, HttpHeaders.LOCATION));
            default -> null;
        };
    }

    private static String hostOf(String location) {
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
