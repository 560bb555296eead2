/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.model.Media;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;

/** A program that stores a result and reads it, for a process with little memory: {@code url user bytes}. */
final class LargeResult {

    private LargeResult() {}

    public static void main(String[] arguments) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setUsername(arguments[1]);
        config.setMaximumPoolSize(2);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            JdbcJobRepository jobs = new JdbcJobRepository(pool);
            jobs.start();
            long written = write(jobs, Integer.parseInt(arguments[2]));
            long read = read(jobs);
            jobs.stop();
            System.out.println(written == read ? "the same" : "another one");
        }
    }

    private static long write(JdbcJobRepository jobs, int length) {
        byte[] picture = new byte[length];
        new Random(1).nextBytes(picture);
        StoredJob job = jobs.accept(Samples.job("large", "large"), true);
        jobs.complete(job.withOutcome(Samples.result(Map.of("image", new Media("image", "image/png", picture)))));
        return sum(picture);
    }

    private static long read(JdbcJobRepository jobs) {
        StoredJob job = jobs.find(Samples.SERVER, Samples.ENDPOINT, "large").orElseThrow();
        return sum(((JobOutcome.Done) job.outcome()).result().images().get(0).bytes());
    }

    private static long sum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return sum.getValue();
    }
}
