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
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.model.Media;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.CRC32;

/** A program that stores a result and claims it, for a process with little memory: {@code url user megabytes}. */
final class LargeResultProgram {

    private LargeResultProgram() {}

    public static void main(String[] arguments) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        config.setUsername(arguments[1]);
        config.setMaximumPoolSize(2);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            JdbcJobRepository jobs = new JdbcJobRepository(pool);
            jobs.start();
            StoredJob accepted = jobs.accept(Samples.job("large"), true);
            List<Long> written = complete(jobs, accepted, Integer.parseInt(arguments[2]));
            jobs.release(List.of(accepted));
            List<Long> read = claim(jobs);
            jobs.stop();
            System.out.println(written.equals(read) ? "the same" : "another one");
        }
    }

    private static List<Long> complete(JobRepository jobs, StoredJob job, int megabytes) {
        // the first one takes three quarters
        List<Media> pictures = LongStream.of(6, 1, 1)
                .mapToObj(eighths -> picture((int) (megabytes * eighths * 1024 * 1024 / 8)))
                .toList();
        jobs.complete(job.withOutcome(Samples.result(Map.of("images", pictures))));
        return sums(pictures);
    }

    private static List<Long> claim(JobRepository jobs) {
        StoredJob job = jobs.claim(Samples.SERVER, Samples.ENDPOINT, 10).get(0).job();
        return sums(((JobOutcome.Done) job.outcome()).result().images());
    }

    private static Media picture(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return new Media("images", "image/png", bytes);
    }

    private static List<Long> sums(List<Media> pictures) {
        return pictures.stream()
                .map(picture -> {
                    CRC32 sum = new CRC32();
                    sum.update(picture.bytes());
                    return sum.getValue();
                })
                .toList();
    }
}
