/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * What the job store had in it when its process was killed, read from a copy, so that the next process finds the file as
 * the killed one has left it.
 *
 * @param jobs by the job's id: whether its result is stored
 * @param reservations request ids of records that were being submitted
 */
record StoreSnapshot(Map<String, Boolean> jobs, int reservations) {

    private static final String SUFFIX = ".mv.db";

    /** {@code database}: its path without suffix. A database that is not there yet is an empty one. */
    static StoreSnapshot of(Path database) throws IOException, SQLException {
        Path file = database.resolveSibling(database.getFileName() + SUFFIX);
        if (!Files.exists(file)) {
            return new StoreSnapshot(Map.of(), 0);
        }
        Path copy = database.resolveSibling("copy-of-" + database.getFileName());
        Files.copy(file, copy.resolveSibling(copy.getFileName() + SUFFIX), StandardCopyOption.REPLACE_EXISTING);
        String url = "jdbc:h2:file:" + copy.toAbsolutePath() + ";ACCESS_MODE_DATA=r";
        try (Connection connection = DriverManager.getConnection(url, "sa", "");
                Statement statement = connection.createStatement()) {
            return read(statement);
        }
    }

    private static StoreSnapshot read(Statement statement) throws SQLException {
        Map<String, Boolean> jobs = new HashMap<>();
        int reservations = 0;
        try (ResultSet table = statement.executeQuery(
                "select 1 from information_schema.tables where lower(table_name) = 'aipi_job'")) {
            if (!table.next()) {
                return new StoreSnapshot(jobs, 0);
            }
        }
        try (ResultSet row = statement.executeQuery("select state, job_id, outcome_type from aipi_job")) {
            while (row.next()) {
                if (row.getString("state").equals("RESERVED")) {
                    reservations++;
                } else {
                    jobs.put(row.getString("job_id"), "RESULT".equals(row.getString("outcome_type")));
                }
            }
        }
        return new StoreSnapshot(jobs, reservations);
    }

    boolean isEmpty() {
        return jobs.isEmpty() && reservations == 0;
    }

    boolean holds(String jobId) {
        return jobs.containsKey(jobId);
    }

    boolean holdsResultOf(String jobId) {
        return jobs.getOrDefault(jobId, false);
    }
}
