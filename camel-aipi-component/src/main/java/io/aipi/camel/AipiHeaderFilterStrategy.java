/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which headers of a message are kept with its detached job, and sent on with its progress and its outcome: all but those
 * that carry credentials of the sender's, by their names or by their values, and those that are about the HTTP request
 * which brought the message.
 *
 * <p>A name counts however it is written: {@code X-Api-Key}, {@code x_api_key} and {@code xApiKey} are one.
 */
public class AipiHeaderFilterStrategy implements HeaderFilterStrategy {

    /** Header names of Camel's components that speak HTTP begin so: URL, query, path and the request itself. */
    private static final List<String> OF_A_REQUEST = List.of(
            "camelhttp",
            "camelrest",
            "camelnettyhttp",
            "camelvertx",
            "camelplatformhttp",
            "camelservlet",
            "camelundertow");

    /** Headers of one HTTP connection or request, which mean nothing later. */
    private static final Set<String> OF_A_CONNECTION = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** Parts of names, in lower case and without what is between words, that tell of a credential. */
    private static final List<String> PARTS = List.of(
            "accesskey",
            "apikey",
            "authentic",
            "authoriz",
            "authoris",
            "bearer",
            "cookie",
            "credential",
            "dpop",
            "jsessionid",
            "oauth",
            "passphrase",
            "passwd",
            "password",
            "phpsessid",
            "privatekey",
            "secret",
            "sessionkey",
            "token");

    /** Words that tell of a credential where they stand alone. */
    private static final Set<String> WORDS = Set.of(
            "auth",
            "csrf",
            "dpop",
            "hmac",
            "jwt",
            "key",
            "pass",
            "passcode",
            "pwd",
            "sas",
            "saml",
            "sid",
            "sig",
            "signature",
            "xsrf");

    /** What a key is of that tells two things apart and opens none. */
    private static final Set<String> KEYS_OF_DATA = Set.of(
            "business",
            "cache",
            "correlation",
            "dedup",
            "deduplication",
            "foreign",
            "group",
            "idempotence",
            "idempotency",
            "message",
            "object",
            "order",
            "ordering",
            "partition",
            "primary",
            "record",
            "routing",
            "row",
            "s3",
            "shard",
            "sort");

    /** How many of them a model may make, or has made, is no secret. */
    private static final Pattern TOKENS_OF_MODELS = Pattern.compile("tokens|token(?=budget|count|iz|limit|usage)");

    private static final Pattern BETWEEN_WORDS =
            Pattern.compile("[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})");

    /** A credential by its own form: a bearer's, or a JSON Web Token. */
    private static final Pattern CREDENTIAL = Pattern.compile("(?i:bearer)\\s+\\S{8,}|eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*");

    private static final Pattern USER_IN_URL = Pattern.compile("://[^/?#\\s]*@");

    private static final Pattern PARAMETER_OF_URL = Pattern.compile("[?&;]([^=&;#\\s]+)=");

    /** True for a header that is left out. */
    @Override
    public boolean applyFilterToCamelHeaders(String headerName, Object headerValue, Exchange exchange) {
        return isOfTheRequest(headerName.toLowerCase(Locale.ROOT))
                || isCredential(headerName)
                || (headerValue instanceof CharSequence text && hasCredential(text.toString()));
    }

    /** False: no header comes from the server. */
    @Override
    public boolean applyFilterToExternalHeaders(String headerName, Object headerValue, Exchange exchange) {
        return false;
    }

    private static boolean isOfTheRequest(String lower) {
        return OF_A_CONNECTION.contains(lower) || OF_A_REQUEST.stream().anyMatch(lower::startsWith);
    }

    private static boolean isCredential(String name) {
        List<String> words = words(name);
        if (words.isEmpty()) {
            return false;
        }
        String joined = TOKENS_OF_MODELS.matcher(String.join("", words)).replaceAll("");
        if (PARTS.stream().anyMatch(joined::contains)) {
            return true;
        }
        boolean ofCamel = "camel".equals(words.get(0)) || "kafka".equals(words.get(0)) || "jms".equals(words.get(0));
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            boolean keyOfData = word.equals("key") && (ofCamel || (i > 0 && KEYS_OF_DATA.contains(words.get(i - 1))));
            if (WORDS.contains(word) && !keyOfData) {
                return true;
            }
        }
        return false;
    }

    private static List<String> words(String name) {
        List<String> words = new ArrayList<>();
        Stream.of(BETWEEN_WORDS.split(name))
                .filter(word -> !word.isEmpty())
                .forEach(word -> words.add(word.toLowerCase(Locale.ROOT)));
        return words;
    }

    private static boolean hasCredential(String value) {
        if (CREDENTIAL.matcher(value.strip()).matches()) {
            return true;
        }
        int url = value.indexOf("://");
        if (url < 0) {
            return false;
        }
        if (USER_IN_URL.matcher(value).find()) {
            return true;
        }
        Matcher parameters = PARAMETER_OF_URL.matcher(value);
        while (parameters.find()) {
            if (isCredential(parameters.group(1))) {
                return true;
            }
        }
        return false;
    }
}
