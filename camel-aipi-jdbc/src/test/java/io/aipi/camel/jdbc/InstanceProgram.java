/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * One of several instances, as a program. It takes prompts from a table that stands for a message broker: a prompt that is not
 * acknowledged comes again. It consumes results, and writes into tables when it has begun and ended to route each.
 */
final class InstanceProgram {

    static final String TABLES = """
            create table prompt (id varchar(50) primary key, taken_until timestamptz, acknowledged boolean not null);
            create index prompt_open on prompt (id) where not acknowledged;
            create table routed (id bigserial primary key, prompt varchar(50), process varchar(50),
              began timestamptz not null default clock_timestamp(), ended timestamptz);
            create table failed (id bigserial primary key, prompt varchar(50), process varchar(50), type varchar(100),
              at timestamptz not null default clock_timestamp())
            """;

    /** So many prompts are on their way to the server at once. */
    private static final int SUBMITS = 20;

    private final String process;
    private final DataSource database;
    private final Semaphore submits = new Semaphore(SUBMITS);

    private InstanceProgram(String process, DataSource database) {
        this.process = process;
        this.database = database;
    }

    /** Arguments: its name, the server's URL, the database's, the lease and the scan interval in milliseconds, maxInFlight. */
    public static void main(String[] arguments) throws Exception {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(arguments[2]);
        pool.setUsername("postgres");
        pool.setMaximumPoolSize(8);
        HikariDataSource database = new HikariDataSource(pool);
        JdbcJobRepository jobs = new JdbcJobRepository(database);
        jobs.setInstanceName(arguments[0]);
        jobs.setLease(Duration.ofMillis(Long.parseLong(arguments[3])));
        new InstanceProgram(arguments[0], database).run(arguments[1], jobs, arguments[4], arguments[5]);
    }

    private void run(String server, JdbcJobRepository jobs, String scanInterval, String maxInFlight) throws Exception {
        DefaultCamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("jobs", jobs);
        String options = "jobRepository=#jobs&serverUrl=" + server;
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&" + options);
                from("aipi:chat?concurrentConsumers=4&maxInFlight=" + maxInFlight
                                + "&pollInterval=200ms&redeliveryGracePeriod=12s" + "&repositoryScanInterval="
                                + scanInterval + "&" + options)
                        .choice()
                        .when(header("CamelAipiJobState").isEqualTo("failed"))
                        .process(InstanceProgram.this::fail)
                        .to("direct:submit")
                        .otherwise()
                        .process(InstanceProgram.this::route);
            }
        });
        context.start();
        ProducerTemplate producer = context.createProducerTemplate();
        while (true) {
            submits.acquire();
            submits.release();
            List<String> prompts = take();
            if (prompts.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            for (String prompt : prompts) {
                submits.acquire();
                producer.asyncSend("direct:submit", exchange -> {
                            exchange.getMessage().setBody("Answer " + prompt);
                            exchange.getMessage().setHeaders(Map.of("prompt", prompt, "CamelAipiRequestId", prompt));
                        })
                        .whenComplete((exchange, failure) -> {
                            submits.release();
                            if (failure == null && !exchange.isFailed()) {
                                update("update prompt set acknowledged = true where id = ?", prompt);
                            }
                        });
            }
        }
    }

    /** Prompts that nobody has taken, or whose taker has not acknowledged them in time. */
    private List<String> take() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        update prompt set taken_until = now() + interval '10 seconds' where id in (
                          select id from prompt where not acknowledged and (taken_until is null or taken_until < now())
                          order by id limit 5 for update skip locked)
                        returning id
                        """);
                ResultSet rows = statement.executeQuery()) {
            List<String> prompts = new ArrayList<>();
            while (rows.next()) {
                prompts.add(rows.getString(1));
            }
            return prompts;
        }
    }

    private static String prompt(Exchange exchange) {
        return exchange.getMessage().getHeader("prompt", String.class);
    }

    private void fail(Exchange exchange) {
        update(
                "insert into failed (prompt, process, type) values (?, ?, ?)",
                prompt(exchange),
                process,
                exchange.getMessage().getHeader("CamelAipiErrorType", String.class));
    }

    private void route(Exchange exchange) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement begin = connection.prepareStatement(
                        "insert into routed (prompt, process) values (?, ?) returning id")) {
            begin.setString(1, prompt(exchange));
            begin.setString(2, process);
            long id;
            try (ResultSet row = begin.executeQuery()) {
                row.next();
                id = row.getLong(1);
            }
            try (PreparedStatement end =
                    connection.prepareStatement("update routed set ended = clock_timestamp() where id = ?")) {
                end.setLong(1, id);
                end.executeUpdate();
            }
        }
    }

    private void update(String sql, String... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
