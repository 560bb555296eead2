/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import java.time.Duration;

/**
 * What the consumer's options say.
 *
 * @param endpointName of the model endpoint
 * @param maxInFlight jobs that are held at once; 0 for any number
 * @param consumeProgress whether progress is delivered, too
 * @param concurrentConsumers deliveries at once
 * @param maximumRedeliveries how often an outcome is delivered again
 * @param redeliveryDelay before the first redelivery; doubles with each
 * @param redeliveryGracePeriod how long recovered jobs with a request id wait after the start
 * @param pollInterval between two checks whether another job that must go first has gone
 */
public record PipelineOptions(
        String endpointName,
        int maxInFlight,
        boolean consumeProgress,
        int concurrentConsumers,
        int maximumRedeliveries,
        Duration redeliveryDelay,
        Duration redeliveryGracePeriod,
        Duration pollInterval) {}
