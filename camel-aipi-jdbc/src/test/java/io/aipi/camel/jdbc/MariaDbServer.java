/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.simulator.AvailablePorts;
import io.aipi.testsupport.DebianProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The MariaDB of this JVM's tests, if the system has its program. It ends with the JVM. */
final class MariaDbServer {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Nobody needs the data after the test: it does not wait for the disk. */
    private static final List<String> WITHOUT_THE_DISK =
            List.of("--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite");

    private static MariaDbServer shared;

    private final Process process;
    private final int port;

    private MariaDbServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Whether it can be started. */
    static boolean isInstalled() {
        return DebianProgram.installed("mariadbd").isPresent()
                && DebianProgram.installed("mariadb-install-db").isPresent();
    }

    /** Starts it when it is first needed. */
    static synchronized MariaDbServer shared() throws Exception {
        if (shared == null) {
            shared = start(Files.createTempDirectory("mariadb"));
        }
        return shared;
    }

    private static MariaDbServer start(Path folder) throws Exception {
        List<String> settings = new ArrayList<>(WITHOUT_THE_DISK);
        settings.add("--user=" + System.getProperty("user.name"));
        settings.add("--datadir=" + folder.resolve("data"));
        run(
                folder,
                command("mariadb-install-db", settings, "--auth-root-authentication-method=normal", "--skip-test-db"));
        int port = AvailablePorts.one();
        Process process = start(
                folder,
                command(
                        "mariadbd",
                        settings,
                        "--bind-address=127.0.0.1",
                        "--port=" + port,
                        "--socket=" + folder.resolve("socket"),
                        "--pid-file=" + folder.resolve("pid")));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process, folder)));
        MariaDbServer server = new MariaDbServer(process, port);
        server.awaitConnections();
        return server;
    }

    private static List<String> command(String program, List<String> settings, String... options) {
        List<String> command = new ArrayList<>();
        command.add(DebianProgram.installed(program).orElseThrow().toString());
        command.add("--no-defaults");
        command.addAll(settings);
        command.addAll(List.of(options));
        return command;
    }

    private static Process start(Path folder, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
    }

    private static void run(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = start(folder, command);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException("It has failed: " + command);
        }
    }

    private void awaitConnections() throws SQLException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            try {
                execute("select 1");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() - begin > PATIENCE.toNanos() || process.waitFor(100, TimeUnit.MILLISECONDS)) {
                    throw e;
                }
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(""), "root", "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The URL of a database in it, which is made; its user is {@code root}, without a password. */
    String create(String database) throws SQLException {
        execute("create database " + database);
        return url(database);
    }

    private String url(String database) {
        return "jdbc:mariadb://127.0.0.1:" + port + "/" + database;
    }

    private static void end(Process process, Path folder) {
        try {
            process.destroyForcibly().waitFor();
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (InterruptedException | IOException e) {
            // the JVM ends
        }
    }
}
