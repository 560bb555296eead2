/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.simulator.AvailablePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;

/** A PostgreSQL for one test. */
final class Postgres {

    private Postgres() {}

    /** On a port below those that the system gives away meanwhile, and with more than the usual ten seconds to come up. */
    static EmbeddedPostgres start() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(AvailablePorts.one())
                .setPGStartupWait(Duration.ofMinutes(2))
                .start();
    }
}
