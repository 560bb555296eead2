/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import io.aipi.testsupport.PostgresDatabase;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** An empty database, and the properties with which the job store uses it. */
record Database(String name, Map<String, String> properties) {

    /** A file of H2 with the settings of the default. */
    static Database h2(Path folder) {
        String name = UUID.randomUUID().toString();
        return new Database(
                name,
                Map.of("jobs.url", "jdbc:h2:file:" + folder.resolve(name) + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"));
    }

    /** A database of a running PostgreSQL. */
    static Database postgres(PostgresDatabase server) {
        String name = server.create();
        return new Database(
                name, Map.of("jobs.database", "postgresql", "jobs.url", server.url(name), "jobs.user", "postgres"));
    }

    Database with(String property, String value) {
        Map<String, String> more = new HashMap<>(properties);
        more.put(property, value);
        return new Database(name, more);
    }
}
