/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.database;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A file that the client opens with H2, with the settings of the example. */
final class H2File implements Database {

    private final Path folder;

    H2File(Path parent) throws IOException {
        folder = Folders.create(parent, "h2-");
    }

    /** By default H2 keeps what is committed in memory for half a second. */
    @Override
    public String url() {
        return "jdbc:h2:file:" + folder.resolve("jobs") + ";USER=sa;PASSWORD=;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    @Override
    public double cpuNanos() {
        return Double.NaN;
    }

    @Override
    public List<String> notes() {
        return List.of("H2 with WRITE_DELAY=0: each commit is written to the file");
    }

    @Override
    public void close() throws IOException {
        Folders.delete(folder);
    }
}
