/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.Content;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;

/** Reads what a message holds of files and streams, Camel's own among them, up to the size of a request. */
public final class MessageContent {

    /** Sources of XML that can be read once; by name, since not every runtime has their packages. */
    private static final Set<String> SOURCES_READ_ONCE = Set.of(
            "javax.xml.transform.stream.StreamSource",
            "javax.xml.transform.sax.SAXSource",
            "javax.xml.transform.stax.StAXSource");

    /**
     * Exchange property with what was read, by what it was read from. A redelivery begins with the message as it was before,
     * and with it with streams at their end; properties stay.
     */
    private static final String READ = "CamelAipiContentRead";

    private MessageContent() {}

    /** Whether the value holds a file's or a stream's content rather than being a value. */
    public static boolean isContent(Object value) {
        return Content.isContent(value)
                || value instanceof StreamCache
                || value instanceof WrappedFile
                || isSourceReadOnce(value);
    }

    /**
     * The content: {@code byte[]}, or {@code String} where it is text already.
     *
     * @throws Content.TooLongException if it is longer than a request may be
     * @throws IOException if it cannot be read
     */
    public static Object read(Object content, Exchange exchange) throws IOException {
        if (content instanceof StreamCache cache) {
            return readAgain(cache);
        }
        if (content instanceof WrappedFile<?> file) {
            // not getFileLength(), which Camel 4.10 does not have; what is no local file is read within the bound
            if (file.getFile() instanceof File local) {
                Content.checkLength(local.length());
            }
            return readFile(file, exchange);
        }
        return isSourceReadOnce(content) ? converted(String.class, content, exchange) : Content.read(content);
    }

    /** From its beginning, and so that the next one can do the same. */
    private static Object readAgain(StreamCache cache) throws IOException {
        Content.checkLength(cache.length());
        cache.reset();
        try {
            if (cache instanceof Reader reader) {
                return Content.read(reader);
            }
            if (cache instanceof InputStream stream) {
                return Content.read(stream, Math.max(0, cache.length()));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            cache.writeTo(new Bounded(bytes));
            return bytes.toByteArray();
        } finally {
            cache.reset();
        }
    }

    private static Object readFile(WrappedFile<?> file, Exchange exchange) throws IOException {
        Object body = file.getBody();
        if (body == null || body == file) {
            body = file.getFile();
        }
        if (body instanceof CharSequence text) {
            return text.toString();
        }
        // what came from elsewhere, as by FTP, is in whatever form its component gives it
        return body != file && isContent(body)
                ? read(body, exchange)
                : Content.read(converted(InputStream.class, file, exchange), 0);
    }

    private static <T> T converted(Class<T> type, Object content, Exchange exchange) throws IOException {
        T converted = exchange.getContext().getTypeConverter().tryConvertTo(type, exchange, content);
        if (converted == null) {
            throw new IOException("It cannot be converted to " + type.getSimpleName());
        }
        return converted;
    }

    private static boolean isSourceReadOnce(Object value) {
        return value != null && SOURCES_READ_ONCE.contains(value.getClass().getName());
    }

    /**
     * Reads what can be read once only, anywhere in what becomes the request, and puts it back into the message in the form
     * of bytes or text: whoever sends the message again sends the same.
     *
     * @param all whether files are read as well, since they may be moved before the message is needed again
     * @throws InvalidRequestException if something cannot be read, or is longer than a request may be
     */
    public static void makeRepeatable(Exchange exchange, boolean all, String endpoint, List<String> headers) {
        Message message = exchange.getMessage();
        Object body = message.getBody();
        Map<?, ?> earlier = exchange.getProperty(READ) instanceof IdentityHashMap<?, ?> read ? read : Map.of();
        Reading reading = new Reading(exchange, all, endpoint, earlier);
        Object repeatable = body instanceof StreamCache && !all ? body : reading.of(body, "The message body", 0);
        if (repeatable != body) {
            message.setBody(repeatable);
        }
        for (String header : headers) {
            Object value = message.getHeader(header);
            Object read = reading.of(value, "The header " + header, 0);
            if (read != value) {
                message.setHeader(header, read);
            }
        }
        if (reading.read.isEmpty()) {
            forget(exchange);
        } else {
            exchange.setProperty(READ, reading.read);
        }
    }

    /** What was read is not needed any more: there will be no redelivery. */
    public static void forget(Exchange exchange) {
        exchange.removeProperty(READ);
    }

    /** One pass through a message, and what it has read. */
    private static final class Reading {

        /** More than a request may have: what is deeper is refused later. */
        private static final int MAX_NESTING = 200;

        /** Most messages have nothing of this kind. */
        private static final int FEW = 2;

        private final Exchange exchange;
        private final boolean all;
        private final String endpoint;
        private final IdentityHashMap<Object, Object> done = new IdentityHashMap<>(FEW);
        private final IdentityHashMap<Object, Object> read = new IdentityHashMap<>(FEW);
        private final Map<?, ?> readEarlier;

        Reading(Exchange exchange, boolean all, String endpoint, Map<?, ?> earlier) {
            this.exchange = exchange;
            this.all = all;
            this.endpoint = endpoint;
            readEarlier = earlier;
        }

        /** The value, or what is to stand in its place. */
        Object of(Object value, String place, int depth) {
            if (value instanceof Map<?, ?> || value instanceof Collection<?> || value instanceof AipiRequest) {
                return inside(value, place, depth);
            }
            if (!isRead(value, depth)) {
                return value;
            }
            Object content = readEarlier.containsKey(value) ? readEarlier.get(value) : read(value, place);
            read.put(value, content);
            return content;
        }

        private boolean isRead(Object value, int depth) {
            if (value instanceof byte[] || !isContent(value)) {
                return false;
            }
            if (value instanceof File || value instanceof Path || value instanceof ByteBuffer) {
                return all;
            }
            if (value instanceof WrappedFile<?> file) {
                // the client does not know Camel's files
                return all || depth > 0 || !(file.getFile() instanceof File || file.getFile() instanceof Path);
            }
            return true;
        }

        private Object inside(Object container, String place, int depth) {
            if (depth > MAX_NESTING) {
                return container;
            }
            if (!done.containsKey(container)) {
                // what contains itself is refused later
                done.put(container, container);
                done.put(container, elements(container, place, depth + 1));
            }
            return done.get(container);
        }

        private Object elements(Object container, String place, int depth) {
            if (container instanceof AipiRequest request) {
                Object parameters = of(request.parameters(), place, depth);
                return parameters == request.parameters()
                        ? request
                        : new AipiRequest(request.prompt(), named((Map<?, ?>) parameters), request.parametersWin());
            }
            if (container instanceof Map<?, ?> map) {
                Map<Object, Object> changed = null;
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    Object value = entry.getValue();
                    Object repeatable = of(value, place + ", " + entry.getKey() + ",", depth);
                    if (repeatable != value) {
                        changed = changed == null ? new LinkedHashMap<>(map) : changed;
                        changed.put(entry.getKey(), repeatable);
                    }
                }
                return changed == null ? map : changed;
            }
            List<Object> changed = new ArrayList<>();
            boolean same = true;
            for (Object element : (Collection<?>) container) {
                Object repeatable = of(element, place, depth);
                same &= repeatable == element;
                changed.add(repeatable);
            }
            return same ? container : changed;
        }

        private static Map<String, Object> named(Map<?, ?> parameters) {
            Map<String, Object> named = new LinkedHashMap<>();
            parameters.forEach((name, value) -> named.put((String) name, value));
            return named;
        }

        private Object read(Object content, String place) {
            try {
                return MessageContent.read(content, exchange);
            } catch (IOException e) {
                throw unreadable(place, e, endpoint);
            }
        }
    }

    /** Says of what was to be read that it is too long or why it cannot be read. */
    public static InvalidRequestException unreadable(String place, IOException problem, String endpoint) {
        return problem instanceof Content.TooLongException
                ? new InvalidRequestException(place + " has " + problem.getMessage(), ErrorContext.of(endpoint))
                : new InvalidRequestException(
                        List.of(place + " cannot be read: " + problem), ErrorContext.of(endpoint), problem);
    }

    /** Passes on as much as a request may have. */
    private static final class Bounded extends OutputStream {

        private final OutputStream target;
        private long length;

        Bounded(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            Content.checkLength(++length);
            target.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            length += count;
            Content.checkLength(length);
            target.write(bytes, offset, count);
        }
    }
}
