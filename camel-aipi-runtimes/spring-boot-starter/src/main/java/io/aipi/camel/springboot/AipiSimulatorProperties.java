/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The simulator that stands in for a server.
 *
 * @param enabled Whether a simulator is started where camel.component.aipi.server-url is not set and camel-aipi-simulator
 *     is on the class path.
 * @param computeTime How long a job of the simulator computes. If not set, 1 s for chat and speech and 2 s for images.
 */
@ConfigurationProperties("camel.aipi.simulator")
public record AipiSimulatorProperties(@DefaultValue("true") boolean enabled, Duration computeTime) {}
