/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One of several instances that submit one request id at once. It begins as soon as it gets a lock of the database, and
 * writes into a table what each of its senders has got.
 */
final class SubmitterProgram {

    static final String TABLE = "create table received (process bigint, job_id text, failure text)";

    /** An advisory lock, which whoever starts the programs holds until all wait for it. */
    static final int LOCK = 4711;

    private SubmitterProgram() {}

    /** Arguments: the server's URL, the database's, the request id, and how many submits. */
    public static void main(String[] arguments) throws Exception {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(arguments[1]);
        database.setUser("postgres");
        DefaultCamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("jobs", new JdbcJobRepository(database));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs&serverUrl=" + arguments[0]);
            }
        });
        context.start();
        ProducerTemplate producer = context.createProducerTemplate();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock_shared(" + LOCK + ")");
        }
        List<CompletableFuture<Exchange>> submits = IntStream.range(0, Integer.parseInt(arguments[3]))
                .mapToObj(i -> producer.asyncSend("direct:submit", exchange -> {
                    exchange.getMessage().setBody("Hello!");
                    exchange.getMessage().setHeader("CamelAipiRequestId", arguments[2]);
                }))
                .toList();
        write(database, submits.stream().map(CompletableFuture::join).toList());
        context.stop();
    }

    private static void write(DataSource database, List<Exchange> exchanges) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into received values (?, ?, ?)")) {
            for (Exchange exchange : exchanges) {
                Exception failure = exchange.getException();
                insert.setLong(1, ProcessHandle.current().pid());
                insert.setString(2, failure == null ? exchange.getMessage().getBody(String.class) : null);
                insert.setString(3, failure == null ? null : failure.toString());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
