/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.support.component.RawParameterHelper;
import org.apache.camel.util.URISupport;
import org.apache.camel.util.UnsafeUriCharactersEncoder;

/**
 * Stand-ins for API keys that were written into endpoint URIs. Camel shows an endpoint's URI in the exchange property
 * {@code CamelToEndpoint}, events and consoles, and also takes it to tell endpoints apart and to look one up again. So
 * the URI carries a text in the key's place that is another one for another key, and that brings the key back when
 * such a URI is looked up.
 *
 * <p>A stand-in cannot be guessed, is good in this component only, and only for as long as an endpoint lives that holds
 * it: whoever reads it in a log has no key.
 */
final class KeyStandIns {

    private static final String OPTION = "apikey";

    /** What is as secret, in the URI at least: Camel may show it as it was written, in forms that it does not know. */
    private static final Set<String> OTHER_OPTIONS = Set.of("proxyuser", "proxypassword");

    private static final String HEADERS = "header.";

    /** With which the names of options begin that have names of the user's. */
    private static final Set<String> PREFIXES = Set.of("param.", HEADERS);

    /** As Camel masks, so that people know what they see. */
    private static final String PREFIX = "xxxxxx-";

    /** A key and the text that stands for it. Each is made once. */
    static final class StandIn {

        private final String key;
        private final String text = PREFIX + UUID.randomUUID();

        StandIn(String key) {
            this.key = key;
        }
    }

    private final Map<StandIn, Boolean> known = new WeakHashMap<>();

    /** Names of the endpoint's options; null until they are needed. */
    private volatile Set<String> options;

    /**
     * The URI with stand-ins for the keys in it.
     *
     * @param used gets the stand-ins, for whoever is to hold them
     * @throws NoSuchEndpointException if a key is written in a form that Camel would show; the key is not quoted
     */
    String hide(CamelContext context, String uri, Collection<StandIn> used) {
        int begin = uri.indexOf('?') + 1;
        if (begin == 0) {
            return uri;
        }
        StringBuilder hidden = new StringBuilder(uri.substring(0, begin));
        boolean hasKey = false;
        boolean hasUnknown = false;
        while (begin < uri.length()) {
            int end = endOfParameter(uri, begin);
            String parameter = uri.substring(begin, end);
            boolean isKey = isKeyWritten(parameter);
            hasKey |= isKey;
            hasUnknown |= !isOption(context, parameter);
            hidden.append(isKey ? hideKey(context, uri, parameter, used) : parameter);
            if (end < uri.length()) {
                hidden.append('&');
            }
            begin = end + 1;
        }
        if (hasKey && hasUnknown) {
            // Camel would name it
            throw refused(
                    uri,
                    "check its options: one of them is none, or is the rest of a key with an & in it, which has to be"
                            + " written as apiKey=RAW(...). It is not named, since it may be a part of the key");
        }
        return hidden.toString();
    }

    private boolean isOption(CamelContext context, String parameter) {
        String name = parameter.split("=", 2)[0];
        return name.isEmpty()
                || options(context).contains(spelled(name))
                || PREFIXES.stream().anyMatch(name::startsWith);
    }

    /** From what is generated of the endpoint, which is compiled after this class: it is asked for through Camel. */
    private Set<String> options(CamelContext context) {
        if (options == null) {
            options = context.getCamelContextExtension().getEndpointUriFactory("aipi").propertyNames().stream()
                    .map(KeyStandIns::spelled)
                    .collect(Collectors.toSet());
        }
        return options;
    }

    /** Camel lets one write an option in several ways. */
    private static String spelled(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Camel's rule: a parameter ends at the next ampersand, {@code RAW(...)} at the bracket before one. */
    private static int endOfParameter(String uri, int begin) {
        int ampersand = uri.indexOf('&', begin);
        int value = uri.indexOf('=', begin) + 1;
        if (value > 0 && (uri.startsWith("RAW(", value) || uri.startsWith("RAW{", value))) {
            int raw = uri.indexOf(uri.charAt(value + 3) == '(' ? ")&" : "}&", value);
            return raw < 0 ? uri.length() : raw + 1;
        }
        return ampersand < 0 ? uri.length() : ampersand;
    }

    private static boolean isKeyWritten(String parameter) {
        int equals = parameter.indexOf('=');
        return equals >= 0 && isKey(parameter.substring(0, equals));
    }

    private String hideKey(CamelContext context, String uri, String parameter, Collection<StandIn> used) {
        int value = parameter.indexOf('=') + 1;
        String name = parameter.substring(0, value - 1);
        if (OPTION.equals(spelled(name)) && !isHiddenByCamel(parameter)) {
            throw refused(
                    uri,
                    "write the option with the API key as apiKey=KEY, apiKey=RAW(KEY) for a key without a ) in it, or"
                            + " apiKey=RAW{KEY} for one without a }. Of any other form, Camel shows the key or a part of it in"
                            + " logs and JMX. Or set it on the component");
        }
        // by Camel's own means, as the component would be given it
        Map<String, Object> parsed;
        try {
            parsed = URISupport.parseParameters(new URI(UnsafeUriCharactersEncoder.encode("aipi:name?" + parameter)));
        } catch (URISyntaxException | RuntimeException quotesIt) {
            throw refused(uri, "write the option as " + name + "=RAW(...): it cannot be read as it is");
        }
        if (parsed.size() != 1) {
            throw refused(uri, "write the option as " + name + "=RAW(...): its value has an & in it");
        }
        RawParameterHelper.resolveRawParameterValues(context, parsed);
        String key = String.valueOf(parsed.values().iterator().next());
        return key.isEmpty() ? parameter : parameter.substring(0, value) + standIn(key, used);
    }

    /** Camel hides what it takes for the value of a secret option wherever it shows a URI, but not in every form. */
    private static boolean isHiddenByCamel(String parameter) {
        String name = parameter.substring(0, parameter.indexOf('='));
        return URISupport.sanitizeUri("aipi:name?" + parameter).equals("aipi:name?" + name + "=xxxxxx");
    }

    /** The one exception that Camel passes on as it is; all others it puts into one that quotes the URI. */
    private static NoSuchEndpointException refused(String uri, String please) {
        return new NoSuchEndpointException(uri.substring(0, uri.indexOf('?')), please);
    }

    /** The parameters with stand-ins for the keys among them. */
    Map<String, Object> hide(Map<String, Object> parameters, Collection<StandIn> used) {
        Map<String, Object> hidden = new HashMap<>(parameters);
        hidden.replaceAll((name, value) ->
                isKey(name) && value instanceof String key && !key.isEmpty() ? standIn(key, used) : value);
        return hidden;
    }

    /** Puts the keys back in the place of their stand-ins. */
    void reveal(Map<String, Object> parameters) {
        parameters.replaceAll((name, value) -> isKey(name) && value instanceof String text ? key(text) : value);
    }

    /** In any of the ways in which Camel lets one write the option. */
    private static boolean isKey(String name) {
        String option = spelled(name);
        return OPTION.equals(option) || OTHER_OPTIONS.contains(option) || name.startsWith(HEADERS);
    }

    private synchronized String standIn(String keyOrText, Collection<StandIn> used) {
        StandIn standIn = known.keySet().stream()
                .filter(one -> one.key.equals(keyOrText) || one.text.equals(keyOrText))
                .findFirst()
                .orElse(null);
        if (standIn == null) {
            if (keyOrText.startsWith(PREFIX)) {
                throw new IllegalArgumentException(
                        "apiKey is what the component shows in a key's place, not a key; it is good for as long as the"
                                + " endpoint that was made with the key");
            }
            standIn = new StandIn(keyOrText);
            known.put(standIn, Boolean.TRUE);
        }
        used.add(standIn);
        return standIn.text;
    }

    private synchronized String key(String text) {
        return known.keySet().stream()
                .filter(one -> one.text.equals(text))
                .map(one -> one.key)
                .findFirst()
                .orElse(text);
    }
}
