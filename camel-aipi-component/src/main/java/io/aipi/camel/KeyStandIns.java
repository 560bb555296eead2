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
import java.util.Map;
import java.util.UUID;
import java.util.WeakHashMap;
import org.apache.camel.CamelContext;
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

    /**
     * The URI with stand-ins for the keys in it.
     *
     * @param used gets the stand-ins, for whoever is to hold them
     */
    String hide(CamelContext context, String uri, Collection<StandIn> used) throws URISyntaxException {
        int begin = uri.indexOf('?') + 1;
        if (begin == 0) {
            return uri;
        }
        StringBuilder hidden = new StringBuilder(uri.substring(0, begin));
        while (begin < uri.length()) {
            int end = endOfParameter(uri, begin);
            hidden.append(hideParameter(context, uri.substring(begin, end), used));
            if (end < uri.length()) {
                hidden.append('&');
            }
            begin = end + 1;
        }
        return hidden.toString();
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

    private String hideParameter(CamelContext context, String parameter, Collection<StandIn> used)
            throws URISyntaxException {
        int equals = parameter.indexOf('=');
        if (equals < 0 || !isKey(parameter.substring(0, equals))) {
            return parameter;
        }
        // by Camel's own means, as the component would be given it
        Map<String, Object> parsed =
                URISupport.parseParameters(new URI(UnsafeUriCharactersEncoder.encode("aipi:name?" + parameter)));
        if (parsed.size() != 1) {
            throw new IllegalArgumentException("apiKey has an & in it: write it as apiKey=RAW(...)");
        }
        RawParameterHelper.resolveRawParameterValues(context, parsed);
        String key = String.valueOf(parsed.values().iterator().next());
        return key.isEmpty() ? parameter : parameter.substring(0, equals + 1) + standIn(key, used);
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
        return OPTION.equalsIgnoreCase(name.replace("-", ""));
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
