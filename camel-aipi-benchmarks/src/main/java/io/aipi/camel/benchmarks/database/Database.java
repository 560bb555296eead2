/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.database;

import io.aipi.camel.benchmarks.plan.DatabaseProduct;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An empty database for one run. What is committed in it survives a crash of its process. */
public interface Database extends AutoCloseable {

    /**
     * Starts one.
     *
     * @param product which
     * @param folder its files are in a folder in here until it is closed
     * @return the database; null for {@link DatabaseProduct#NONE}
     * @throws IOException if it does not start
     */
    static Database start(DatabaseProduct product, Path folder) throws IOException {
        return switch (product) {
            case NONE -> null;
            case H2 -> new H2File(folder);
            case POSTGRESQL -> PostgresServer.start(folder);
        };
    }

    /**
     * What a client has to know.
     *
     * @return its JDBC URL, the user included
     */
    String url();

    /**
     * The processor time that its processes have taken so far.
     *
     * @return in nanoseconds; NaN if it has none, because it is a part of the client
     */
    double cpuNanos();

    /**
     * What decides how much it does for a commit.
     *
     * @return for people
     */
    List<String> notes();

    /** Ends it and deletes its files. */
    @Override
    void close() throws IOException;
}
