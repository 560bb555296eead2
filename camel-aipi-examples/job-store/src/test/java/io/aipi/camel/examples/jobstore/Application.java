/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultExchangeHolder;
import org.apache.camel.support.service.ServiceHelper;
import org.springframework.jdbc.core.JdbcTemplate;

/** An application with the beans of the job store, run by camel-main as a user would run it. */
final class Application implements AutoCloseable {

    static final List<String> TABLES = List.of("aipi_jobs", "aipi_jobs_completed");

    private final Main main = new Main();
    private final ProducerTemplate template;

    private Application(Map<String, String> properties, Consumer<CamelContext> beforeStart, RouteBuilder... routes)
            throws Exception {
        Properties all = new Properties();
        all.putAll(properties);
        main.setOverrideProperties(all);
        main.configure().withRoutesIncludePattern(properties.getOrDefault("routes", "classpath:camel/*.yaml"));
        for (RouteBuilder builder : routes) {
            main.configure().addRoutesBuilder(builder);
        }
        main.configure().setShutdownTimeout(10);
        try {
            main.init();
            beforeStart.accept(main.getCamelContext());
            main.start();
        } catch (Exception e) {
            main.stop();
            throw e;
        }
        template = main.getCamelContext().createProducerTemplate();
    }

    static Application start(Map<String, String> properties, RouteBuilder... routes) throws Exception {
        return new Application(properties, context -> {}, routes);
    }

    /** {@code beforeStart} sees the beans before anything uses them. */
    static Application start(Map<String, String> properties, Consumer<CamelContext> beforeStart, RouteBuilder... routes)
            throws Exception {
        return new Application(properties, beforeStart, routes);
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    /** Sends to {@code direct:submit}; gives the job's id. */
    String submit(Object body, Map<String, Object> headers) {
        return template.requestBodyAndHeaders("direct:submit", body, headers, String.class);
    }

    RecoverableAggregationRepository jobs() {
        RecoverableAggregationRepository jobs =
                context().getRegistry().lookupByNameAndType("jobs", RecoverableAggregationRepository.class);
        // as the component does it for a route that uses it
        ServiceHelper.startService(jobs);
        return jobs;
    }

    /** How many rows each table has. */
    Map<String, Integer> rows() {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (String table : TABLES) {
            rows.put(table, sql().queryForObject("select count(*) from " + table, Integer.class));
        }
        return rows;
    }

    /** A row that nobody can read. */
    void insert(String table, String id) {
        sql().update("insert into " + table + " (id, exchange, version) values (?, ?, 1)", id, new byte[] {1, 2, 3});
    }

    boolean isEmpty() {
        return rows().values().stream().allMatch(count -> count == 0);
    }

    /** What the tables hold, byte by byte. */
    List<byte[]> storedBytes() {
        List<byte[]> bytes = new ArrayList<>();
        for (String table : TABLES) {
            bytes.addAll(sql().query("select exchange from " + table, (row, number) -> row.getBytes(1)));
        }
        return bytes;
    }

    /** All values of a stored row, those in lists, maps and byte arrays among them. */
    String text(byte[] row) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(row))) {
            Exchange exchange = new DefaultExchange(context());
            DefaultExchangeHolder.unmarshal(exchange, (DefaultExchangeHolder) in.readObject());
            StringBuilder text = new StringBuilder();
            append(text, exchange.getExchangeId());
            append(text, exchange.getMessage().getBody());
            append(text, exchange.getMessage().getHeaders());
            append(text, exchange.getProperties());
            append(text, exchange.getVariables());
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void append(StringBuilder text, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, one) -> {
                text.append(key).append('=');
                append(text, one);
            });
        } else if (value instanceof Iterable<?> list) {
            list.forEach(one -> append(text, one));
        } else if (value instanceof byte[] bytes) {
            text.append(new String(bytes, StandardCharsets.UTF_8)).append('\n');
        } else {
            text.append(value).append('\n');
        }
    }

    List<String> storedTexts() {
        return storedBytes().stream().map(this::text).toList();
    }

    private JdbcTemplate sql() {
        return new JdbcTemplate(context().getRegistry().lookupByNameAndType("jobsDataSource", DataSource.class));
    }

    @Override
    public void close() {
        main.stop();
    }
}
