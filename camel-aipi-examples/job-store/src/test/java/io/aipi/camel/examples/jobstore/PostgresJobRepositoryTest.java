/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import io.aipi.testsupport.PostgresDatabase;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** In every build {@link H2JobRepositoryTest} holds the contract, and {@link JobStoreTest} looks at a PostgreSQL. */
@Tag("nightly")
class PostgresJobRepositoryTest extends JobRepositoryContract {

    private static PostgresDatabase server;

    @BeforeAll
    static void startDatabase() {
        server = PostgresDatabase.start();
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        server.close();
    }

    @Override
    Database emptyDatabase() {
        return Database.postgres(server);
    }
}
