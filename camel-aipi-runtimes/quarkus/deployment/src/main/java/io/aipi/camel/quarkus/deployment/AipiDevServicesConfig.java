/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The simulator that stands in for a server, in development and test mode. */
@ConfigMapping(prefix = "quarkus.camel.aipi.devservices")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface AipiDevServicesConfig {

    /**
     * Whether a simulator is started in development and test mode where {@code camel.component.aipi.server-url} is not
     * set.
     */
    @WithDefault("true")
    boolean enabled();

    /** How long a job of the simulator computes. If not set, 1 s for chat and speech and 2 s for images. */
    Optional<Duration> computeTime();
}
