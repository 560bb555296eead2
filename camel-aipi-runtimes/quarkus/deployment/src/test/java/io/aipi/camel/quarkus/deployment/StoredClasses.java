/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.support.DefaultExchangeHolder;

/** The classes in the bytes that a repository writes of a job, for every kind of value that the component keeps. */
final class StoredClasses {

    /** One of each kind. */
    @SuppressWarnings("JavaUtilDate")
    static final List<Object> VALUES = List.of(
            "text",
            'c',
            true,
            (byte) 1,
            (short) 1,
            1,
            1L,
            1.5f,
            1.5,
            BigInteger.TEN,
            BigDecimal.TEN,
            new AtomicInteger(1),
            new AtomicLong(1),
            new byte[] {1},
            new Date(0),
            new Timestamp(0),
            Instant.EPOCH,
            LocalDate.EPOCH,
            LocalTime.NOON,
            LocalDateTime.of(LocalDate.EPOCH, LocalTime.NOON),
            OffsetTime.MAX,
            OffsetDateTime.MAX,
            ZonedDateTime.of(LocalDate.EPOCH, LocalTime.NOON, ZoneId.of("Europe/Paris")),
            Year.of(2000),
            YearMonth.of(2000, 1),
            Duration.ZERO,
            Period.ZERO,
            new UUID(1, 1),
            List.of("element"),
            Map.of("key", "value"));

    private StoredClasses() {}

    /** Of a message that the component has put into a repository. */
    static Set<String> ofAnyMessage() throws Exception {
        Map<String, Object> headers = new LinkedHashMap<>();
        VALUES.forEach(value -> headers.put(value.getClass().getName(), value));
        MemoryAggregationRepository repository = new MemoryAggregationRepository();
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("chat", "prompt"))
                        .start();
                DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("repository", repository);
            context.start();
            context.createProducerTemplate()
                    .requestBodyAndHeaders(
                            "aipi:chat?waitForResult=false&jobRepository=#repository&serverUrl=" + server.url(),
                            "A question",
                            headers);
            String key = repository.getKeys().iterator().next();
            return of(repository.get(context, key), headers.keySet());
        }
    }

    private static Set<String> of(Exchange entry, Set<String> headers) throws Exception {
        Map<?, ?> kept = (Map<?, ?>) entry.getIn().getBody(Map.class).get("headers");
        if (!kept.keySet().containsAll(headers)) {
            throw new IllegalStateException("Kept are only " + kept.keySet());
        }
        Set<String> classes = new TreeSet<>();
        // text is written without a descriptor, and what replaces itself under the name of what takes its place
        kept.values().forEach(value -> classes.add(value.getClass().getName()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(DefaultExchangeHolder.marshal(entry, true, true, true));
        }
        try (Descriptors in = new Descriptors(new ByteArrayInputStream(bytes.toByteArray()), classes)) {
            in.readObject();
        }
        return classes;
    }

    private static final class Descriptors extends ObjectInputStream {

        private final Set<String> classes;

        Descriptors(InputStream in, Set<String> classes) throws IOException {
            super(in);
            this.classes = classes;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass descriptor) throws IOException, ClassNotFoundException {
            classes.add(descriptor.getName());
            return super.resolveClass(descriptor);
        }
    }
}
