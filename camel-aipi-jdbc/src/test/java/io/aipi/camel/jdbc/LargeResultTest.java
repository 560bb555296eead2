/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.testsupport.Nightly;
import io.aipi.testsupport.PostgresDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A result is stored and claimed by a process in whose memory it fits once and not twice. */
class LargeResultTest {

    private static final int MEGABYTES = Nightly.times(60, 200);

    /** What the old generation has beside the result: less than its largest picture takes. */
    private static final int ROOM = Nightly.times(30, 100);

    private static final int YOUNG = 20;

    @TempDir
    private Path folder;

    @Test
    void itIsInPostgres() throws Exception {
        PostgresDatabase server = PostgresDatabase.shared();
        storeAndClaim(server.url(server.create()), "postgres");
    }

    /** H2 runs in the same memory: beside it, only a larger result's second copy is found. */
    @Test
    @Tag("nightly")
    void itIsInH2() throws Exception {
        storeAndClaim(TestDatabase.h2Url(folder), "sa");
    }

    private void storeAndClaim(String url, String user) throws Exception {
        Path log = folder.resolve("log");
        Process process = JavaProgram.start(
                LargeResultProgram.class,
                log,
                List.of(
                        "-Xmx" + (MEGABYTES + ROOM + YOUNG) + "m",
                        "-XX:NewSize=" + YOUNG + "m",
                        "-XX:MaxNewSize=" + YOUNG + "m"),
                url,
                user,
                Integer.toString(MEGABYTES));
        int status = process.waitFor();
        String output = Files.readString(log);
        assertThat(status).as(output).isZero();
        assertThat(output).contains("the same");
    }
}
