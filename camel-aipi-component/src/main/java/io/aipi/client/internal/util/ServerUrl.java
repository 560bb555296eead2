/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import io.aipi.client.internal.wire.SecretRedactor;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The base URL of a server in one form: scheme and host in lower case and ASCII, no default port, no slash at the end.
 * The rules are wider than those of {@link URI} where name servers are: a host may have an underscore.
 */
public final class ServerUrl {

    private static final Pattern PARTS = Pattern.compile("(?i)(https?)://([^/?#]*)([^?#]*)(.*)", Pattern.DOTALL);
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[[0-9a-fA-F:.]+(?:%[\\w.~-]+)?]|[^:\\[\\]]*)(?::(.*))?", Pattern.DOTALL);
    private static final Pattern HOST = Pattern.compile("[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\\.?");

    private ServerUrl() {}

    /**
     * Reads the option serverUrl.
     *
     * @throws IllegalArgumentException if it is missing or none; it says what to change, and shows no credentials
     */
    public static URI parse(String serverUrl) {
        if (serverUrl == null || serverUrl.isBlank()) {
            throw new IllegalArgumentException("serverUrl is missing: set it to the base URL of the AIPI server");
        }
        String url = serverUrl.trim();
        Matcher parts = PARTS.matcher(url);
        if (!parts.matches()) {
            throw notHttp(url);
        }
        if (parts.group(2).indexOf('@') >= 0 || !parts.group(4).isEmpty()) {
            throw new IllegalArgumentException(
                    "serverUrl must have no user, query or fragment; credentials go into user and apiKey");
        }
        Matcher authority = HOST_AND_PORT.matcher(parts.group(2));
        if (!authority.matches() || authority.group(1).isEmpty()) {
            throw new IllegalArgumentException(
                    "serverUrl must be http://host[:port] or https://host[:port], but is " + url);
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        String text = scheme + "://" + host(authority.group(1), url) + port(authority.group(2), scheme, url);
        return uri(text, path(parts.group(3), url));
    }

    /** Host of a URL that {@link #parse} made, without the brackets of an IPv6 address. */
    public static String host(URI server) {
        Matcher authority = HOST_AND_PORT.matcher(server.getRawAuthority());
        String host = authority.matches() ? authority.group(1) : server.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Whether TLS is spoken with the server. */
    public static boolean isSecure(URI server) {
        return "https".equalsIgnoreCase(server.getScheme());
    }

    /** Port of a URL that {@link #parse} made, or the scheme's. */
    public static int port(URI server) {
        Matcher authority = HOST_AND_PORT.matcher(server.getRawAuthority());
        String port = authority.matches() ? authority.group(2) : null;
        return port != null && !port.isEmpty() ? Integer.parseInt(port) : defaultPort(server.getScheme());
    }

    private static int defaultPort(String scheme) {
        return "https".equalsIgnoreCase(scheme) ? 443 : 80;
    }

    private static IllegalArgumentException notHttp(String url) {
        // "host:7777" and "localhost:7777" are URLs of the scheme "localhost" to a machine, and to nobody else
        boolean bare = !url.matches("(?i)(https?:.*|/.*|.*://.*|.*[@?#].*)");
        return new IllegalArgumentException(
                bare
                        ? "serverUrl must begin with http:// or https://, but is " + url + ": did you mean http://"
                                + url + "?"
                        : "serverUrl must begin with http:// or https://, but is " + withoutCredentials(url));
    }

    private static String withoutCredentials(String url) {
        return url.replaceAll("[?#].*", "").replaceAll("^((?:[^/]*//)?)[^/]*@", "$1" + SecretRedactor.MASK + "@");
    }

    private static String host(String given, String url) {
        if (given.startsWith("[")) {
            return given.toLowerCase(Locale.ROOT);
        }
        String host;
        try {
            host = IDN.toASCII(given, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "serverUrl is " + url + ", whose host " + given + " cannot be a host's name: " + e.getMessage(), e);
        }
        if (!HOST.matcher(host).matches()) {
            String bad = HOST.matcher("a" + host + "a").matches()
                    ? "a host's name has no dot or hyphen at its ends"
                    : "it has " + firstThatIsNot(host, "[a-z0-9_.-]") + " in it";
            throw new IllegalArgumentException(
                    "serverUrl is " + url + ", whose host " + given + " cannot be a host's name: " + bad);
        }
        return host;
    }

    private static String firstThatIsNot(String text, String allowed) {
        return text.codePoints()
                .mapToObj(Character::toString)
                .filter(character -> !character.matches(allowed))
                .findFirst()
                .map(character -> "the character '" + character + "'")
                .orElse("two dots");
    }

    private static String port(String given, String scheme, String url) {
        if (given == null || given.isEmpty()) {
            return "";
        }
        int port = given.matches("\\d{1,5}") ? Integer.parseInt(given) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "serverUrl is " + url + ", whose port " + given + " is not one of 1 to 65535");
        }
        return port == defaultPort(scheme) ? "" : ":" + port;
    }

    private static String path(String given, String url) {
        String path = given;
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        try {
            return path.isEmpty()
                    ? ""
                    : new URI("http://a" + path).toASCIIString().substring("http://a".length());
        } catch (URISyntaxException e) {
            int index = e.getIndex() - "http://a".length();
            throw new IllegalArgumentException(
                    "serverUrl is " + url + ", whose path has "
                            + (index >= 0 && index < path.length()
                                    ? "the character '" + Character.toString(path.codePointAt(index)) + "'"
                                    : "a character")
                            + " in it, which must be percent-encoded",
                    e);
        }
    }

    private static URI uri(String schemeAndAuthority, String path) {
        try {
            return new URI(schemeAndAuthority + path);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("serverUrl is not a URL: " + e.getReason(), e);
        }
    }
}
