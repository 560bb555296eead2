/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.jdbc.JdbcAggregationRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * What the job store had in it when its process was killed, read from a copy, so that the next process finds the file as
 * the killed one has left it.
 *
 * @param jobs by the job's id: whether its result is stored
 * @param completed entries in the table of removals
 */
record StoreSnapshot(Map<String, Boolean> jobs, int completed) {

    private static final String SUFFIX = ".mv.db";

    /** {@code database}: its path without suffix. A database that is not there yet is an empty one. */
    static StoreSnapshot of(Path database) throws IOException {
        Path file = database.resolveSibling(database.getFileName() + SUFFIX);
        if (!Files.exists(file)) {
            return new StoreSnapshot(Map.of(), 0);
        }
        Path copy = database.resolveSibling("copy-of-" + database.getFileName());
        Files.copy(file, copy.resolveSibling(copy.getFileName() + SUFFIX), StandardCopyOption.REPLACE_EXISTING);
        return read(copy);
    }

    private static StoreSnapshot read(Path database) {
        SingleConnectionDataSource source = new SingleConnectionDataSource(
                "jdbc:h2:file:" + database.toAbsolutePath() + ";ACCESS_MODE_DATA=r", "sa", "", true);
        try {
            return read(source);
        } finally {
            source.destroy();
        }
    }

    private static StoreSnapshot read(DataSource source) {
        JdbcTemplate sql = new JdbcTemplate(source);
        if (sql.queryForObject(
                        "select count(*) from information_schema.tables where lower(table_name) like 'aipi_jobs%'",
                        Integer.class)
                < 2) {
            return new StoreSnapshot(Map.of(), 0);
        }
        Map<String, Boolean> jobs = new HashMap<>();
        try (DefaultCamelContext context = new DefaultCamelContext();
                JdbcAggregationRepository repository =
                        new JdbcAggregationRepository(new DataSourceTransactionManager(source), "aipi_jobs", source)) {
            repository.start();
            for (String key : repository.getKeys()) {
                Exchange entry = repository.get(context, key);
                // what is being removed has no body any more
                if (entry.getIn().getBody() instanceof Map<?, ?> job) {
                    jobs.put(entry.getIn().getHeader("CamelAipiJobId", String.class), job.containsKey("result"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new StoreSnapshot(jobs, sql.queryForObject("select count(*) from aipi_jobs_completed", Integer.class));
    }

    boolean isEmpty() {
        return jobs.isEmpty() && completed == 0;
    }

    boolean holds(String jobId) {
        return jobs.containsKey(jobId);
    }

    boolean holdsResultOf(String jobId) {
        return jobs.getOrDefault(jobId, false);
    }
}
