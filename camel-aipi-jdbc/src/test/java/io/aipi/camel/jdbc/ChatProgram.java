/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One of several processes that hold the same conversations. Each line of its input is a conversation's id, a tab, and a prompt;
 * a table gets the answer.
 */
final class ChatProgram {

    static final String TABLE = "create table answered (process text, conversation text, prompt text, answer text,"
            + " failure text, time timestamp with time zone not null default clock_timestamp())";

    private ChatProgram() {}

    /** Arguments: its name, the server's URL and the database's. */
    public static void main(String[] arguments) throws Exception {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(arguments[2]);
        database.setUser("postgres");
        DefaultCamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("conversations", new JdbcConversationRepository(database));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:ask")
                        .to("aipi:llama3_chat?conversationMemory=true&conversationRepository=#conversations"
                                + "&pollInterval=50ms&serverUrl=" + arguments[1]);
            }
        });
        context.start();
        ProducerTemplate producer = context.createProducerTemplate();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split("\t");
            Exchange exchange = producer.send("direct:ask", request -> {
                request.getMessage().setHeader("CamelAipiConversationId", words[0]);
                request.getMessage().setBody(words[1]);
            });
            write(database, arguments[0], words, exchange);
        }
        context.stop();
    }

    private static void write(DataSource database, String process, String[] words, Exchange exchange) throws Exception {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into answered (process, conversation, prompt, answer, failure) values (?, ?, ?, ?, ?)")) {
            insert.setString(1, process);
            insert.setString(2, words[0]);
            insert.setString(3, words[1]);
            insert.setString(
                    4, exchange.isFailed() ? null : exchange.getMessage().getBody(String.class));
            insert.setString(5, exchange.isFailed() ? exchange.getException().toString() : null);
            insert.executeUpdate();
        }
    }
}
