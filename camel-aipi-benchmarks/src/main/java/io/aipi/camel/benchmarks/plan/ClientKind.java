/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

import java.util.Arrays;

/** Who does the work of a scenario: the component, with its jobs in one place or another, or what a user would write without it. */
public enum ClientKind {
    /** The component with its defaults: it polls. */
    AIPI("aipi", false, false),
    /** The component with {@code holdConnection=true}. */
    AIPI_HELD("aipi-held", false, true),
    /** The component with {@code streaming=true}: what counts is when the first words of a text are there. */
    AIPI_STREAM("aipi-stream", false, false),
    /** The component with its defaults, with meters and spans. */
    AIPI_TELEMETRY("aipi-telemetry", false, false),
    /** A route with camel-http that polls every 300 ms, and a thread for each job. */
    CAMEL_HTTP_POLL("camel-http-poll", true, false),
    /** A route with one held camel-http request for each job, and a thread. */
    CAMEL_HTTP_HELD("camel-http-held", true, true),
    /** A bare asynchronous HttpComponents client at the component's own pace: the floor. */
    HTTPCOMPONENTS("httpcomponents", false, false),
    /** The same client with held requests. */
    HTTPCOMPONENTS_HELD("httpcomponents-held", false, true),
    /** The JDK's client and a fixed interval, as the vendor's clients poll. */
    JDK("jdk-300ms", false, false),
    /** The component with detached jobs in memory. */
    MEMORY("memory", Storage.MEMORY, DatabaseProduct.NONE),
    /** The component with detached jobs in its own tables in PostgreSQL. */
    JDBC_POSTGRESQL("jdbc-postgresql", Storage.JDBC, DatabaseProduct.POSTGRESQL),
    /** The component with detached jobs in its own tables in H2. */
    JDBC_H2("jdbc-h2", Storage.JDBC, DatabaseProduct.H2),
    /** The component with detached jobs in Camel's repository in PostgreSQL. */
    CAMEL_JDBC_POSTGRESQL("camel-jdbc-postgresql", Storage.AGGREGATION, DatabaseProduct.POSTGRESQL),
    /** The component with detached jobs in Camel's repository in H2. */
    CAMEL_JDBC_H2("camel-jdbc-h2", Storage.AGGREGATION, DatabaseProduct.H2);

    private final String id;
    private final boolean blocking;
    private final boolean held;
    private final Storage storage;
    private final DatabaseProduct database;

    /** A client who waits for its jobs. */
    ClientKind(String id, boolean blocking, boolean held) {
        this.id = id;
        this.blocking = blocking;
        this.held = held;
        this.storage = Storage.NONE;
        this.database = DatabaseProduct.NONE;
    }

    /** A client with detached jobs. */
    ClientKind(String id, Storage storage, DatabaseProduct database) {
        this.id = id;
        this.blocking = false;
        this.held = false;
        this.storage = storage;
        this.database = database;
    }

    /**
     * The client of this name.
     *
     * @param id such as {@code jdk-300ms}
     * @return the client
     * @throws IllegalArgumentException if there is none
     */
    public static ClientKind of(String id) {
        return Arrays.stream(values())
                .filter(kind -> kind.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No client " + id));
    }

    /**
     * Its name in tables and on the command line.
     *
     * @return such as {@code jdk-300ms}
     */
    public String id() {
        return id;
    }

    /**
     * Whether a job takes a thread of the caller until it is done.
     *
     * @return false for asynchronous ones
     */
    public boolean isBlocking() {
        return blocking;
    }

    /**
     * Whether it holds a request for each job and does not poll.
     *
     * @return true for the held ones
     */
    public boolean isHeld() {
        return held;
    }

    /**
     * Where its detached jobs are kept.
     *
     * @return {@link Storage#NONE} if its jobs are not detached
     */
    public Storage storage() {
        return storage;
    }

    /**
     * The database of its storage.
     *
     * @return {@link DatabaseProduct#NONE} if it needs none
     */
    public DatabaseProduct database() {
        return database;
    }

    /**
     * Whether its jobs are so expensive that it does fewer of them in the same scenario.
     *
     * @return true for Camel's repositories
     */
    public boolean isSlow() {
        return storage == Storage.AGGREGATION;
    }

    /**
     * Whether it is the component alone, whose failures are the component's.
     *
     * @return false for what a user would write, or use, instead
     */
    public boolean isOurs() {
        return switch (this) {
            case AIPI, AIPI_HELD, AIPI_STREAM, AIPI_TELEMETRY, MEMORY, JDBC_POSTGRESQL, JDBC_H2 -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return id;
    }
}
