/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Media;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * Messages as plain, serialisable values of the JDK: repositories refuse classes that they do not know, by good rule, and
 * a value of one would make the whole entry unreadable. The client's own {@link Media} and {@link AipiRequest} become
 * tagged lists and come back as what they were.
 */
public final class MessageSerializer {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEDIA = "io.aipi.client.model.Media";
    private static final String REQUEST = "io.aipi.client.model.AipiRequest";

    /** Headers that tell how often somebody was sent this message: another one's count. */
    private static final Set<String> COUNTS = Set.of(
            Exchange.REDELIVERED.toLowerCase(Locale.ROOT),
            Exchange.REDELIVERY_COUNTER.toLowerCase(Locale.ROOT),
            Exchange.REDELIVERY_MAX_COUNTER.toLowerCase(Locale.ROOT),
            Exchange.REDELIVERY_DELAY.toLowerCase(Locale.ROOT));

    private MessageSerializer() {}

    /** The headers that can be kept; the others are left out. */
    public static Map<String, Object> headers(Map<String, Object> headers) {
        Map<String, Object> kept = new LinkedHashMap<>();
        headers.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!COUNTS.contains(lower)) {
                encode(value).ifPresent(encoded -> kept.put(name, decode(encoded)));
            }
        });
        return kept;
    }

    /** A copy that nobody else changes, where one can be made; else the value itself. */
    public static Object copy(Object value) {
        return encode(value).map(MessageSerializer::decode).orElse(value);
    }

    /** What of a message body cannot be kept: its place in it, and its class; empty if all can. */
    public static Optional<String> unkeepable(Object body) {
        Encoder encoder = new Encoder();
        return body == null || encoder.encode(body).isPresent() ? Optional.empty() : Optional.of(encoder.refused());
    }

    /** The value in JDK classes only; empty if that cannot be had, or for null. */
    public static Optional<Object> encode(Object value) {
        return new Encoder().encode(value);
    }

    /** One value, up to a depth and a size: what is beyond them, as a map that contains itself is, cannot be kept. */
    private static final class Encoder {

        private static final int MAX_NESTING = 100;
        private static final int MAX_VALUES = 1_000_000;

        private final Deque<String> path = new ArrayDeque<>();
        private int values;
        private String refused = "";

        /** The place and the class of what was refused. */
        String refused() {
            return refused;
        }

        Optional<Object> encode(Object value) {
            if (value == null) {
                return Optional.empty();
            }
            if (path.size() > MAX_NESTING || ++values > MAX_VALUES) {
                return refuse(path.size() > MAX_NESTING ? "is nested too deeply" : "has too many values");
            }
            if (value instanceof Map<?, ?> map) {
                return encodeMap(map);
            }
            if (value instanceof Collection<?> collection) {
                return encodeList(collection);
            }
            if (value instanceof Media media) {
                List<Object> parts = new ArrayList<>();
                parts.add(media.name());
                parts.add(media.mediaType());
                parts.add(media.bytes());
                return Optional.of(tagged(MEDIA, parts));
            }
            if (value instanceof AipiRequest request) {
                return encodeMap(request.parameters()).map(parameters -> {
                    List<Object> parts = new ArrayList<>();
                    parts.add(request.prompt());
                    parts.add(parameters);
                    if (request.parametersWin()) {
                        parts.add(true);
                    }
                    return tagged(REQUEST, parts);
                });
            }
            if (value instanceof CharSequence text) {
                return Optional.of(text.toString());
            }
            if (value instanceof JsonNode node) {
                return encodeNode(node);
            }
            return isPlain(value)
                    ? Optional.of(value)
                    : refuse("is a " + value.getClass().getName());
        }

        private Optional<Object> refuse(String reason) {
            String place = String.join(".", (Iterable<String>) path::descendingIterator);
            refused = (place.isEmpty() ? "it " : place + ' ') + reason;
            return Optional.empty();
        }

        private Optional<Object> encodeNode(JsonNode node) {
            if (node.isObject()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                node.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
                return encodeMap(fields);
            }
            if (node.isArray()) {
                List<JsonNode> elements = new ArrayList<>();
                node.forEach(elements::add);
                return encodeList(elements);
            }
            Object value = JSON.convertValue(node, Object.class);
            return value instanceof JsonNode ? refuse("is a " + value.getClass().getName()) : encode(value);
        }

        private Optional<Object> encodeMap(Map<?, ?> map) {
            Map<String, Object> encoded = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Object value = entry.getValue();
                Optional<Object> kept = encodeAt(String.valueOf(entry.getKey()), value);
                if (kept.isEmpty() && !isNull(value)) {
                    return Optional.empty();
                }
                encoded.put(String.valueOf(entry.getKey()), kept.orElse(null));
            }
            return Optional.of(encoded);
        }

        private Optional<Object> encodeList(Collection<?> collection) {
            List<Object> encoded = new ArrayList<>();
            for (Object element : collection) {
                Optional<Object> kept = encodeAt(String.valueOf(encoded.size()), element);
                if (kept.isEmpty() && !isNull(element)) {
                    return Optional.empty();
                }
                encoded.add(kept.orElse(null));
            }
            return Optional.of(encoded);
        }

        private Optional<Object> encodeAt(String place, Object value) {
            path.push(place);
            Optional<Object> encoded = encode(value);
            path.pop();
            return encoded;
        }

        private static boolean isNull(Object value) {
            return value == null || (value instanceof JsonNode node && (node.isNull() || node.isMissingNode()));
        }
    }

    private static boolean isPlain(Object value) {
        return value instanceof String
                || (value instanceof Number && isJdk(value))
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof byte[]
                || (value instanceof Date && isJdk(value))
                || ((value instanceof Temporal || value instanceof TemporalAmount) && isJdk(value))
                || value instanceof UUID;
    }

    private static boolean isJdk(Object value) {
        return value.getClass().getName().startsWith("java.");
    }

    private static Map<String, Object> tagged(String tag, List<Object> parts) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(tag, parts);
        return map;
    }

    /** What {@link #encode} was given, or its equal in JDK classes. */
    public static Object decode(Object value) {
        if (value instanceof Map<?, ?> map) {
            // anybody may send a map that looks like a tagged one
            if (map.size() == 1
                    && map.get(MEDIA) instanceof List<?> parts
                    && parts.size() == 3
                    && isTextOrNull(parts.get(0))
                    && parts.get(1) instanceof String type
                    && parts.get(2) instanceof byte[] bytes) {
                return new Media((String) parts.get(0), type, bytes);
            }
            if (map.size() == 1
                    && map.get(REQUEST) instanceof List<?> parts
                    && (parts.size() == 2 || (parts.size() == 3 && Boolean.TRUE.equals(parts.get(2))))
                    && isTextOrNull(parts.get(0))
                    && parts.get(1) instanceof Map<?, ?> parameters) {
                return new AipiRequest((String) parts.get(0), decodeMap(parameters), parts.size() == 3);
            }
            return decodeMap(map);
        }
        if (value instanceof List<?> list) {
            List<Object> decoded = new ArrayList<>();
            list.forEach(element -> decoded.add(decode(element)));
            return decoded;
        }
        return value;
    }

    private static boolean isTextOrNull(Object value) {
        return value == null || value instanceof String;
    }

    public static Map<String, Object> decodeMap(Map<?, ?> map) {
        Map<String, Object> decoded = new LinkedHashMap<>();
        map.forEach((name, value) -> decoded.put(String.valueOf(name), decode(value)));
        return decoded;
    }
}
