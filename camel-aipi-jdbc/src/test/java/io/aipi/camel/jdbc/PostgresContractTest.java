/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.jdbc;

import io.aipi.testsupport.PostgresDatabase;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresContractTest extends DatabaseContractTest {

    private static PostgresDatabase server;
    private static TestDatabase database;

    @BeforeAll
    static void startServer() {
        server = PostgresDatabase.start();
        database = new TestDatabase(server.url(server.create()), "postgres");
    }

    @AfterAll
    static void stopServer() throws IOException {
        database.close();
        server.close();
    }

    @Override
    TestDatabase database() {
        return database;
    }

    @Override
    String earlier(long millis) {
        return "lease_until - interval '" + millis + " milliseconds'";
    }
}
